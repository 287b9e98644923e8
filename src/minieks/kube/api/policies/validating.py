"""What a ValidatingAdmissionPolicy says of a request.

Source: kubernetes apiserver pkg/admission/plugin/policy/validating/validator.go.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.kube.api.permission import May
from minieks.kube.api.policies import conditions
from minieks.kube.api.policies.expressions import (
    Composed,
    Variables,
    failed,
    seen_by,
    variable_types,
)
from minieks.kube.api.policies.requests import AdmissionRequest
from minieks.kube.cel import terms
from minieks.kube.cel.environment import CompileError, CostExceeded, EvaluationError, Program
from minieks.kube.words.objects import Obj

_LONGEST_MESSAGE: Final = 5 * 1024


@dataclass(frozen=True, slots=True)
class Denial:
    """A validation that does not hold, or could not be evaluated: the reason may be empty."""

    message: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Validation:
    said: Obj
    program: Program
    message: Program | None


class CompiledPolicy:
    """A policy whose expressions are ready; raises CompileError if one of them is none."""

    def __init__(self, policy: Obj) -> None:
        spec = policy["spec"]
        self.fails = spec.get("failurePolicy", "Fail") == "Fail"
        self._conditions = spec.get("matchConditions") or ()
        self._has_params = bool(spec.get("paramKind"))
        types = variable_types(params=terms.DYN if self._has_params else None)
        self._composed = Composed(spec.get("variables") or (), types)
        self._validations = [self._validation(said) for said in spec.get("validations") or ()]

    def _validation(self, said: Obj) -> _Validation:
        told = said.get("messageExpression") or ""
        message = self._composed.compile(told) if told.strip() else None
        return _Validation(said, self._composed.compile(said["expression"]), message)

    def denials(self, request: AdmissionRequest, may: May, params: Obj | None) -> Iterator[Denial]:
        """What the policy has against a request, in the order of its validations."""
        seen = seen_by(request, may, params)
        met = conditions.outcome(self._conditions, seen, has_params=self._has_params)
        if met.error and self.fails:
            yield Denial(met.error)
        if not met.holds:
            return
        seen["variables"] = Variables(self._composed.programs, seen)
        for validation in self._validations:
            denial = self._denial(validation, seen)
            if denial is not None:
                yield denial

    def _denial(self, validation: _Validation, seen: Mapping[str, Any]) -> Denial | None:
        said = validation.said
        try:
            held = validation.program.evaluate(seen)
        except (EvaluationError, CostExceeded) as error:
            return Denial(failed(said["expression"], error)) if self.fails else None
        if held is True:
            return None
        return Denial(_message(validation, seen), said.get("reason") or "Invalid")


def _message(validation: _Validation, seen: Mapping[str, Any]) -> str:
    """What the messageExpression says, else the message, else the expression itself."""
    said = validation.said
    text = _told(validation.message, seen) or (said.get("message") or "").strip()
    return text or f"failed expression: {said['expression'].strip()}"


def _told(program: Program | None, seen: Mapping[str, Any]) -> str:
    if program is None:
        return ""
    try:
        found = program.evaluate(seen)
    except (EvaluationError, CostExceeded):
        return ""
    text = found.strip() if isinstance(found, str) else ""
    return "" if "\n" in text or len(text.encode()) > _LONGEST_MESSAGE else text


def compiled(policy: Obj) -> CompiledPolicy | str:
    """A policy ready to be asked, or why it cannot be."""
    try:
        return CompiledPolicy(policy)
    except CompileError as error:
        return f"compilation error: compilation failed: {error}"
