"""JSON text, one value after the other, with the same care as YAML: no key twice, no NaN."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from minieks.kube.words.yamlscalars import normal_number


class JsonError(Exception):
    """The text is no JSON, or JSON with a fault. The line counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class JsonValue(NamedTuple):
    """A value, the line on which it begins, and which characters of the text it is."""

    value: Any
    line: int
    start: int
    end: int


def read_values(text: str) -> Iterator[JsonValue]:
    """Each value in the text; JsonError at the first fault."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_object,
        parse_float=_number,
        parse_int=_integer,
        parse_constant=_refuse_constant,
    )
    position, line, counted = _skip_space(text, 0), 1, 0
    while position < len(text):
        line += text.count("\n", counted, position)
        counted = start = position
        try:
            value, position = decoder.raw_decode(text, position)
            orjson.dumps(value)  # half characters and deep nesting are found here
        except json.JSONDecodeError as error:
            raise JsonError(error.msg, error.lineno) from None
        except RecursionError:
            raise JsonError("nested too deep", line) from None
        except (ValueError, TypeError) as error:
            raise JsonError(str(error), line) from None
        yield JsonValue(value, line, start, position)
        position = _skip_space(text, position)


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise ValueError(f"key {twice!r} is there twice")
    return made


def _number(text: str) -> int | float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {text[:40]} is too large")
    return normal_number(value)


def _integer(text: str) -> int | float:
    value = int(text)
    return value if -(2**63) <= value < 2**63 else float(value)


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON value")
