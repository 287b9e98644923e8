"""Answers of the query protocol: XML, or JSON for who asks for it.

Source: Smithy, "AWS query protocol"; STS answers JSON to clients that accept nothing else, such as
aws-iam-authenticator (pkg/token/token.go).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import orjson

from minieks.kube.rest.http import Request, Response

NAMESPACE: Final = "https://sts.amazonaws.com/doc/2011-06-15/"


def parameters(request: Request) -> dict[str, str]:
    """What is asked, in the form or in the query."""
    found = dict(request.query)
    if "x-www-form-urlencoded" in request.headers.get("content-type", ""):
        found.update(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    return found


def answer(action: str, result: Mapping[str, Any], request: Request, request_id: str) -> Response:
    """The result of an action of STS."""
    whole = {f"{action}Result": result, "ResponseMetadata": {"RequestId": request_id}}
    if "json" in request.headers.get("accept", ""):
        return _response("application/json", orjson.dumps({f"{action}Response": whole}), request_id)
    inner = "".join(_elements(whole))
    text = f'<{action}Response xmlns="{NAMESPACE}">{inner}</{action}Response>'
    return _response("text/xml", text.encode(), request_id)


def _elements(value: Mapping[str, Any]) -> Iterator[str]:
    for name, one in value.items():
        inner = "".join(_elements(one)) if isinstance(one, Mapping) else escape(str(one))
        yield f"<{name}>{inner}</{name}>"


def _response(kind: str, body: bytes, request_id: str) -> Response:
    return Response(200, (("Content-Type", kind), ("x-amzn-RequestId", request_id)), body)
