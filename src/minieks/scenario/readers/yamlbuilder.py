"""From YAML events to plain values, with a stack of its own: no nesting can exhaust Python's.

What go-yaml's strict mode refuses is refused here too: a key twice in one mapping, an alias that
contains itself, an alias to nothing, and aliases that would unfold into an enormous document.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from minieks.kube.words.yamlscalars import key_text, resolve_plain
from minieks.scenario.readers.yamlevents import DEEPEST, line_at

MOST_ALIASED = 100_000
"""Values that aliases may add to one document; go-yaml has a like bound ("billion laughs")."""

_MERGE = "<<"
_TAG = "tag:yaml.org,2002:"
_TAGGED: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}
_NO_KEY: Any = object()
_MERGE_KEY: Any = object()


class BuildError(Exception):
    """The events are YAML, but no value that Kubernetes could read. Lines count from 1."""

    def __init__(
        self, message: str, line: int, *, key: tuple[str | int, ...] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.key = key
        """The path of a key that is there twice; None for every other fault."""


class _Open:
    """A mapping or sequence that has begun."""

    __slots__ = ("anchor", "items", "key", "merges", "size", "values")

    def __init__(self, mapping: bool, anchor: str | None) -> None:
        self.values: dict[str, Any] | None = {} if mapping else None
        self.items: list[Any] = []
        self.key: Any = _NO_KEY
        self.anchor = anchor
        self.merges: list[Any] = []
        self.size = 1

    def result(self) -> Any:
        """The finished value; merged keys yield to the mapping's own."""
        if self.values is None:
            return self.items
        for merged in self.merges:
            for key, value in merged.items():
                self.values.setdefault(key, value)
        return self.values


class DocumentBuilder:
    """Builds the value of one document; feed it the events between its start and its end."""

    def __init__(self) -> None:
        self.value: Any = None
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._unfinished: set[str] = set()
        self._plain: dict[str, Any] = {}
        self._aliased = 0
        self.handlers: Mapping[type[Event], Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._start,
            SequenceStartEvent: self._start,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
        }

    def finish(self, line: int) -> Any:
        """The document's value; ``line`` is where it begins, for a fault of the whole."""
        if self._aliased:
            try:
                orjson.dumps(self.value)
            except TypeError:
                raise BuildError("aliases nest too deep", line) from None
        return self.value

    def _scalar(self, event: ScalarEvent) -> None:
        text = event.value
        if event.implicit[0]:
            value = self._plain.get(text, _NO_KEY)
            if value is _NO_KEY:
                value = self._plain[text] = _finite(resolve_plain(text), event)
            plain_merge = text == _MERGE
        else:
            value = _tagged(event) if event.tag else text
            plain_merge = False
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._add(value, 1, event, merge=plain_merge)

    def _start(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        if len(self._stack) >= DEEPEST:
            raise BuildError(f"nested more than {DEEPEST} levels deep", line_at(event))
        if event.anchor:
            self._unfinished.add(event.anchor)
        self._stack.append(_Open(isinstance(event, MappingStartEvent), event.anchor))

    def _end(self, event: MappingEndEvent | SequenceEndEvent) -> None:
        done = self._stack.pop()
        value = done.result()
        if done.anchor:
            self._unfinished.discard(done.anchor)
            self._anchors[done.anchor] = (value, done.size)
        self._add(value, done.size, event)

    def _alias(self, event: AliasEvent) -> None:
        line = line_at(event)
        if event.anchor in self._unfinished:
            raise BuildError(f"the anchor {event.anchor!r} contains itself", line)
        if event.anchor not in self._anchors:
            raise BuildError(f"unknown anchor {event.anchor!r}", line)
        value, size = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MOST_ALIASED:
            raise BuildError(f"aliases unfold into more than {MOST_ALIASED:,} values", line)
        self._add(value, size, event)

    def _add(self, value: Any, size: int, event: Event, *, merge: bool = False) -> None:
        """Puts a finished value where it belongs: the document, a list, a key or a key's value."""
        if not self._stack:
            self.value = value
            return
        top = self._stack[-1]
        top.size += size
        if top.values is None:
            top.items.append(value)
        elif top.key is _NO_KEY:
            top.key = _MERGE_KEY if merge else self._key(value, top.values, event)
        elif top.key is _MERGE_KEY:
            top.merges.extend(_merged(value, event))
            top.key = _NO_KEY
        else:
            top.values[top.key] = value
            top.key = _NO_KEY

    def _key(self, value: Any, values: Mapping[str, Any], event: Event) -> str:
        key = value if type(value) is str else key_text(value)
        if key is None:
            what = "a list or mapping" if isinstance(value, (list, dict)) else "null"
            raise BuildError(f"{what} cannot be the key of a mapping", line_at(event))
        if key in values:
            path = tuple(self._place(one) for one in self._stack[:-1])
            raise BuildError(f"key {key!r} is there twice", line_at(event), key=(*path, key))
        return key

    def _place(self, one: _Open) -> str | int:
        """The key or index at which an open mapping or sequence is being filled."""
        return len(one.items) if one.values is None else str(one.key)


def _merged(value: Any, event: Event) -> list[Any]:
    """The mappings that ``<<`` brings in; an earlier one wins."""
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in found):
        raise BuildError("'<<' can merge only mappings", line_at(event))
    return found


def _finite(value: Any, event: Event) -> Any:
    """The value, unless it is a number that JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        raise BuildError(f"{value} is no number that JSON has; quote it", line_at(event))
    return value


def _tagged(event: ScalarEvent) -> Any:
    """A scalar with a tag of its own; a tag that YAML does not define says nothing."""
    tag = str(event.tag).removeprefix(_TAG)
    text = str(event.value)
    if tag == "binary":
        try:
            return base64.b64decode(text, validate=False).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise BuildError("!!binary holds no base64 text", line_at(event)) from None
    if tag not in _TAGGED:
        return text
    value = _finite(resolve_plain(text), event)
    if not isinstance(value, _TAGGED[tag]):
        raise BuildError(f"{text!r} is no !!{tag}", line_at(event))
    return value
