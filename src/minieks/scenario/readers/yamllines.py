"""On which line a field stands: a second, slower reading that is done only to place a complaint."""

from collections.abc import Iterator, Sequence

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

from minieks.scenario.readers.yamlevents import DEEPEST, event_source, line_at
from minieks.scenario.readers.yamlscalars import key_text, resolve_plain


def line_of(text: str, document: int, path: Sequence[str | int]) -> int | None:
    """The line, from 1, of the field at ``path`` in the document with that number (from 1).

    If the field is not there, the line of the nearest one above it; None if there is none, or if
    the text cannot be read so far.
    """
    best: int | None = None
    best_depth = 0
    try:
        for line, here in _fields(text, document):
            depth = len(here)
            if depth > best_depth and tuple(path[:depth]) == here:
                best, best_depth = line, depth
                if depth == len(path):
                    return best
    except YAMLError:
        return best
    return best


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
