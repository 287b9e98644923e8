"""Hands a request to moto's backends in this process, and takes their answer."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from botocore.model import OperationNotFoundError
from moto.core.exceptions import HTTPException
from moto.core.request import Request as MotoRequest

from minieks.aws.asked import Asked
from minieks.aws.moto import changes
from minieks.aws.moto.backends import Handle, backend_of, handler_of
from minieks.aws.moto.hosts import host_of
from minieks.aws.refusals import missing, refused
from minieks.aws.scope import action_of
from minieks.kube.rest.http import Request, Response

log = logging.getLogger("minieks.aws")


def ask(asked: Asked) -> Response:
    """moto's answer; what it does not have is refused in the service's own form."""
    request, scope = asked.request, asked.scope
    host = host_of(request, scope)
    backend = backend_of(host, request.path)
    if backend is None:
        return missing(request, scope, f"the service {scope.service} is not emulated")
    url = f"https://{host}{request.path}"
    handle = handler_of(backend, url, asked.account, scope.region)
    if handle is None:
        what = f"{request.method} {request.path} of {scope.service} is not emulated"
        return missing(request, scope, what)
    return _answer(handle, asked, _moto_request(request, host, asked.account))


def _moto_request(request: Request, host: str, account: str) -> MotoRequest:
    headers = {**request.headers, "host": host, "x-moto-account-id": account}
    query = f"?{urlencode(request.query)}" if request.query else ""
    url = f"https://{host}{request.path}{query}"
    return MotoRequest.from_primitives(request.method, url, headers, request.body)


def _answer(handle: Handle, asked: Asked, given: MotoRequest) -> Response:
    request, scope = asked.request, asked.scope
    if not changes.only_reads(request, scope):
        changes.note()
    try:
        status, headers, body = handle(given, given.raw_url, given.headers)
    except HTTPException as error:
        status, headers, body = error.code or 400, dict(error.get_headers()), error.get_body()
    except NotImplementedError as error:  # so moto says what it has not
        return missing(request, scope, str(error) or "this operation is not emulated")
    except OperationNotFoundError:
        text = f"The action {action_of(request)} is not valid for this web service."
        return refused(request, scope, (400, "InvalidAction", text))
    except ModuleNotFoundError as error:  # moto's own pages and some services ask for more
        return missing(request, scope, f"moto answers this only where {error.name} is installed")
    except Exception:
        log.exception("moto failed at %s %s of %s", request.method, request.path, scope.service)
        return missing(request, scope, "moto cannot answer this request: see the log of minieks")
    return _response(status, headers, body)


def _response(status: int, headers: Mapping[str, Any], body: str | bytes) -> Response:
    whole = body.encode() if isinstance(body, str) else body
    kept = [(name, str(value)) for name, value in headers.items() if _is_ours(name)]
    return Response(int(status), tuple(kept), whole)


def _is_ours(name: str) -> bool:
    """Headers that the connection writes itself are left to it."""
    return name.lower() not in {"content-length", "date", "connection", "transfer-encoding"}
