"""JSON and texts read as what a shape of the model says; what is not that is refused.

Source: Smithy, "AWS restJson1 protocol"; the texts are those of AWS's own servers.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from botocore.model import Shape

from minieks.aws.wire.refusals import Refusal, serialization

_NAMES: Final = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}
_WANTED: Final = {
    "string": "a String",
    "integer": "an Integer",
    "long": "a Long",
    "double": "a Double",
    "float": "a Float",
    "boolean": "a Boolean",
    "timestamp": "a Timestamp",
}


def read(shape: Shape, value: Any) -> Any:
    """A JSON value as the shape has it, without members that it does not know; raises Refusal."""
    return _READERS.get(shape.type_name, _as_it_is)(shape, value)


def read_text(shape: Shape, text: str) -> Any:
    """A text of the path, the query or a header as the shape has it; raises Refusal."""
    if shape.type_name == "boolean":
        if text.lower() not in ("true", "false"):
            raise _unfit(shape, text)
        return text.lower() == "true"
    if shape.type_name in ("integer", "long"):
        try:
            return int(text)
        except ValueError:
            raise _unfit(shape, text) from None
    return text


def _structure(shape: Shape, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise serialization("Unexpected value: a structure is expected here.")
    members: dict[str, Shape] = shape.members
    found = ((name, members[name], given) for name, given in value.items() if name in members)
    return {name: read(member, given) for name, member, given in found if given is not None}


def _list(shape: Shape, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise serialization("Expected list or null")
    return [read(shape.member, one) for one in value if one is not None]


def _map(shape: Shape, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise serialization("Expected map or null")
    return {key: read(shape.value, one) for key, one in value.items() if one is not None}


def _string(shape: Shape, value: Any) -> str:
    if not isinstance(value, str):
        raise _unfit(shape, value)
    return value


def _boolean(shape: Shape, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _unfit(shape, value)
    return value


def _integer(shape: Shape, value: Any) -> int:
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not is_whole:
        raise _unfit(shape, value)
    return int(value)


def _number(shape: Shape, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unfit(shape, value)
    return float(value)


def _timestamp(shape: Shape, value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(_number(shape, value), UTC)
    except (ValueError, OverflowError, OSError):
        raise _unfit(shape, value) from None


def _as_it_is(_: Shape, value: Any) -> Any:
    return value


_READERS: Final[dict[str, Callable[[Shape, Any], Any]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "double": _number,
    "float": _number,
    "timestamp": _timestamp,
}


def _unfit(shape: Shape, value: Any) -> Refusal:
    if isinstance(value, dict | list) or (isinstance(value, float) and not math.isfinite(value)):
        return serialization("Start of structure or map found where not expected.")
    if isinstance(value, bool):
        given = "TRUE_VALUE" if value else "FALSE_VALUE"
    else:
        given = _NAMES.get(type(value), "VALUE")
    return serialization(f"{given} can not be converted to {_WANTED[shape.type_name]}")
