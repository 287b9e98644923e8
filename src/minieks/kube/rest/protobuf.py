"""Reads objects that clients send as protobuf: Go clients do, from client-go 0.32 on.

They take JSON for an answer, but do not send it when protobuf is refused. What is not in the
layout, such as a field of a later version, is skipped, as an older server does. Sources: kubernetes
apimachinery pkg/runtime/serializer/protobuf and pkg/runtime/generated.proto (the envelope);
pkg/apis/meta/v1/{time,micro_time}_proto.go, pkg/util/intstr, pkg/api/resource (special messages).
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import orjson

from minieks.data.protobuf import Field, Message, messages
from minieks.kube.api.zero_values import PLAIN_BOOLEANS, PLAIN_NUMBERS, POINTER_STRINGS
from minieks.kube.rest import extent
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

PREFIX: Final = b"k8s\x00"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SECOND: Final = 1_000_000
_DEEPEST: Final = 100
"""Messages within messages; a schema of Kubernetes needs a fifth of it."""
_MOST_FIELDS: Final = 4 * extent.MOST
"""Of all messages together: a pair of a map is three."""


class Malformed(ValueError):
    """The bytes are no message of that kind."""


class UnknownMessage(LookupError):
    """There is no layout for this kind."""


class _Budget:
    """How many fields may still be read; raises the 413 of a body with more."""

    def __init__(self) -> None:
        self._left = _MOST_FIELDS

    def spend(self) -> None:
        """One more field is read."""
        self._left -= 1
        if self._left < 0:
            raise extent.too_many()


def read(body: bytes) -> Obj:
    """The object in an envelope; raises Malformed, or UnknownMessage for a kind without layout.

    A body that holds too many values is an ApiError.
    """
    if not body.startswith(PREFIX):
        raise Malformed("no prefix")
    budget = _Budget()
    envelope = _message(body[len(PREFIX) :], messages()["runtime.Unknown"], 0, budget)
    about = envelope.get("typeMeta") or {}
    api_version, kind = about.get("apiVersion", ""), about.get("kind", "")
    raw = base64.b64decode(envelope.get("raw", ""))
    found = {
        "apiVersion": api_version,
        "kind": kind,
        **_message(raw, _layout(api_version, kind), 0, budget, kind),
    }
    extent.check(found, len(body))
    return found


def _layout(api_version: str, kind: str) -> Message:
    group, _, version = api_version.rpartition("/")
    package = f"{group.split('.')[0] or 'core'}.{version}"
    # What every group has, such as DeleteOptions, is in meta.
    for name in (f"{package}.{kind}", f"meta.v1.{kind}"):
        if name in messages():
            return messages()[name]
    raise UnknownMessage(f"{api_version} {kind}")


def _message(data: bytes, layout: Message, depth: int, budget: _Budget, struct: str = "") -> Obj:
    if depth > _DEEPEST:
        raise Malformed("too deep")
    found: Obj = {}
    for number, wire, value in _fields(data):
        budget.spend()
        field = layout.get(number)
        if field is not None:
            read = _value(field, wire, value, depth, budget)
            if read or not _is_unset(field, f"{struct}.{field.name}", read):
                _take(found, field, read)
    return found


def _is_unset(field: Field, name: str, zero: Any) -> bool:
    """Whether a zero value says nothing: protobuf has it for every field that is no pointer."""
    if field.how or field.is_map:
        return False
    if isinstance(zero, str):
        return field.type == "string" and name not in POINTER_STRINGS
    if isinstance(zero, bool):
        return name in PLAIN_BOOLEANS
    return isinstance(zero, int) and name in PLAIN_NUMBERS


def _take(found: Obj, field: Field, value: Any) -> None:
    if value is None:
        return
    if field.how == "inline":
        found.update(value)
    elif field.is_map:
        found.setdefault(field.name, {}).update(value)
    elif field.how == "repeated":
        found.setdefault(field.name, []).append(value)
    else:
        found[field.name] = value


def _value(field: Field, wire: int, value: Any, depth: int, budget: _Budget) -> Any:
    if field.is_map:
        return _entry(field, value, depth, budget)
    return _typed(field.type, wire, value, depth, budget)


def _entry(field: Field, data: bytes, depth: int, budget: _Budget) -> Obj:
    """One pair of a map: a message with the key as field 1 and the value as field 2."""
    key, value = "", _ZEROS.get(field.type, lambda: {})()
    for number, wire, raw in _fields(data):
        budget.spend()
        if number == 1:
            key = _text(raw)
        elif number == 2:
            value = _typed(field.type, wire, raw, depth, budget)
    return {key: value}


def _typed(type_: str, wire: int, value: Any, depth: int, budget: _Budget) -> Any:
    scalar = _SCALARS.get(type_)
    if scalar is not None:
        if (wire == _BYTES) != (type_ in ("string", "bytes")):
            raise Malformed(f"wire type {wire} for {type_}")
        return scalar(value)
    if wire != _BYTES:
        raise Malformed(f"wire type {wire} for {type_}")
    layout = messages().get(type_)
    if layout is None:
        raise UnknownMessage(type_)
    special = _SPECIAL.get(type_)
    found = _message(value, layout, depth + 1, budget, type_.rpartition(".")[2])
    return found if special is None else special(found)


def _fields(data: bytes) -> Iterator[tuple[int, int, Any]]:
    """Each field's number, wire type, and value: an integer or bytes."""
    at, size = 0, len(data)
    while at < size:
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, wire, value
            continue
        if wire == _BYTES:
            length, at = _varint(data, at)
        elif wire in (_FIXED64, _FIXED32):
            length = 8 if wire == _FIXED64 else 4
        else:
            raise Malformed(f"wire type {wire}")
        if at + length > size:
            raise Malformed("unexpected EOF")
        yield number, wire, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while shift < 70:
        if at >= len(data):
            raise Malformed("unexpected EOF")
        byte = data[at]
        at += 1
        result |= (byte & 127) << shift
        if byte < 128:
            return result, at
        shift += 7
    raise Malformed("integer overflow")


