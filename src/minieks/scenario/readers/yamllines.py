"""On which line a field stands: a second, slower reading that is done only to place a complaint."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from minieks.kube.words.yamlscalars import key_text, resolve_plain
from minieks.scenario.readers.yamlevents import DEEPEST, event_source, line_at


def line_of(text: str, document: int, path: Sequence[str | int]) -> int | None:
    """The line, from 1, of the field at ``path`` in the document with that number (from 1).

    If the field is not there, the line of the nearest one above it; None if there is none, or if
    the text cannot be read so far.
    """
    return _lines(text, document).of(tuple(path))


class _Lines:
    """The lines of a document's fields, read only as far as somebody has asked for.

    A thousand complaints about one file so cost one reading of it, not a thousand.
    """

    def __init__(self, text: str, document: int) -> None:
        self._known: dict[tuple[str | int, ...], int] = {}
        self._rest = _fields(text, document)

    def of(self, path: tuple[str | int, ...]) -> int | None:
        """The line of the field, or of the nearest one above it that is there."""
        if path in self._known or self._read_to(path):
            return self._known[path]
        above = (path[:depth] for depth in range(len(path) - 1, 0, -1))
        return next((self._known[one] for one in above if one in self._known), None)

    def _read_to(self, path: tuple[str | int, ...]) -> bool:
        """Read on until the field comes; False if it does not."""
        try:
            for line, here in self._rest:
                self._known.setdefault(here, line)
                if here == path:
                    return True
        except YAMLError:
            return False
        return False


@lru_cache(maxsize=2)
def _lines(text: str, document: int) -> _Lines:
    return _Lines(text, document)


def _events(text: str, document: int) -> Iterator[Event]:
    """The events of one document."""
    source = event_source(text)
    number = 0
    while True:
        event = source()
        if isinstance(event, StreamEndEvent) or number > document:
            return
        if isinstance(event, DocumentStartEvent):
            number += 1
        elif number == document:
            yield event


class _Frame:
    """A mapping or sequence that is open, and where in it the reading is."""

    def __init__(self, path: tuple[str | int, ...], mapping: bool) -> None:
        self.path = path
        self.mapping = mapping
        self.key: str | None = None
        self.next = 0

    def item(self) -> tuple[str | int, ...]:
        """The path of the value that comes now; moves on to the next."""
        if not self.mapping:
            self.next += 1
            return (*self.path, self.next - 1)
        key, self.key = self.key, None
        return (*self.path, key or "")


def _fields(text: str, document: int) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    """Line and path of each field; a mapping's field stands where its key does."""
    stack: list[_Frame] = []
    for event in _events(text, document):
        line = line_at(event)
        frame = stack[-1] if stack else None
        if frame and frame.mapping and frame.key is None and isinstance(event, ScalarEvent):
            frame.key = key_text(resolve_plain(event.value) if event.implicit[0] else event.value)
            frame.key = event.value if frame.key is None else frame.key
            yield line, (*frame.path, frame.key)
            continue
        opens = isinstance(event, (MappingStartEvent, SequenceStartEvent))
        if not (opens or isinstance(event, (ScalarEvent, AliasEvent))):
            if stack:
                stack.pop()
            continue
        here = frame.item() if frame else ()
        if frame and not frame.mapping:
            yield line, here
        if opens:
            stack.append(_Frame(here, isinstance(event, MappingStartEvent)))
            if len(stack) > DEEPEST:
                return
