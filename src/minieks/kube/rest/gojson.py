"""JSON as Go reads it: the words of its syntax errors, and repeated fields.

Source: encoding/json of Go (scanner.go) and sigs.k8s.io/json (strict decoding).
"""

import json
import re
from math import isinf
from typing import Any, Final

import orjson

from minieks.kube.rest import extent

_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?')
DEEPEST: Final = 128
"""Levels of lists and objects that a value may have; Go allows 10,000, and nobody needs as many."""
TOO_DEEP: Final = "exceeded max depth"
_NAMED: Final = {"\n": r"'\n'", "\r": r"'\r'", "\t": r"'\t'"}
_INT64: Final = 2**63
_LONGEST_INT: Final = 19
"""Digits of the largest int64."""
_EXPECTED: Final = (
    ("Expecting property name", "looking for beginning of object key string"),
    ("Expecting ',' delimiter", "after object key:value pair"),
    ("Expecting ':' delimiter", "after object key"),
    ("Expecting value", "looking for beginning of value"),
    ("Extra data", "after top-level value"),
    ("Invalid control character", "in string literal"),
    ("Invalid \\", "in string escape code"),
)


class GoSyntaxError(ValueError):
    """What is no JSON, in Go's words."""


def loads(body: bytes) -> Any:
    """The value; raises GoSyntaxError, or ApiError if there is too much of it."""
    if body.count(b"{") + body.count(b"[") > DEEPEST or body.count(b",") > extent.MOST:
        _check_text(body)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _loads_slowly(body)


def is_deeper(value: Any, levels: int = DEEPEST) -> bool:
    """Whether lists and objects are in one another more often than ``levels``."""
    if not isinstance(value, (dict, list)):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(is_deeper(member, levels - 1) for member in members)


def _check_text(body: bytes) -> None:
    try:
        extent.check_text(body, DEEPEST)
    except extent.TooDeep:
        raise GoSyntaxError(TOO_DEEP) from None


def _loads_slowly(body: bytes) -> Any:
    # orjson is strict about numbers and surrogates that Go lets pass; and says errors its own way.
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(
            text, parse_int=_integer, parse_float=_float, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise GoSyntaxError(_in_go_words(text, error)) from None
    except RecursionError:
        raise GoSyntaxError(TOO_DEEP) from None
    return _without_surrogates(value) if "\\u" in text else value


def _integer(digits: str) -> int | float:
    """An int64, or a float64 if it is too large for one."""
    if len(digits.lstrip("-")) <= _LONGEST_INT:
        number = int(digits)
        if -_INT64 <= number < _INT64:
            return number
    return _float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if isinf(number):
        raise GoSyntaxError(f"json: cannot unmarshal number {digits} into Go value of type float64")
    return number


def _no_constant(name: str) -> float:
    """NaN and Infinity, which are Python's idea of JSON only."""
    if name.startswith("-"):
        raise GoSyntaxError(f"invalid character {_quoted(name[1])} in numeric literal")
    raise GoSyntaxError(f"invalid character {_quoted(name[0])} looking for beginning of value")


def _without_surrogates(value: Any) -> Any:
    """The value with U+FFFD for each half of a character, which is no text by itself."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(member) for member in value]
    if isinstance(value, dict):
        return {
            _without_surrogates(key): _without_surrogates(member) for key, member in value.items()
        }
    return value


def _in_go_words(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg:
        return "unexpected end of JSON input"
    context = next((go for ours, go in _EXPECTED if error.msg.startswith(ours)), "in value")
    if context == "after object key:value pair" and _in_array(text[: error.pos]):
        context = "after array element"
    return f"invalid character {_quoted(text[error.pos])} {context}"


def _in_array(before: str) -> bool:
    """Whether the innermost bracket still open is that of an array."""
    outside = re.sub(r'"[^"\\]*(?:\\.[^"\\]*)*"', "", before)
    depth = 0
    for char in reversed(outside):
        if char in "]}":
            depth += 1
        elif char in "[{":
            if depth == 0:
                return char == "["
            depth -= 1
    return False


def _quoted(char: str) -> str:
    if char == "'":
        return "'\\''"
    if char < " " or char == "\x7f":
        return _NAMED.get(char, rf"'\x{ord(char):02x}'")
    return "'\"'" if char == '"' else f"'{char}'"


def repeated_fields(body: bytes, value: Any) -> list[str]:
    """The paths of fields that stand twice in an object; ``value`` is the decoded body."""
    if _is_as_written(body, value):
        return []
    keys = sum(1 for colon in _STRING.findall(body) if colon)
    if keys == _count(value):
        return []
    found: dict[str, None] = {}
    _search(json.loads(body, object_pairs_hook=_Pairs, parse_int=str), "", found)
    return list(found)


def _is_as_written(body: bytes, value: Any) -> bool:
    """Whether the body is just what the value is written as; then no field is lost in it."""
    try:
        return orjson.dumps(value) == body.rstrip(b"\n")
    except TypeError:  # Numbers and texts that orjson does not write.
        return False


def _count(value: Any) -> int:
    if isinstance(value, dict):
        total = len(value)
        for member in value.values():
            if isinstance(member, (dict, list)):
                total += _count(member)
        return total
    if isinstance(value, list):
        return sum(_count(member) for member in value if isinstance(member, (dict, list)))
    return 0


class _Pairs(list[tuple[str, Any]]):
    """An object with its fields in order, the repeated ones too."""


def _search(value: Any, path: str, found: dict[str, None]) -> None:
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        for key, member in value:
            place = f"{path}.{key}" if path else key
            if key in seen:
                found[place] = None
            seen.add(key)
            _search(member, place, found)
    elif isinstance(value, list):
        for position, member in enumerate(value):
            _search(member, f"{path}[{position}]", found)
