"""What ``null`` means to the API server: an absent field; in a list or a map, a zero value.

Source: encoding/json of Go: null leaves a field as it is, and an element at its zero value.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from minieks.kube.api.memo import IdentityMemo

Schema: TypeAlias = dict[str, Any]
"""A part of an OpenAPI document."""
Find: TypeAlias = Callable[[Schema], Schema]
"""The schema that a schema refers to, or itself."""

_ZEROS: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False}


def has_null(value: Any) -> bool:
    """Whether there is a null anywhere in the value."""
    if isinstance(value, dict):
        return any(has_null(one) for one in value.values())
    if isinstance(value, list):
        return any(has_null(one) for one in value)
    return value is None


class Nulls:
    """Remembers the very specs that have no nulls: many pods share theirs."""

    def __init__(self) -> None:
        self._free: IdentityMemo[bool] = IdentityMemo()

    def anywhere_in(self, obj: Schema) -> bool:
        """Whether there is a null anywhere in the object."""
        return any(
            self._in_spec(value) if key == "spec" else has_null(value) for key, value in obj.items()
        )

    def _in_spec(self, spec: Any) -> bool:
        if self._free.get(spec):
            return False
        if has_null(spec):
            return True
        self._free.put(spec, True)
        return False


def without_nulls(value: Any, schema: Schema, find: Find) -> Any:
    """The value as the server has it after decoding; free JSON keeps its nulls."""
    schema = find(schema)
    if isinstance(value, list):
        return [_element(one, schema.get("items") or {}, find) for one in value]
    if not isinstance(value, dict):
        return value
    if "properties" in schema:
        fields = schema["properties"]
        return {
            key: without_nulls(one, fields.get(key) or {}, find)
            for key, one in value.items()
            if one is not None
        }
    inner = schema.get("additionalProperties")
    if isinstance(inner, dict):
        return {key: _element(one, inner, find) for key, one in value.items()}
    return value


def _element(value: Any, schema: Schema, find: Find) -> Any:
    """An element of a list or a map."""
    if value is not None:
        return without_nulls(value, schema, find)
    found = find(schema)
    if "oneOf" in found:  # a Quantity or an IntOrString
        return 0
    kinds = found.get("type") or ("object" if "properties" in found else "")
    kind = next((one for one in kinds if one != "null"), "") if isinstance(kinds, list) else kinds
    if kind == "object":
        return {}
    return [] if kind == "array" else _ZEROS.get(kind)
