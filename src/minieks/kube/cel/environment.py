"""What an expression may speak of, and expressions ready to be evaluated."""

from collections.abc import Mapping
from typing import Any, Final

from minieks.kube.cel import declarations, literal_checks
from minieks.kube.cel.checked import Checked
from minieks.kube.cel.checker import Scope, Structs, check
from minieks.kube.cel.errors import CompileError, CostExceeded, EvaluationError, Issue
from minieks.kube.cel.evaluation import compiled
from minieks.kube.cel.frames import BUDGET, Step, Steps
from minieks.kube.cel.parser import parse
from minieks.kube.cel.terms import Term

__all__ = [
    "PER_CALL",
    "CompileError",
    "CostExceeded",
    "Environment",
    "EvaluationError",
    "Issue",
    "Program",
]

PER_CALL: Final = 1_000_000
"""Steps that one evaluation may take. Source: kubernetes pkg/apis/cel/config.go."""

_TOO_DEEP: Final = "Syntax error: expression recursion limit exceeded: 250"
_LONGEST: Final = 100_000  # code points; cel-go's default


class Program:
    """A compiled expression."""

    __slots__ = ("_step", "checked", "source")

    def __init__(self, source: str, checked: Checked) -> None:
        self.source = source
        self.checked = checked
        self._step: Step | None = None

    @property
    def result(self) -> Term:
        """The type of its value."""
        return self.checked.result

    def uses(self, name: str) -> bool:
        """Whether it speaks of a variable."""
        return name in self.checked.names

    def evaluate(self, values: Mapping[str, Any], steps: Steps | None = None) -> Any:
        """Its value; raises EvaluationError or CostExceeded. The closures are made once."""
        if self._step is None:
            self._step = compiled(self.checked)
        try:
            return self._step({**values, BUDGET: steps or Steps(PER_CALL)})
        except (OverflowError, RecursionError) as error:
            raise EvaluationError(str(error)) from None


class Environment:
    """Variables with their types, and functions; those of Kubernetes if none are named."""

    def __init__(
        self,
        variables: Mapping[str, Term],
        functions: declarations.Functions | None = None,
        structs: Structs | None = None,
    ) -> None:
        known = declarations.standard() if functions is None else functions
        self._scope = Scope(variables, known, structs or _no_struct)

    def compile(self, source: str) -> Program:
        """The expression, checked; raises CompileError."""
        if len(source) > _LONGEST:
            issue = Issue(
                0,
                f"expression code point size exceeds limit: size: {len(source)}, limit {_LONGEST}",
            )
            raise CompileError(source[:80], [issue])
        try:
            checked = check(source, parse(source), self._scope)
        except RecursionError:
            raise CompileError(source, [Issue(0, _TOO_DEEP)]) from None
        issues = list(literal_checks.problems(checked))
        if issues:
            raise CompileError(source, issues)
        return Program(source, checked)


def _no_struct(name: str) -> Term | None:
    return None
