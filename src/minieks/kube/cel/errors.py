"""What goes wrong with an expression, in the words of cel-go."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One mistake in an expression: its place, counted in characters from 0, and what is wrong."""

    at: int
    text: str


class CompileError(Exception):
    """An expression that cannot be compiled; ``str`` shows each mistake with its line."""

    def __init__(self, source: str, issues: Iterable[Issue]) -> None:
        self.issues = tuple(sorted(issues))
        super().__init__("\n".join(_shown(source, issue) for issue in self.issues))


class EvaluationError(Exception):
    """An expression whose value is an error: no such key, division by zero, ..."""


class CostExceeded(Exception):
    """An evaluation that was stopped because it took too many steps; no operator absorbs it."""

    def __init__(self) -> None:
        super().__init__("operation cancelled: actual cost limit exceeded")


NO_OVERLOAD = "no such overload"


def no_overload() -> EvaluationError:
    """The error of a function that does not know values of these types."""
    return EvaluationError(NO_OVERLOAD)


def _shown(source: str, issue: Issue) -> str:
    """The mistake, the line that it is in, and a mark below its place."""
    before = source[: issue.at]
    line, start = before.count("\n"), before.rfind("\n") + 1
    column = issue.at - start
    text = source.split("\n")[line].replace("\t", " ")
    head = f"ERROR: <input>:{line + 1}:{column + 1}: {issue.text}"
    return f"{head}\n | {text}\n | {'.' * column}^"
