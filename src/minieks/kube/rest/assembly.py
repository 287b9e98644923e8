"""The handler of a cluster with everything that belongs to it."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from minieks.kube.api.crd import COLLECTION as DEFINITIONS
from minieks.kube.api.options import Track
from minieks.kube.api.server import Api
from minieks.kube.auth.services import Auth
from minieks.kube.kinds.resources import METRICS
from minieks.kube.rest import custom_metrics
from minieks.kube.rest.call import Timers
from minieks.kube.rest.discovery.issuer import Issuing
from minieks.kube.rest.discovery.paths import Discovery
from minieks.kube.rest.discovery.version import Build
from minieks.kube.rest.fairness.flows import Flows
from minieks.kube.rest.fairness.upkeep import FlowControlUpkeep
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.openapi.paths import OpenApi
from minieks.kube.rest.ownobjects import OwnObjects
from minieks.kube.rest.tables.serving import table_maker
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, metadata

if TYPE_CHECKING:
    from minieks.kube.rest.openapi.documents import Documents

_OWN_MANAGER: Final = "kube-apiserver"
_SOMEWHERE: Final = "127.0.0.1:443"


def assembled(
    api: Api,
    *,
    auth: Auth | None = None,
    timers: Timers | None = None,
    build: Build | None = None,
    server: str = _SOMEWHERE,
    metrics: bool = False,
) -> Handler:
    """The handler of one cluster.

    ``timers`` are the engine's unless they are given; ``build`` is what /version tells, that of
    the version's first release if it is not given; ``server`` is the host and port for clients;
    ``metrics`` says whether a metrics server is there, too.
    """
    handler = Handler(api, auth=auth, timers=timers, tables=table_maker(api))
    for resource in (*(METRICS if metrics else ()), *custom_metrics.served(api)):
        handler.backend.resources.add(resource)
    told = build or Build(f"v{api.version}.0")
    discovery = Discovery(handler.backend.resources, told, server, lambda: _counts(handler))
    described = OpenApi(partial(_documents, api, discovery, told))
    handler.answer_also(custom_metrics.MetricPaths(api), discovery, described)
    if auth is not None:
        tokens = auth.tokens
        handler.answer_also(Issuing(tokens.issuer.url, server, tokens.key.key_set))
    api.custom.track = _names_kept(handler)
    OwnObjects(api, handler.backend.managers, discovery.groups).write()
    return handler


def with_flow_control(handler: Handler) -> None:
    """Keep the flow-control objects of a cluster that is served, and tell the flows by them."""
    FlowControlUpkeep(handler.api, handler.backend.managers).start()
    handler.tell_flows(Flows(handler.api.store))


def _names_kept(handler: Handler) -> Track:
    """Keeps the managedFields of definitions whose names the server itself accepts."""
    api, managers = handler.api, handler.backend.managers

    def track(old: Obj | None, new: Obj) -> Obj:
        if old is None or not metadata(old).get("managedFields"):
            return new
        kind = api.kinds.of_collection(DEFINITIONS)
        manager = managers.of(kind, kind.api_version, "status")
        return manager.updated(old, new, _OWN_MANAGER, times.rfc3339(api.engine.now()))

    return track


def _counts(handler: Handler) -> Mapping[str, int]:
    collections = {one.collection for one in handler.backend.resources if one.collection}
    return {name: handler.api.store.count(name) for name in collections}


def _documents(api: Api, discovery: Discovery, build: Build) -> "Documents":
    """The API's description; loaded when somebody asks for it, as kubectl does to apply."""
    from minieks.kube.rest.openapi.documents import Documents  # noqa: PLC0415

    return Documents(
        discovery.groups,
        api.schemas,
        lambda collection: api.get(DEFINITIONS, "", collection),
        build.git_version,
    )
