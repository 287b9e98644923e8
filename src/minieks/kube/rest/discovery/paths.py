"""The paths of discovery, health, version and metrics.

    Discovery(resources, build, server)(request, info) -> Response | None

Documents are made when they are first asked for and kept as bytes until a definition changes.
Source: kubernetes apiserver pkg/server/routes and pkg/endpoints/discovery.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import orjson

from minieks.kube.kinds.resources import Resource
from minieks.kube.rest import media
from minieks.kube.rest.answers import answer, formed, json_answer, plain
from minieks.kube.rest.call import not_allowed, not_served
from minieks.kube.rest.discovery import aggregated, health, legacy, metrics, version
from minieks.kube.rest.discovery.groups import Group, grouped
from minieks.kube.rest.discovery.version import Build
from minieks.kube.rest.http import Request, Response
from minieks.kube.rest.negotiation import Form, negotiated, not_acceptable
from minieks.kube.rest.requestinfo import RequestInfo
from minieks.kube.words.objects import Obj

_READS: Final = ("GET", "HEAD")
_DISCOVERY_LIST: Final = "APIGroupDiscoveryList"
_OTHERS: Final = (
    *("/.well-known/openid-configuration", "/api", "/apis", "/apis/", "/metrics"),
    *("/metrics/slis", "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/openid/v1/jwks"),
    "/version",
)


def _nothing() -> Mapping[str, int]:
    return {}


def _indented(document: Obj) -> bytes:
    """As for human eyes (kubernetes apiserver responsewriters WriteRawJSON)."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


# What is deeper than a version of a group is a resource, or nothing.
_DEEPEST = 3


class Discovery:
    """Answers what is no resource; None where the path is nobody's here.

    ``resources`` is gone through anew for each answer; ``server`` is the host and port under
    which clients reach the API; ``counts`` tells how many objects each collection has.
    """

    def __init__(
        self,
        resources: Iterable[Resource],
        build: Build,
        server: str = "127.0.0.1:443",
        counts: Callable[[], Mapping[str, int]] = _nothing,
    ) -> None:
        self._resources = resources
        self._build = build
        self._server = server
        self._counts = counts
        self._known: tuple[Resource, ...] = ()
        self._groups: dict[str, Group] = {}
        self._documents: dict[str, bytes] = {}

    def __call__(self, request: Request, info: RequestInfo) -> Response | None:
        """The answer to a request; raises an ApiError in Kubernetes' words."""
        parts = info.path.strip("/").split("/")
        route = _ROUTES.get(parts[0])
        if route is None:
            return None
        if request.method not in _READS:
            if len(parts) > _DEEPEST:
                return None
            raise not_allowed()
        return route(self, request, parts)

    def groups(self) -> Mapping[str, Group]:
        """The groups served now, in the order of their priority."""
        found = tuple(self._resources)
        if found != self._known:
            self._known, self._groups = found, grouped(found)
            self._documents.clear()
        return self._groups

    def _root(self, request: Request, parts: list[str]) -> Response:
        found = [*_OTHERS, *health.paths()]
        for group in self.groups().values():
            base = f"/apis/{group.name}" if group.name else "/api"
            found += [base, *(f"{base}/{one}" for one in group.versions)]
        return json_answer(200, _indented({"paths": sorted(set(found))}))

    def _api(self, request: Request, parts: list[str]) -> Response | None:
        if len(parts) > 2:
            return None
        core = self.groups()[""]
        if len(parts) == 2:
            return self._version(request, core, parts[1])
        if _wants_aggregated(request):
            return self._aggregated(request, "/api")
        return _document(request, legacy.api_versions(self._server))

    def _apis(self, request: Request, parts: list[str]) -> Response | None:
        if len(parts) == 1:
            if _wants_aggregated(request):
                return self._aggregated(request, "/apis")
            return _document(request, legacy.group_list(self.groups().values()))
        group = self.groups().get(parts[1]) if parts[1] else None
        if len(parts) > 3 or group is None:
            return None
        if len(parts) == 2:
            return _document(request, legacy.group(group))
        return self._version(request, group, parts[2])

    def _version(self, request: Request, group: Group, name: str) -> Response:
        if name not in group.versions:
            raise not_served()
        group_version = f"{group.name}/{name}" if group.name else name
        body = self._documents.get(group_version)
        if body is None:
            found = legacy.resource_list(group_version, group.versions[name])
            body = self._documents[group_version] = orjson.dumps(found)
        return _encoded(request, body)

    def _aggregated(self, request: Request, path: str) -> Response:
        groups = self.groups()
        body = self._documents.get(path)
        if body is None:
            core = path == "/api"
            chosen = [one for one in groups.values() if bool(one.name) is not core]
            body = self._documents[path] = orjson.dumps(aggregated.document(chosen))
        tag = aggregated.etag(body)
        headers = (("ETag", tag), ("Vary", "Accept"), ("Cache-Control", "public"))
        if request.headers.get("if-none-match") == tag:
            return Response(304, headers, b"")
        return Response(200, (*headers, ("Content-Type", aggregated.MEDIA_TYPE)), body)

    def _told_version(self, request: Request, parts: list[str]) -> Response | None:
        if len(parts) > 1:
            return None
        return json_answer(200, _indented(version.document(self._build)))

    def _health(self, request: Request, parts: list[str]) -> Response | None:
        excluded = [value for key, value in request.query if key == "exclude"]
        # Any value means yes, none does too.
        verbose = any(key == "verbose" for key, _ in request.query)
        text = health.report("/".join(parts), verbose=verbose, excluded=excluded)
        return None if text is None else plain(200, text)

    def _metrics(self, request: Request, parts: list[str]) -> Response | None:
        if parts == ["metrics"]:
            told = metrics.text(self._counts(), version.document(self._build))
        elif parts == ["metrics", "slis"]:
            told = metrics.indicators()
        else:
            return None
        return answer(200, told.encode(), metrics.CONTENT_TYPE)


_ROUTES: Final[Mapping[str, Callable[[Discovery, Request, list[str]], Response | None]]] = {
    "": Discovery._root,
    "api": Discovery._api,
    "apis": Discovery._apis,
    "version": Discovery._told_version,
    "healthz": Discovery._health,
    "livez": Discovery._health,
    "readyz": Discovery._health,
    "metrics": Discovery._metrics,
}


def _document(request: Request, found: Obj) -> Response:
    return _encoded(request, orjson.dumps(found))


def _encoded(request: Request, body: bytes) -> Response:
    return formed(200, body, _form(request))


def _form(request: Request) -> Form:
    """The form of a document that cannot be had as a Table."""
    form = negotiated(request)
    if form.as_kind:
        raise not_acceptable(known=True)
    return form


def _wants_aggregated(request: Request) -> bool:
    """Whether the first form that the client accepts and that can be had is the aggregated one."""
    for wanted in media.parse_accept(request.headers.get("accept", "")):
        given = wanted.parameters
        if given.get("as") == _DISCOVERY_LIST:
            asked = (wanted.name, given.get("g"), given.get("v"))
            if asked == (media.JSON, "apidiscovery.k8s.io", "v2"):
                return True
        elif media.chosen(wanted) and not given.get("as"):
            return False
    return False
