"""The values of CEL in Python, and what is equal, ordered and named among them.

bool, int, float, str, bytes, None, list and dict stand for themselves; the rest is here. A list or
dict of an API object is used as it is and never changed. Source: cel-spec doc/langdef.md "Values".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


class UInt(int):
    """An unsigned integer of 64 bits."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A moment, in nanoseconds since the Unix epoch."""

    nanos: int


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time, in nanoseconds."""

    nanos: int


@dataclass(frozen=True, slots=True)
class TypeValue:
    """The value of ``type(x)``: the name of a type."""

    name: str


class Optional:
    """A value that may be absent."""

    __slots__ = ("has_value", "value")

    def __init__(self, value: Any = None, *, has_value: bool = True) -> None:
        self.value = value
        self.has_value = has_value


NONE: Final = Optional(has_value=False)


class SetList(list[Any]):
    """A list of x-kubernetes-list-type set: its order does not count, ``+`` is union."""

    __slots__ = ()


class MapList(list[Any]):
    """A list of x-kubernetes-list-type map: its items are known by their keys."""

    __slots__ = ("keys",)

    def __init__(self, items: list[Any], keys: tuple[str, ...]) -> None:
        super().__init__(items)
        self.keys = keys

    def key(self, item: Any) -> tuple[Any, ...]:
        """What an item is known by."""
        return tuple(_hashable(item.get(key)) for key in self.keys)


class Struct(dict[str, Any]):
    """A message that an expression made: its fields, and the name of its type."""

    __slots__ = ("name",)

    def __init__(self, name: str, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.name = name


class Lookup:
    """A map whose values are worked out when they are asked for, as ``variables`` are."""

    def find(self, key: str) -> tuple[Any, bool]:
        """The value of a key and whether there is one."""
        raise KeyError(key)


class Opaque:
    """The base of the values that libraries add; ``cel_type`` is the name of their type."""

    __slots__ = ()
    cel_type = ""


_NAMES: Final[dict[type, str]] = {
    bool: "bool",
    int: "int",
    UInt: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    type(None): "null_type",
    list: "list",
    tuple: "list",
    SetList: "list",
    MapList: "list",
    dict: "map",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    TypeValue: "type",
    Optional: "optional_type",
}


def type_name(value: Any) -> str:
    """The name of a value's type, as ``type(x)`` shows it."""
    known = _NAMES.get(type(value))
    if known is not None:
        return known
    if isinstance(value, Struct):
        return value.name
    if isinstance(value, Opaque):
        return value.cel_type
    return "map"


def is_number(value: Any) -> bool:
    """Whether a value is an int, a uint or a double."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """Equality: numbers by their value, whatever their type; else values of one type only."""
    if is_number(left) or is_number(right):
        return is_number(left) and is_number(right) and bool(left == right)
    if isinstance(left, list) and isinstance(right, list):
        return _equal_lists(left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            equal(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, Optional) and isinstance(right, Optional):
        if left.has_value != right.has_value:
            return False
        return not left.has_value or equal(left.value, right.value)
    return type(left) is type(right) and bool(left == right)


def _equal_lists(left: list[Any], right: list[Any]) -> bool:
    if len(left) != len(right):
        return False
    if isinstance(left, SetList):
        return all(contains(right, item) for item in left)
    if isinstance(left, MapList):
        known = {left.key(item): item for item in right}
        return all(left.key(item) in known and equal(item, known[left.key(item)]) for item in left)
    return all(map(equal, left, right))


def contains(items: Any, value: Any) -> bool:
    """Whether a list holds an equal value."""
    return any(equal(item, value) for item in items)


def _hashable(value: Any) -> Any:
    return (type(value).__name__, repr(value)) if isinstance(value, (list, dict)) else value


def joined(left: list[Any], right: list[Any]) -> list[Any]:
    """``left + right``: union of sets, merge of map lists by key, else one after the other."""
    if isinstance(left, SetList):
        return SetList([*left, *(item for item in right if not contains(left, item))])
    if isinstance(left, MapList):
        later = {left.key(item): item for item in right}
        kept = [later.pop(left.key(item), item) for item in left]
        return MapList([*kept, *later.values()], left.keys)
    return [*left, *right]
