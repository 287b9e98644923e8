"""Resources by API group and version, in the order in which clients are to prefer them.

Source: kubernetes pkg/controlplane/apiserver/aggregator.go (priorities), kube-aggregator
pkg/apis/apiregistration/v1/helper/helpers.go and apimachinery pkg/version/helpers.go (order).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from minieks.kube.kinds.resources import Resource
from minieks.kube.words.versions import version_order

GroupVersion: TypeAlias = tuple[str, str]

CUSTOM_PRIORITY: Final = 1000
_METRICS: Final = "metrics.k8s.io"
_PRIORITIES: Final[Mapping[str, int]] = {
    "": 18000,
    "apiregistration.k8s.io": 18000,
    "apps": 17800,
    "events.k8s.io": 17750,
    "authentication.k8s.io": 17700,
    "authorization.k8s.io": 17600,
    "autoscaling": 17500,
    "batch": 17400,
    "certificates.k8s.io": 17300,
    "networking.k8s.io": 17200,
    "policy": 17100,
    "rbac.authorization.k8s.io": 17000,
    "storage.k8s.io": 16800,
    "apiextensions.k8s.io": 16700,
    "admissionregistration.k8s.io": 16700,
    "scheduling.k8s.io": 16600,
    "coordination.k8s.io": 16500,
    "node.k8s.io": 16300,
    "discovery.k8s.io": 16200,
    "resource.k8s.io": 16200,
    "flowcontrol.apiserver.k8s.io": 16100,
    "storagemigration.k8s.io": 16000,
    "internal.apiserver.k8s.io": 16000,
    _METRICS: 100,
}
_VERSION_PRIORITIES: Final[Mapping[GroupVersion, int]] = {
    ("", "v1"): 1,
    ("autoscaling", "v2"): 30,
    ("scheduling.k8s.io", "v1"): 20,
    ("resource.k8s.io", "v1"): 20,
    ("flowcontrol.apiserver.k8s.io", "v1"): 21,
    (_METRICS, "v1beta1"): 100,
}


@dataclass(frozen=True, slots=True)
class Group:
    """An API group with its versions, the preferred one first. The core group has no name."""

    name: str
    versions: Mapping[str, tuple[Resource, ...]]


def grouped(resources: Iterable[Resource]) -> dict[str, Group]:
    """The groups in the order of their priority."""
    found: dict[str, dict[str, list[Resource]]] = {}
    for one in resources:
        found.setdefault(one.group, {}).setdefault(one.version, []).append(one)
    names = sorted(found, key=lambda name: (-group_priority(name), name))
    return {name: _group(name, found[name]) for name in names}


def _group(name: str, versions: Mapping[str, list[Resource]]) -> Group:
    order = sorted(versions, key=version_order)
    by_plural = {one: sorted(versions[one], key=lambda found: found.plural) for one in order}
    return Group(name, {version: tuple(found) for version, found in by_plural.items()})


def group_priority(name: str) -> int:
    """``groupPriorityMinimum`` of a group's APIServices."""
    return _PRIORITIES.get(name, CUSTOM_PRIORITY)


def version_priority(group: str, version: str) -> int:
    """``versionPriority`` of an APIService."""
    default = 15 if group in _PRIORITIES else 100
    return _VERSION_PRIORITIES.get((group, version), default)
