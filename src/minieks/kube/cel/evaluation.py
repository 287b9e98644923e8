"""From a checked tree to functions of Python that evaluate it.

Each node becomes one closure over those of its parts; it takes the values of the names in sight.
Source of the semantics: cel-spec doc/langdef.md "Evaluation", cel-go interpreter.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from minieks.kube.cel.checked import Checked
from minieks.kube.cel.declarations import Overload
from minieks.kube.cel.errors import EvaluationError, no_overload
from minieks.kube.cel.folding import FOLDS, frames_over, weight_of
from minieks.kube.cel.frames import Frame, Step, truth
from minieks.kube.cel.syntax import (
    Bound,
    Call,
    Entry,
    Fold,
    Ident,
    ListOf,
    Literal,
    MapOf,
    Node,
    Select,
    Struct,
)
from minieks.kube.cel.values import NONE, Lookup, Optional
from minieks.kube.cel.values import Struct as Message

_LOOSE: Final = frozenset({"dyn", "parameter", "!error!"})


def compiled(checked: Checked) -> Step:
    """The function that evaluates a tree; it raises EvaluationError or CostExceeded."""
    return _Compiler(checked).step(checked.tree)


def find(value: Any, key: Any) -> tuple[Any, bool]:
    """What a map or message holds under a key, and whether it does; raises EvaluationError."""
    if isinstance(value, dict):
        return (value[key], True) if key in value else (None, False)
    if isinstance(value, Lookup):
        return value.find(key)
    raise no_overload()


def select(value: Any, key: str) -> Any:
    """A field; of an optional, an optional field; raises EvaluationError."""
    if isinstance(value, Optional):
        return select_optional(value, key)
    found, present = find(value, key)
    if not present:
        raise EvaluationError(f"no such key: {key}")
    return found


def select_optional(value: Any, key: Any) -> Optional:
    """A field that may be absent, as an optional."""
    if isinstance(value, Optional):
        if not value.has_value:
            return NONE
        value = value.value
    found, present = find(value, key)
    if not present:
        return NONE
    return found if isinstance(found, Optional) else Optional(found)


def has(value: Any, key: str) -> bool:
    """Whether there is such a field."""
    if isinstance(value, Optional):
        return value.has_value and has(value.value, key)
    return find(value, key)[1]


class _Compiler:
    """Makes the closures of one tree."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked

    def step(self, node: Node) -> Step:
        """The closure of a node."""
        return _STEPS[type(node)](self, node)

    def _literal(self, node: Literal) -> Step:
        value = node.value
        return lambda frame: value

    def _ident(self, node: Ident) -> Step:
        known = self._checked.type_values.get(node)
        if known is not None:
            return lambda frame: known
        return _variable(node.name.removeprefix("."))

    def _select(self, node: Select) -> Step:
        known = self._checked.type_values.get(node)
        if known is not None:
            return lambda frame: known
        named = self._checked.variables.get(node)
        if named is not None:
            return _variable(named)
        operand, key = self.step(node.operand), self._key(node)
        if node.test:
            return lambda frame: has(operand(frame), key)
        if node.optional:
            return lambda frame: select_optional(operand(frame), key)

        def run(frame: Frame) -> Any:
            value = operand(frame)
            if type(value) is dict and key in value:
                return value[key]
            return select(value, key)

        return run

    def _key(self, node: Select) -> str:
        """The name in JSON of a field that an expression may have to spell otherwise."""
        target = self._checked.types[node.operand]
        if target.kind == "opaque" and target.parameters:
            target = target.parameters[0]
        known = (target.fields or {}).get(node.field)
        return node.field if known is None else known.key

    def _call(self, node: Call) -> Step:
        special = _SPECIAL.get(node.function)
        if special is not None:
            return special(tuple(map(self.step, node.args)))
        args = node.args
        if node.target is not None and self._checked.members[node]:
            args = (node.target, *args)
        steps = tuple(map(self.step, args))
        overloads = self._checked.overloads[node]
        if len(overloads) == 1 and self._is_certain(overloads[0], args):
            return _direct(overloads[0].run, steps)
        return _dispatched(overloads, steps)

    def _is_certain(self, overload: Overload, args: tuple[Node, ...]) -> bool:
        """Whether the values need no look before the call."""
        return all(
            test is None or self._checked.types[arg].kind not in _LOOSE
            for test, arg in zip(overload.tests, args, strict=True)
        )

    def _list(self, node: ListOf) -> Step:
        steps = tuple(map(self.step, node.items))
        if not node.optional:
            return lambda frame: [step(frame) for step in steps]
        marked = node.optional

        def run(frame: Frame) -> list[Any]:
            found: list[Any] = []
            for position, step in enumerate(steps):
                found.extend(_present(step(frame)) if position in marked else (step(frame),))
            return found

        return run

    def _map(self, node: MapOf) -> Step:
        entries = tuple(self._entry(entry) for entry in node.entries)

        def run(frame: Frame) -> dict[Any, Any]:
            found: dict[Any, Any] = {}
            for key, value, optional in entries:
                name = key(frame)
                if name in found:
                    raise EvaluationError("Failed with repeated key")
                for held in _present(value(frame)) if optional else (value(frame),):
                    found[name] = held
            return found

        return run

    def _entry(self, entry: Entry) -> tuple[Step, Step, bool]:
        key = entry.key
        named: Step = (lambda frame: key) if isinstance(key, str) else self.step(key)
        return named, self.step(entry.value), entry.optional

    def _struct(self, node: Struct) -> Step:
        name = node.name
        fields = self._map(MapOf(node.at, node.fields))
        return lambda frame: Message(name, fields(frame))

    def _fold(self, node: Fold) -> Step:
        over = self.step(node.over)
        condition = None if node.condition is None else self.step(node.condition)
        result = None if node.result is None else self.step(node.result)
        fold, names, weight = FOLDS[node.macro], node.variables, weight_of(node)

        def run(frame: Frame) -> Any:
            frames = frames_over(frame, names, over(frame), weight)
            return fold(frames, condition, result)

        return run

    def _bound(self, node: Bound) -> Step:
        value, result, name = self.step(node.value), self.step(node.result), node.name
        flat = node.macro == "optFlatMap"

        def run(frame: Frame) -> Any:
            given = value(frame)
            if not isinstance(given, Optional):
                raise no_overload()
            if not given.has_value:
                return NONE
            found = result({**frame, name: given.value})
            return found if flat else Optional(found)

        return run


