"""Validation of CustomResourceDefinitions.

Source: kubernetes apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from minieks.kube.api.fields import (
    FieldError,
    Verbatim,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation import definition_schemas, selectable_fields
from minieks.kube.api.validation.checks import complaints
from minieks.kube.words import conditions, names
from minieks.kube.words.objects import Obj, annotations, name

_APPROVED: Final = "api-approved.kubernetes.io"
_COLUMN_TYPES: Final = ("boolean", "date", "integer", "number", "string")
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
    yield from _conversion(spec.get("conversion") or {}, "spec.conversion")
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
    for position, short in enumerate(found.get("shortNames") or ()):
        yield from complaints(f"spec.names.shortNames[{position}]", short, names.dns_1035_label)
    if found.get("kind") and found.get("kind") == found.get("listKind"):
        text = "kind and listKind may not be the same"
        yield invalid("spec.names.listKind", found["listKind"], text)


def _conversion(conversion: Obj, path: str) -> Iterator[FieldError]:
    strategy, webhook = conversion.get("strategy", ""), conversion.get("webhook") or {}
    if strategy not in ("None", "Webhook"):
        yield not_supported(f"{path}.strategy", strategy, ("None", "Webhook"))
    if strategy == "Webhook":
        if not webhook.get("clientConfig"):
            text = "required when strategy is set to Webhook"
            yield required(f"{path}.webhookClientConfig", text)
        if not webhook.get("conversionReviewVersions"):
            yield required(f"{path}.conversionReviewVersions")


def _columns(version: Obj, path: str) -> Iterator[FieldError]:
    for position, column in enumerate(version.get("additionalPrinterColumns") or ()):
        place = f"{path}.additionalPrinterColumns[{position}]"
        type_, json_path = column.get("type", ""), column.get("jsonPath", "")
        if type_ not in _COLUMN_TYPES:
            text = f"must be one of {','.join(_COLUMN_TYPES)}"
            yield invalid(f"{place}.type", type_, text)
        if not json_path.startswith("."):
            text = "must be a simple json path starting with ."
            yield invalid(f"{place}.JSONPath", json_path, text)


def _scale(version: Obj, path: str) -> Iterator[FieldError]:
    scale = (version.get("subresources") or {}).get("scale")
    if scale is None:
        return
    for key, under in (("specReplicasPath", ".spec"), ("statusReplicasPath", ".status")):
        found = scale.get(key) or ""
        if not found:
            yield required(f"{path}.subresources.scale.{key}")
        elif not found.startswith(f"{under}."):
            text = f"should be a json path under {under}"
            yield invalid(f"{path}.subresources.scale.{key}", found, text)


def _parts(versions: list[Obj]) -> Iterator[FieldError]:
    """Names, columns and scale; the server moves what all versions share up to the spec."""
    for position, version in enumerate(versions):
        path = f"spec.versions[{position}]"
        found = version.get("name", "")
        yield from complaints(f"{path}.name", found, names.dns_1035_label)
        if position == 0:
            yield from complaints("spec.version", found, names.dns_1035_label)
        place = "spec" if len(versions) == 1 else path
        yield from _columns(version, place)
        yield from _scale(version, place)
        yield from selectable_fields.problems(version, place)


def _versions(versions: list[Obj]) -> Iterator[FieldError]:
    yield from _parts(versions)
    found = [version.get("name", "") for version in versions]
    if len(set(found)) != len(found):
        text = "must contain unique version names"
        yield invalid("spec.versions", _shown(versions), text)
    stored = [version.get("name", "") for version in versions if version.get("storage")]
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
        yield from definition_schemas.problems(schema, f"{path}.openAPIV3Schema")
        if same:
            return


def definition_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """Group, names and scope stay once a definition is established."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    if conditions.is_true(old.get("status") or {}, "Established"):
        yield from _unchanged(after, before, "scope")
        yield from _unchanged(after, before, "names", "kind")
    yield from _unchanged(after, before, "group")
    yield from _unchanged(after, before, "names", "plural")
    yield from definition(new)
    yield from _stored_versions(after, (old.get("status") or {}).get("storedVersions") or [])


def _unchanged(after: Obj, before: Obj, *keys: str) -> Iterator[FieldError]:
    for key in keys[:-1]:
        after, before = after.get(key) or {}, before.get(key) or {}
    if after.get(keys[-1]) != before.get(keys[-1]):
        path = ".".join(("spec", *keys))
        yield invalid(path, after.get(keys[-1]), "field is immutable")


def _stored_versions(spec: Obj, stored: list[str]) -> Iterator[FieldError]:
    """No version goes in which objects may be stored."""
    known = [version.get("name") for version in spec.get("versions") or ()]
    for position, version in enumerate(stored):
        if version not in known:
            text = (
                f"missing from spec.versions; {version} was previously a storage version, and must "
                "remain in spec.versions until a storage migration ensures no data remains "
                f"persisted in {version} and removes {version} from status.storedVersions"
            )
            yield invalid(f"status.storedVersions[{position}]", version, text)
