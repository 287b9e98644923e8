"""Events that somebody waits for, and when they were seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from minieks.engine.clock import Micros
from minieks.engine.engine import Engine
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.api.events import EventText
from minieks.kube.kinds.workloads import workload_of
from minieks.kube.words.objects import Obj
from minieks.scenario.observe.moments import is_told
from minieks.scenario.script.values import ObjectName


@dataclass(frozen=True, slots=True)
class Wanted:
    """An event by its reason, a part of its text, and the object or the workload it is about."""

    reason: str = ""
    text: str = ""
    about: ObjectName | None = None

    def may_be(self, text: EventText) -> bool:
        """Whether an event is of this kind, whatever it is about."""
        return self.reason in ("", text.reason) and self.text in text.message


@dataclass(slots=True)
class Seen:
    """When each wanted event was seen; it watches a store once `watch` was called."""

    wanted: Sequence[Wanted]
    moments: dict[Wanted, list[Micros]] = field(default_factory=dict)

    def is_wanted(self, about: Obj, text: EventText) -> bool:
        """Whether an event has to be kept: it is waited for, or a result tells of it."""
        return is_told(about, text) or any(one.may_be(text) for one in self.wanted)

    def watch(self, engine: Engine, store: Store) -> None:
        """Note the events from now on."""

        def on_event(change: Change) -> None:
            if change.type != "DELETED":
                self._note(change.value, store, engine.now())

        if self.wanted:
            store.subscribe("events", on_event, aspects.EVENTS)

    def _note(self, event: Obj, store: Store, now: Micros) -> None:
        for one in self.wanted:
            if one.reason not in ("", event["reason"]) or one.text not in event["message"]:
                continue
            if one.about is None or one.about in _abouts(store, event["involvedObject"]):
                self.moments.setdefault(one, []).append(now)


def _abouts(store: Store, involved: Obj) -> list[ObjectName]:
    """The object of an event, and the workload that it belongs to."""
    space = involved.get("namespace") or "default"
    found = [ObjectName(involved["kind"], space, involved["name"])]
    pod = store.get("pods", f"{space}/{involved['name']}") if involved["kind"] == "Pod" else None
    if pod is not None:
        ref = workload_of(store, pod)
        found.append(ObjectName(ref.kind, ref.namespace, ref.name))
    return found
