"""Sums, extremes and positions in lists. Source: kubernetes pkg/cel/library/lists.go."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.library.operators import in_range, unsigned
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import Duration, equal

_SUMMABLE: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "int": lambda items: in_range(sum(items)),
    "uint": lambda items: unsigned(sum(map(int, items))),
    "double": lambda items: float(sum(items)),
    "duration": lambda items: Duration(sum(item.nanos for item in items)),
}
_COMPARABLE: Final = ("int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes")


def _is_sorted(items: list[Any]) -> bool:
    return all(left <= right for left, right in pairwise(items))


def _extreme(choose: Callable[[list[Any]], Any], name: str) -> Callable[[list[Any]], Any]:
    def run(items: list[Any]) -> Any:
        if not items:
            raise EvaluationError(f"{name} called on empty list")
        return choose(items)

    return run


def _index(items: list[Any], value: Any) -> int:
    return next((at for at, item in enumerate(items) if equal(item, value)), -1)


def _last_index(items: list[Any], value: Any) -> int:
    return next((at for at in reversed(range(len(items))) if equal(items[at], value)), -1)


def _rows() -> list[Row]:
    rows: list[Row] = []
    for one in _COMPARABLE:
        rows.append(("isSorted", f"list({one}).() -> bool", _is_sorted))
        rows.append(("min", f"list({one}).() -> {one}", _extreme(min, "min")))
        rows.append(("max", f"list({one}).() -> {one}", _extreme(max, "max")))
    rows += [("sum", f"list({one}).() -> {one}", run) for one, run in _SUMMABLE.items()]
    return rows


ROWS: Final[tuple[Row, ...]] = (
    *_rows(),
    ("indexOf", "list(A).(A) -> int", _index),
    ("lastIndexOf", "list(A).(A) -> int", _last_index),
)
