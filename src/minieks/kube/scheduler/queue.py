"""Pods that wait for a node: to be tried now, after a back-off, or when something has changed.

Source: kubernetes pkg/scheduler/backend/queue/scheduling_queue.go. Times are micros.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final, Literal, TypeAlias

from minieks.engine.clock import MINUTE, SECOND, Micros
from minieks.kube.scheduler.hints import HINTS, Event, could_help
from minieks.kube.scheduler.podinfo import PodInfo

FIRST_BACKOFF: Final[Micros] = 1 * SECOND
LONGEST_BACKOFF: Final[Micros] = 10 * SECOND
FLUSH_AFTER: Final[Micros] = 5 * MINUTE
FLUSH_EVERY: Final[Micros] = 30 * SECOND

_Heap: TypeAlias = list[tuple[Micros, int, int, str]]
"""When, in which order, by which ticket, whose turn it is."""
Place: TypeAlias = Literal["active", "backoff", "error", "unschedulable", "no nodes", "out"]


@dataclass(slots=True, eq=False)
class Waiting:
    """One pod in the queue."""

    info: PodInfo
    since: Micros
    """When it came, or last failed."""
    order: int
    attempts: int = 0
    errors: int = 0
    plugins: tuple[str, ...] = ()
    """Which plugins rejected it the last time."""
    message: str = ""
    """What was said of it the last time."""
    place: Place = "out"
    ticket: int = 0
    """Only the newest of its entries in the heaps is valid."""
    flush_at: Micros = 0
    """When it is tried again even if nothing happens."""
    has_flush: bool = False
    """Whether it has an entry among the flushes, which may be too early for it."""

    @property
    def ready_at(self) -> Micros:
        """When its back-off ends."""
        failures = self.errors or self.attempts
        return self.since + backoff(failures) if failures else self.since


def backoff(failures: int) -> Micros:
    """1, 2, 4, 8, 10, 10 … seconds after so many failures (from 1)."""
    return min(LONGEST_BACKOFF, FIRST_BACKOFF << min(failures - 1, 10))


class SchedulingQueue:
    """The pods that wait; ``pop_early``: whether back-off yields to an idle scheduler (1.33)."""

    def __init__(self, start: Micros, *, pop_early: bool) -> None:
        self._start = start
        self._pop_early = pop_early
        self._pods: dict[str, Waiting] = {}
        self._active: list[tuple[int, Micros, int, int, str]] = []
        self._in_backoff: _Heap = []
        self._timed: _Heap = []
        self._flushes: list[tuple[Micros, int, Waiting]] = []
        self._places: Counter[Place] = Counter()
        self._by_plugin: dict[str, dict[str, None]] = {}
        self._without_nodes: dict[str, None] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._pods)

    def __contains__(self, key: str) -> bool:
        return key in self._pods

    def get(self, key: str) -> Waiting | None:
        """The waiting pod of that key."""
        return self._pods.get(key)

    # Coming and going ------------------------------------------------------------------------

    def add(self, info: PodInfo, now: Micros) -> None:
        """Take in a new pod; it is tried at once."""
        self.remove(info.key)
        self._count += 1
        waiting = self._pods[info.key] = Waiting(info, now, self._count)
        self._activate(waiting)

    def remove(self, key: str) -> None:
        """Forget a pod."""
        waiting = self._pods.pop(key, None)
        if waiting is not None:
            self._take_out(waiting)

    def changed(self, info: PodInfo, now: Micros) -> None:
        """Take over a pod whose spec or labels changed; it may fit now."""
        waiting = self._pods[info.key]
        waiting.info = info
        if waiting.place == "active":
            self._activate(waiting)  # its priority may have changed
        elif waiting.place == "unschedulable":
            self._retry(waiting, now)

    def pop(self, now: Micros) -> Waiting | None:
        """The pod to try next, which leaves the queue; None if none is to be tried now."""
        self._let_due_in(now)
        while self._active:
            *_, ticket, key = heappop(self._active)
            if self._is_valid(ticket, key):
                return self._leave(self._pods[key])
        if self._pop_early and self._cleared(self._in_backoff):
            return self._leave(self._pods[heappop(self._in_backoff)[3]])
        return None

    def _leave(self, waiting: Waiting) -> Waiting:
        del self._pods[waiting.info.key]
        self._take_out(waiting)
        return waiting

    # After a failed attempt ---------------------------------------------------------------------

    def rejected(self, waiting: Waiting, plugins: Iterable[str], now: Micros) -> None:
        """Keep a pod until something happens that may change the mind of one of the plugins."""
        self._take_back(waiting, now)
        waiting.attempts += 1
        waiting.errors = 0
        waiting.plugins = tuple(sorted(plugins))
        self._move(waiting, "unschedulable")
        for plugin in waiting.plugins:
            self._by_plugin.setdefault(plugin, {})[waiting.info.key] = None
        waiting.flush_at = self._flush_time(now)
        self._plan_flush(waiting)

    def _plan_flush(self, waiting: Waiting) -> None:
        """One entry for each pod is enough: it is put off when its time comes too early."""
        if not waiting.has_flush:
            waiting.has_flush = True
            heappush(self._flushes, (waiting.flush_at, waiting.order, waiting))

    def failed(self, waiting: Waiting, now: Micros) -> None:
        """Try a pod again after a back-off: an error that was not the pod's fault."""
        self._take_back(waiting, now)
        waiting.errors += 1
        self._after_error(waiting, waiting.ready_at)

    def without_nodes(self, waiting: Waiting, now: Micros) -> None:
        """Keep a pod until there is a node at all."""
        self._take_back(waiting, now)
        self._move(waiting, "no nodes")
        self._without_nodes[waiting.info.key] = None

    def _take_back(self, waiting: Waiting, now: Micros) -> None:
        self._count += 1
        waiting.since, waiting.order = now, self._count
        waiting.ticket += 1
        self._pods[waiting.info.key] = waiting

    def _flush_time(self, since: Micros) -> Micros:
        """The first look, every 30 s, at which the pod has waited for more than 5 minutes."""
        looks = (since + FLUSH_AFTER - self._start) // FLUSH_EVERY + 1
        return self._start + looks * FLUSH_EVERY

    # What happens -------------------------------------------------------------------------------

    def hopes(self) -> bool:
        """Whether any pod waits for something to happen."""
        return bool(self._by_plugin or self._without_nodes)

    def happened(self, event: Event, now: Micros) -> None:
        """Retry the pods that the event may help."""
        if event.collection == "nodes" and event.type == "ADDED":
            for key in tuple(self._without_nodes):
                self._node_came(self._pods[key], now)
        for key in self._maybe_helped(event.collection):
            waiting = self._pods[key]
            if could_help(waiting.plugins, waiting.info, event):
                self._retry(waiting, now)

    def _maybe_helped(self, collection: str) -> list[str]:
        keys: dict[str, None] = {}
        for plugin, members in self._by_plugin.items():
            if collection in HINTS.get(plugin, {}):
                keys.update(members)
        return list(keys)

    def _node_came(self, waiting: Waiting, now: Micros) -> None:
        """Retries went on after 1, 3, 7, 15, 25 … seconds; the next of them finds the node."""
        when, failures = waiting.since + backoff(1), 1
        while when < now:
            failures += 1
            when += backoff(failures)
        self._take_out(waiting)
        waiting.errors = failures
        self._after_error(waiting, when)

    def _retry(self, waiting: Waiting, now: Micros) -> None:
        self._take_out(waiting)
        if waiting.ready_at > now:
            self._move(waiting, "backoff")
            entry = (waiting.ready_at, waiting.order, waiting.ticket, waiting.info.key)
            heappush(self._in_backoff, entry)
        else:
            self._activate(waiting)

    # Places -------------------------------------------------------------------------------------

    def _take_out(self, waiting: Waiting) -> None:
        """Void its entries."""
        key = waiting.info.key
        for plugin in waiting.plugins if waiting.place == "unschedulable" else ():
            members = self._by_plugin[plugin]
            del members[key]
            if not members:
                del self._by_plugin[plugin]
        self._without_nodes.pop(key, None)
        waiting.ticket += 1
        self._move(waiting, "out")

    def _activate(self, waiting: Waiting) -> None:
        waiting.ticket += 1
        self._move(waiting, "active")
        rank = (-waiting.info.priority, waiting.since, waiting.order)
        heappush(self._active, (*rank, waiting.ticket, waiting.info.key))

    def _after_error(self, waiting: Waiting, until: Micros) -> None:
        self._move(waiting, "error")
        heappush(self._timed, (until, waiting.order, waiting.ticket, waiting.info.key))

    def _flush(self, now: Micros) -> None:
        """Activate those that have waited long enough whatever happened."""
        while self._flushes and self._flushes[0][0] <= now:
            waiting = heappop(self._flushes)[2]
            waiting.has_flush = False
            if waiting.place != "unschedulable":
                continue
            if waiting.flush_at > now:
                self._plan_flush(waiting)
            else:
                waiting.message = ""  # this time it is said again
                self._take_out(waiting)
                self._activate(waiting)

    def _let_due_in(self, now: Micros) -> None:
        """Activate those whose back-off has ended."""
        self._flush(now)
        for heap in (self._in_backoff, self._timed):
            while self._cleared(heap) and heap[0][0] <= now:
                waiting = self._pods[heappop(heap)[3]]
                self._take_out(waiting)
                self._activate(waiting)

    def _move(self, waiting: Waiting, place: Place) -> None:
        self._places[waiting.place] -= 1
        self._places[place] += 1
        waiting.place = place

    # When to look again -------------------------------------------------------------------------

    def next_due(self) -> Micros | None:
        """When the next pod is to be tried if nothing happens, 0 for now; None for never."""
        if not (self._pods or self._flushes):
            return None
        if self._places["active"] or (self._pop_early and self._places["backoff"]):
            return 0
        due = [heap[0][0] for heap in (self._in_backoff, self._timed) if self._cleared(heap)]
        while self._flushes and self._flushes[0][2].place == "out":
            heappop(self._flushes)[2].has_flush = False
        if self._flushes:
            due.append(self._flushes[0][0])
        return min(due, default=None)

    def _cleared(self, heap: _Heap) -> bool:
        """Whether the heap has an entry, void ones at its top aside, which go."""
        while heap and not self._is_valid(*heap[0][2:]):
            heappop(heap)
        return bool(heap)

    def _is_valid(self, ticket: int, key: str) -> bool:
        waiting = self._pods.get(key)
        return waiting is not None and waiting.ticket == ticket
