"""Moments worth telling: warnings, counted per workload and text, and what was reached when."""

import re
from dataclasses import dataclass

from minieks.engine.clock import Micros
from minieks.engine.engine import Engine
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.api.events import EventText
from minieks.kube.kinds.workloads import WorkloadRef, workload_of
from minieks.kube.words.objects import Obj

# Warnings that every healthy cluster shows while it starts; they tell nothing.
_ORDINARY = frozenset({"InvalidDiskCapacity"})

# What differs between events that say the same: generated names, addresses, ids, amounts.
_GENERATED = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b(?:fargate-)?ip-[0-9-]+\.[a-z0-9.-]+\b"
    r"|\b\d+\.\d+\.\d+\.\d+(?::\d+)?(?:/\S+)?"
    r"|(?<=-)[bcdfghjklmnpqrstvwxz2456789]{5}(?![A-Za-z0-9])"
)


# How many nodes lack what changes with every node that comes; it is the same complaint.
_NUMBER = re.compile(r"\b\d+\b")


def plain(message: str) -> str:
    """The message with generated names and ids as ``*``, so that equal complaints are equal."""
    return _GENERATED.sub("*", message)


def is_told(about: Obj, text: EventText) -> bool:
    """Whether a result can tell of an event: warnings, and what a claim waits for."""
    return text.type == "Warning" or about["kind"] == "PersistentVolumeClaim"


@dataclass(slots=True)
class Moment:
    """Something that happened, first at ``at`` and ``count`` times in all until ``last``.

    ``text`` is what was said last; ``about`` are the workloads or objects that it happened to, in
    the order of their first time.
    """

    at: Micros
    last: Micros
    about: dict[str, None]
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
        self._known: dict[tuple[str, str], Moment] = {}
        store.subscribe("events", self._on_event, aspects.WARNING)

    def tell(self, about: str, reason: str, text: str) -> None:
        """Add a milestone; the same one about the same thing again is counted."""
        self._note(
            (f"{reason} {about}", text),
            Moment(0, 0, {about: None}, reason, text, "minieks", 1, False),
        )

    def warn(self, about: str, reason: str, text: str, source: str) -> None:
        """Add something bad of which no event tells."""
        self._note((reason, text), Moment(0, 0, {about: None}, reason, text, source, 1, True))

    def step(self, reason: str, text: str) -> None:
        """Add something that a scenario did to the cluster."""
        self._note((reason, text), Moment(0, 0, {"": None}, reason, text, "scenario", 1, False))

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
        message, reason = event["message"], event["reason"]
        source = event["source"]["component"]
        moment = Moment(0, 0, {about: None}, reason, message, source, more, True)
        self._note((reason, _NUMBER.sub("#", plain(message))), moment)

    def _note(self, key: tuple[str, str], moment: Moment) -> None:
        now = self._engine.now()
        known = self._known.get(key)
        if known is None:
            moment.at = moment.last = now
            self._known[key] = moment
            return
        known.count += moment.count
        known.last = now
        known.text = moment.text
        known.about.update(moment.about)

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
