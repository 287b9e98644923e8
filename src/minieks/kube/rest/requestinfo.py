"""What a request is about: verb, group, version, namespace, resource, name, subresource.

Source: kubernetes apiserver pkg/endpoints/request/requestinfo.go.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from minieks.kube.rest.http import Request
from minieks.kube.words.caching import LONGEST

_VERBS: Final = {
    "POST": "create",
    "GET": "get",
    "HEAD": "get",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}
_NAMESPACE_SUBRESOURCES: Final = ("status", "finalize")
_FALSE: Final = ("", "false", "0")


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """The request in the words of the API; ``path`` is decoded, ``verb`` is in lower case.

    Of a request that is not for a resource only ``path`` and ``verb`` say something. ``more`` is
    the number of path parts after the subresource.
    """

    path: str
    verb: str
    is_resource: bool = False
    group: str = ""
    version: str = ""
    namespace: str = ""
    resource: str = ""
    name: str = ""
    subresource: str = ""
    more: int = 0

    @property
    def api_version(self) -> str:
        """Group and version as they stand in ``apiVersion``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def collection(self) -> str:
        """The name of the resource with its group: ``pods``, ``deployments.apps``."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


def request_info(request: Request) -> RequestInfo:
    """What the request is about."""
    known = _of_path if len(request.path) <= LONGEST else _of_path.__wrapped__
    info = known(request.method, request.path)
    if info.verb == "get" and info.is_resource and not info.name:
        info = replace(info, verb="watch" if _is_watch(request) else "list")
    if info.verb in ("list", "watch", "deletecollection"):
        pinned = _pinned_name(request.asked("fieldSelector"))
        return replace(info, name=pinned) if pinned else info
    return info


def _is_watch(request: Request) -> bool:
    return request.asked("watch").lower() not in _FALSE


def _pinned_name(selector: str) -> str:
    """The name that ``metadata.name=x`` in a field selector allows alone."""
    for part in selector.split(",") if "metadata.name=" in selector else ():
        key, _, value = part.partition("=")
        if key == "metadata.name" and value and "!" not in key:
            return value.removeprefix("=")
    return ""


@lru_cache(maxsize=16384)
def _of_path(method: str, raw: str) -> RequestInfo:
    path = unquote(raw)
    verb = _VERBS.get(method, "")
    parts = path.strip("/").split("/")
    plain = RequestInfo(path, method.lower())
    if len(parts) < 3 or parts[0] not in ("api", "apis"):
        return plain
    group = ""
    if parts[0] == "apis":
        if len(parts) < 4:
            return plain
        group, parts = parts[1], parts[1:]
    version, parts = parts[1], parts[2:]
    if parts[0] == "watch" and len(parts) > 1:
        verb, parts = "watch", parts[1:]
    return _of_resource(RequestInfo(path, verb, True, group, version), parts)


def _of_resource(info: RequestInfo, parts: list[str]) -> RequestInfo:
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 1:
        namespace = parts[1]
        if len(parts) > 2 and parts[2] not in _NAMESPACE_SUBRESOURCES:
            parts = parts[2:]
    resource, name, subresource, *more = (*parts, "", "")[: max(3, len(parts))]
    verb = "deletecollection" if info.verb == "delete" and not name else info.verb
    return replace(
        info,
        verb=verb,
        namespace=namespace,
        resource=resource,
        name=name,
        subresource=subresource,
        more=len(more),
    )
