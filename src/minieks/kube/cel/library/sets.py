"""Lists as sets. Source: cel-go ext/sets.go."""

from typing import Any, Final

from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import contains


def _contains(items: list[Any], others: list[Any]) -> bool:
    return all(contains(items, other) for other in others)


def _intersects(items: list[Any], others: list[Any]) -> bool:
    return any(contains(items, other) for other in others)


def _equivalent(items: list[Any], others: list[Any]) -> bool:
    return _contains(items, others) and _contains(others, items)


ROWS: Final[tuple[Row, ...]] = (
    ("sets.contains", "(list(A), list(A)) -> bool", _contains),
    ("sets.intersects", "(list(A), list(A)) -> bool", _intersects),
    ("sets.equivalent", "(list(A), list(A)) -> bool", _equivalent),
)
