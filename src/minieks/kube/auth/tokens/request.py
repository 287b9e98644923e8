"""The subresource ``serviceaccounts/token``: TokenRequest.

Source: kubernetes pkg/registry/core/serviceaccount/storage/token.go and
pkg/apis/authentication/validation/validation.go.
"""

from collections.abc import Iterator
from typing import Final

from minieks.engine.clock import SECOND
from minieks.kube.api.errors import BadRequest, Conflict, Invalid, NotFound
from minieks.kube.api.fields import FieldError, invalid, quoted
from minieks.kube.api.server import Api
from minieks.kube.auth.tokens.accounts import ServiceAccountTokens
from minieks.kube.auth.tokens.claims import Bound
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, metadata, name, namespace, uid

_KIND: Final = "TokenRequest"
_GROUP: Final = "authentication.k8s.io"
_SHORTEST: Final = 10 * 60
_LONGEST: Final = 1 << 32
_DEFAULT: Final = 3600
_COLLECTIONS: Final = {"Pod": "pods", "Node": "nodes", "Secret": "secrets"}
_OTHER_UID: Final = (
    "the UID in the bound object reference ({}) does not match the UID in record."
    " The object might have been deleted and then recreated"
)


def defaulted(request: Obj) -> Obj:
    """The request with its defaults."""
    spec = dict(request.get("spec") or {})
    if spec.get("expirationSeconds") is None:
        spec["expirationSeconds"] = _DEFAULT
    return {**request, "spec": spec}


def answered(api: Api, tokens: ServiceAccountTokens, place: tuple[str, str], request: Obj) -> Obj:
    """The defaulted request with a token in its status; ``place`` is the account's.

    Raises NotFound, Invalid, BadRequest, Conflict.
    """
    _check_place(place, request)
    account = api.get("serviceaccounts", *place)
    if account is None:
        raise NotFound("serviceaccounts", place[1])
    # The server shows the reference also where there is none.
    spec = {"boundObjectRef": None, **request["spec"]}
    spec["audiences"] = list(spec.get("audiences") or tokens.issuer.audiences)
    complaints = list(_complaints(spec["expirationSeconds"]))
    if complaints:
        raise Invalid(_KIND, _GROUP, "", complaints)
    bound = _bound(api, account, spec.get("boundObjectRef"))
    seconds = int(spec["expirationSeconds"])
    now = api.engine.now()
    meta = {
        **metadata(request),
        "name": name(account),
        "namespace": namespace(account),
        "uid": tokens.new_id(),
        "creationTimestamp": times.rfc3339(now),
    }
    status = {
        "token": tokens.issue(account, bound, spec["audiences"], seconds),
        "expirationTimestamp": times.rfc3339(now + seconds * SECOND),
    }
    return {**request, "metadata": meta, "spec": spec, "status": status}


def _check_place(place: tuple[str, str], request: Obj) -> None:
    complaints = []
    for field, wanted in (("name", place[1]), ("namespace", place[0])):
        found = metadata(request).get(field)
        if found and found != wanted:
            why = f"must match the service account {field} if specified"
            complaints.append(invalid(f"metadata.{field}", found, why))
    if complaints:
        raise Invalid(_KIND, _GROUP, place[1], complaints)


def _complaints(seconds: int) -> Iterator[FieldError]:
    field = "spec.expirationSeconds"
    if seconds < _SHORTEST:
        yield invalid(field, seconds, "may not specify a duration less than 10 minutes")
    if seconds > _LONGEST:
        yield invalid(field, seconds, "may not specify a duration larger than 2^32 seconds")


def _bound(api: Api, account: Obj, reference: Obj | None) -> Bound:
    if not reference:
        return Bound()
    kind, api_version = str(reference.get("kind") or ""), str(reference.get("apiVersion") or "")
    collection = _COLLECTIONS.get(kind) if api_version == "v1" else None
    if collection is None:
        group, _, version = api_version.rpartition("/")
        raise BadRequest(f"cannot bind token to object of type {group}/{version}, Kind={kind}")
    called = str(reference.get("name") or "")
    found = api.get(collection, "" if kind == "Node" else namespace(account), called)
    if found is None:
        raise NotFound(collection, called)
    if kind == "Pod":
        _check_account(account, found)
    wanted = reference.get("uid")
    if wanted and wanted != uid(found):
        raise Conflict(kind, called, _OTHER_UID.format(wanted))
    return _bound_to(api, kind, found)


def _check_account(account: Obj, pod: Obj) -> None:
    if (pod.get("spec") or {}).get("serviceAccountName") != name(account):
        raise BadRequest(
            f"cannot bind token for serviceaccount {quoted(name(account))} to pod running with"
            " different serviceaccount name."
        )


def _bound_to(api: Api, kind: str, found: Obj) -> Bound:
    if kind == "Node":
        return Bound(node=found)
    if kind == "Secret":
        return Bound(secret=found)
    called = (found.get("spec") or {}).get("nodeName")
    if not called:
        return Bound(pod=found)
    # Of a node that is gone the token still tells the name.
    node = api.get("nodes", "", called) or {"metadata": {"name": called}}
    return Bound(pod=found, node=node)
