"""Literals that a function will surely refuse, found before anything runs.

Source: cel-go cel/validator.go (duration, timestamp and regex literals).
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from minieks.kube.cel.checked import Checked
from minieks.kube.cel.errors import EvaluationError, Issue
from minieks.kube.cel.library.times import duration, timestamp
from minieks.kube.cel.syntax import Literal
from minieks.kube.words.regex import InvalidPattern, compiled

_CHECKS: Final[dict[str, Callable[[str], Any]]] = {
    "matches": compiled,
    "duration": duration,
    "timestamp": timestamp,
}


def problems(checked: Checked) -> Iterator[Issue]:
    """The literals that stand where they cannot."""
    for call in checked.overloads:
        check = _CHECKS.get(call.function)
        last = call.args[-1] if call.args else None
        if check is None or not isinstance(last, Literal) or not isinstance(last.value, str):
            continue
        try:
            check(last.value)
        except (EvaluationError, InvalidPattern):
            yield Issue(last.at, f"invalid {call.function} argument")
