"""Values as Go's flags and annotations write them."""

from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.library import times

_TRUE: Final = ("1", "t", "T", "TRUE", "true", "True")
_FALSE: Final = ("0", "f", "F", "FALSE", "false", "False")


class WrongValue(ValueError):
    """A text that is no such value; the message is Go's."""


def duration(text: str) -> Micros:
    """A span such as ``1h30m``; raises WrongValue."""
    try:
        return times.duration(text).nanos // 1000
    except EvaluationError:
        raise WrongValue(f'time: invalid duration "{text}"') from None


def duration_text(span: Micros) -> str:
    """A span as Go prints it, such as ``15m10s``."""
    seconds, rest = divmod(span, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{rest:06d}".rstrip("0") if rest else ""
    text = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{text}{seconds}{fraction}s"


def boolean(text: str) -> bool:
    """A truth value as ParseBool takes it; raises WrongValue."""
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise WrongValue(f'strconv.ParseBool: parsing "{text}": invalid syntax')


def integer(text: str) -> int:
    """A whole number; raises WrongValue."""
    try:
        return int(text)
    except ValueError:
        raise WrongValue(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def number(text: str) -> float:
    """A number; raises WrongValue."""
    try:
        return float(text)
    except ValueError:
        raise WrongValue(f'strconv.ParseFloat: parsing "{text}": invalid syntax') from None
