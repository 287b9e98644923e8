"""Operators. Source: cel-go common/stdlib; ``&&``, ``||`` and ``?:`` are the evaluation's own."""

import math
from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any, Final

from minieks.kube.cel.errors import EvaluationError, no_overload
from minieks.kube.cel.literals import MAX_INT, MAX_UINT, MIN_INT
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import (
    NONE,
    Duration,
    Optional,
    Timestamp,
    UInt,
    contains,
    equal,
    joined,
)

_OVERFLOW: Final = "integer overflow"


def in_range(value: int) -> int:
    """The int, if it has no more than 64 bits; raises EvaluationError."""
    if MIN_INT <= value <= MAX_INT:
        return value
    raise EvaluationError(_OVERFLOW)


def unsigned(value: int) -> UInt:
    """The uint, if it has no more than 64 bits; raises EvaluationError."""
    if 0 <= value <= MAX_UINT:
        return UInt(value)
    raise EvaluationError("unsigned integer overflow")


def _quotient(left: int, right: int) -> int:
    if right == 0:
        raise EvaluationError("division by zero")
    found = abs(left) // abs(right)
    return found if (left < 0) == (right < 0) else -found


def _rest(left: int, right: int) -> int:
    if right == 0:
        raise EvaluationError("modulus by zero")
    return left - right * _quotient(left, right)


def _divided(left: float, right: float) -> float:
    if right:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def _moved(moment: Timestamp, by: Duration) -> Timestamp:
    return Timestamp(moment.nanos + by.nanos)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: bool(compare(left, right))


_ORDERED: Final = ("bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration")
_NUMBERS: Final = ("int", "uint", "double")


def _comparisons() -> list[Row]:
    rows: list[Row] = []
    for sign, compare in (("<", lt), ("<=", le), (">", gt), (">=", ge)):
        run, name = _ordered(compare), f"_{sign}_"
        rows += [(name, f"({one}, {one}) -> bool", run) for one in _ORDERED]
        rows += [
            (name, f"({one}, {other}) -> bool", run)
            for one in _NUMBERS
            for other in _NUMBERS
            if one != other
        ]
    return rows


def _item(items: list[Any], index: int) -> Any:
    if 0 <= index < len(items):
        return items[int(index)]
    raise EvaluationError(f"index out of bounds: {index}")


def _value(found: dict[Any, Any], key: Any) -> Any:
    if isinstance(found, dict) and key in found:
        return found[key]
    raise EvaluationError(f"no such key: {key}")


def _item_or_none(items: list[Any], index: int) -> Optional:
    return Optional(items[index]) if 0 <= index < len(items) else NONE


def _value_or_none(found: dict[Any, Any], key: Any) -> Optional:
    return Optional(found[key]) if key in found else NONE


def _through(step: Callable[[Any, Any], Any]) -> Callable[[Optional, Any], Optional]:
    """An index into what an optional holds."""

    def run(given: Optional, key: Any) -> Optional:
        if not given.has_value:
            return NONE
        found = step(given.value, key)
        return found if isinstance(found, Optional) else Optional(found)

    return run


def _not(value: Any) -> bool:
    return not value


def _size(value: Any) -> int:
    return len(value)


def _in_map(key: Any, found: Any) -> bool:
    if isinstance(found, dict):
        return key in found
    raise no_overload()


ROWS: Final[tuple[Row, ...]] = (
    ("_==_", "(A, A) -> bool", equal),
    ("_!=_", "(A, A) -> bool", lambda left, right: not equal(left, right)),
    *_comparisons(),
    ("_&&_", "(bool, bool) -> bool", _not),
    ("_||_", "(bool, bool) -> bool", _not),
    ("_?_:_", "(bool, A, A) -> A", _not),
    ("!_", "(bool) -> bool", _not),
    ("-_", "(int) -> int", lambda value: in_range(-value)),
    ("-_", "(double) -> double", lambda value: -value),
    ("_+_", "(int, int) -> int", lambda left, right: in_range(left + right)),
    ("_+_", "(uint, uint) -> uint", lambda left, right: unsigned(left + right)),
    ("_+_", "(double, double) -> double", lambda left, right: left + right),
    ("_+_", "(string, string) -> string", lambda left, right: left + right),
    ("_+_", "(bytes, bytes) -> bytes", lambda left, right: left + right),
    ("_+_", "(list(A), list(A)) -> list(A)", joined),
    ("_+_", "(timestamp, duration) -> timestamp", _moved),
    ("_+_", "(duration, timestamp) -> timestamp", lambda by, moment: _moved(moment, by)),
    (
        "_+_",
        "(duration, duration) -> duration",
        lambda left, right: Duration(in_range(left.nanos + right.nanos)),
    ),
    ("_-_", "(int, int) -> int", lambda left, right: in_range(left - right)),
    ("_-_", "(uint, uint) -> uint", lambda left, right: unsigned(left - right)),
    ("_-_", "(double, double) -> double", lambda left, right: left - right),
    (
        "_-_",
        "(timestamp, timestamp) -> duration",
        lambda left, right: Duration(left.nanos - right.nanos),
    ),
    (
        "_-_",
        "(timestamp, duration) -> timestamp",
        lambda moment, by: Timestamp(moment.nanos - by.nanos),
    ),
    (
        "_-_",
        "(duration, duration) -> duration",
        lambda left, right: Duration(in_range(left.nanos - right.nanos)),
    ),
    ("_*_", "(int, int) -> int", lambda left, right: in_range(left * right)),
    ("_*_", "(uint, uint) -> uint", lambda left, right: unsigned(left * right)),
    ("_*_", "(double, double) -> double", lambda left, right: left * right),
    ("_/_", "(int, int) -> int", lambda left, right: in_range(_quotient(left, right))),
    ("_/_", "(uint, uint) -> uint", lambda left, right: unsigned(_quotient(left, right))),
    ("_/_", "(double, double) -> double", _divided),
    ("_%_", "(int, int) -> int", _rest),
    ("_%_", "(uint, uint) -> uint", lambda left, right: unsigned(_rest(left, right))),
    ("_[_]", "(list(A), int) -> A", _item),
    ("_[_]", "(map(A, B), A) -> B", _value),
    ("_[_]", "(optional_type(list(A)), int) -> optional_type(A)", _through(_item_or_none)),
    ("_[_]", "(optional_type(map(A, B)), A) -> optional_type(B)", _through(_value_or_none)),
    ("_[?_]", "(list(A), int) -> optional_type(A)", _item_or_none),
    ("_[?_]", "(map(A, B), A) -> optional_type(B)", _value_or_none),
    ("_[?_]", "(optional_type(list(A)), int) -> optional_type(A)", _through(_item_or_none)),
    ("_[?_]", "(optional_type(map(A, B)), A) -> optional_type(B)", _through(_value_or_none)),
    ("@in", "(A, list(A)) -> bool", lambda value, items: contains(items, value)),
    ("@in", "(A, map(A, B)) -> bool", _in_map),
    ("size", "(string) -> int", _size),
    ("size", "(bytes) -> int", _size),
    ("size", "(list(A)) -> int", _size),
    ("size", "(map(A, B)) -> int", _size),
    ("size", "string.() -> int", _size),
    ("size", "bytes.() -> int", _size),
    ("size", "list(A).() -> int", _size),
    ("size", "map(A, B).() -> int", _size),
)