# --- scalars ---


def _signed(value: int) -> int:
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >= 1 << 63 else value


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("a string is no UTF-8") from None


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


Scalar: TypeAlias = Callable[[Any], Any]

_SCALARS: Final[Mapping[str, Scalar]] = {
    "string": _text,
    "bytes": _base64,
    "bool": bool,
    "int32": _signed,
    "int64": _signed,
    "uint32": int,
    "uint64": int,
}
_ZEROS: Final[Mapping[str, Callable[[], Any]]] = {"string": str, "bytes": str, "int64": int}


# --- messages that are something else in JSON ---


def _time(found: Obj) -> str | None:
    """RFC 3339 to the second; nothing of a time that is not set."""
    if not found:
        return None
    return times.rfc3339(found.get("seconds", 0) * _SECOND)


def _micro_time(found: Obj) -> str | None:
    if not found:
        return None
    moment = found.get("seconds", 0) * _SECOND + found.get("nanos", 0) // 1000
    return times.rfc3339_micro(moment)


def _int_or_string(found: Obj) -> int | str:
    if found.get("type"):
        return str(found.get("strVal", ""))
    return int(found.get("intVal", 0))


def _json(field: str) -> Callable[[Obj], Any]:
    """Bytes that are JSON themselves; nothing if there are none."""

    def parsed(found: Obj) -> Any:
        raw = base64.b64decode(found.get(field, ""))
        try:
            return orjson.loads(raw) if raw else None
        except orjson.JSONDecodeError:
            raise Malformed("no JSON within") from None

    return parsed


def _items(found: Obj) -> list[str]:
    items: list[str] = found.get("items", [])
    return items


_SPECIAL: Final[Mapping[str, Callable[[Obj], Any]]] = {
    "meta.v1.Time": _time,
    "meta.v1.MicroTime": _micro_time,
    "meta.v1.FieldsV1": _json("Raw"),
    "meta.v1.Verbs": _items,
    "runtime.RawExtension": _json("raw"),
    "util.intstr.IntOrString": _int_or_string,
    "api.resource.Quantity": lambda found: found.get("string", "0"),
    "authentication.v1.ExtraValue": _items,
    "authorization.v1.ExtraValue": _items,
    "certificates.v1.ExtraValue": _items,
}
