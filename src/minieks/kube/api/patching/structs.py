"""What a strategic merge patch must know of a type: patch strategies and merge keys of its fields.

Source: the x-kubernetes-patch-* extensions of the OpenAPI definitions, which repeat the struct
tags that kubernetes apimachinery pkg/util/strategicpatch/meta.go reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from minieks.kube.api.schema import SchemaSet, json_type, reference


class Struct(Protocol):
    """A type, as a patch sees it."""

    @property
    def name(self) -> str:
        """The name of the Go type; empty for a map, whose members cannot be merged."""

    def field(self, key: str) -> "PatchField | None":
        """How a field is patched; None if there is no such field."""


@dataclass(frozen=True, slots=True)
class PatchField:
    """How a field is patched: ``strategy`` is "", ``merge`` or ``replace``.

    ``struct`` is the type of the field, or of the items of a list.
    """

    strategy: str
    merge_key: str
    struct: Struct


@dataclass(frozen=True, slots=True)
class _Opaque:
    """A type without fields that a patch could look into."""

    name: str = ""

    def field(self, key: str) -> PatchField | None:
        return None


class _Definition:
    """A struct by its OpenAPI definition."""

    def __init__(self, structs: "Structs", definition: str, properties: Mapping[str, Any]) -> None:
        self.name = definition.rpartition(".")[2]
        self._structs = structs
        self._properties = properties
        self._fields: dict[str, PatchField] = {}

    def field(self, key: str) -> PatchField | None:
        found = self._fields.get(key)
        if found is None and key in self._properties:
            found = self._fields[key] = self._structs.patch_field(self._properties[key])
        return found


class Structs:
    """The types of one Kubernetes version, made when they are first asked for."""

    def __init__(self, schemas: SchemaSet) -> None:
        self._schemas = schemas
        self._known: dict[str, Struct] = {}

    def of(self, api_version: str, kind: str) -> Struct | None:
        """The type of a kind; None if this version of Kubernetes has no such kind."""
        definition = self._schemas.definition_name(api_version, kind)
        return None if definition is None else self._named(definition)

    def patch_field(self, schema: Mapping[str, Any]) -> PatchField:
        """How a field with this schema is patched."""
        strategies = str(schema.get("x-kubernetes-patch-strategy", "")).split(",")
        strategy = next((one for one in strategies if one != "retainKeys"), "")
        merge_key = str(schema.get("x-kubernetes-patch-merge-key", ""))
        inner = schema["items"] if json_type(dict(schema)) == "array" else schema
        return PatchField(strategy, merge_key, self._struct(inner))

    def _struct(self, schema: Mapping[str, Any]) -> Struct:
        target = reference(dict(schema))
        return self._named(target) if target else _Opaque()

    def _named(self, definition: str) -> Struct:
        known = self._known.get(definition)
        if known is None:
            properties = self._schemas.definition(definition).get("properties", {})
            known = self._known[definition] = _Definition(self, definition, properties)
        return known
