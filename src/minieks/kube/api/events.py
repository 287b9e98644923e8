"""Writes Events as client-go's recorder does: repeats are counted, floods combined, all expire.

Source: kubernetes client-go tools/record/events_cache.go; --event-ttl of kube-apiserver.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from minieks.engine.clock import HOUR, MINUTE, Micros
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name, uid

TTL: Micros = HOUR
# Events that differ in their message only are combined from so many on within the interval.
_SIMILAR_LIMIT = 10
_SIMILAR_INTERVAL: Micros = 10 * MINUTE
# A source may write so many events about one object at once, and one more each 5 minutes.
_BURST = 25
_REFILL: Micros = 5 * MINUTE
_SWEEP: Micros = 10 * MINUTE

_Similar: TypeAlias = tuple[str, str, str, str, str]


@dataclass(slots=True)
class _Flood:
    """Different messages of one kind of event, since when."""

    since: Micros
    messages: dict[str, None]


@dataclass(slots=True)
class _Budget:
    """The token bucket of one source about one object."""

    tokens: float
    at: Micros


class EventText(NamedTuple):
    """What happened, and who says so."""

    type: str
    reason: str
    message: str
    component: str
    host: str = ""
    action: str = ""


class EventRecorder:
    """Keeps the events of one cluster in its store."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store
        self._floods: dict[_Similar, _Flood] = {}
        self._budgets: dict[tuple[str, str], _Budget] = {}
        self._known: dict[tuple[_Similar, str], str] = {}
        self._by_age: deque[tuple[Micros, str, tuple[_Similar, str]]] = deque()
        self._sequence = 0

    def record(self, about: Obj, text: EventText) -> None:
        """Write an event about an object, or count one that is there; a flood is cut off."""
        now = self._engine.now()
        similar = (uid(about) or name(about), text.type, text.reason, text.component, text.host)
        if not self._has_budget((similar[0], text.component + text.host), now):
            return
        message, identity = self._combined(similar, text.message, now)
        known = self._known.get((similar, identity))
        if known is not None and self._count_up(known, message, now):
            return
        self._create(about, text, message, (similar, identity))

    def _has_budget(self, key: tuple[str, str], now: Micros) -> bool:
        budget = self._budgets.get(key)
        if budget is None:
            self._budgets[key] = _Budget(_BURST - 1, now)
            return True
        budget.tokens = min(_BURST, budget.tokens + (now - budget.at) / _REFILL)
        budget.at = now
        if budget.tokens < 1:
            return False
        budget.tokens -= 1
        return True

    def _combined(self, similar: _Similar, message: str, now: Micros) -> tuple[str, str]:
        """The message to write, and what identifies repeats of it."""
        flood = self._floods.get(similar)
        if flood is None or now - flood.since > _SIMILAR_INTERVAL:
            self._floods[similar] = _Flood(now, {message: None})
            return message, message
        flood.messages[message] = None
        if len(flood.messages) < _SIMILAR_LIMIT:
            return message, message
        return f"(combined from similar events): {message}", ""

    def _count_up(self, key: str, message: str, now: Micros) -> bool:
        event = self._store.get("events", key)
        if event is None:
            return False
        changed: dict[str, Any] = {
            **event,
            "metadata": dict(event["metadata"]),
            "count": event["count"] + 1,
            "lastTimestamp": times.rfc3339(now),
            "message": message,
        }
        self._store.replace("events", key, changed)
        return True

    def _create(
        self, about: Obj, text: EventText, message: str, known: tuple[_Similar, str]
    ) -> None:
        now = self._engine.now()
        self._sequence += 1
        meta = about["metadata"]
        space = meta.get("namespace") or "default"
        # Time does not go back and the sequence grows: no two events have one name.
        event_name = f"{meta['name']}.{now * 1000 + self._sequence:x}"
        key = f"{space}/{event_name}"
        self._store.create("events", key, self._event(about, text, message, (space, event_name)))
        self._known[known] = key
        if not self._by_age:
            self._engine.after(TTL / 1_000_000, self._sweep)
        self._by_age.append((now, key, known))

    def _event(self, about: Obj, text: EventText, message: str, place: tuple[str, str]) -> Obj:
        now = times.rfc3339(self._engine.now())
        meta = about["metadata"]
        involved = {"kind": about["kind"]}
        for field in ("namespace", "name", "uid"):
            if meta.get(field):
                involved[field] = meta[field]
        involved["apiVersion"] = about["apiVersion"]
        if meta.get("resourceVersion"):
            involved["resourceVersion"] = meta["resourceVersion"]
        source = {"component": text.component}
        if text.host:
            source["host"] = text.host
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": place[1],
                "namespace": place[0],
                "uid": self._uid(),
                "creationTimestamp": now,
            },
            "involvedObject": involved,
            "reason": text.reason,
            "message": message,
            "source": source,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": text.type,
            "eventTime": None,
            "reportingComponent": text.component,
            "reportingInstance": text.host,
        }

    def _uid(self) -> str:
        # Ids of events are never compared with others: a counter is enough and costs nothing.
        return f"00000000-0000-4000-8000-{self._sequence:012x}"

    def _sweep(self) -> None:
        """Forget events that nobody counted up for the time to live."""
        now = self._engine.now()
        while self._by_age and now - self._by_age[0][0] >= TTL:
            _, key, known = self._by_age.popleft()
            event = self._store.get("events", key)
            if event is None:
                continue
            last = times.parse(event["lastTimestamp"])
            if now - last < TTL:
                self._by_age.append((last, key, known))
                continue
            self._store.remove("events", key)
            if self._known.get(known) == key:
                del self._known[known]
        self._forget_quiet_sources(now)
        if self._by_age:
            self._engine.after(_SWEEP / 1_000_000, self._sweep)

    def _forget_quiet_sources(self, now: Micros) -> None:
        self._budgets = {
            key: budget
            for key, budget in self._budgets.items()
            if budget.tokens + (now - budget.at) / _REFILL < _BURST
        }
        self._floods = {
            key: flood
            for key, flood in self._floods.items()
            if now - flood.since <= _SIMILAR_INTERVAL
        }
