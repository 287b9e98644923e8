"""The stream of events of a YAML text, by libyaml where PyYAML was built with it."""

from collections.abc import Callable

import yaml
from yaml.events import Event

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 200
"""Mappings and sequences inside each other; the deepest published custom resource has under 100."""


def event_source(text: str) -> Callable[[], Event]:
    """A function that gives the next event; it raises yaml.YAMLError where the text is no YAML."""
    source: Callable[[], Event] = _LOADER(text).get_event
    return source


def line_at(event: Event) -> int:
    """The line, from 1, on which an event begins."""
    mark = event.start_mark
    return mark.line + 1 if mark else 1


def index_at(event: Event) -> int:
    """Where in the text, in characters, an event begins."""
    mark = event.start_mark
    return int(mark.index) if mark else 0
