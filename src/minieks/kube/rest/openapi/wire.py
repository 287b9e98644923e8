"""JSON values as Protocol Buffers messages, by tables that say which field has which number.

Source: protobuf.dev programming-guides/encoding.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import orjson

Write: TypeAlias = Callable[[int, Any], bytes]
"""From a field's number and its JSON value to the field's bytes."""
Encode: TypeAlias = Callable[[Any], bytes]
"""From a JSON value to the bytes of a message."""

_VARINT: Final = 0
_LENGTH: Final = 2


def varint(value: int) -> bytes:
    """A number of zero or more, seven bits in a byte."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _delimited(number: int, body: bytes) -> bytes:
    return varint(number << 3 | _LENGTH) + varint(len(body)) + body


def text(number: int, value: Any) -> bytes:
    """A string."""
    return _delimited(number, str(value).encode())


def truth(number: int, value: Any) -> bytes:
    """A boolean; false is what a field is that is not there."""
    return varint(number << 3 | _VARINT) + b"\x01" if value else b""


def texts(number: int, value: Any) -> bytes:
    """A list of strings; one string is a list of one."""
    found = [value] if isinstance(value, str) else value
    return b"".join(text(number, one) for one in found)


def one(encode: Encode) -> Write:
    """A message within a message."""
    return lambda number, value: _delimited(number, encode(value))


def each(encode: Encode) -> Write:
    """A list of messages."""
    return lambda number, value: b"".join(_delimited(number, encode(item)) for item in value)


def wrapped(number: int, encode: Encode) -> Encode:
    """A message with nothing but another one in it: one choice of several."""
    return lambda value: _delimited(number, encode(value))


def named(number: int, encode: Encode) -> Encode:
    """A map, as a list of messages with a name (1) and a value (2)."""
    return lambda value: _pairs(number, value.items(), encode)


def _pairs(number: int, pairs: Iterable[tuple[str, Any]], encode: Encode) -> bytes:
    return b"".join(
        _delimited(number, text(1, name) + _delimited(2, encode(value))) for name, value in pairs
    )


def anything(value: Any) -> bytes:
    """A value of any type: YAML, of which JSON is a part."""
    return text(2, orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE).decode())


def message(fields: Mapping[str, tuple[int, Write]], extensions: int) -> Encode:
    """An object by a table of its fields; keys ``x-…`` go to the field ``extensions``.

    What the table does not have is left out.
    """

    def encode(value: Any) -> bytes:
        parts = []
        for key, found in value.items():
            if key in fields:
                number, write = fields[key]
                parts.append(write(number, found))
            elif key.startswith("x-"):
                parts.append(_pairs(extensions, ((key, found),), anything))
        return b"".join(parts)

    return encode
