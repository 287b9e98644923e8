"""The defaults in the schemas of CustomResourceDefinitions: they must be valid themselves.

Source: kubernetes apiextensions-apiserver pkg/apiserver/schema/defaulting/validation.go.
"""

from collections.abc import Iterator

from minieks.kube.api import custom_validation, structural
from minieks.kube.api.fields import FieldError, invalid, required
from minieks.kube.api.structural import Node
from minieks.kube.words.objects import Obj


def problems(schema: Obj, path: str, *, is_root: bool = False) -> Iterator[FieldError]:
    """What is wrong with the defaults of a schema; they are forbidden in additionalProperties."""
    embedded = is_root or bool(schema.get("x-kubernetes-embedded-resource"))
    if schema.get("default") is not None:
        yield from _default(schema, f"{path}.default", embedded=embedded)
    if isinstance(schema.get("items"), dict):
        yield from problems(schema["items"], f"{path}.items")
    for key, sub in sorted((schema.get("properties") or {}).items()):
        if not (embedded and key in ("apiVersion", "kind", "metadata")):
            yield from problems(sub, f"{path}.properties[{key}]")


def _default(schema: Obj, path: str, *, embedded: bool) -> Iterator[FieldError]:
    value, node = schema["default"], Node(schema, is_root=embedded)
    unknown: list[str] = []
    structural.pruned(node, value, "", unknown)
    if unknown:
        yield invalid(path, value, "must not have unknown fields")
    if embedded and isinstance(value, dict):
        missing = [key for key in ("apiVersion", "kind") if not value.get(key)]
        yield from (required(f"{path}.{key}") for key in missing)
        if missing:
            return
    for error in custom_validation.problems(node, value):
        place = path if error.field in ("", "<nil>") else f"{path}.{error.field}"
        yield FieldError(error.type, place, error.value, error.detail)
