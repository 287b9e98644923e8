"""The loops of the macros ``all``, ``exists``, ``filter``, ``map`` and their kin.

Source: cel-go parser/macro.go, ext/comprehensions.go.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from minieks.kube.cel.errors import EvaluationError, no_overload
from minieks.kube.cel.frames import BUDGET, Frame, Step, truth
from minieks.kube.cel.syntax import Call, Fold, Node, Select

_ITEM: Final = " item"
"""In a frame, beside the names: what the innermost loop is at."""


def frames_over(frame: Frame, names: tuple[str, ...], over: Any, weight: int) -> Iterator[Frame]:
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
                if truth(condition(frame)) is ending:
                    return ending
            except EvaluationError as error:
                failure = error
        if failure is not None:
            raise failure
        return not ending

    return fold


def _exists_one(frames: Iterator[Frame], condition: Step, _: Step | None) -> bool:
    return sum(truth(condition(frame)) for frame in frames) == 1


def _kept(frames: Iterator[Frame], condition: Step | None) -> Iterator[Frame]:
    if condition is None:
        return frames
    return (frame for frame in frames if truth(condition(frame)))


def _filter(frames: Iterator[Frame], condition: Step, _: Step | None) -> list[Any]:
    return [frame[_ITEM] for frame in frames if truth(condition(frame))]


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


def weight_of(node: Node | None) -> int:
    """How many nodes one round of a loop goes through, loops inside it aside."""
    if node is None:
        return 0
    if isinstance(node, Fold):
        return 4 + weight_of(node.condition) + weight_of(node.result)
    if isinstance(node, Call):
        return 1 + sum(map(weight_of, node.args)) + weight_of(node.target)
    if isinstance(node, Select):
        return 1 + weight_of(node.operand)
    return 1


FOLDS: Final[dict[str, Callable[..., Any]]] = {
    "all": _until(ending=False),
    "exists": _until(ending=True),
    "exists_one": _exists_one,
    "filter": _filter,
    "map": _map,
    "transformList": _map,
    "transformMap": _transformed,
    "transformMapEntry": _entries,
}
"""How each macro folds: from frames, condition and result to the value of the loop."""
