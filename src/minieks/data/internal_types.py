"""The fields of the API server's internal structs; see ``internal_types.toml``."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from minieks.data.files import read_toml


class Field(NamedTuple):
    """A field: its name in Go, its name in JSON in lower case, and what it holds.

    ``type`` is a scalar's or a struct's name, ``map`` or ``json``; ``how`` is empty for a plain
    value, ``*`` for a pointer, ``[]`` for a list and ``inline`` for an embedded struct.
    """

    name: str
    json: str
    type: str
    how: str


@cache
def structs() -> Mapping[str, Sequence[Field]]:
    """Every struct by its name: its fields in the order of their declaration."""
    data = read_toml("internal_types.toml")
    return {
        struct: tuple(_field(name, text) for name, text in fields.items())
        for struct, fields in data.items()
    }


def _field(name: str, text: str) -> Field:
    type_, _, other_name = text.partition(", ")
    json = (other_name or name).lower()
    for how in ("*", "[]", "inline"):
        if type_.startswith(how):
            return Field(name, json, type_.removeprefix(how).strip(), how)
    return Field(name, json, type_, "")
