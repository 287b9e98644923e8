"""Which events can help a pod that was rejected: the plugins' queueing hints.

Source: kubernetes pkg/scheduler/framework/plugins/*/ (EventsToRegister and the hint functions).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from minieks.kube.kinds import csi, nodes, pods, storage, taints
from minieks.kube.scheduler import terms
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.terms import NodeRules
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj

EventType: TypeAlias = Literal["ADDED", "MODIFIED", "DELETED"]


class Event(NamedTuple):
    """Something that happened to the cluster; of pods only to those that have a node."""

    collection: str
    type: EventType
    obj: Obj
    previous: Obj | None = None


Hint: TypeAlias = Callable[[PodInfo, Event], bool]


def _always(info: PodInfo, event: Event) -> bool:
    return True


def _added(info: PodInfo, event: Event) -> bool:
    return event.type == "ADDED"


# Nodes -----------------------------------------------------------------------------------------


def _newly(event: Event, suits: Callable[[Obj], bool]) -> bool:
    """Whether the node suits now and did not before."""
    if event.type == "DELETED" or not suits(event.obj):
        return False
    return event.previous is None or not suits(event.previous)


def _fits_empty(info: PodInfo, node: Obj) -> bool:
    offered = nodes.allocatable(node)
    return offered.get("pods", 0) > 0 and all(
        amount <= offered.get(name, 0) for name, amount in info.spec.requests
    )


def _more_room(info: PodInfo, event: Event) -> bool:
    """A node that could hold the pod came, or offers more of something that it needs."""
    if event.type == "DELETED" or not _fits_empty(info, event.obj):
        return False
    if event.previous is None:
        return True
    before, after = nodes.allocatable(event.previous), nodes.allocatable(event.obj)
    wanted = ("pods", *(name for name, _ in info.spec.requests))
    return any(after.get(name, 0) > before.get(name, 0) for name in wanted)


def _tolerable(info: PodInfo, event: Event) -> bool:
    items = info.spec.tolerance.items
    return _newly(event, lambda n: taints.first_untolerated(items, nodes.taints(n)) is None)


def _uncordoned(info: PodInfo, event: Event) -> bool:
    return _newly(event, lambda node: not nodes.is_unschedulable(node))


def _matches(rules: NodeRules, node: Obj) -> bool:
    labels = objects.labels(node)
    if not all(requirement.matches(labels) for requirement in rules.selector):
        return False
    name = objects.name(node)
    return rules.terms is None or any(term.matches(labels, name) for term in rules.terms)


def _wanted_node(info: PodInfo, event: Event) -> bool:
    return _newly(event, lambda node: _matches(info.spec.rules, node))


def _other_topology(info: PodInfo, event: Event) -> bool:
    """A node came, went, or changed its labels or taints."""
    before = event.previous
    if before is None or event.type == "DELETED":
        return True
    relabelled = objects.labels(before) != objects.labels(event.obj)
    return relabelled or nodes.taints(before) != nodes.taints(event.obj)


# Pods ------------------------------------------------------------------------------------------


def _room_freed(info: PodInfo, event: Event) -> bool:
    """A pod went, or asks for less."""
    if event.type == "DELETED":
        return True
    if event.previous is None:
        return False
    before, after = pods.requests(event.previous), pods.requests(event.obj)
    return any(after.get(name, 0) < before.get(name, 0) for name, _ in info.spec.requests)


def _port_freed(info: PodInfo, event: Event) -> bool:
    if event.type != "DELETED":
        return False
    freed = {(port.protocol, port.port) for port in pods.host_ports(event.obj)}
    return any((port.protocol, port.port) in freed for port in info.spec.ports)


def _gone(info: PodInfo, event: Event) -> bool:
    return event.type == "DELETED"


def _label_states(event: Event) -> Iterable[Mapping[str, str]]:
    yield objects.labels(event.obj)
    if event.previous is not None:
        yield objects.labels(event.previous)


def _is_news(event: Event) -> bool:
    """Whether a pod came, went, or changed its labels or began to leave."""
    before = event.previous
    if event.type != "MODIFIED" or before is None:
        return True
    relabelled = objects.labels(before) != objects.labels(event.obj)
    return relabelled or objects.is_deleting(before) != objects.is_deleting(event.obj)


def _counted_in_spread(info: PodInfo, event: Event) -> bool:
    """A pod of the namespace that one of the constraints counts came, went or changed."""
    if objects.namespace(event.obj) != info.namespace or not _is_news(event):
        return False
    found = terms.spreads(info.pod["spec"], info.labels)
    return any(
        constraint.selector.matches(labels)
        for constraint in found
        for labels in _label_states(event)
    )


def _concerns_affinity(info: PodInfo, event: Event) -> bool:
    """A pod came, went or changed that a required term of either pod is about."""
    if not _is_news(event):
        return False
    own = info.spec.affinities
    space = objects.namespace(event.obj)
    for term in (*own.required, *own.required_anti):
        if any(term.matches(space, {}, labels) for labels in _label_states(event)):
            return True
    if any(not term.namespace_selector.nothing for term in (*own.required, *own.required_anti)):
        return True
    theirs = terms.affinities(space, event.obj["spec"]).required_anti
    return event.type == "DELETED" and bool(theirs)


# Storage ---------------------------------------------------------------------------------------


def _own_claim(info: PodInfo, event: Event) -> bool:
    return objects.key(event.obj) in info.claim_keys()


def _shares_storage(info: PodInfo, event: Event) -> bool:
    return event.type == "DELETED" and bool(event.obj["spec"].get("volumes"))


_STORAGE: Final[dict[str, Hint]] = {
    storage.CLAIMS: _own_claim,
    storage.VOLUMES: _always,
    storage.CLASSES: _always,
    csi.NODES: _always,
    csi.DRIVERS: _always,
    "csistoragecapacities.storage.k8s.io": _always,
    "nodes": _other_topology,
}

HINTS: Final[dict[str, dict[str, Hint]]] = {
    "NodeUnschedulable": {"nodes": _uncordoned},
    "NodeName": {"nodes": _added},
    "TaintToleration": {"nodes": _tolerable},
    "NodeAffinity": {"nodes": _wanted_node},
    "NodePorts": {"nodes": _added, "pods": _port_freed},
    "NodeResourcesFit": {"nodes": _more_room, "pods": _room_freed},
    "VolumeRestrictions": {
        "pods": _shares_storage,
        storage.CLAIMS: _own_claim,
        "nodes": _added,
    },
    "NodeVolumeLimits": {
        csi.NODES: _always,
        "pods": _shares_storage,
        storage.CLAIMS: _own_claim,
        csi.ATTACHMENTS: _gone,
    },
    "VolumeBinding": _STORAGE,
    "VolumeZone": {
        name: _STORAGE[name]
        for name in (
            storage.CLAIMS,
            storage.VOLUMES,
            storage.CLASSES,
            "nodes",
        )
    },
    "PodTopologySpread": {"pods": _counted_in_spread, "nodes": _other_topology},
    "InterPodAffinity": {"pods": _concerns_affinity, "nodes": _other_topology},
}
"""For each plugin, by collection, whether an event may change its mind about a pod."""


def could_help(plugins: Iterable[str], info: PodInfo, event: Event) -> bool:
    """Whether the event may change the mind of one of the plugins that rejected the pod."""
    for plugin in plugins:
        hint = HINTS.get(plugin, {}).get(event.collection)
        if hint is not None and hint(info, event):
            return True
    return False
