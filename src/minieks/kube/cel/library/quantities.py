"""Quantities such as ``1.5Gi``. Source: kubernetes pkg/cel/library/quantity.go."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import Opaque
from minieks.kube.words import quantity

_MOST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Quantity(Opaque):
    """An exact amount."""

    amount: Decimal

    cel_type = "kubernetes.Quantity"


def _quantity(text: str) -> Quantity:
    try:
        return Quantity(quantity.parse(text))
    except quantity.InvalidQuantity as error:
        raise EvaluationError(str(error)) from None


def _is_quantity(text: str) -> bool:
    try:
        quantity.parse(text)
    except quantity.InvalidQuantity:
        return False
    return True


def _is_integer(value: Quantity) -> bool:
    return value.amount == int(value.amount) and abs(value.amount) <= _MOST


def _integer(value: Quantity) -> int:
    if not _is_integer(value):
        raise EvaluationError("cannot convert value to integer")
    return int(value.amount)


def _sign(amount: Decimal) -> int:
    return (amount > 0) - (amount < 0)


def _sum(step: Callable[[Decimal, Any], Decimal]) -> Callable[[Quantity, Any], Quantity]:
    def run(left: Quantity, right: Any) -> Quantity:
        other = right.amount if isinstance(right, Quantity) else Decimal(right)
        return Quantity(step(left.amount, other))

    return run


_add: Final = _sum(lambda left, right: left + right)
_sub: Final = _sum(lambda left, right: left - right)
_Q: Final = "kubernetes.Quantity"

ROWS: Final[tuple[Row, ...]] = (
    ("quantity", f"(string) -> {_Q}", _quantity),
    ("isQuantity", "(string) -> bool", _is_quantity),
    ("sign", f"{_Q}.() -> int", lambda value: _sign(value.amount)),
    ("isGreaterThan", f"{_Q}.({_Q}) -> bool", lambda one, two: one.amount > two.amount),
    ("isLessThan", f"{_Q}.({_Q}) -> bool", lambda one, two: one.amount < two.amount),
    ("compareTo", f"{_Q}.({_Q}) -> int", lambda one, two: _sign(one.amount - two.amount)),
    ("asApproximateFloat", f"{_Q}.() -> double", lambda value: float(value.amount)),
    ("asInteger", f"{_Q}.() -> int", _integer),
    ("isInteger", f"{_Q}.() -> bool", _is_integer),
    ("add", f"{_Q}.({_Q}) -> {_Q}", _add),
    ("add", f"{_Q}.(int) -> {_Q}", _add),
    ("sub", f"{_Q}.({_Q}) -> {_Q}", _sub),
    ("sub", f"{_Q}.(int) -> {_Q}", _sub),
)
