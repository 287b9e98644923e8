"""One request on its way: what it is about, who asks, and what is noted for the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from minieks.kube.api.apply.kinds import FieldManagers
from minieks.kube.api.crd import COLLECTION as DEFINITIONS
from minieks.kube.api.errors import ApiError
from minieks.kube.api.options import UserInfo, WriteOptions
from minieks.kube.api.patching.structs import Structs
from minieks.kube.api.server import Api
from minieks.kube.auth.attributes import Attributes
from minieks.kube.auth.refusals import refusal
from minieks.kube.auth.services import Auth
from minieks.kube.kinds.registry import Kind
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest.encoding import Encoder
from minieks.kube.rest.history import Histories
from minieks.kube.rest.http import Request
from minieks.kube.rest.negotiation import Form
from minieks.kube.rest.requestinfo import RequestInfo
from minieks.kube.rest.resources import ServedResources
from minieks.kube.rest.versions import Versions
from minieks.kube.words import times
from minieks.kube.words.objects import Obj


class Timers(Protocol):
    """Time as clients feel it: wall time in a server, engine time in a test."""

    def after(self, seconds: float, action: Callable[[], Any]) -> Callable[[], None]:
        """Do ``action`` when the seconds have gone by; returns how to cancel it."""


@dataclass(slots=True)
class Call:
    """One request for a resource; ``warnings`` go out as headers of the answer."""

    request: Request
    info: RequestInfo
    user: UserInfo
    resource: Resource
    form: Form
    warnings: list[str] = field(default_factory=list)

    @property
    def collection(self) -> str:
        """The store's collection of the resource."""
        return self.resource.collection

    @property
    def public(self) -> str:
        """The resource with its group as it was asked for: ``deployments.apps``."""
        return self.info.collection

    @property
    def in_namespace(self) -> bool:
        """Whether the resource's objects are in namespaces."""
        return self.resource.namespaced

    @property
    def scope(self) -> str:
        """The namespace of the request; empty for all of them, or for a cluster's resource."""
        return self.info.namespace if self.resource.namespaced else ""


# From a call, the objects and how much of each is to be shown ("None", "Metadata" or "Object") to
# a Table's columnDefinitions and rows.
MakeTable: TypeAlias = Callable[[Call, Sequence[Obj], str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Backend:
    """What all requests of one cluster share."""

    api: Api
    resources: ServedResources
    encoder: Encoder
    histories: Histories
    versions: Versions
    managers: FieldManagers
    structs: Structs
    timers: Timers
    tables: MakeTable
    auth: Auth | None = None

    def tracked(self, call: "Call", options: WriteOptions) -> WriteOptions:
        """The options with who keeps the managedFields of what the call writes."""
        kind = self._kind(call.resource)
        manager = self.managers.of(kind, call.resource.group_version, options.subresource)
        now = times.rfc3339(self.api.engine.now())

        def track(old: Obj | None, new: Obj) -> Obj:
            return manager.updated(old, new, options.field_manager, now)

        return options.tracked_by(track)

    def check_create(self, call: "Call") -> None:
        """Raises Forbidden where a PUT or PATCH would create what its user may not create."""
        if self.auth is None:
            return
        info = call.info
        place = {"namespace": info.namespace, "name": info.name}
        wish = Attributes("create", info.group, info.version, info.resource, **place)
        decision = self.auth.authorizer.authorize(call.user, wish)
        if not decision.allowed:
            raise refusal(call.user, wish, decision.reason)

    def _kind(self, resource: Resource) -> Kind:
        """The kind of a resource, also of one that is only answered."""
        if resource.collection:
            return self.api.kinds.of_collection(resource.collection)
        return Kind(resource.group, (resource.version,), resource.kind, resource.plural)

    def is_custom(self, resource: Resource) -> bool:
        """Whether the resource comes from a CustomResourceDefinition."""
        return resource.custom

    def version_of(self, resource: Resource) -> Obj:
        """What the definition of a custom resource says of the version of it."""
        definition = self.api.get(DEFINITIONS, "", resource.collection)
        versions = definition["spec"]["versions"] if definition else ()
        return next((one for one in versions if one["name"] == resource.version), {})

    def selectable(self, resource: Resource) -> tuple[str, ...] | None:
        """The fields by which custom resources can be selected; None for a built-in kind."""
        if not resource.custom:
            return None
        fields = self.version_of(resource).get("selectableFields") or ()
        return tuple(one["jsonPath"].removeprefix(".") for one in fields)


def not_served() -> ApiError:
    """The 404 of a path that nothing is behind."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def not_allowed() -> ApiError:
    """The 405 of a method that a path does not know."""
    text = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", text, {})
