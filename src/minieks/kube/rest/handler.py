"""A kube-apiserver without its socket: one request in, one answer out.

    authenticate → impersonate → classify → authorize → find the resource → the verb → its form

Source of the order: kubernetes apiserver pkg/server/config.go (DefaultBuildHandlerChain).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

from minieks.engine import ids
from minieks.kube.api.errors import ApiError, BadRequest, NotFound
from minieks.kube.api.options import IN_PROCESS, UserInfo
from minieks.kube.api.patching.structs import Structs
from minieks.kube.api.server import Api
from minieks.kube.auth.attributes import Attributes
from minieks.kube.auth.impersonation import WithoutUser, impersonated
from minieks.kube.auth.refusals import refusal as forbidden
from minieks.kube.auth.services import Auth
from minieks.kube.kinds.resources import Resource, Subresource
from minieks.kube.rest import (
    answers,
    componentstatuses,
    custom_metrics,
    deleting,
    deprecations,
    durations,
    listing,
    resource_metrics,
    watching,
    writing,
)
from minieks.kube.rest.awaiting import Awaiting, FutureRevision
from minieks.kube.rest.call import Backend, Call, MakeTable, Timers, not_allowed, not_served
from minieks.kube.rest.encoding import Encoder
from minieks.kube.rest.fairness.flows import Flows
from minieks.kube.rest.history import Histories
from minieks.kube.rest.http import Answer, Headers, Request, Response
from minieks.kube.rest.negotiation import PLAIN, negotiated
from minieks.kube.rest.requestinfo import RequestInfo, request_info
from minieks.kube.rest.resources import ServedResources, allows, is_path_of
from minieks.kube.rest.timers import EngineTimers
from minieks.kube.rest.tracking import field_managers
from minieks.kube.rest.versions import Versions

Verb: TypeAlias = Callable[[Backend, Call], Answer]
# A path that is no resource, such as discovery: None where it is not this one's.
Path: TypeAlias = Callable[[Request, RequestInfo], Answer | None]


def _patch(backend: Backend, call: Call) -> Answer:
    from minieks.kube.rest.patching import patch  # noqa: PLC0415 - brings server-side apply

    return patch(backend, call)


def _part(backend: Backend, call: Call, part: Subresource) -> Answer:
    from minieks.kube.rest.subresources import answer  # noqa: PLC0415 - starts fast

    return answer(backend, call, part)


_VERBS: Final[Mapping[str, Verb]] = {
    "get": listing.get,
    "list": listing.list_,
    "watch": watching.watch,
    "create": writing.create,
    "update": writing.update,
    "patch": _patch,
    "delete": deleting.delete,
    "deletecollection": deleting.delete_collection,
}


@dataclass(slots=True)
class _Aside:
    """What an answer tells beside what was asked for."""

    headers: Headers
    warnings: list[str] = field(default_factory=list)


class Handler:
    """Answers the requests of one cluster.

    Without ``auth`` everybody is the cluster itself, and may do everything. ``paths`` answer what
    is no resource, the first that does; ``timers`` are the engine's unless they are given.
    """

    def __init__(
        self,
        api: Api,
        *,
        auth: Auth | None = None,
        timers: Timers | None = None,
        paths: Sequence[Path] = (),
        tables: MakeTable | None = None,
    ) -> None:
        self.api = api
        self._auth = auth
        self._paths = tuple(paths)
        self._flows: Flows | None = None
        self._audit_ids = ids.RequestIds(api.engine.random("audit"))
        versions = Versions(api)
        self.backend = Backend(
            api=api,
            resources=ServedResources(api),
            encoder=Encoder(),
            histories=Histories(api.store),
            versions=versions,
            managers=field_managers(api, versions),
            structs=Structs(api.schemas),
            timers=timers or EngineTimers(api.engine),
            tables=tables or _no_table,
            auth=auth,
        )

    def answer_also(self, *paths: Path) -> None:
        """Let more paths answer what is no resource, after those that do already."""
        self._paths += paths

    def tell_flows(self, flows: Flows) -> None:
        """Tell in each answer which flow its request is in."""
        self._flows = flows

    def handle(self, request: Request) -> Answer | Awaiting:
        """The answer to a request; never raises for what a client can do wrong."""
        audited = (("Audit-Id", self._audit_id(request)),)
        try:
            return self._answered(request, audited)
        except FutureRevision as early:
            histories, timers = self.backend.histories, self.backend.timers
            read = partial(self._answered, request, audited, waits=False)
            return Awaiting(histories, timers, early.revision, read)

    def _audit_id(self, request: Request) -> str:
        """The client's own, or one by chance (apiserver pkg/endpoints/filters/audit_init.go)."""
        sent = request.headers.get("audit-id")
        if sent:
            return sent.partition("\n")[0]
        return self.api.attempt.once(self._audit_ids)

    def _answered(self, request: Request, audited: Headers, *, waits: bool = True) -> Answer:
        """The answer; raises FutureRevision if it ``waits`` for a revision that is not there."""
        aside = _Aside(audited)
        try:
            found = self._handled(request, aside)
        except WithoutUser as error:
            found = answers.plain(error.code, error.message)
        except ApiError as error:
            if waits and isinstance(error, FutureRevision):
                raise
            found = _refused(request, error, aside.warnings)
        except RecursionError:
            # Nothing is stored before all of the body has been looked at.
            found = answers.refusal(BadRequest("the body of the request exceeded max depth"))
        return answers.with_headers(found, aside.headers)

    def _handled(self, request: Request, aside: _Aside) -> Answer:
        info = request_info(request)
        user = self._user(request, info, aside)
        if not info.is_resource:
            return self._path(request, info)
        # A metric's path looks like a resource's: custom_metrics answers it.
        is_metric = info.group in custom_metrics.GROUPS
        resource = None if is_metric else self.backend.resources.find(info)
        if resource is None:
            return self._unknown(request, info)
        if not is_path_of(resource, info):
            raise not_served()
        part = resource.subresource(info.subresource) if info.subresource else None
        if info.subresource and part is None:
            raise _no_subresource(resource, info)
        if not allows(resource, info) or request.method == "HEAD":
            raise not_allowed()
        durations.check(request.asked("timeout"))
        form = negotiated(request, stream=info.verb == "watch")
        aside.warnings.extend(deprecations.of(resource, self.api.schemas.minor))
        call = Call(request, info, user, resource, form, aside.warnings)
        if part is not None:
            return _part(self.backend, call, part)
        if not resource.collection:
            return _only_answered(self.backend, call)
        return _VERBS[info.verb](self.backend, call)

    def _user(self, request: Request, info: RequestInfo, aside: _Aside) -> UserInfo:
        """Who asks, or as whom; raises Unauthorized or Forbidden."""
        auth = self._auth
        if auth is None:
            return IN_PROCESS
        user = impersonated(auth.authenticator.authenticate(request), request, auth.authorizer)
        if self._flows is not None:
            aside.headers += self._flows.headers(user, info)
        wish = _wish(request, info)
        decision = auth.authorizer.authorize(user, wish)
        if not decision.allowed:
            raise forbidden(user, wish, decision.reason)
        return user

    def _path(self, request: Request, info: RequestInfo) -> Answer:
        for path in self._paths:
            found = path(request, info)
            if found is not None:
                return found
        return _page_not_found()

    def _unknown(self, request: Request, info: RequestInfo) -> Answer:
        for path in self._paths:
            found = path(request, info)
            if found is not None:
                return found
        if self.backend.resources.knows_group(info.group):
            raise not_served()
        return _page_not_found()


