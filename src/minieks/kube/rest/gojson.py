"""JSON as Go reads it: the words of its syntax errors, and repeated fields.

Source: encoding/json of Go (scanner.go) and sigs.k8s.io/json (strict decoding).
"""

import json
import re
from typing import Any, Final

import orjson

_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?')
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
    """The value; raises GoSyntaxError."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _loads_slowly(body)


def _loads_slowly(body: bytes) -> Any:
    # orjson is strict about numbers and surrogates that Go lets pass; and says errors its own way.
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise GoSyntaxError(_in_go_words(text, error)) from None
    except RecursionError:
        raise GoSyntaxError("exceeded max depth") from None


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
    return "'\"'" if char == '"' else f"'{char}'"


def repeated_fields(body: bytes, value: Any) -> list[str]:
    """The paths of fields that stand twice in an object; ``value`` is the decoded body."""
    keys = sum(1 for colon in _STRING.findall(body) if colon)
    if keys == _count(value):
        return []
    found: list[str] = []
    _search(json.loads(body, object_pairs_hook=_Pairs), "", found)
    return found


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


def _search(value: Any, path: str, found: list[str]) -> None:
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        for key, member in value:
            place = f"{path}.{key}" if path else key
            if key in seen and place not in found:
                found.append(place)
            seen.add(key)
            _search(member, place, found)
    elif isinstance(value, list):
        for position, member in enumerate(value):
            _search(member, f"{path}[{position}]", found)
