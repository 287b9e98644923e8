"""What an expression can cost at most, estimated before anything runs.

Costs are in cel-go's units, sizes in characters, items and entries; both stop at 2^64-1. Only the
upper bound is worked out, which alone decides. Source: cel-go checker/cost.go, kubernetes apiserver
pkg/cel/library/cost.go.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil
from typing import Final, NamedTuple, TypeAlias

from minieks.kube.cel.checked import Checked
from minieks.kube.cel.syntax import (
    Bound,
    Call,
    Fold,
    Ident,
    ListOf,
    Literal,
    MapOf,
    Node,
    Select,
    Struct,
)

MOST: Final = 2**64 - 1
_TEXT: Final = Fraction(1, 10)  # of a unit, to go over one character
_REGEX: Final = Fraction(1, 4)
_CHECK: Final = 350_000  # a question to the authorizer
_SCALARS: Final = frozenset(
    {"bool", "int", "uint", "double", "duration", "timestamp", "type", "null"}
)
_ORDERS: Final = ("_<_", "_<=_", "_>_", "_>=_")
_WITH_FIELDS: Final = frozenset({"map", "object", "parameter"})

Size: TypeAlias = int
"""The most that there can be."""


class Part(NamedTuple):
    """What a part of an expression costs, and how large its value can be."""

    cost: int
    size: Size


def estimate(checked: Checked) -> int:
    """The most that evaluating an expression can cost."""
    return _Estimator(checked).part(checked.tree).cost


def bounded(value: int) -> int:
    """A number that stops at 2^64-1."""
    return min(value, MOST)


def _scaled(size: Size, factor: Fraction) -> int:
    return bounded(ceil(size * factor))


class _Estimator:
    """Goes through a tree from the leaves."""

    def __init__(self, checked: Checked) -> None:
        self._types = checked.types
        self._locals: dict[str, Size] = {}

    def part(self, node: Node) -> Part:
        """Cost and size of a node."""
        found = _PARTS[type(node)](self, node)
        return Part(bounded(found.cost), bounded(found.size))

    def _size(self, node: Node) -> Size:
        """The size that a node's type tells."""
        known = self._types[node]
        if known.size is not None:
            return known.size
        return 1 if known.kind in _SCALARS else MOST

    def _literal(self, node: Literal) -> Part:
        value = node.value
        return Part(0, len(value) if isinstance(value, (str, bytes)) else 1)

    def _ident(self, node: Ident) -> Part:
        return Part(1, self._locals.get(node.name, self._size(node)))

    def _select(self, node: Select) -> Part:
        inner = self.part(node.operand).cost
        if node.test:
            return Part(inner, 1)
        step = 1 if self._types[node.operand].kind in _WITH_FIELDS else 0
        return Part(inner + step, self._size(node))

    def _list(self, node: ListOf) -> Part:
        return Part(10 + sum(self.part(one).cost for one in node.items), len(node.items))

    def _map(self, node: MapOf) -> Part:
        cost = 30
        for entry in node.entries:
            assert not isinstance(entry.key, str)
            cost += self.part(entry.key).cost + self.part(entry.value).cost
        return Part(cost, len(node.entries))

    def _struct(self, node: Struct) -> Part:
        return Part(40 + sum(self.part(entry.value).cost for entry in node.fields), MOST)

    def _call(self, node: Call) -> Part:
        args = [self.part(arg) for arg in node.args]
        spent = sum(arg.cost for arg in args)
        if node.target is not None:
            target = self.part(node.target)
            args.insert(0, target)
            spent += target.cost
        rule = _CALLS.get(node.function)
        if rule is None or self._is_simple(node):
            return Part(spent + 1, self._size(node))
        if node.function == "_?_:_":
            spent -= min(args[1].cost, args[2].cost)
        own = rule(args, self._items(node))
        return Part(spent + own.cost, self._size(node) if own.size < 0 else own.size)

    def _is_simple(self, node: Call) -> bool:
        """Whether an operator that can go over texts or lists does not, for these types."""
        kind = self._types[node.args[-1]].kind if node.args else ""
        if node.function in _ORDERS:
            return kind not in ("string", "bytes", "dyn")
        if node.function == "@in":
            return kind == "map"
        return node.function == "_+_" and kind in _SCALARS

    def _items(self, node: Call) -> Size:
        """Of a call on a list of texts, how long each of them can be; 0 for other items."""
        over = self._types[node.target] if node.target is not None else None
        if (
            over is None
            or over.kind != "list"
            or over.parameters[0].kind not in ("string", "bytes")
        ):
            return 0
        found = over.parameters[0].size
        return MOST if found is None else found

    def _fold(self, node: Fold) -> Part:
        over = self.part(node.over)
        names = self._element_sizes(node)
        before = self._locals
        self._locals = {**before, **names}
        condition = 0 if node.condition is None else self.part(node.condition).cost
        result = 0 if node.result is None else self.part(node.result).cost
        self._locals = before
        start, each, end, size = _FOLDS[node.macro](condition, result, over.size)
        if node.macro == "map" and node.condition is None:
            each -= 1
        return Part(over.cost + start + over.size * each + end, size)

    def _element_sizes(self, node: Fold) -> Mapping[str, Size]:
        over = self._types[node.over]
        if over.kind not in ("list", "map"):
            return {}
        sizes = [MOST if one.size is None else one.size for one in over.parameters]
        known = [1, sizes[0]] if over.kind == "list" else sizes
        if len(node.variables) == 1:
            return {node.variables[0]: sizes[0]}
        return dict(zip(node.variables, known, strict=True))

    def _bound(self, node: Bound) -> Part:
        value, result = self.part(node.value), self.part(node.result)
        return Part(value.cost + result.cost + 13, result.size)


