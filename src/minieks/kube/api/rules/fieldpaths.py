"""JSON paths of fields that a schema must have, as in ``fieldPath`` and ``selectableFields``.

Source: kubernetes apiextensions-apiserver pkg/apiserver/schema/cel/validation.go ValidFieldPath.
"""

import re
from typing import Final

from minieks.kube.words.objects import Obj

_STEP: Final = re.compile(r"\.([^.\[\]]+)|\['((?:[^'\\]|\\.)*)'\]|(\[[^\]]*\]?)")
_NO_FIELD: Final = "does not refer to a valid field"


class FieldPathError(ValueError):
    """A path that names no field; the message says why."""


def field_path(path: str, schema: Obj, *, arrays: bool = True) -> str:
    """The path as complaints show it, with a dot first; raises FieldPathError."""
    return _walked(path, schema, arrays)[0]


def field_schema(path: str, schema: Obj) -> Obj:
    """The schema of the field; raises FieldPathError. Brackets are not allowed."""
    return _walked(path, schema, False)[1]


def _walked(path: str, schema: Obj, arrays: bool) -> tuple[str, Obj]:
    shown, at = "", 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise FieldPathError(f"expected [ or . but got: {path[at:]}")
        if step.group().startswith("[") and not arrays:
            raise FieldPathError("array notation is not allowed")
        if step.group(3):
            raise FieldPathError(f"expected single quoted string but got {step.group(3)[1:]}")
        name = step.group(1) or re.sub(r"\\(.)", r"\1", step.group(2) or "")
        schema, part = _entered(schema, name)
        shown, at = shown + part, step.end()
    return shown, schema


def _entered(schema: Obj, name: str) -> tuple[Obj, str]:
    properties, values = schema.get("properties"), schema.get("additionalProperties")
    if properties:
        if name not in properties:
            raise FieldPathError(_NO_FIELD)
        return properties[name], f".{name}"
    if isinstance(values, dict):
        return values, f"[{name}]"
    raise FieldPathError(_NO_FIELD)
