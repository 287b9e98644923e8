"""Macros: calls that are rewritten as they are read.

Source: cel-go parser/macro.go, ext/comprehensions.go and the optional types of cel/library.go.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from minieks.kube.cel.syntax import Bound, Call, Fold, Ident, Node, Select

Note: TypeAlias = Callable[[int, str], None]

# The name, and how many arguments: (variables, has a condition, has a result).
_FOLDS: Final[dict[tuple[str, int], tuple[int, bool, bool]]] = {
    ("all", 2): (1, True, False),
    ("exists", 2): (1, True, False),
    ("exists_one", 2): (1, True, False),
    ("existsOne", 2): (1, True, False),
    ("filter", 2): (1, True, False),
    ("map", 2): (1, False, True),
    ("map", 3): (1, True, True),
    ("all", 3): (2, True, False),
    ("exists", 3): (2, True, False),
    ("existsOne", 3): (2, True, False),
    ("exists_one", 3): (2, True, False),
    ("transformList", 3): (2, False, True),
    ("transformList", 4): (2, True, True),
    ("transformMap", 3): (2, False, True),
    ("transformMap", 4): (2, True, True),
    ("transformMapEntry", 3): (2, False, True),
    ("transformMapEntry", 4): (2, True, True),
}
_BOUND: Final = ("optMap", "optFlatMap")
_VARIABLE: Final = "argument must be a simple name"


def expanded(call: Call, note: Note) -> Node:
    """What a call stands for; the call itself if it is no macro. Mistakes are noted."""
    if call.target is None:
        return _presence(call, note) if call.function == "has" else call
    shape = _FOLDS.get((call.function, len(call.args)))
    if shape is not None:
        return _fold(call, call.target, shape, note)
    if call.function in _BOUND and len(call.args) == 2:
        name = _variable(call.args[0], note)
        return Bound(call.at, call.function, call.target, name, call.args[1])
    return call


def _presence(call: Call, note: Note) -> Node:
    if len(call.args) != 1:
        return call
    asked = call.args[0]
    if isinstance(asked, Select) and not asked.test:
        return Select(call.at, asked.operand, asked.field, test=True)
    note(call.at, "invalid argument to has() macro")
    return call


def _fold(call: Call, over: Node, shape: tuple[int, bool, bool], note: Note) -> Node:
    count, has_condition, has_result = shape
    names = tuple(_variable(node, note) for node in call.args[:count])
    rest = call.args[count:]
    condition = rest[0] if has_condition else None
    result = rest[-1] if has_result else None
    macro = "exists_one" if call.function == "existsOne" else call.function
    return Fold(call.at, macro, over, names, condition, result)


def _variable(node: Node, note: Note) -> str:
    if isinstance(node, Ident) and not node.name.startswith("."):
        return node.name
    note(node.at, _VARIABLE)
    return "_"
