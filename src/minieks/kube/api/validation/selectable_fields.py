"""The fields of custom resources that field selectors may name.

Source: kubernetes apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go
ValidateCustomResourceSelectableFields.
"""

from collections.abc import Iterator
from typing import Final

from minieks.kube.api.fields import FieldError, duplicate, invalid, required, too_many
from minieks.kube.api.rules.fieldpaths import FieldPathError, field_schema
from minieks.kube.words.objects import Obj

_MOST: Final = 8
_TYPES: Final = ("string", "boolean", "integer")


def problems(version: Obj, path: str) -> Iterator[FieldError]:
    """What is wrong with the selectableFields of a version."""
    schema = (version.get("schema") or {}).get("openAPIV3Schema") or {}
    seen: set[str] = set()
    found = version.get("selectableFields") or []
    if len(found) > _MOST:
        yield too_many(f"{path}.selectableFields", len(found), _MOST)
    for position, row in enumerate(found):
        place = f"{path}.selectableFields[{position}].jsonPath"
        json_path = row.get("jsonPath") or ""
        yield from _field(json_path, schema, place)
        if json_path in seen:
            yield duplicate(place, json_path)
        seen.add(json_path)


def _field(json_path: str, schema: Obj, place: str) -> Iterator[FieldError]:
    if not json_path:
        yield required(place)
        return
    if json_path.startswith(".metadata"):
        yield invalid(place, json_path, "must not point to fields in metadata")
        return
    try:
        found = field_schema(json_path, schema)
    except FieldPathError as error:
        yield invalid(place, json_path, f"is an invalid path: {error}")
        return
    if found.get("type") not in _TYPES:
        text = (
            "must point to a field of type string, boolean or integer. Enum string fields and "
            "strings with formats are allowed."
        )
        yield invalid(place, json_path, text)
