"""A small language for what fields a configuration may have, and the strict reading by it.

A value is refused where Go's decoder refuses it: a field that the type does not have, a number
where text is wanted, a mapping where a list is. Null means absent, as in Go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from minieks.data.nearest import nearest
from minieks.scenario.readers.places import Document, FieldPath


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text, an integer, a number or a boolean."""

    name: str
    types: tuple[type, ...]


@dataclass(frozen=True, slots=True)
class Anything:
    """A document within the document, which is taken as it is."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one shape."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping with keys of the user's own."""

    value: "Shape"


@dataclass(frozen=True, slots=True)
class Either:
    """A mapping of one shape, or a list of another."""

    mapping: "MapOf | Fields"
    items: ListOf


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping with known fields."""

    fields: Mapping[str, "Shape"]
    hints: Mapping[str, str] | None = None
    """What to say of a field that is not known here, by its name."""


Shape: TypeAlias = Scalar | Anything | ListOf | MapOf | Either | Fields

TEXT = Scalar("text", (str,))
INTEGER = Scalar("an integer", (int,))
NUMBER = Scalar("a number", (int, float))
BOOLEAN = Scalar("true or false", (bool,))
ANYTHING = Anything()
TEXTS = ListOf(TEXT)
TEXT_MAP = MapOf(TEXT)


def conform(document: Document, shape: Shape) -> Any:
    """The document's value without its nulls; UserError where it does not have the shape."""
    return _conform(document, document.value, shape, ())


def _conform(document: Document, value: Any, shape: Shape, path: FieldPath) -> Any:
    if value is None or isinstance(shape, Anything):
        return value
    if isinstance(shape, Either):
        shape = shape.items if isinstance(value, list) else shape.mapping
    if isinstance(shape, Scalar):
        return _scalar(document, value, shape, path)
    if isinstance(shape, ListOf):
        return _list(document, value, shape, path)
    if not isinstance(value, dict):
        raise document.error(path, f"expected a mapping, got {_shown(value)}", _MAPPING_HINT)
    if isinstance(shape, MapOf):
        inner = {key: (one, shape.value) for key, one in value.items()}
    else:
        inner = _known(document, value, shape, path)
    kept = {key: _conform(document, one, s, (*path, key)) for key, (one, s) in inner.items()}
    return {key: one for key, one in kept.items() if one is not None}


_MAPPING_HINT = "write 'key: value' lines, indented below it"


def _known(
    document: Document, value: dict[str, Any], shape: Fields, path: FieldPath
) -> dict[str, tuple[Any, Shape]]:
    """The fields with the shapes they must have."""
    for key in value:
        if key not in shape.fields:
            raise document.error((*path, key), f'unknown field "{key}"', _field_hint(key, shape))
    return {key: (one, shape.fields[key]) for key, one in value.items()}


def _field_hint(key: str, shape: Fields) -> str:
    if shape.hints and key in shape.hints:
        return shape.hints[key]
    same = [name for name in shape.fields if name.lower() == key.lower()]
    near = same or nearest(key, shape.fields)
    if near:
        return f"did you mean {', '.join(near)}?"
    return f"the fields here are {', '.join(sorted(shape.fields))}"


def _scalar(document: Document, value: Any, shape: Scalar, path: FieldPath) -> Any:
    right = isinstance(value, shape.types)
    if right and (not isinstance(value, bool) or bool in shape.types):
        return value
    hint = f"write {shape.name}"
    if shape is TEXT and isinstance(value, float):
        hint = 'put it in quotes; without them "1.30" is the number 1.3'
    elif shape is TEXT and isinstance(value, int):
        hint = f'put it in quotes: "{_shown(value)}"'
    raise document.error(path, f"expected {shape.name}, got {_shown(value)}", hint)


def _list(document: Document, value: Any, shape: ListOf, path: FieldPath) -> list[Any]:
    if not isinstance(value, list):
        raise document.error(
            path, f"expected a list, got {_shown(value)}", "write one '- item' line for each"
        )
    items = [_conform(document, one, shape.item, (*path, i)) for i, one in enumerate(value)]
    for index, one in enumerate(items):
        if one is None:
            raise document.error((*path, index), "is empty", "fill it in, or remove the '-'")
    return items


def _shown(value: Any) -> str:
    """The value in a few words."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)[:60] if isinstance(value, str) else str(value)[:60]
