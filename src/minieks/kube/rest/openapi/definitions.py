"""Definitions of types as OpenAPI 2 and 3 want them, from JSON schemas.

Source: the schemas are those of kubernetes-validate; kube-openapi pkg/builder and pkg/builder3 say
how references with a description of their own are written.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

_FROM: Final = "#/$defs/"
V2: Final = "#/definitions/"
V3: Final = "#/components/schemas/"
_QUANTITY: Final = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING: Final = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_GVK: Final = "x-kubernetes-group-version-kind"
_NAMED_BY_KIND: Final = ("apiVersion", "kind")
PATCH: Final[Schema] = {
    "description": "A patch in the format that its content type says.",
    "type": "object",
}
_SPECIAL: Final[Mapping[str, Mapping[str, Schema]]] = {
    _QUANTITY: {
        V2: {"type": "string"},
        V3: {"oneOf": [{"type": "string"}, {"type": "number"}]},
    },
    _INT_OR_STRING: {
        V2: {"type": "string", "format": "int-or-string"},
        V3: {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
    },
    "io.k8s.apimachinery.pkg.apis.meta.v1.Patch": {V2: PATCH, V3: PATCH},
}


def converted(name: str, schema: Mapping[str, Any], to: str) -> Schema:
    """One definition; ``to`` is ``V2`` or ``V3``."""
    special = _SPECIAL.get(name)
    if special is not None:
        return special[to]
    found = _value(schema, to)
    properties = found.get("properties")
    if properties and _GVK in found:
        # The schemas pin each kind's own apiVersion and kind; OpenAPI leaves them open.
        plain = {key: _without_enum(properties[key]) for key in _NAMED_BY_KIND if key in properties}
        found["properties"] = {**properties, **plain}
    return found


def _without_enum(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "enum"}


def _value(schema: Mapping[str, Any], to: str) -> Schema:
    found: Schema = {}
    for key, value in schema.items():
        if key == "type":
            found["type"] = _json_type(value)
        elif key == "$ref":
            found["$ref"] = to + value.removeprefix(_FROM)
        elif key in ("items", "additionalProperties", "not") and isinstance(value, dict):
            found[key] = _value(value, to)
        elif key in ("properties", "patternProperties"):
            found[key] = {name: _value(one, to) for name, one in value.items()}
        elif key in ("oneOf", "anyOf", "allOf"):
            found[key] = [_value(one, to) for one in value]
        else:
            found[key] = value
    return _beside_reference(found) if to == V3 and "$ref" in found and len(found) > 1 else found


def _beside_reference(schema: Schema) -> Schema:
    """In OpenAPI 3 nothing may stand beside a reference."""
    rest = {key: value for key, value in schema.items() if key != "$ref"}
    return {**rest, "allOf": [{"$ref": schema["$ref"]}]}


def _json_type(value: Any) -> str:
    """Fields that may be null are not told as such."""
    return value if isinstance(value, str) else next(one for one in value if one != "null")


def references(schema: Any) -> Iterator[str]:
    """The names of the definitions that a schema of ours refers to."""
    if isinstance(schema, dict):
        target = schema.get("$ref")
        if isinstance(target, str):
            yield target.rpartition("/")[2]
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)
