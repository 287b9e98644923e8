"""``'%s has %d'.format([...])``. Source: cel-go ext/formatting.go."""

import math
import re
from collections.abc import Callable
from typing import Any, Final

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.library.conversions import double_text
from minieks.kube.cel.library.times import duration_text, timestamp_text
from minieks.kube.cel.values import Duration, Timestamp, TypeValue, is_number, type_name

_CLAUSE: Final = re.compile(r"%(?:\.(\d+))?(.?)", re.DOTALL)
_DIGITS: Final = 6  # behind the point, if nothing else is said


def formatted(template: str, args: list[Any]) -> str:
    """The template with its clauses replaced; raises EvaluationError."""
    left = iter(enumerate(args))

    def clause(match: re.Match[str]) -> str:
        precision, verb = match.groups()
        if verb == "%":
            return "%"
        write = _VERBS.get(verb)
        if write is None:
            raise _failed(f'unrecognized formatting clause "{verb}"')
        at, value = next(left, (len(args), None))
        if at == len(args):
            raise _failed(f"index {at} out of range")
        return write(value, _DIGITS if precision is None else int(precision))

    return _CLAUSE.sub(clause, template)


def _failed(why: str) -> EvaluationError:
    return EvaluationError(f"error during formatting: {why}")


def _refused(verb: str, wanted: str, value: Any) -> EvaluationError:
    return _failed(f"{verb} clause can only be used on {wanted}, was given {type_name(value)}")


def text_of(value: Any) -> str:
    """A value as ``%s`` writes it."""
    for kind, write in _TEXTS.items():
        if isinstance(value, kind):
            return write(value)
    raise _refused(
        "string",
        "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
        value,
    )


def _map_text(value: dict[Any, Any]) -> str:
    pairs = sorted((text_of(key), text_of(held)) for key, held in value.items())
    return "{" + ", ".join(f"{key}: {held}" for key, held in pairs) + "}"


def _bytes_text(value: bytes) -> str:
    return value.decode(errors="replace")


_TEXTS: Final[dict[Any, Callable[[Any], str]]] = {
    str: str,
    bool: lambda value: "true" if value else "false",
    int: lambda value: str(int(value)),
    float: double_text,
    bytes: _bytes_text,
    type(None): lambda value: "null",
    list: lambda value: "[" + ", ".join(map(text_of, value)) + "]",
    dict: _map_text,
    TypeValue: lambda value: value.name,
    Duration: duration_text,
    Timestamp: timestamp_text,
}


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _decimal(value: Any, _: int) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return double_text(value)
    if not _is_int(value):
        raise _refused("decimal", "integers", value)
    return str(int(value))


def _fixed(value: Any, digits: int) -> str:
    if not is_number(value):
        raise _refused("fixed-point", "doubles", value)
    return f"{value:.{digits}f}"


def _scientific(value: Any, digits: int) -> str:
    if not is_number(value):
        raise _refused("scientific", "doubles", value)
    return f"{value:.{digits}e}"


def _binary(value: Any, _: int) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if not _is_int(value):
        raise _refused("binary", "integers and bools", value)
    return f"{int(value):b}"


def _octal(value: Any, _: int) -> str:
    if not _is_int(value):
        raise _refused("octal", "integers", value)
    return f"{int(value):o}"


def _hexadecimal(value: Any, _: int) -> str:
    if isinstance(value, str):
        return value.encode().hex()
    if isinstance(value, bytes):
        return value.hex()
    if not _is_int(value):
        raise _refused("hex", "integers, byte buffers, and strings", value)
    return f"{int(value):x}"


_VERBS: Final[dict[str, Callable[[Any, int], str]]] = {
    "s": lambda value, _: text_of(value),
    "d": _decimal,
    "f": _fixed,
    "e": _scientific,
    "b": _binary,
    "o": _octal,
    "x": _hexadecimal,
    "X": lambda value, _: _hexadecimal(value, 0).upper(),
}
