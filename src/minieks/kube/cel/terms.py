"""The types that the checker reasons with, and the signatures of functions.

Source: cel-go common/types and checker/types.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Term:
    """A type: a kind, for an object or opaque type its name, and its parameters.

    ``fields`` of an object are the names that an expression uses, each with its type and the name
    in JSON; None if any field may be there. ``size`` is how much of it there can be at most, for
    the estimate of costs: characters, items, or entries; None if that is not known.
    """

    kind: str
    name: str = ""
    parameters: tuple["Term", ...] = ()
    fields: "Mapping[str, Field] | None" = field(default=None, compare=False)
    size: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        text = self.name if self.kind in ("object", "opaque", "parameter") else self.kind
        if not self.parameters:
            return text
        return f"{text}({', '.join(map(str, self.parameters))})"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object type: its type, and its name in JSON."""

    type: Term
    key: str


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and gives; a ``member`` is called on its first parameter."""

    parameters: tuple[Term, ...]
    result: Term
    member: bool


DYN: Final = Term("dyn")
ERROR: Final = Term("!error!")
NULL: Final = Term("null")
BOOL: Final = Term("bool")
INT: Final = Term("int")
UINT: Final = Term("uint")
DOUBLE: Final = Term("double")
STRING: Final = Term("string")
BYTES: Final = Term("bytes")
TIMESTAMP: Final = Term("timestamp")
DURATION: Final = Term("duration")

_PLAIN: Final = {
    one.kind: one
    for one in (DYN, NULL, BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION)
}
_COMPOUND: Final = ("list", "map", "type")


def list_of(item: Term, size: int | None = None) -> Term:
    """The type of lists of a type."""
    return Term("list", "", (item,), size=size)


def map_of(key: Term, value: Term, size: int | None = None) -> Term:
    """The type of maps."""
    return Term("map", "", (key, value), size=size)


def opaque(name: str, *parameters: Term) -> Term:
    """A type that a library adds, such as ``kubernetes.Quantity`` or ``optional_type(A)``."""
    return Term("opaque", name, parameters)


def optional_of(inner: Term) -> Term:
    """The type of optionals of a type."""
    return opaque("optional_type", inner)


def is_optional(term: Term) -> bool:
    """Whether a type is that of optionals."""
    return term.kind == "opaque" and term.name == "optional_type"


def type_of(inner: Term) -> Term:
    """The type of a type."""
    return Term("type", "", (inner,))


@lru_cache(maxsize=1024)
def term(text: str) -> Term:
    """A type by its text: ``int``, ``list(A)``, ``map(string, A)``, ``net.IP``.

    A single capital letter is a parameter.
    """
    text = text.strip()
    if text in _PLAIN:
        return _PLAIN[text]
    if len(text) == 1 and text.isupper():
        return Term("parameter", text)
    name, _, rest = text.partition("(")
    parameters = tuple(term(part) for part in _parts(rest[:-1])) if rest else ()
    if name in _COMPOUND:
        return Term(name, "", parameters)
    return Term("opaque", name, parameters)


def _parts(text: str) -> list[str]:
    """The parts between commas that stand in no brackets."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]] if text.strip() else []


@lru_cache(maxsize=1024)
def signature(text: str) -> Signature:
    """A signature: ``(string) -> int`` of a function, ``string.(int) -> string`` of a member."""
    left, _, result = text.rpartition(" -> ")
    target, dot, rest = left.partition(".(") if not left.startswith("(") else ("", "", left[1:])
    parameters = tuple(term(part) for part in _parts(rest[:-1]))
    if dot:
        parameters = (term(target), *parameters)
    return Signature(parameters, term(result), bool(dot))
