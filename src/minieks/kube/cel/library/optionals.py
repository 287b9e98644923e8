"""Values that may be absent. Source: cel-go cel/library.go ``OptionalTypes``."""

from typing import Any, Final

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import NONE, Optional

_ZERO: Final = (None, False, 0, 0.0, "", b"")


def _non_zero(value: Any) -> Optional:
    empty = value in _ZERO if not isinstance(value, (list, dict)) else not value
    return NONE if empty else Optional(value)


def _value(given: Optional) -> Any:
    if not given.has_value:
        raise EvaluationError("optional.none() dereference")
    return given.value


ROWS: Final[tuple[Row, ...]] = (
    ("optional.of", "(A) -> optional_type(A)", Optional),
    ("optional.ofNonZeroValue", "(A) -> optional_type(A)", _non_zero),
    ("optional.none", "() -> optional_type(A)", lambda: NONE),
    ("hasValue", "optional_type(A).() -> bool", lambda given: given.has_value),
    ("value", "optional_type(A).() -> A", _value),
    (
        "or",
        "optional_type(A).(optional_type(A)) -> optional_type(A)",
        lambda given, other: given if given.has_value else other,
    ),
    (
        "orValue",
        "optional_type(A).(A) -> A",
        lambda given, other: given.value if given.has_value else other,
    ),
)
