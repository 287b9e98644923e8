"""JSONPath as CustomResourceDefinitions use it: ``.spec.items[?(@.type=="Ready")].status``.

    compiled(".spec.replicas")(obj) -> list of the values found, empty if nothing is there

Fields (with ``\\.`` for a dot in a name), quoted names, indexes, slices, unions, wildcards, filters
and recursive descent; a missing key is no error. Source: kubernetes client-go util/jsonpath.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

Step: TypeAlias = Callable[[Any], Iterator[Any]]
Path: TypeAlias = Callable[[Any], list[Any]]


class InvalidPath(ValueError):
    """The text is no path of the language."""


_NAME: Final = re.compile(r"(?:[^.\[\]\\\s]|\\.)+")
_SLICE: Final = re.compile(r"(-?\d*)\s*:\s*(-?\d*)(?:\s*:\s*(-?\d*))?")
_COMPARISON: Final = re.compile(r"^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$", re.DOTALL)
_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@lru_cache(maxsize=2048)
def compiled(text: str) -> Path:
    """The path as a function; raises InvalidPath."""
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1].strip()
    steps = list(_steps(inner.removeprefix("$")))

    def find(value: Any) -> list[Any]:
        found = [value]
        for step in steps:
            found = [inner for one in found for inner in step(one)]
        return found

    return find


def _steps(text: str) -> Iterator[Step]:
    place = 0
    while place < len(text):
        step, place = _next_step(text, place)
        yield step


def _next_step(text: str, place: int) -> tuple[Step, int]:
    if text.startswith("[", place):
        end = _closing(text, place)
        return _bracket(text[place + 1 : end].strip()), end + 1
    if text.startswith("..", place):
        # What follows may be a bracket or a name without a dot of its own.
        ahead = place + 2
        return _descend, ahead if text.startswith("[", ahead) else ahead - 1
    if text.startswith(".[", place) or text == ".":
        return _itself, place + 1
    start = place + text.startswith(".", place)
    name = _NAME.match(text, start)
    if name is None:
        raise InvalidPath(f"{text!r} is no JSONPath: nothing can be read at {text[place:]!r}")
    if name.group() == "*":
        return _every, name.end()
    return _field(re.sub(r"\\(.)", r"\1", name.group())), name.end()


def _closing(text: str, place: int) -> int:
    """Where the bracket that opens at ``place`` closes; quotes and inner brackets are passed."""
    depth, quote = 0, ""
    for index in range(place, len(text)):
        char = text[index]
        if quote:
            quote = "" if char == quote and text[index - 1] != "\\" else quote
        elif char in "'\"":
            quote = char
        elif char in "[]":
            depth += 1 if char == "[" else -1
            if depth == 0:
                return index
    raise InvalidPath(f"{text!r} is no JSONPath: a bracket is not closed")


def _bracket(inner: str) -> Step:
    if inner.startswith("?(") and inner.endswith(")"):
        return _filter(inner[2:-1].strip())
    parts = _union(inner)
    if len(parts) > 1:
        steps = [_bracket(part) for part in parts]
        return lambda value: (found for step in steps for found in step(value))
    if inner == "*":
        return _every
    if inner[:1] in "'\"" and inner:
        return _field(inner[1:-1])
    if re.fullmatch(r"-?\d+", inner):
        return _index(int(inner))
    bounds = _SLICE.fullmatch(inner)
    if bounds is None:
        raise InvalidPath(f"[{inner}] is no index, slice, name or filter")
    return _slice(*(int(part) if part else None for part in bounds.groups()))


def _union(inner: str) -> Sequence[str]:
    quoted = r"'[^']*'|\"[^\"]*\"|[^,'\"]+"
    return [part.strip() for part in re.findall(quoted, inner) if part.strip()]


def _filter(condition: str) -> Step:
    comparison = _COMPARISON.match(condition)
    if comparison is None:
        present = _operand(condition)
        return lambda value: (one for one in _every(value) if present(one))
    left, right = _operand(comparison[1]), _operand(comparison[3])
    compare = _COMPARE[comparison[2]]

    def step(value: Any) -> Iterator[Any]:
        for one in _every(value):
            pair = (left(one), right(one))
            if all(pair) and _holds(compare, pair[0][0], pair[1][0]):
                yield one

    return step


def _operand(text: str) -> Path:
    """A path that begins at the item, or a value as it is."""
    text = text.strip()
    if text.startswith("@"):
        return compiled(text[1:] or ".")
    literal = _literal(text)
    return lambda _: [literal]


def _literal(text: str) -> Any:
    if text[:1] in ("'", '"') and text[-1:] == text[:1]:
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        raise InvalidPath(f"{text!r} is no value to compare with") from None


def _holds(compare: Callable[[Any, Any], Any], left: Any, right: Any) -> bool:
    if isinstance(left, str) is not isinstance(right, str):
        return False
    return bool(compare(left, right))


def _field(name: str) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, dict) and name in value:
            yield value[name]

    return step


def _index(place: int) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, list) and -len(value) <= place < len(value):
            yield value[place]

    return step


def _slice(*bounds: int | None) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, list):
            yield from value[slice(*bounds)]

    return step


def _every(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _descend(value: Any) -> Iterator[Any]:
    yield value
    for inner in _every(value):
        yield from _descend(inner)


def _itself(value: Any) -> Iterator[Any]:
    yield value
