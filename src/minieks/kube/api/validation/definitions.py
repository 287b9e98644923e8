"""Validation of CustomResourceDefinitions.

Source: kubernetes apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from minieks.kube.api.fields import (
    FieldError,
    Verbatim,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation.checks import complaints
from minieks.kube.words import names
from minieks.kube.words.objects import Obj, annotations, name

_TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_APPROVED: Final = "api-approved.kubernetes.io"
_LIST_TYPES: Final = ("atomic", "set", "map")
_VERSION: Final = (
    *("Name", "Served", "Storage", "Deprecated", "DeprecationWarning", "Schema"),
    *("Subresources", "AdditionalPrinterColumns", "SelectableFields"),
)


def definition(obj: Obj) -> Iterator[FieldError]:
    """A CustomResourceDefinition."""
    spec = obj.get("spec") or {}
    group, plural = spec.get("group", ""), (spec.get("names") or {}).get("plural", "")
    if name(obj) != f"{plural}.{group}":
        text = 'must be spec.names.plural+"."+spec.group'
        yield invalid("metadata.name", name(obj), text)
    yield from _group(group)
    if spec.get("scope") not in ("Cluster", "Namespaced"):
        yield not_supported("spec.scope", spec.get("scope", ""), ("Cluster", "Namespaced"))
    if spec.get("preserveUnknownFields"):
        text = (
            "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
            "spec.versions[*].schema instead"
        )
        yield invalid("spec.preserveUnknownFields", True, text)
    yield from _names(spec.get("names") or {})
    yield from _versions(spec.get("versions") or [])
    yield from _schemas(spec.get("versions") or [])
    if group.endswith((".k8s.io", ".kubernetes.io")) and not annotations(obj).get(_APPROVED):
        text = (
            f'protected groups must have approval annotation "{_APPROVED}", see '
            "https://github.com/kubernetes/enhancements/pull/1111"
        )
        yield required(f"metadata.annotations[{_APPROVED}]", text)


def _group(group: str) -> Iterator[FieldError]:
    if not group:
        yield required("spec.group")
        return
    yield from complaints("spec.group", group, names.dns_subdomain)
    if "." not in group:
        yield invalid("spec.group", group, "should be a domain with at least one dot")


def _names(found: Obj) -> Iterator[FieldError]:
    for key in ("plural", "singular", "kind", "listKind"):
        value = found.get(key) or ""
        if not value:
            yield required(f"spec.names.{key}")
        else:
            yield from complaints(f"spec.names.{key}", value.lower(), names.dns_1035_label)
    if found.get("kind") and found.get("kind") == found.get("listKind"):
        text = "kind and listKind may not be the same"
        yield invalid("spec.names.listKind", found["listKind"], text)


def _versions(versions: list[Obj]) -> Iterator[FieldError]:
    found = [version.get("name", "") for version in versions]
    if len(set(found)) != len(found):
        text = "must contain unique version names"
        yield invalid("spec.versions", _shown(versions), text)
    stored = [version["name"] for version in versions if version.get("storage")]
    if len(stored) != 1:
        text = "must have exactly one version marked as storage version"
        yield invalid("spec.versions", _shown(versions), text)
    if not stored:
        text = "must have at least one stored version"
        yield invalid("status.storedVersions", None, text)
    for later in stored[1:]:
        text = f"must have the storage version {later}"
        yield invalid("status.storedVersions", stored[:1], text)


def _shown(versions: list[Obj]) -> Verbatim:
    rows = []
    for version in versions:
        known: dict[str, Any] = {
            "Name": version.get("name", ""),
            "Served": bool(version.get("served")),
            "Storage": bool(version.get("storage")),
            "Deprecated": bool(version.get("deprecated")),
        }
        rows.append({key: known.get(key) for key in _VERSION})
    return Verbatim(json.dumps(rows, separators=(",", ":")))


def _schemas(versions: list[Obj]) -> Iterator[FieldError]:
    same = len({repr(version.get("schema")) for version in versions}) == 1
    for position, version in enumerate(versions):
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        path = "spec.validation" if same else f"spec.versions[{position}].schema"
        if schema is None:
            yield required(f"{path}.openAPIV3Schema", "schemas are required")
            return
        yield from _root(schema, f"{path}.openAPIV3Schema")
        if same:
            return


def _root(schema: Obj, path: str) -> Iterator[FieldError]:
    type_ = schema.get("type", "")
    if not type_:
        yield required(f"{path}.type", "must not be empty at the root")
    elif type_ != "object":
        yield invalid(f"{path}.type", type_, "must be object at the root")
    meta = (schema.get("properties") or {}).get("metadata") or {}
    other = set(meta.get("properties") or {}) - {"name", "generateName"}
    if other or set(meta) - {"type", "properties", "description"}:
        text = (
            "must not specify anything other than name and generateName, "
            "but metadata is implicitly specified"
        )
        yield forbidden(f"{path}.properties[metadata]", text)
    for key, sub in sorted((schema.get("properties") or {}).items()):
        if key != "metadata":
            yield from _structural(sub, f"{path}.properties[{key}]", "object fields")


def _structural(schema: Obj, path: str, place: str) -> Iterator[FieldError]:
    """One place of a schema below the root."""
    type_ = schema.get("type", "")
    free = schema.get("x-kubernetes-int-or-string") or schema.get(
        "x-kubernetes-preserve-unknown-fields"
    )
    if not type_ and not free:
        yield required(f"{path}.type", f"must not be empty for specified {place}")
    elif type_ and type_ not in _TYPES:
        yield not_supported(f"{path}.type", type_, _TYPES)
    if schema.get("uniqueItems"):
        text = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield forbidden(f"{path}.uniqueItems", text)
    yield from _list_type(schema, type_, path)
    yield from _children(schema, type_, path)


def _list_type(schema: Obj, type_: str, path: str) -> Iterator[FieldError]:
    found = schema.get("x-kubernetes-list-type")
    if found is None:
        return
    if type_ != "array":
        text = "must be array if x-kubernetes-list-type is specified"
        yield invalid(f"{path}.type", type_, text)
    if found not in _LIST_TYPES:
        yield not_supported(f"{path}.x-kubernetes-list-type", found, _LIST_TYPES)
    if found == "map" and not schema.get("x-kubernetes-list-map-keys"):
        text = "must not be empty if x-kubernetes-list-type is map"
        yield required(f"{path}.x-kubernetes-list-map-keys", text)


def _children(schema: Obj, type_: str, path: str) -> Iterator[FieldError]:
    if type_ == "array" and schema.get("items") is None:
        yield required(f"{path}.items", "must be specified")
    extra, properties = schema.get("additionalProperties"), schema.get("properties")
    if properties and extra is not None:
        text = "additionalProperties and properties are mutual exclusive"
        yield forbidden(f"{path}.additionalProperties", text)
    for key, sub in sorted((properties or {}).items()):
        yield from _structural(sub, f"{path}.properties[{key}]", "object fields")
    if isinstance(schema.get("items"), dict):
        yield from _structural(schema["items"], f"{path}.items", "array items")
    if isinstance(extra, dict):
        yield from _structural(extra, f"{path}.additionalProperties", "object fields")


def definition_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """Group, names and scope stay once a definition is established."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    for key in ("group", "scope"):
        if after.get(key) != before.get(key):
            yield invalid(f"spec.{key}", after.get(key), "field is immutable")
    yield from definition(new)