def _only_answered(backend: Backend, call: Call) -> Answer:
    """What is asked of a resource that is not stored under its own name."""
    from minieks.kube.rest import podactions, reviewing  # noqa: PLC0415 - starts fast

    if reviewing.is_review(call.resource):
        return reviewing.review(backend, call)
    if componentstatuses.is_one(call.resource):
        return componentstatuses.get(backend, call)
    if resource_metrics.is_one(call.resource):
        return resource_metrics.answer(backend, call)
    return podactions.bind(backend, call)


def _refused(request: Request, error: ApiError, warnings: Sequence[str]) -> Response:
    """The Status of a refusal, in a form that the client accepts; else as JSON."""
    try:
        form = negotiated(request)
    except ApiError:
        form = PLAIN
    found = answers.refusal(error, warnings, form)
    return Response(found.status, found.headers, b"") if request.method == "HEAD" else found


def _no_subresource(resource: Resource, info: RequestInfo) -> ApiError:
    """A kind of a definition says it of its object (apiextensions customresource_handler.go)."""
    return NotFound(resource.collection, info.name) if resource.custom else not_served()


def _page_not_found() -> Response:
    return answers.plain(404, "404 page not found\n")


def _wish(request: Request, info: RequestInfo) -> Attributes:
    if not info.is_resource:
        return Attributes(info.verb, path=info.path)
    return Attributes(
        verb=info.verb,
        api_group=info.group,
        api_version=info.version,
        resource=info.resource,
        subresource=info.subresource,
        namespace=info.namespace,
        name=info.name,
        field_selector=request.asked("fieldSelector"),
    )


def _no_table(call: Call, objects: object, include: str) -> dict[str, object]:
    return {"columnDefinitions": [], "rows": []}
