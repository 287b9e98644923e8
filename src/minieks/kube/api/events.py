"""Writes Events as client-go's recorder does: repeats are counted, floods combined, all expire.

Source: kubernetes client-go tools/record/events_cache.go; --event-ttl of kube-apiserver.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class _Kind:
    """Events of one source that differ in their message only.

    ``messages`` are the different ones since a moment, None as long as there is but ``first``;
    ``known`` are the keys of the events that further ones of the same identity are counted in.
    """

    since: Micros
    first: str
    messages: dict[str, None] | None = None
    known: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Source:
    """Who tells of one object, with a token bucket for how often; by type and reason, what."""

    said: dict[str, str]
    tokens: float
    at: Micros
    kinds: dict[tuple[str, str], _Kind] = field(default_factory=dict)


class _Written(NamedTuple):
    """An event that is in the store, until its time to live is over."""

    at: Micros
    key: str
    kind: _Kind
    identity: str


class EventText(NamedTuple):
    """What happened, and who says so."""

    type: str
    reason: str
    message: str
    component: str
    host: str = ""
    action: str = ""


Wanted: TypeAlias = Callable[[Obj, EventText], bool]
"""Whether an event about an object is worth keeping."""


class EventRecorder:
    """Keeps the events of one cluster in its store.

    ``wanted`` says which ones, where nobody will read the others: half of all that is written are
    events. What is not kept counts for its source all the same, so that the rest is as ever.
    """

    def __init__(self, engine: Engine, store: Store) -> None:
        self.wanted: Wanted | None = None
        self._engine = engine
        self._store = store
        self._sources: dict[tuple[str, str, str], _Source] = {}
        self._by_age: deque[_Written] = deque()
        self._sequence = 0
        self._is_planned = False

    def record(self, about: Obj, text: EventText) -> None:
        """Write an event about an object, or count one that is there; a flood is cut off."""
        now = self._engine.now()
        source = self._source(about, text, now)
        if source is None:
            return
        self._plan_sweep()
        if self.wanted is not None and not self.wanted(about, text):
            return
        kind = source.kinds.get((text.type, text.reason))
        if kind is None:
            kind = source.kinds[text.type, text.reason] = _Kind(now, text.message)
        message, identity = _combined(kind, text.message, now)
        known = kind.known.get(identity)
        if known is not None and self._count_up(known, message, now):
            return
        key = kind.known[identity] = self._create(about, text, message, source.said)
        self._by_age.append(_Written(now, key, kind, identity))

    def _source(self, about: Obj, text: EventText, now: Micros) -> _Source | None:
        """Who tells of this object; None if they have told too much of it."""
        key = (uid(about) or name(about), text.component, text.host)
        source = self._sources.get(key)
        if source is None:
            said = {"component": text.component}
            if text.host:
                said["host"] = text.host
            source = self._sources[key] = _Source(said, _BURST - 1, now)
            return source
        source.tokens = min(_BURST, source.tokens + (now - source.at) / _REFILL)
        source.at = now
        if source.tokens < 1:
            return None
        source.tokens -= 1
        return source

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

    def _create(self, about: Obj, text: EventText, message: str, said: dict[str, str]) -> str:
        """Store a new event; returns its key."""
        now = self._engine.now()
        self._sequence += 1
        meta = about["metadata"]
        space = meta.get("namespace") or "default"
        # Time does not go back and the sequence grows: no two events have one name.
        event_name = f"{meta['name']}.{now * 1000 + self._sequence:x}"
        key = f"{space}/{event_name}"
        moment = times.rfc3339(now)
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": event_name,
                "namespace": space,
                "uid": self._uid(),
                "creationTimestamp": moment,
            },
            "involvedObject": _reference(about),
            "reason": text.reason,
            "message": message,
            "source": said,
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "count": 1,
            "type": text.type,
            "eventTime": None,
            "reportingComponent": text.component,
            "reportingInstance": text.host,
        }
        self._store.create("events", key, event)
        return key

    def _uid(self) -> str:
        # Ids of events are never compared with others: a counter is enough and costs nothing.
        return f"00000000-0000-4000-8000-{self._sequence:012x}"

    def _plan_sweep(self) -> None:
        if not self._is_planned:
            self._is_planned = True
            self._engine.after(TTL / 1_000_000, self._sweep)

    def _sweep(self) -> None:
        """Forget events that nobody counted up for the time to live."""
        now = self._engine.now()
        while self._by_age and now - self._by_age[0].at >= TTL:
            written = self._by_age.popleft()
            event = self._store.get("events", written.key)
            if event is None:
                continue
            last = times.parse(event["lastTimestamp"]) if event["count"] > 1 else written.at
            if now - last < TTL:
                self._by_age.append(written._replace(at=last))
                continue
            self._store.remove("events", written.key)
            if written.kind.known.get(written.identity) == written.key:
                del written.kind.known[written.identity]
        self._forget_quiet_sources(now)
        self._is_planned = bool(self._by_age or (self.wanted is not None and self._sources))
        if self._is_planned:
            self._engine.after(_SWEEP / 1_000_000, self._sweep)

    def _forget_quiet_sources(self, now: Micros) -> None:
        self._sources = {
            key: source for key, source in self._sources.items() if not _is_quiet(source, now)
        }


def _combined(kind: _Kind, message: str, now: Micros) -> tuple[str, str]:
    """The message to write, and what identifies repeats of it."""
    if now - kind.since > _SIMILAR_INTERVAL:
        kind.since, kind.first, kind.messages = now, message, None
        return message, message
    if kind.messages is None:
        if message == kind.first:
            return message, message
        kind.messages = {kind.first: None}
    kind.messages[message] = None
    if len(kind.messages) < _SIMILAR_LIMIT:
        return message, message
    return f"(combined from similar events): {message}", ""


def _is_quiet(source: _Source, now: Micros) -> bool:
    """Whether its bucket is full again and nothing of what it said is remembered."""
    if source.tokens + (now - source.at) / _REFILL < _BURST:
        return False
    kinds = source.kinds.values()
    return not any(kind.known or now - kind.since <= _SIMILAR_INTERVAL for kind in kinds)


def _reference(about: Obj) -> Obj:
    meta = about["metadata"]
    found = {"kind": about["kind"]}
    for reference in ("namespace", "name", "uid"):
        if meta.get(reference):
            found[reference] = meta[reference]
    found["apiVersion"] = about["apiVersion"]
    if meta.get("resourceVersion"):
        found["resourceVersion"] = meta["resourceVersion"]
    return found
