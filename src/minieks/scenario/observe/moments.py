"""Moments worth telling: warnings, counted per workload and text, and what was reached when."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from minieks.engine.clock import Micros
from minieks.engine.engine import Engine
from minieks.engine.store import Change, Store
from minieks.kube.kinds.workloads import WorkloadRef, workload_of
from minieks.kube.words.objects import Obj

# Warnings that every healthy cluster shows while it starts; they tell nothing.
_ORDINARY = frozenset({"InvalidDiskCapacity"})

# What differs between events that say the same: generated names, addresses, ids, amounts.
_GENERATED = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b(?:fargate-)?ip-[0-9-]+\.[a-z0-9.-]+\b"
    r"|(?<=-)[bcdfghjklmnpqrstvwxz2456789]{5}\b"
)


def plain(message: str) -> str:
    """The message with generated names and ids as ``*``, so that equal complaints are equal."""
    return _GENERATED.sub("*", message)


@dataclass(slots=True)
class Moment:
    """Something that happened, first at ``at`` and ``count`` times in all until ``last``."""

    at: Micros
    last: Micros
    about: str
    reason: str
    text: str
    source: str
    count: int
    warning: bool


class Moments:
    """The story of a run: each kind of warning once, with its count, and milestones."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store
        self._known: dict[tuple[str, str, str], Moment] = {}
        store.subscribe("events", self._on_event)

    def tell(self, about: str, reason: str, text: str, *, warning: bool = False) -> None:
        """Add a milestone."""
        self._note((about, reason, text), text, "minieks", 1, warning=warning)

    def all(self) -> list[Moment]:
        """Everything that was noted, oldest first."""
        return sorted(self._known.values(), key=lambda moment: moment.at)

    def restart(self) -> None:
        """Forget what was noted."""
        self._known.clear()

    def _on_event(self, change: Change) -> None:
        event = change.value
        if change.type == "DELETED" or event["type"] != "Warning" or event["reason"] in _ORDINARY:
            return
        about = self._about(event["involvedObject"])
        more = event["count"] - (change.previous or {}).get("count", 0)
        source = event["source"]["component"]
        self._note(
            (about, event["reason"], plain(event["message"])),
            event["message"],
            source,
            more,
            warning=True,
        )

    def _note(
        self, key: tuple[str, str, str], text: str, source: str, count: int, *, warning: bool
    ) -> None:
        now = self._engine.now()
        moment = self._known.get(key)
        if moment is None:
            about, reason, _ = key
            self._known[key] = Moment(now, now, about, reason, text, source, count, warning)
            return
        moment.count += count
        moment.last = now

    def _about(self, involved: Obj) -> str:
        """The workload of a pod, or the object itself."""
        space, object_name = involved.get("namespace", ""), involved["name"]
        if involved["kind"] == "Pod":
            pod = self._store.get("pods", f"{space}/{object_name}")
            if pod is not None:
                return str(workload_of(self._store, pod))
        if not space:
            return f"{involved['kind']}/{object_name}"
        return str(WorkloadRef(space, involved["kind"], object_name))


def told(moments: Iterable[Moment], at_most: int) -> list[Moment]:
    """The most telling moments, in order of time: warnings that came often, and milestones."""
    ranked = sorted(moments, key=lambda moment: (moment.warning, -moment.count, moment.at))
    return sorted(ranked[:at_most], key=lambda moment: moment.at)
