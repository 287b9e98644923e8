"""How much of each node group and Fargate profile was asked for, over time."""

import re
from dataclasses import dataclass, field
from typing import Final

from minieks.eks.labels import FARGATE_PROFILE, is_fargate_node, node_group_of
from minieks.engine.clock import Micros
from minieks.engine.engine import Engine
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.kinds import nodes, pods
from minieks.kube.kinds.podresources import requests
from minieks.kube.words.objects import Obj, annotations, labels, name, uid
from minieks.scenario.observe.series import Series

# What a pod asks for, or a node offers: millicores and bytes.
_Amount = tuple[int, int]
_NOTHING: _Amount = (0, 0)
# What of a pod decides whether it holds a place, and how large; an annotation tells Fargate's size.
_HELD: Final = aspects.LIFE | aspects.SPEC | aspects.PHASE | aspects.LABELS | aspects.ANNOTATIONS
_PROVISIONED = re.compile(r"([0-9.]+)vCPU ([0-9.]+)GB")


@dataclass(slots=True)
class Level:
    """A quantity over time: its value now, its highest and lowest, and its integral."""

    value: int = 0
    since: Micros = 0
    low: int = 0
    high: int = 0
    area: int = 0
    series: Series = field(default_factory=Series)

    def add(self, amount: int, now: Micros) -> None:
        """Change the value by ``amount``."""
        self.area += self.value * (now - self.since)
        self.since = now
        self.value += amount
        self.low = min(self.low, self.value)
        self.high = max(self.high, self.value)
        self.series.put(now, self.value)

    def restart(self, now: Micros) -> None:
        """Forget the past; measure from ``now``."""
        self.since, self.low, self.high, self.area = now, self.value, self.value, 0
        self.series.restart(now)

    def until(self, now: Micros) -> int:
        """The integral from the last restart to ``now``."""
        return self.area + self.value * (now - self.since)


@dataclass(frozen=True, slots=True)
class _Hold:
    """What a bound pod asks for, and the machine of its own if it is on Fargate."""

    place: str
    asked: _Amount
    machine: _Amount | None


@dataclass(slots=True)
class Usage:
    """The levels of one node group or profile."""

    count: Level = field(default_factory=Level)
    cpu_offered: Level = field(default_factory=Level)
    cpu_asked: Level = field(default_factory=Level)
    memory_offered: Level = field(default_factory=Level)
    memory_asked: Level = field(default_factory=Level)

    def levels(self) -> tuple[Level, ...]:
        """All of them."""
        return (
            self.count,
            self.cpu_offered,
            self.cpu_asked,
            self.memory_offered,
            self.memory_asked,
        )


class Utilisation:
    """Requests over allocatable per node group, as time goes by."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._offered: dict[str, tuple[str, _Amount]] = {}
        self._held: dict[str, _Hold] = {}
        self._group_of_node: dict[str, str] = {}
        self.groups: dict[str, Usage] = {}
        self.nodes = Level()
        """The ready nodes of all node groups."""
        store.subscribe("nodes", self._on_node)
        store.subscribe("pods", self._on_pod, _HELD)

    def restart(self) -> None:
        """Measure from now on."""
        now = self._engine.now()
        self.nodes.restart(now)
        for usage in self.groups.values():
            for level in usage.levels():
                level.restart(now)

    def _on_node(self, change: Change) -> None:
        node = change.value
        gone = change.type == "DELETED"
        place = _place_of(node)
        if not place:
            return
        self._group_of_node[name(node)] = place
        offered = _NOTHING if gone or not nodes.is_ready(node) else _allocatable(node)
        before = self._offered.get(name(node), (place, _NOTHING))[1]
        if offered == before:
            return
        now, usage = self._engine.now(), self._usage(place)
        more = (offered != _NOTHING) - (before != _NOTHING)
        usage.count.add(more, now)
        self.nodes.add(more, now)
        usage.cpu_offered.add(offered[0] - before[0], now)
        usage.memory_offered.add(offered[1] - before[1], now)
        self._offered[name(node)] = (place, offered)
        if gone:
            del self._offered[name(node)]

    def _on_pod(self, change: Change) -> None:
        pod, own = change.value, uid(change.value)
        holds = change.type != "DELETED" and pods.node_name(pod) and not pods.is_terminal(pod)
        held = self._held.get(own)
        if holds and held is None:
            hold = self._hold_of(pod)
            if hold is not None:
                self._held[own] = hold
                self._apply(hold, 1)
        elif held is not None and (change.type == "DELETED" or not (holds or held.machine)):
            # A completed pod on Fargate keeps its machine until it is deleted.
            del self._held[own]
            self._apply(held, -1)

    def _hold_of(self, pod: Obj) -> _Hold | None:
        asked = requests(pod)
        amount = (asked.get("cpu", 0), asked.get("memory", 0))
        size = _PROVISIONED.fullmatch(annotations(pod).get("CapacityProvisioned", ""))
        if size is not None:
            profile = labels(pod).get(FARGATE_PROFILE, "")
            given = (int(float(size[1]) * 1000), int(float(size[2]) * 2**30))
            return _Hold(f"fargate:{profile}", amount, given)
        place = self._group_of_node.get(pods.node_name(pod))
        return _Hold(place, amount, None) if place else None

    def _apply(self, hold: _Hold, sign: int) -> None:
        now, usage = self._engine.now(), self._usage(hold.place)
        usage.cpu_asked.add(sign * hold.asked[0], now)
        usage.memory_asked.add(sign * hold.asked[1], now)
        if hold.machine is not None:
            usage.count.add(sign, now)
            usage.cpu_offered.add(sign * hold.machine[0], now)
            usage.memory_offered.add(sign * hold.machine[1], now)

    def _usage(self, place: str) -> Usage:
        found = self.groups.get(place)
        if found is None:
            found = self.groups[place] = Usage()
            for level in found.levels():
                level.since = self._engine.now()
        return found


def _place_of(node: Obj) -> str:
    """``nodegroup:<name>`` for a node of a group; Fargate's nodes are their pods' own."""
    if is_fargate_node(node):
        return ""
    group = node_group_of(node)
    return f"nodegroup:{group}" if group else ""


def _allocatable(node: Obj) -> _Amount:
    found = nodes.allocatable(node)
    return found.get("cpu", 0), found.get("memory", 0)
