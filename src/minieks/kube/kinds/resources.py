"""The resources that the API serves: every path, its verbs, and its subresources.

A ``Kind`` of the registry is what is stored; a ``Resource`` is one of its versions as clients find
it, or something that is only answered and never stored, such as an access review.

    built_in(serves, minor) -> list[Resource]   serves: SchemaSet.has
    custom(definition) -> list[Resource]        of a CustomResourceDefinition
    METRICS                                     what a metrics server adds

Source: kubernetes 1.34 api/discovery, pkg/registry/*/rest/storage_*.go, apiextensions-apiserver
pkg/apiserver/customresource_discovery_controller.go.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from minieks.kube.kinds.registry import BUILT_IN, Kind
from minieks.kube.words import conditions
from minieks.kube.words.objects import Obj

Verbs: TypeAlias = tuple[str, ...]
Serves: TypeAlias = Callable[[str, str], bool]
"""Whether a Kubernetes version has objects of an apiVersion and kind."""

ALL_VERBS: Final[Verbs] = (
    *("create", "delete", "deletecollection", "get"),
    *("list", "patch", "update", "watch"),
)
_WRITTEN_ALONE: Final[Verbs] = ("get", "patch", "update")
_PROXIED: Final[Verbs] = ("create", "delete", "get", "patch", "update")
_CREATED: Final[Verbs] = ("create",)
_OPENED: Final[Verbs] = ("create", "get")
_READ: Final[Verbs] = ("get", "list")


@dataclass(frozen=True, slots=True)
class Subresource:
    """A part of a resource with a path of its own.

    ``group`` and ``version`` are said only where the kind belongs to another group.
    """

    name: str
    kind: str
    verbs: Verbs
    group: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of one API version. ``collection`` is empty where nothing is stored."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    verbs: Verbs = ALL_VERBS
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[Subresource, ...] = ()
    collection: str = ""
    storage_hash: str = ""
    list_kind: str = ""
    custom: bool = False

    @property
    def group_version(self) -> str:
        """As it stands in ``apiVersion``: ``v1``, ``apps/v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def subresource(self, name: str) -> Subresource | None:
        """The subresource of that name, if it is served."""
        return next((one for one in self.subresources if one.name == name), None)


_SCALE: Final = Subresource("scale", "Scale", _WRITTEN_ALONE, "autoscaling", "v1")
_SCALED: Final = frozenset(
    {"replicationcontrollers", "deployments.apps", "replicasets.apps", "statefulsets.apps"}
)
_POD: Final = (
    Subresource("attach", "PodAttachOptions", _OPENED),
    Subresource("binding", "Binding", _CREATED),
    Subresource("ephemeralcontainers", "Pod", _WRITTEN_ALONE),
    Subresource("eviction", "Eviction", _CREATED, "policy", "v1"),
    Subresource("exec", "PodExecOptions", _OPENED),
    Subresource("log", "Pod", ("get",)),
    Subresource("portforward", "PodPortForwardOptions", _OPENED),
    Subresource("proxy", "PodProxyOptions", _PROXIED),
)
_FURTHER: Final[Mapping[str, tuple[Subresource, ...]]] = {
    "pods": _POD,
    "namespaces": (Subresource("finalize", "Namespace", ("update",)),),
    "nodes": (Subresource("proxy", "NodeProxyOptions", _PROXIED),),
    "services": (Subresource("proxy", "ServiceProxyOptions", _PROXIED),),
    "serviceaccounts": (
        Subresource("token", "TokenRequest", _CREATED, "authentication.k8s.io", "v1"),
    ),
    "certificatesigningrequests.certificates.k8s.io": (
        Subresource("approval", "CertificateSigningRequest", _WRITTEN_ALONE),
    ),
}
_RESIZE: Final = Subresource("resize", "Pod", _WRITTEN_ALONE)
_RESIZE_SINCE: Final = 33

_CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            *("pods", "replicationcontrollers", "services", "daemonsets.apps"),
            *("deployments.apps", "replicasets.apps", "statefulsets.apps", "cronjobs.batch"),
            *("jobs.batch", "horizontalpodautoscalers.autoscaling"),
        ),
        ("all",),
    ),
    **dict.fromkeys(
        (
            "customresourcedefinitions.apiextensions.k8s.io",
            "apiservices.apiregistration.k8s.io",
            "mutatingadmissionpolicies.admissionregistration.k8s.io",
            "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingadmissionpolicies.admissionregistration.k8s.io",
            "validatingadmissionpolicybindings.admissionregistration.k8s.io",
            "validatingwebhookconfigurations.admissionregistration.k8s.io",
        ),
        ("api-extensions",),
    ),
}
_NO_DELETECOLLECTION: Final = frozenset({"namespaces"})

# Kubernetes 1.34 stores these in another version than the one it prefers.
_STORED_AS: Final[Mapping[str, str]] = {
    "customresourcedefinitions.apiextensions.k8s.io": "v1beta1",
    "volumeattributesclasses.storage.k8s.io": "v1beta1",
    "deviceclasses.resource.k8s.io": "v1beta2",
    "resourceclaims.resource.k8s.io": "v1beta2",
    "resourceclaimtemplates.resource.k8s.io": "v1beta2",
    "resourceslices.resource.k8s.io": "v1beta2",
}


