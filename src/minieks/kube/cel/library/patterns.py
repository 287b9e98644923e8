"""Regular expressions. Source: cel-go stdlib ``matches``, kubernetes pkg/cel/library/regex.go."""

from itertools import islice
from typing import Final

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.rows import Row
from minieks.kube.words.regex import InvalidPattern, Pattern, compiled


def _compiled(pattern: str) -> Pattern:
    try:
        return compiled(pattern)
    except InvalidPattern as error:
        raise EvaluationError(str(error)) from None


def _matches(text: str, pattern: str) -> bool:
    return _compiled(pattern).matches(text)


def _find(text: str, pattern: str) -> str:
    return next(_compiled(pattern).all(text), "")


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    found = _compiled(pattern).all(text)
    return list(found if limit < 0 else islice(found, limit))


ROWS: Final[tuple[Row, ...]] = (
    ("matches", "string.(string) -> bool", _matches),
    ("matches", "(string, string) -> bool", _matches),
    ("find", "string.(string) -> string", _find),
    ("findAll", "string.(string) -> list(string)", _find_all),
    ("findAll", "string.(string, int) -> list(string)", _find_all),
)
