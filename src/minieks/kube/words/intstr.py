"""``IntOrString`` fields: a number, or a percentage of a total.

The rules are those of kubernetes apimachinery ``pkg/util/intstr``.
"""

import re
from typing import TypeAlias

IntOrString: TypeAlias = int | str

_PERCENT = re.compile(r"[0-9]+%", re.ASCII)


def is_percent(value: IntOrString) -> bool:
    """Whether the value is a percentage such as ``25%``."""
    return isinstance(value, str) and _PERCENT.fullmatch(value) is not None


def scaled_up(value: IntOrString, total: int) -> int:
    """The number, or that percentage of ``total`` rounded up; ValueError if it is neither."""
    return value if isinstance(value, int) else -(-_percent(value) * total // 100)


def scaled_down(value: IntOrString, total: int) -> int:
    """The number, or that percentage of ``total`` rounded down; ValueError if it is neither."""
    return value if isinstance(value, int) else _percent(value) * total // 100


def _percent(value: str) -> int:
    if not is_percent(value):
        raise ValueError(
            f"invalid value for IntOrString: invalid type: string is not a percentage: {value!r}"
        )
    return int(value[:-1])
