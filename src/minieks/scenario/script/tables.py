"""Tables of a scenario file: which fields each has, and the strict reading by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from minieks.data.nearest import did_you_mean
from minieks.scenario.script.values import Spot, Value


class Field(NamedTuple):
    """A field: its name, its value, what it means."""

    name: str
    value: Value
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with known fields, and what is made from them.

    Where it has but one field that must be set, that field's value may stand for the table.
    """

    name: str
    about: str
    fields: tuple[Field, ...]
    make: Callable[..., Any]
    example: str

    def read(self, spot: Spot, given: Any) -> Any:
        """What the table says; UserError names the field that is wrong."""
        values = read_fields(spot, self._table(spot, given), self.fields)
        return self.make(**values)

    def _table(self, spot: Spot, given: Any) -> Mapping[str, Any]:
        if isinstance(given, dict):
            return given
        needed = [one for one in self.fields if one.required] or list(self.fields[:1])
        if len(needed) > 1:
            names = ", ".join(f"{one.name} = …" for one in needed)
            raise spot.error("expected a table", f"write {{ {names} }}")
        return {needed[0].name: given}


def read_fields(spot: Spot, given: Mapping[str, Any], fields: tuple[Field, ...]) -> dict[str, Any]:
    """The values of the fields that are given; UserError for an unknown or missing one."""
    known = {one.name: one for one in fields}
    for name in given:
        if name not in known:
            raise unknown(spot, name, known)
    for one in fields:
        if one.required and one.name not in given:
            raise spot.below(one.name).error("must be set", f"it is {one.value.words}")
    return {name: known[name].value.read(spot.below(name), value) for name, value in given.items()}


def unknown(spot: Spot, name: str, known: Mapping[str, Any]) -> Exception:
    """The refusal of a field that is not known here."""
    hint = did_you_mean(name, known, f"the fields here are {', '.join(known)}")
    return spot.below(name).error("unknown field", hint)
