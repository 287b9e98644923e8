"""Conversions between types. Source: cel-go common/types ``ConvertToType``."""

import math
import re
from typing import Any, Final

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.library.operators import in_range, unsigned
from minieks.kube.cel.library.times import (
    duration,
    duration_text,
    timestamp,
    timestamp_text,
)
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import Duration, Timestamp, TypeValue, UInt, type_name

_TRUE: Final = ("1", "t", "T", "TRUE", "true", "True")
_FALSE: Final = ("0", "f", "F", "FALSE", "false", "False")
_NUMBER: Final = re.compile(
    r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE
)


def _int_of_text(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise EvaluationError(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise EvaluationError(f'strconv.ParseInt: parsing "{text}": value out of range')
    return value


def _uint_of_text(text: str) -> UInt:
    if not re.fullmatch("[0-9]+", text):
        raise EvaluationError(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    if int(text) >= 2**64:
        raise EvaluationError(f'strconv.ParseUint: parsing "{text}": value out of range')
    return UInt(text)


def _double_of_text(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise EvaluationError(f'strconv.ParseFloat: parsing "{text}": invalid syntax')
    return float(text)


def _bool_of_text(text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise EvaluationError(f'strconv.ParseBool: parsing "{text}": invalid syntax')


def _whole(value: float) -> int:
    if math.isnan(value) or math.isinf(value):
        raise EvaluationError("integer overflow")
    return math.trunc(value)


def double_text(value: float) -> str:
    """A double as Go's %g prints it with the fewest digits that tell it apart."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    mantissa, _, exponent = f"{value!r}".partition("e")
    power = math.floor(math.log10(abs(value))) if value else 0
    if -5 < power < 21:
        return _plain(value)
    if not exponent:
        mantissa, _, exponent = f"{value:.17g}".partition("e")
    digits = mantissa.removesuffix(".0")
    return f"{digits}e{int(exponent):+03d}"


def _plain(value: float) -> str:
    if value == int(value):
        return str(int(value))
    text = repr(value)
    return text if "e" not in text else f"{value:.17f}".rstrip("0")


def _text_of_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise EvaluationError("invalid UTF-8 in bytes, cannot convert to string") from None


def _same(value: Any) -> Any:
    return value


ROWS: Final[tuple[Row, ...]] = (
    ("int", "(int) -> int", _same),
    ("int", "(uint) -> int", lambda value: in_range(int(value))),
    ("int", "(double) -> int", lambda value: in_range(_whole(value))),
    ("int", "(string) -> int", _int_of_text),
    ("int", "(timestamp) -> int", lambda value: value.nanos // 10**9),
    ("int", "(duration) -> int", lambda value: value.nanos),
    ("uint", "(uint) -> uint", _same),
    ("uint", "(int) -> uint", unsigned),
    ("uint", "(double) -> uint", lambda value: unsigned(_whole(value))),
    ("uint", "(string) -> uint", _uint_of_text),
    ("double", "(double) -> double", _same),
    ("double", "(int) -> double", float),
    ("double", "(uint) -> double", float),
    ("double", "(string) -> double", _double_of_text),
    ("bool", "(bool) -> bool", _same),
    ("bool", "(string) -> bool", _bool_of_text),
    ("string", "(string) -> string", _same),
    ("string", "(bool) -> string", lambda value: "true" if value else "false"),
    ("string", "(int) -> string", str),
    ("string", "(uint) -> string", lambda value: str(int(value))),
    ("string", "(double) -> string", double_text),
    ("string", "(bytes) -> string", _text_of_bytes),
    ("string", "(timestamp) -> string", timestamp_text),
    ("string", "(duration) -> string", duration_text),
    ("bytes", "(bytes) -> bytes", _same),
    ("bytes", "(string) -> bytes", lambda value: value.encode()),
    ("timestamp", "(timestamp) -> timestamp", _same),
    ("timestamp", "(string) -> timestamp", timestamp),
    ("timestamp", "(int) -> timestamp", lambda value: Timestamp(value * 10**9)),
    ("duration", "(duration) -> duration", _same),
    ("duration", "(string) -> duration", duration),
    ("duration", "(int) -> duration", Duration),
    ("dyn", "(A) -> dyn", _same),
    ("type", "(A) -> type(A)", lambda value: TypeValue(type_name(value))),
)