def _variable(name: str) -> Step:
    def run(frame: Frame) -> Any:
        try:
            return frame[name]
        except KeyError:
            raise EvaluationError(f"no such attribute(s): {name}") from None

    return run


# calls


def _direct(run: Callable[..., Any], steps: tuple[Step, ...]) -> Step:
    if len(steps) == 1:
        (only,) = steps
        return lambda frame: run(only(frame))
    if len(steps) == 2:
        first, second = steps
        return lambda frame: run(first(frame), second(frame))
    return lambda frame: run(*(step(frame) for step in steps))


def _dispatched(overloads: tuple[Overload, ...], steps: tuple[Step, ...]) -> Step:
    def run(frame: Frame) -> Any:
        args = tuple(step(frame) for step in steps)
        for overload in overloads:
            if overload.accepts(args):
                return overload.run(*args)
        raise no_overload()

    return run


def _logical(ending: bool) -> Callable[[tuple[Step, ...]], Step]:
    """``&&`` (which False ends) and ``||``: an error on one side yields to the other's ending."""

    def make(steps: tuple[Step, ...]) -> Step:
        left, right = steps

        def run(frame: Frame) -> bool:
            try:
                first = truth(left(frame))
            except EvaluationError:
                if truth(right(frame)) is ending:
                    return ending
                raise
            return ending if first is ending else truth(right(frame))

        return run

    return make


def _conditional(steps: tuple[Step, ...]) -> Step:
    condition, then, otherwise = steps
    return lambda frame: then(frame) if truth(condition(frame)) else otherwise(frame)


def _present(value: Any) -> Iterable[Any]:
    if not isinstance(value, Optional):
        raise no_overload()
    return (value.value,) if value.has_value else ()


_SPECIAL: Final[dict[str, Callable[[tuple[Step, ...]], Step]]] = {
    "_&&_": _logical(ending=False),
    "_||_": _logical(ending=True),
    "_?_:_": _conditional,
}
_STEPS: Final[dict[type, Callable[..., Step]]] = {
    Literal: _Compiler._literal,
    Ident: _Compiler._ident,
    Select: _Compiler._select,
    Call: _Compiler._call,
    ListOf: _Compiler._list,
    MapOf: _Compiler._map,
    Struct: _Compiler._struct,
    Fold: _Compiler._fold,
    Bound: _Compiler._bound,
}
