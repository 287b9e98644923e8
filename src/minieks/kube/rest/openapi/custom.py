"""The definitions of custom resources, from the schemas of their CustomResourceDefinitions.

Source: kubernetes apiextensions-apiserver pkg/controller/openapi/builder.
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.kube.kinds.resources import Resource
from minieks.kube.rest.openapi.definitions import V2, V3, Schema
from minieks.kube.rest.openapi.operations import Names

_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."
_HEADS: Final = ("apiVersion", "kind", "metadata")
# What OpenAPI 2 has no words for, or what its readers misunderstand.
_NOT_IN_V2: Final = frozenset(
    {"anyOf", "oneOf", "allOf", "not", "nullable", "x-kubernetes-preserve-unknown-fields"}
)


def names(resource: Resource) -> Names:
    """The names of a custom resource's definitions: the group's words come in reverse."""
    words = ".".join(reversed(resource.group.split(".")))
    base = f"{words}.{resource.version}"
    return Names(f"{base}.{resource.kind}", f"{base}.{resource.list_kind}")


def definitions(resource: Resource, version: Mapping[str, Any], to: str) -> dict[str, Schema]:
    """The definition of one object and of a list; ``version`` is of ``spec.versions``."""
    found = names(resource)
    schema = (version.get("schema") or {}).get("openAPIV3Schema") or {"type": "object"}
    return {
        found.one: _one(resource, schema, to),
        found.many: _many(resource, found.one, to),
    }


def _one(resource: Resource, schema: Schema, to: str) -> Schema:
    one = _for_v2(schema) if to == V2 else dict(schema)
    own = {key: value for key, value in (one.get("properties") or {}).items() if key not in _HEADS}
    meta = _reference(f"{_META}ObjectMeta", "Standard object's metadata.", to)
    properties = {**_heads(), "metadata": meta, **own}
    return {**one, "type": "object", "properties": properties, **_gvk(resource, resource.kind)}


def _many(resource: Resource, one: str, to: str) -> Schema:
    items = {
        "description": "The objects of the list.",
        "type": "array",
        "items": {"$ref": to + one},
    }
    meta = _reference(f"{_META}ListMeta", "Standard list metadata.", to)
    return {
        "description": f"{resource.list_kind} is a list of {resource.kind}",
        "type": "object",
        "required": ["items"],
        "properties": {**_heads(), "items": items, "metadata": meta},
        **_gvk(resource, resource.list_kind),
    }


def _heads() -> dict[str, Schema]:
    return {
        "apiVersion": {"type": "string", "description": "The group and version of the object."},
        "kind": {"type": "string", "description": "The kind of the object."},
    }


def _reference(name: str, told: str, to: str) -> Schema:
    if to == V3:
        return {"description": told, "allOf": [{"$ref": to + name}]}
    return {"description": told, "$ref": to + name}


def _gvk(resource: Resource, kind: str) -> Schema:
    row = {"group": resource.group, "kind": kind, "version": resource.version}
    return {"x-kubernetes-group-version-kind": [row]}


def _for_v2(schema: Mapping[str, Any]) -> Schema:
    """The schema without what OpenAPI 2 lacks; a value of which too little is known is any."""
    if schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("nullable"):
        told = {"description": schema["description"]} if "description" in schema else {}
        return {**told, "type": "object"} if schema.get("type") == "object" else told
    found = {key: value for key, value in schema.items() if key not in _NOT_IN_V2}
    if schema.get("x-kubernetes-int-or-string"):
        found.pop("type", None)
    if "properties" in found:
        inner = found["properties"]
        found["properties"] = {key: _for_v2(value) for key, value in inner.items()}
    for key in ("items", "additionalProperties"):
        if isinstance(found.get(key), dict):
            found[key] = _for_v2(found[key])
    return found
