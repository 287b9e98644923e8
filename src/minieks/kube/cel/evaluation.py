"""From a checked tree to functions of Python that evaluate it.

Each node becomes one closure over those of its parts; it takes the values of the names in sight.
Source of the semantics: cel-spec doc/langdef.md "Evaluation", cel-go interpreter.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

from minieks.kube.cel.checker import Checked
from minieks.kube.cel.declarations import Overload
from minieks.kube.cel.errors import CostExceeded, EvaluationError, no_overload
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

Frame: TypeAlias = dict[str, Any]
Step: TypeAlias = Callable[[Frame], Any]

# In a frame, beside the names (which have no blank): how many steps may still be taken.
BUDGET: Final = " steps"

# ... and what the innermost loop is at.
_ITEM: Final = " item"

_LOOSE: Final = frozenset({"dyn", "parameter", "!error!"})


class Steps:
    """How many steps of loops an evaluation may still take."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, count: int) -> None:
        """Take some; raises CostExceeded when none are left."""
        self.left -= count
        if self.left < 0:
            raise CostExceeded


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
        fold, names, weight = _FOLDS[node.macro], node.variables, _weight(node)

        def run(frame: Frame) -> Any:
            frames = _frames(frame, names, over(frame), weight)
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
                first = _truth(left(frame))
            except EvaluationError:
                if _truth(right(frame)) is ending:
                    return ending
                raise
            return ending if first is ending else _truth(right(frame))

        return run

    return make


def _truth(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise no_overload()


def _conditional(steps: tuple[Step, ...]) -> Step:
    condition, then, otherwise = steps
    return lambda frame: then(frame) if _truth(condition(frame)) else otherwise(frame)


def _present(value: Any) -> Iterable[Any]:
    if not isinstance(value, Optional):
        raise no_overload()
    return (value.value,) if value.has_value else ()


# loops


def _frames(frame: Frame, names: tuple[str, ...], over: Any, weight: int) -> Iterator[Frame]:
    """The frame once for each item, with the loop's names set; it is the same one each time."""
    inner, steps = dict(frame), frame.get(BUDGET)
    for item in _items(over, len(names)):
        if steps is not None:
            steps.take(weight)
        inner[_ITEM] = item[0]
        for name, value in zip(names, item, strict=True):
            inner[name] = value
        yield inner


def _items(over: Any, count: int) -> Iterable[tuple[Any, ...]]:
    if isinstance(over, list):
        return enumerate(over) if count == 2 else ((item,) for item in over)
    if isinstance(over, dict):
        return over.items() if count == 2 else ((key,) for key in over)
    raise no_overload()


def _until(ending: bool) -> Callable[..., bool]:
    """``all`` (which False ends) and ``exists``: errors count only if nothing ends it."""

    def fold(frames: Iterator[Frame], condition: Step, _: Step | None) -> bool:
        failure: EvaluationError | None = None
        for frame in frames:
            try:
                if _truth(condition(frame)) is ending:
                    return ending
            except EvaluationError as error:
                failure = error
        if failure is not None:
            raise failure
        return not ending

    return fold


def _exists_one(frames: Iterator[Frame], condition: Step, _: Step | None) -> bool:
    return sum(_truth(condition(frame)) for frame in frames) == 1


def _kept(frames: Iterator[Frame], condition: Step | None) -> Iterator[Frame]:
    if condition is None:
        return frames
    return (frame for frame in frames if _truth(condition(frame)))


def _filter(frames: Iterator[Frame], condition: Step, _: Step | None) -> list[Any]:
    return [frame[_ITEM] for frame in frames if _truth(condition(frame))]


def _map(frames: Iterator[Frame], condition: Step | None, result: Step) -> list[Any]:
    return [result(frame) for frame in _kept(frames, condition)]


def _entries(frames: Iterator[Frame], condition: Step | None, result: Step) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for frame in _kept(frames, condition):
        for key, value in result(frame).items():
            if key in found:
                raise EvaluationError(f"insert failed: key {key} already exists")
            found[key] = value
    return found


def _transformed(frames: Iterator[Frame], condition: Step | None, result: Step) -> dict[Any, Any]:
    return {frame[_ITEM]: result(frame) for frame in _kept(frames, condition)}


def _weight(node: Node | None) -> int:
    """How many nodes one round of a loop goes through, loops inside it aside."""
    if node is None:
        return 0
    if isinstance(node, Fold):
        return 4 + _weight(node.condition) + _weight(node.result)
    if isinstance(node, Call):
        return 1 + sum(map(_weight, node.args)) + _weight(node.target)
    if isinstance(node, Select):
        return 1 + _weight(node.operand)
    return 1


_SPECIAL: Final[dict[str, Callable[[tuple[Step, ...]], Step]]] = {
    "_&&_": _logical(ending=False),
    "_||_": _logical(ending=True),
    "_?_:_": _conditional,
}
_FOLDS: Final[dict[str, Callable[..., Any]]] = {
    "all": _until(ending=False),
    "exists": _until(ending=True),
    "exists_one": _exists_one,
    "filter": _filter,
    "map": _map,
    "transformList": _map,
    "transformMap": _transformed,
    "transformMapEntry": _entries,
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
