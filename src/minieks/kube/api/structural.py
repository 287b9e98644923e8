"""Structural schemas of custom resources: pruning and defaulting.

A schema is a tree of nodes made when they are first touched, so that a large definition of which a
few fields are used costs little. Source: kubernetes apiextensions-apiserver
pkg/apiserver/schema/{pruning,defaulting}.
"""

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from minieks.kube.api.rules.compiling import Ruled

_MOST: Final = 2**63 - 1
_LEAST: Final = -(2**63)
_TYPES: Final = ("type", "format", "nullable", "x-kubernetes-list-type")
_ROOT_FIELDS: Final = frozenset({"apiVersion", "kind", "metadata"})
_META_FIELDS: Final = frozenset(
    {
        *("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation"),
        *("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels"),
        *("annotations", "ownerReferences", "finalizers", "managedFields"),
    }
)


class Node:
    """One place in a schema."""

    def __init__(self, schema: dict[str, Any], *, is_root: bool = False) -> None:
        self.schema = schema
        self.is_resource = is_root or bool(schema.get("x-kubernetes-embedded-resource"))
        self.preserves = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
        self._children: dict[str, Node] = {}

    def child(self, key: str) -> "Node | None":
        """The node of a property; of additionalProperties if the key is none; else None."""
        known = self._children.get(key)
        if known is not None:
            return known
        properties = self.schema.get("properties") or {}
        if key in properties:
            self._children[key] = Node(properties[key])
            return self._children[key]
        return self.additional

    @cached_property
    def additional(self) -> "Node | None":
        """The node of all other keys, if the schema speaks of them."""
        found = self.schema.get("additionalProperties")
        if isinstance(found, dict):
            return Node(found)
        return Node({"x-kubernetes-preserve-unknown-fields": True}) if found is True else None

    @cached_property
    def items(self) -> "Node | None":
        """The node of the items of a list."""
        found = self.schema.get("items")
        return Node(found) if isinstance(found, dict) else None

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The properties with a default."""
        properties = self.schema.get("properties") or {}
        return {key: sub["default"] for key, sub in properties.items() if "default" in sub}

    @cached_property
    def has_defaults(self) -> bool:
        """Whether there is a default anywhere below."""
        return _mentions(self.schema, "default")

    @cached_property
    def has_rules(self) -> bool:
        """Whether there are CEL rules here or below."""
        return _mentions(self.schema, "x-kubernetes-validations")

    @cached_property
    def has_sets(self) -> bool:
        """Whether there are lists of type set or map here or below."""
        return _mentions(self.schema, "x-kubernetes-list-type")

    @cached_property
    def ruled(self) -> "Ruled":
        """The CEL rules of this place itself."""
        # Imported late: most clusters have no rules.
        from minieks.kube.api.rules.compiling import Ruled  # noqa: PLC0415

        return Ruled(self.schema, is_root=self.is_resource)

    @cached_property
    def all_of(self) -> "tuple[Node, ...]":
        """The parts of allOf with CEL rules; their values are of this place's types."""
        return tuple(
            Node(_completed(part, self.schema), is_root=self.is_resource)
            for part in self.schema.get("allOf") or ()
            if _mentions(part, "x-kubernetes-validations")
        )


def _mentions(schema: Any, word: str) -> bool:
    if not isinstance(schema, dict):
        return False
    if word in schema:
        return True
    properties = schema.get("properties") or {}
    parts = (*properties.values(), schema.get("items"), schema.get("additionalProperties"))
    return any(_mentions(sub, word) for sub in (*parts, *(schema.get("allOf") or ())))


def _completed(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """A part of allOf with the types of the schema that it belongs to."""
    found = {key: value for key, value in whole.items() if key in _TYPES or key not in part}
    found.pop("allOf", None)
    found.pop("x-kubernetes-validations", None)
    for key in ("items", "additionalProperties"):
        if isinstance(part.get(key), dict) and isinstance(whole.get(key), dict):
            found[key] = _completed(part[key], whole[key])
    known = whole.get("properties") or {}
    own = part.get("properties") or {}
    if known:
        bare = {key: _completed(own.get(key) or {}, sub) for key, sub in known.items()}
        found["properties"] = bare
    if "x-kubernetes-validations" in part:
        found["x-kubernetes-validations"] = part["x-kubernetes-validations"]
    return found


def floats(value: Any) -> Any:
    """The value with numbers beyond 64 bits as the doubles that a client's JSON becomes."""
    if isinstance(value, dict):
        found = {key: floats(member) for key, member in value.items()}
        return value if all(found[key] is value[key] for key in value) else found
    if isinstance(value, list):
        items = [floats(item) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if type(value) is int and not _LEAST <= value <= _MOST:
        return _as_double(value)
    return value


def _as_double(value: int) -> float:
    """The double nearest to an integer, written without exponent where JSON's writer can."""
    nearest = int(Decimal(repr(float(value))))
    return nearest if abs(nearest) < 2 * _MOST else float(value)


def pruned(node: Node, value: Any, path: str, unknown: list[str]) -> Any:
    """The value without fields that the schema does not know; their paths go to ``unknown``.

    A null where null is not allowed is dropped too, and 2.0 for an integer is 2.
    """
    if isinstance(value, dict):
        return _pruned_object(node, value, path, unknown)
    if isinstance(value, list) and node.items is not None:
        found = [
            pruned(node.items, item, f"{path}[{position}]", unknown)
            for position, item in enumerate(value)
        ]
        same = all(new is old for new, old in zip(found, value, strict=True))
        return value if same else found
    if isinstance(value, float) and node.schema.get("type") == "integer" and value.is_integer():
        return int(value)
    return value


def _pruned_object(node: Node, value: dict[str, Any], path: str, unknown: list[str]) -> Any:
    found: dict[str, Any] = {}
    changed = False
    for key, member in value.items():
        place = f"{path}.{key}" if path else key
        if node.is_resource and key in _ROOT_FIELDS:
            found[key] = _known_metadata(member, place, unknown) if key == "metadata" else member
            changed = changed or found[key] is not member
            continue
        child = node.child(key)
        if child is None:
            if node.preserves:
                found[key] = member
            else:
                changed = True
                unknown.append(place)
        elif member is None and not child.schema.get("nullable") and not child.preserves:
            changed = True
        else:
            found[key] = pruned(child, member, place, unknown)
            changed = changed or found[key] is not member
    return found if changed else value


def _known_metadata(value: Any, path: str, unknown: list[str]) -> Any:
    """Metadata without what no object's metadata has."""
    if not isinstance(value, dict) or value.keys() <= _META_FIELDS:
        return value
    unknown.extend(f"{path}.{key}" for key in value if key not in _META_FIELDS)
    return {key: member for key, member in value.items() if key in _META_FIELDS}


def defaulted(node: Node, value: Any) -> Any:
    """The value with the defaults of the schema, shared where nothing is missing."""
    if not node.has_defaults:
        return value
    if isinstance(value, list):
        items = node.items
        if items is None:
            return value
        found_items = [defaulted(items, item) for item in value]
        same = all(new is old for new, old in zip(found_items, value, strict=True))
        return value if same else found_items
    if not isinstance(value, dict):
        return value
    missing = {key: default for key, default in node.defaults.items() if key not in value}
    merged = {**value, **missing} if missing else value
    found = {key: _member(node, key, member) for key, member in merged.items()}
    same = not missing and all(found[key] is value[key] for key in found)
    return value if same else found


def _member(node: Node, key: str, member: Any) -> Any:
    if node.is_resource and key in _ROOT_FIELDS:
        return member
    child = node.child(key)
    return member if child is None else defaulted(child, member)
