"""The values that stand literally in an expression. Source: cel-spec doc/langdef.md."""

import re
from typing import Final

from minieks.kube.cel.values import UInt

_SIMPLE: Final = {
    **{"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"},
    **{sign: sign for sign in "\\?\"'`"},
}
_ESCAPE: Final = re.compile(
    r"\\(?:([abfnrtv\\?\"'`])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})"
    r"|(.?))",
    re.DOTALL,
)
MAX_INT: Final = 2**63 - 1
MIN_INT: Final = -(2**63)
MAX_UINT: Final = 2**64 - 1


def integer(text: str) -> int:
    """An int literal, which a minus may precede; ValueError if it is out of range."""
    value = int(text, 16) if "0x" in text else int(text)
    if not MIN_INT <= value <= MAX_INT:
        raise ValueError("invalid int literal")
    return value


def unsigned(text: str) -> UInt:
    """A uint literal such as ``12u``; ValueError if it is out of range."""
    digits = text[:-1]
    value = int(digits, 16) if "0x" in digits else int(digits)
    if value > MAX_UINT:
        raise ValueError("invalid uint literal")
    return UInt(value)


def string(text: str) -> str:
    """A string literal; ValueError if an escape is none."""
    raw, body = _body(text)
    return body if raw else _ESCAPE.sub(_character, body)


def octets(text: str) -> bytes:
    """A bytes literal: escapes below 256 are single bytes, all else is UTF-8."""
    raw, body = _body(text[1:])
    if raw:
        return body.encode()
    found, at = bytearray(), 0
    for match in _ESCAPE.finditer(body):
        found += body[at : match.start()].encode()
        value = _character(match)
        is_byte = match.group(2) or match.group(5)
        found += bytes([ord(value)]) if is_byte else value.encode()
        at = match.end()
    return bytes(found + body[at:].encode())


def _body(text: str) -> tuple[bool, str]:
    raw = text[0] in "rR"
    text = text[1:] if raw else text
    width = 3 if text[:3] in ('"""', "'''") else 1
    return raw, text[width:-width].replace("\r\n", "\n")


def _character(match: re.Match[str]) -> str:
    simple, short, four, eight, octal, _ = match.groups()
    if simple:
        return _SIMPLE[simple]
    digits = short or four or eight
    if digits:
        return chr(int(digits, 16))
    if octal:
        return chr(int(octal, 8))
    raise ValueError("invalid string literal")