# Loops: from the costs of condition and result and the number of rounds to what the start, a round
# and the end cost, and the size of the result.


def _for_all(condition: int, _: int, rounds: Size) -> tuple[int, int, int, Size]:
    return 0, condition + 3, 1, 1


def _for_any(condition: int, _: int, rounds: Size) -> tuple[int, int, int, Size]:
    return 0, condition + 4, 1, 1


def _for_one(condition: int, _: int, rounds: Size) -> tuple[int, int, int, Size]:
    return 0, condition + 2, 2, 1


def _for_each(condition: int, result: int, rounds: Size) -> tuple[int, int, int, Size]:
    return 10, condition + result + 13, 1, rounds


_FOLDS: Final[dict[str, Callable[[int, int, Size], tuple[int, int, int, Size]]]] = {
    "all": _for_all,
    "exists": _for_any,
    "exists_one": _for_one,
    **dict.fromkeys(
        ("filter", "map", "transformList", "transformMap", "transformMapEntry"), _for_each
    ),
}


# Calls: from the arguments (a target first) and the size of a list's texts to the call's own cost
# and the size of its result; -1 for what its type says.

_Rule: TypeAlias = Callable[[list[Part], Size], Part]


def _fixed(cost: int) -> _Rule:
    return lambda args, items: Part(cost, -1)


def _over(position: int, factor: Fraction = _TEXT) -> _Rule:
    """A walk over the characters of an argument."""
    return lambda args, items: Part(_scaled(args[position].size, factor), -1)


def _kept(factor: Fraction = _TEXT) -> _Rule:
    """A walk over a text whose result is no longer."""
    return lambda args, items: Part(_scaled(args[0].size, factor), args[0].size)


def _walk(args: list[Part], items: Size) -> Part:
    if len(args) == 2 and not items:
        return Part(bounded(args[0].size), 1)
    return Part(bounded(args[0].size * (1 + _scaled(items, _TEXT))), -1)


def _sum(args: list[Part], items: Size) -> Part:
    if len(args) != 2:
        return Part(1, -1)
    size = bounded(args[0].size + args[1].size)
    return Part(_scaled(size, _TEXT), size)


def _compared(args: list[Part], items: Size) -> Part:
    return Part(_scaled(min(args[0].size, args[1].size), _TEXT), 1)


def _matched(args: list[Part], items: Size) -> Part:
    walk = _scaled(bounded(args[0].size + 1), _TEXT)
    return Part(bounded(walk * _scaled(args[-1].size, _REGEX)), -1)


def _contained(args: list[Part], items: Size) -> Part:
    return Part(bounded(_scaled(args[0].size, _TEXT) * _scaled(args[1].size, _TEXT)), 1)


def _replaced(args: list[Part], items: Size) -> Part:
    text, new = args[0].size, args[2].size
    return Part(_scaled(text, 2 * _TEXT), bounded((text + 1) * new + text))


def _joined(args: list[Part], items: Size) -> Part:
    count = args[0].size
    between = args[1].size * max(count - 1, 0) if len(args) > 1 else 0
    size = bounded(count * items + between)
    return Part(_scaled(size, _TEXT), size)


def _chosen(args: list[Part], items: Size) -> Part:
    return Part(0, max(args[1].size, args[2].size))


def _free(args: list[Part], items: Size) -> Part:
    return Part(0, 1)


def _dyn(args: list[Part], items: Size) -> Part:
    return Part(1, args[0].size)


_CALLS: Final[dict[str, _Rule]] = {
    "_&&_": _free,
    "_||_": _free,
    "_?_:_": _chosen,
    "_+_": _sum,
    **dict.fromkeys(("_==_", "_!=_", *_ORDERS), _compared),
    "@in": lambda args, items: Part(args[1].size, 1),
    "dyn": _dyn,
    "matches": _matched,
    "find": _matched,
    "findAll": _matched,
    "contains": _contained,
    **dict.fromkeys(("startsWith", "endsWith"), _over(1)),
    **dict.fromkeys(("isSorted", "sum", "min", "max", "indexOf", "lastIndexOf"), _walk),
    **dict.fromkeys(("lowerAscii", "upperAscii", "substring", "trim"), _kept()),
    "split": _kept(2 * _TEXT),
    "replace": _replaced,
    "join": _joined,
    "format": _over(0),
    "url": _over(0),
    "check": _fixed(_CHECK),
}


_PARTS: Final[dict[type, Callable[..., Part]]] = {
    Literal: _Estimator._literal,
    Ident: _Estimator._ident,
    Select: _Estimator._select,
    Call: _Estimator._call,
    ListOf: _Estimator._list,
    MapOf: _Estimator._map,
    Struct: _Estimator._struct,
    Fold: _Estimator._fold,
    Bound: _Estimator._bound,
}
