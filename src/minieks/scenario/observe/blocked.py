"""What kept nodes that are hardly used from being removed by the cluster autoscaler."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from minieks.autoscale.clusterautoscaler.unneeded import Unremovable
from minieks.engine.clock import Micros
from minieks.scenario.observe.moments import plain

_NO_REASON: Final = frozenset(
    {"NotUnderutilized", "NotUnneededLongEnough", "NotUnreadyLongEnough", "NotAutoscaled", ""}
)
"""A node that is needed, or whose time has not come, is not blocked."""
_AS_BEFORE: Final = "RecentlyUnremovable"


class Block(NamedTuple):
    """Why a node stays, in the autoscaler's words, and since when."""

    reason: str
    detail: str
    since: Micros


class Blocked:
    """Time that nodes were kept by each reason, and how many nodes; hears of every round."""

    def __init__(self) -> None:
        self._open: dict[str, Block] = {}
        self._times: dict[tuple[str, str], Micros] = {}
        self._nodes: dict[tuple[str, str], set[str]] = {}

    def round(self, now: Micros, why_not: Mapping[str, Unremovable]) -> None:
        """Take note of why each node stays from now on."""
        for node in [*self._open]:
            if node not in why_not:
                self._close(node, now)
        for node, why in why_not.items():
            if why.reason != _AS_BEFORE:
                self._note(node, why, now)

    def times(self, now: Micros) -> dict[tuple[str, str], tuple[Micros, int]]:
        """By reason and detail: the time of all nodes together until now, and how many nodes."""
        found = dict(self._times)
        for block in self._open.values():
            key = (block.reason, block.detail)
            found[key] = found.get(key, 0) + now - block.since
        return {key: (found[key], len(self._nodes[key])) for key in sorted(found)}

    def _note(self, node: str, why: Unremovable, now: Micros) -> None:
        detail, known = plain(why.detail), self._open.get(node)
        if known is not None and (known.reason, known.detail) == (why.reason, detail):
            return
        self._close(node, now)
        if why.reason in _NO_REASON:
            return
        self._open[node] = Block(why.reason, detail, now)
        self._nodes.setdefault((why.reason, detail), set()).add(node)

    def _close(self, node: str, now: Micros) -> None:
        block = self._open.pop(node, None)
        if block is not None:
            key = (block.reason, block.detail)
            self._times[key] = self._times.get(key, 0) + now - block.since