def _review(group: str, kind: str, *, namespaced: bool = False) -> Resource:
    singular = kind.lower()
    return Resource(group, "v1", singular + "s", kind, namespaced, _CREATED, singular)


# What is answered and not stored under its own name.
_ONLY_ANSWERED: Final = (
    Resource("", "v1", "bindings", "Binding", True, _CREATED, "binding"),
    Resource(
        *("", "v1", "componentstatuses", "ComponentStatus", False, _READ),
        singular="componentstatus",
        short_names=("cs",),
    ),
    _review("authentication.k8s.io", "SelfSubjectReview"),
    _review("authentication.k8s.io", "TokenReview"),
    _review("authorization.k8s.io", "LocalSubjectAccessReview", namespaced=True),
    _review("authorization.k8s.io", "SelfSubjectAccessReview"),
    _review("authorization.k8s.io", "SelfSubjectRulesReview"),
    _review("authorization.k8s.io", "SubjectAccessReview"),
)

METRICS: Final = (
    Resource("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", False, _READ),
    Resource("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", True, _READ),
)
"""What a metrics server serves. Source: kubernetes-sigs/metrics-server pkg/api/install.go."""


def storage_hash(group: str, version: str, kind: str) -> str:
    """What tells clients that objects are now stored in another version.

    Source: kubernetes apiserver pkg/endpoints/discovery/storageversionhash.go.
    """
    digest = sha256(f"{group}/{version}/{kind}".encode()).digest()
    return b64encode(digest[:8]).decode()


def built_in(serves: Serves, minor: int) -> list[Resource]:
    """The resources of a Kubernetes version ``1.minor``, by group, version and plural."""
    found = [resource for kind in BUILT_IN for resource in _of_kind(kind, minor)]
    found += [*_ONLY_ANSWERED, _events_of_their_group(found)]
    return sorted(
        (one for one in found if serves(one.group_version, one.kind)),
        key=lambda one: (one.group, one.version, one.plural),
    )


def _of_kind(kind: Kind, minor: int) -> Iterator[Resource]:
    stored = _STORED_AS.get(kind.collection, kind.versions[0])
    verbs = ALL_VERBS
    if kind.collection in _NO_DELETECOLLECTION:
        verbs = tuple(verb for verb in verbs if verb != "deletecollection")
    for version in kind.versions:
        # Versions that are not stable are off unless they are asked for.
        if not version.removeprefix("v").isdigit():
            continue
        yield Resource(
            group=kind.group,
            version=version,
            plural=kind.plural,
            kind=kind.kind,
            namespaced=kind.namespaced,
            verbs=verbs,
            singular=kind.kind.lower(),
            short_names=kind.short_names,
            categories=_CATEGORIES.get(kind.collection, ()),
            subresources=_subresources(kind, minor),
            collection=kind.collection,
            storage_hash=storage_hash(kind.group, stored, kind.kind),
            list_kind=kind.kind + "List",
        )


def _subresources(kind: Kind, minor: int) -> tuple[Subresource, ...]:
    found = list(_FURTHER.get(kind.collection, ()))
    if kind.has_status:
        found.append(Subresource("status", kind.kind, _WRITTEN_ALONE))
    if kind.collection in _SCALED:
        found.append(_SCALE)
    if kind.collection == "pods" and minor >= _RESIZE_SINCE:
        found.append(_RESIZE)
    return tuple(sorted(found, key=lambda one: one.name))


def _events_of_their_group(found: list[Resource]) -> Resource:
    """Events are served under two groups and stored once, as those of the core group."""
    core = next(one for one in found if one.collection == "events")
    return Resource(
        group="events.k8s.io",
        version="v1",
        plural="events",
        kind="Event",
        namespaced=True,
        singular="event",
        short_names=core.short_names,
        collection=core.collection,
        storage_hash=core.storage_hash,
        list_kind="EventList",
    )


def custom(definition: Obj) -> list[Resource]:
    """The resources of a CustomResourceDefinition: one for each version that is served.

    There is none before its names are accepted.
    """
    spec, status = definition["spec"], definition.get("status") or {}
    if not conditions.is_true(status, "Established"):
        return []
    names = status.get("acceptedNames") or spec["names"]
    stored = next(one["name"] for one in spec["versions"] if one.get("storage"))
    return [
        Resource(
            group=spec["group"],
            version=version["name"],
            plural=names["plural"],
            kind=names["kind"],
            namespaced=spec.get("scope") == "Namespaced",
            singular=names.get("singular") or names["kind"].lower(),
            short_names=tuple(names.get("shortNames") or ()),
            categories=tuple(names.get("categories") or ()),
            subresources=tuple(_custom_subresources(version, names["kind"])),
            collection=f"{names['plural']}.{spec['group']}",
            storage_hash=storage_hash(spec["group"], stored, names["kind"]),
            list_kind=names.get("listKind") or f"{names['kind']}List",
            custom=True,
        )
        for version in spec["versions"]
        if version.get("served")
    ]


def _custom_subresources(version: Obj, kind: str) -> Iterator[Subresource]:
    parts = version.get("subresources") or {}
    if "status" in parts:
        yield Subresource("status", kind, _WRITTEN_ALONE)
    if parts.get("scale"):
        yield _SCALE
