"""APIServices: one for each group and version, which says who serves it.

    local(groups) -> list[Obj]

Source: kubernetes kube-aggregator pkg/controllers/autoregister, pkg/controllers/status/local.
"""

from collections.abc import Iterable
from typing import Final

from minieks.kube.kinds.resources import Resource
from minieks.kube.rest.discovery.groups import Group, group_priority, version_priority
from minieks.kube.words.objects import Obj

COLLECTION: Final = "apiservices.apiregistration.k8s.io"
MANAGED: Final = "kube-aggregator.kubernetes.io/automanaged"
# That of APIServices themselves has none, and those of others are theirs.
_WITHOUT: Final = (
    *("apiregistration.k8s.io", "metrics.k8s.io"),
    *("custom.metrics.k8s.io", "external.metrics.k8s.io"),
)


def local(groups: Iterable[Group]) -> list[Obj]:
    """The APIServices of all that the server itself serves."""
    return [
        _service(group.name, version, resources)
        for group in groups
        if group.name not in _WITHOUT
        for version, resources in group.versions.items()
    ]


def available(service: Obj, now: str) -> Obj:
    """The APIService with the status of one that is served here; ``now`` is RFC 3339."""
    condition = {
        "type": "Available",
        "status": "True",
        "lastTransitionTime": now,
        "reason": "Local",
        "message": "Local APIServices are always available",
    }
    return {**service, "status": {"conditions": [condition]}}


def _service(group: str, version: str, resources: Iterable[Resource]) -> Obj:
    named = {"group": group} if group else {}
    built_in = not any(one.custom for one in resources)
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {
            "name": f"{version}.{group}",
            "labels": {MANAGED: "onstart" if built_in else "true"},
        },
        "spec": {
            **named,
            "version": version,
            "groupPriorityMinimum": group_priority(group),
            "versionPriority": version_priority(group, version),
        },
    }
