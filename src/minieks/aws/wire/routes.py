"""Which operation a method and a path stand for, and what the path says.

Source: Smithy, "HTTP binding traits"; botocore's models write a template as ``requestUri``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Route(Generic[T]):
    """A template, segment by segment: a literal, or the name of a label and None."""

    segments: tuple[str, ...]
    labels: tuple[str | None, ...]
    target: T

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        """The labels' values; None if it is another path. No label takes an empty segment."""
        found: dict[str, str] = {}
        for mine, label, given in zip(self.segments, self.labels, segments, strict=True):
            if label is not None and given:
                found[label] = unquote(given)
            elif label is not None or mine != given:
                return None
        return found


class Routes(Generic[T]):
    """Templates and what they lead to; a literal segment goes before a label."""

    def __init__(self, templates: Iterable[tuple[str, str, T]]) -> None:
        self._routes: dict[tuple[str, int], list[_Route[T]]] = {}
        for method, template, target in templates:
            route = _route(template, target)
            self._routes.setdefault((method, len(route.segments)), []).append(route)
        for routes in self._routes.values():
            routes.sort(key=lambda one: [label is not None for label in one.labels])

    def find(self, method: str, path: str) -> tuple[T, dict[str, str]] | None:
        """What a percent-encoded path leads to, with the decoded labels; None for nothing."""
        segments = path.strip("/").split("/")
        for route in self._routes.get((method, len(segments)), ()):
            labels = route.match(segments)
            if labels is not None:
                return route.target, labels
        return None


def _route(template: str, target: T) -> _Route[T]:
    segments = tuple(template.partition("?")[0].strip("/").split("/"))
    return _Route(segments, tuple(_label(one) for one in segments), target)


def _label(segment: str) -> str | None:
    return segment[1:-1] if segment.startswith("{") and segment.endswith("}") else None
