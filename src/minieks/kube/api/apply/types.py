"""What a field is to server-side apply: a scalar, a list or a map, owned whole or in parts.

Source: kubernetes kube-openapi pkg/schemaconv (from OpenAPI to the schema of
structured-merge-diff) and the x-kubernetes-list-type, -list-map-keys and -map-type extensions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from minieks.kube.api.schema import SchemaSet, json_type, reference

_OBJECT_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_SCALARS: Final = {
    "string": "string",
    "integer": "numeric",
    "number": "numeric",
    "boolean": "boolean",
}
# The published document says no defaults; of those of key fields there are these.
_KEY_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "io.k8s.api.core.v1.ContainerPort": {"protocol": "TCP"},
    "io.k8s.api.core.v1.ServicePort": {"protocol": "TCP"},
}
_NO_DEFAULTS: Final[Mapping[str, Any]] = {}


@dataclass(slots=True)
class ListType:
    """A list: atomic, a set (no keys), or a map of items that are known by their keys."""

    atomic: bool
    keys: tuple[str, ...]
    element: "Atom"
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class MapType:
    """A struct, if it has named fields, or a map; ``element`` is what else may be in it."""

    atomic: bool
    fields: "Fields"
    element: "Atom | None"

    def child(self, key: str) -> "Atom | None":
        """What stands under a key; None if nothing may."""
        return self.fields.get(key) or self.element


@dataclass(slots=True)
class Atom:
    """What a value may be; more than one of the three only where the schema does not tell.

    ``scalar`` is "string", "numeric", "boolean", "untyped", or "" for none.
    """

    scalar: str = ""
    list: ListType | None = None
    map: MapType | None = None

    def of(self, value: Any) -> "Atom":
        """The one of the three that the value is; all of them for null."""
        if isinstance(value, dict):
            return self if self.map is None else self._only_map()
        if isinstance(value, list):
            return self if self.list is None else self._only_list()
        return self if value is None or not self.scalar else self._only_scalar()

    def _only_map(self) -> "Atom":
        return self if not self.scalar and self.list is None else Atom(map=self.map)

    def _only_list(self) -> "Atom":
        return self if not self.scalar and self.map is None else Atom(list=self.list)

    def _only_scalar(self) -> "Atom":
        return self if self.map is None and self.list is None else Atom(self.scalar)


class Fields:
    """The named fields of a struct, made when they are first asked for."""

    __slots__ = ("_made", "_make", "_schemas")

    def __init__(
        self, schemas: Mapping[str, Any], make: Callable[[Mapping[str, Any]], Atom]
    ) -> None:
        self._schemas = schemas
        self._make = make
        self._made: dict[str, Atom] = {}

    def get(self, key: str) -> Atom | None:
        """What a field is; None if there is no such field."""
        found = self._made.get(key)
        if found is None and key in self._schemas:
            found = self._made[key] = self._make(self._schemas[key])
        return found

    def __contains__(self, key: str) -> bool:
        return key in self._schemas


Make: TypeAlias = Callable[[Mapping[str, Any]], Atom]

# Whatever it is, it is owned whole.
UNTYPED: Final[Atom] = Atom("untyped")
_NO_FIELDS: Final = Fields({}, lambda schema: UNTYPED)
UNTYPED.list = ListType(True, (), UNTYPED)
UNTYPED.map = MapType(True, _NO_FIELDS, UNTYPED)
# Whatever it is, the members of maps are owned one by one.
DEDUCED: Final = Atom("untyped")
DEDUCED.list = ListType(True, (), UNTYPED)
DEDUCED.map = MapType(False, _NO_FIELDS, DEDUCED)


class Types:
    """The types of one Kubernetes version, and those of custom resources."""

    def __init__(self, schemas: SchemaSet) -> None:
        self._schemas = schemas
        self._named: dict[str, Atom] = {}

    def built_in(self, api_version: str, kind: str) -> Atom | None:
        """The type of a kind; None if this version of Kubernetes has no such kind."""
        definition = self._schemas.definition_name(api_version, kind)
        return None if definition is None else self._definition(definition)

    def custom(self, schema: Mapping[str, Any] | None) -> Atom:
        """The type of a custom resource, by the schema of its version."""
        if schema is None or not schema.get("properties"):
            return self._with_meta({}, DEDUCED)
        unknown = DEDUCED if schema.get("x-kubernetes-preserve-unknown-fields") else None
        return self._with_meta(schema["properties"], unknown)

    def _with_meta(self, properties: Mapping[str, Any], element: Atom | None) -> Atom:
        """A type with the fields of every object: apiVersion, kind, metadata."""
        text = {"type": "string"}
        every = {"apiVersion": text, "kind": text, "metadata": {"$ref": _OBJECT_META}}
        return Atom(map=MapType(False, Fields({**properties, **every}, self._made), element))

    def _definition(self, name: str) -> Atom:
        known = self._named.get(name)
        if known is None:
            schema = self._schemas.definition(name)
            # Registered before it is filled: definitions refer to themselves.
            known = self._named[name] = Atom()
            made = self._made(schema)
            known.scalar, known.list, known.map = made.scalar, made.list, made.map
        return known

    def _made(self, schema: Mapping[str, Any]) -> Atom:
        target = _target(schema)
        if target:
            return self._referred(self._definition(target), schema)
        if schema.get("x-kubernetes-int-or-string"):
            return UNTYPED
        kind = json_type(dict(schema))
        if kind == "array":
            return Atom(list=self._list(schema))
        if kind == "object" or "properties" in schema:
            return self._map(schema)
        if kind in _SCALARS:
            return Atom(_SCALARS[kind])
        return DEDUCED if schema.get("x-kubernetes-preserve-unknown-fields") else UNTYPED

    def _referred(self, atom: Atom, schema: Mapping[str, Any]) -> Atom:
        """A named type where the field itself says that it is owned whole or in parts."""
        asked = schema.get("x-kubernetes-map-type")
        if asked is None or atom.map is None:
            return atom
        return Atom(map=MapType(asked == "atomic", atom.map.fields, atom.map.element))

    def _map(self, schema: Mapping[str, Any]) -> Atom:
        atomic = schema.get("x-kubernetes-map-type") == "atomic"
        properties = dict(schema.get("properties") or {})
        if schema.get("x-kubernetes-embedded-resource"):
            text = {"type": "string"}
            meta = {"apiVersion": text, "kind": text, "metadata": {"$ref": _OBJECT_META}}
            properties = {**properties, **meta}
        others = schema.get("additionalProperties")
        element = self._made(others) if isinstance(others, dict) else None
        if schema.get("x-kubernetes-preserve-unknown-fields"):
            element = DEDUCED
        if not properties and element is None:
            # An object of which nothing is said is owned whole.
            return UNTYPED
        return Atom(map=MapType(atomic, Fields(properties, self._made), element))

    def _list(self, schema: Mapping[str, Any]) -> ListType:
        items = schema.get("items") or {}
        kind, keys = _list_kind(schema)
        element = self._made(items)
        if kind == "atomic":
            return ListType(True, (), element)
        return ListType(False, keys, element, _key_defaults(items, keys))


def _list_kind(schema: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    kind = schema.get("x-kubernetes-list-type")
    if kind == "map":
        return "map", tuple(schema.get("x-kubernetes-list-map-keys") or ())
    if kind is not None:
        return str(kind), ()
    if "merge" in str(schema.get("x-kubernetes-patch-strategy", "")).split(","):
        key = schema.get("x-kubernetes-patch-merge-key")
        return ("map", (key,)) if key else ("set", ())
    return "atomic", ()


def _key_defaults(items: Mapping[str, Any], keys: tuple[str, ...]) -> Mapping[str, Any]:
    """What stands for a key that an item does not say."""
    known = _KEY_DEFAULTS.get(_target(items))
    if known is not None:
        return known
    properties = items.get("properties") or _NO_DEFAULTS
    said = {key: properties[key].get("default") for key in keys if key in properties}
    return {key: default for key, default in said.items() if default is not None}


def _target(schema: Mapping[str, Any]) -> str:
    return reference(dict(schema)) if "$ref" in schema else ""
