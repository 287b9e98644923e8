"""The tree of an expression. Nodes are compared by identity: each is one place in the text.

Macros are nodes of their own (``Fold``, ``Bound``), not loops over an accumulator as in cel-go.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A value that stands in the text."""

    at: int
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Ident:
    """A name; a leading dot means the outermost scope, which is the only container there is."""

    at: int
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Select:
    """A field of a value; ``test`` for has(), ``optional`` for ``.?``."""

    at: int
    operand: "Node"
    field: str
    test: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A function or operator (``_+_``); ``target`` if it is called as a member of a value."""

    at: int
    function: str
    args: tuple["Node", ...]
    target: "Node | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class ListOf:
    """A list; ``optional`` are the positions marked with ``?``."""

    at: int
    items: tuple["Node", ...]
    optional: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A key (a field's name in a struct) and its value; ``optional`` if marked with ``?``."""

    at: int
    key: "Node | str"
    value: "Node"
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MapOf:
    """A map."""

    at: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Struct:
    """A message: ``Object{spec: ...}``."""

    at: int
    name: str
    fields: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A macro that goes over a list or a map: ``all``, ``map``, ``transformList``, ...

    ``variables`` are one or two names; ``condition`` is absent where the macro has none.
    """

    at: int
    macro: str
    over: "Node"
    variables: tuple[str, ...]
    condition: "Node | None"
    result: "Node | None"


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """``optMap`` and ``optFlatMap``: a name for what an optional holds, and what becomes of it."""

    at: int
    macro: str
    value: "Node"
    name: str
    result: "Node"


Node: TypeAlias = Literal | Ident | Select | Call | ListOf | MapOf | Struct | Fold | Bound
