"""Decoders of single values: what JSON the API server takes for which Go type.

A decoder is called with a value and where it stands; it notes the first mistake in Go's words and
every unknown field. Source: encoding/json of Go, kubernetes apimachinery pkg/api/resource,
pkg/apis/meta/v1/time.go and sigs.k8s.io/json (strict decoding).
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.words import quantity


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: its path for users, its path for Go, the Go struct around it."""

    path: str
    go_path: str
    struct: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A value of the wrong type: in Go's words, at which path, and what is wanted there."""

    text: str
    path: str
    wanted: str


@dataclass(slots=True)
class Decoding:
    """What was found while decoding one object."""

    errors: list[Mistake] = field(default_factory=list)
    unknown_fields: list[str] = field(default_factory=list)

    def mismatch(self, value: Any, at: Place, go_type: str) -> None:
        """Note that the value does not fit the Go type."""
        self.wrong(
            f"json: cannot unmarshal {json_kind(value, go_type)} into Go struct field "
            f"{at.struct}.{at.go_path} of type {go_type}",
            at,
            _wanted(go_type),
        )

    def wrong(self, text: str, at: Place, wanted: str) -> None:
        """Note a mistake in Go's words."""
        self.errors.append(Mistake(text, at.path, wanted))


Decoder: TypeAlias = Callable[[Any, Place, Decoding], None]

_QUANTITY = "a quantity, such as 250m, 2, 1.5 or 512Mi"
_WANTED = {
    "string": "text; what looks like a number or true stands in quotes",
    "bool": "true or false, without quotes",
    "int32": "a whole number below 2147483648, without quotes",
    "int64": "a whole number, without quotes",
    "float64": "a number, without quotes",
    "[]uint8": "text in base64",
}


def _wanted(go_type: str) -> str:
    """What a person is to write for a Go type."""
    if go_type in _WANTED:
        return _WANTED[go_type]
    return "a list, each item after '- '" if go_type.startswith("[]") else "fields, as 'key: value'"


_INT_LIMITS = {"int32": 2**31, "int64": 2**63}


def json_kind(value: Any, go_type: str) -> str:
    """Go's name of the kind of a JSON value, with the number if a number was wanted."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        wants_number = go_type in ("int32", "int64", "float64")
        return f"number {value}" if wants_number else "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def anything(value: Any, at: Place, found: Decoding) -> None:
    """Free JSON."""


def string(value: Any, at: Place, found: Decoding) -> None:
    """A Go string."""
    if value is not None and not isinstance(value, str):
        found.mismatch(value, at, "string")


def boolean(value: Any, at: Place, found: Decoding) -> None:
    """A Go bool."""
    if value is not None and not isinstance(value, bool):
        found.mismatch(value, at, "bool")


def number(value: Any, at: Place, found: Decoding) -> None:
    """A Go float64."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        found.mismatch(value, at, "float64")


def integer(go_type: str) -> Decoder:
    """A Go int32 or int64."""
    limit = _INT_LIMITS.get(go_type, 2**63)

    def decode(value: Any, at: Place, found: Decoding) -> None:
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int) or not -limit <= value < limit:
            found.mismatch(value, at, go_type)

    return decode


def quantity_value(value: Any, at: Place, found: Decoding) -> None:
    """A resource.Quantity: a text or a number."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        found.wrong(quantity.FORMAT_WRONG, at, _QUANTITY)
        return
    try:
        quantity.canonical(value)
    except quantity.InvalidQuantity as wrong:
        found.wrong(str(wrong), at, _QUANTITY)


def int_or_string(value: Any, at: Place, found: Decoding) -> None:
    """An intstr.IntOrString."""
    if value is None or isinstance(value, str):
        return
    if isinstance(value, bool) or not isinstance(value, int):
        found.mismatch(value, at, "int32" if isinstance(value, float) else "string")


def base64_bytes(value: Any, at: Place, found: Decoding) -> None:
    """A Go []byte: base64 in JSON."""
    if value is None:
        return
    if not isinstance(value, str):
        found.mismatch(value, at, "[]uint8")
        return
    try:
        b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        text = f"illegal base64 data at input byte {_first_illegal(value)}"
        found.wrong(text, at, "text in base64; stringData takes plain text")


def _first_illegal(text: str) -> int:
    for position, char in enumerate(text):
        if not (char.isascii() and (char.isalnum() or char in "+/=")):
            return position
    return len(text) - len(text) % 4


def time(layout: str) -> Decoder:
    """A metav1.Time or MicroTime; ``layout`` is Go's."""

    def decode(value: Any, at: Place, found: Decoding) -> None:
        if value is None:
            return
        if not isinstance(value, str):
            found.mismatch(value, at, "string")
            return
        try:
            datetime.fromisoformat(value)
        except ValueError:
            found.wrong(
                f'parsing time "{value}" as "{layout}": cannot parse "{value}" as "2006"',
                at,
                "a time, such as 2026-11-23T00:00:00Z",
            )

    return decode


def of_list(item: Decoder, go_type: str) -> Decoder:
    """A Go slice."""

    def decode(value: Any, at: Place, found: Decoding) -> None:
        if value is None:
            return
        if not isinstance(value, list):
            found.mismatch(value, at, go_type)
            return
        for position, member in enumerate(value):
            item(member, Place(f"{at.path}[{position}]", at.go_path, at.struct), found)
            if found.errors:
                return

    return decode


def of_map(item: Decoder, go_type: str) -> Decoder:
    """A Go map with string keys."""

    def decode(value: Any, at: Place, found: Decoding) -> None:
        if value is None:
            return
        if not isinstance(value, dict):
            found.mismatch(value, at, go_type)
            return
        for key, member in value.items():
            item(member, Place(f"{at.path}.{key}", at.go_path, at.struct), found)
            if found.errors:
                return

    return decode


def of_struct(fields: dict[str, Decoder], struct: str, go_type: str) -> Decoder:
    """A Go struct: the fields it has, and any other is unknown."""

    def decode(value: Any, at: Place, found: Decoding) -> None:
        if value is None:
            return
        if not isinstance(value, dict):
            found.mismatch(value, at, go_type)
            return
        prefix = f"{at.path}." if at.path else ""
        go_prefix = f"{at.go_path}." if at.go_path else ""
        for key, member in value.items():
            decoder = fields.get(key)
            if decoder is None:
                found.unknown_fields.append(prefix + key)
            elif member is not None:
                decoder(member, Place(prefix + key, go_prefix + key, struct), found)

    return decode


def remembered(decoder: Decoder) -> Decoder:
    """A decoder that passes over the very values in which it has found nothing to tell."""
    memo: IdentityMemo[bool] = IdentityMemo()

    def decode(value: Any, at: Place, found: Decoding) -> None:
        if memo.get(value):
            return
        own = Decoding()
        decoder(value, at, own)
        if not own.errors and not own.unknown_fields:
            memo.put(value, True)
            return
        found.errors.extend(own.errors)
        found.unknown_fields.extend(own.unknown_fields)

    return decode
