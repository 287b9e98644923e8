"""The matchConditions of policies and webhooks.

Source: kubernetes apiserver pkg/admission/plugin/webhook/matchconditions/matcher.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from minieks.kube.api.policies.expressions import compiled_condition, failed
from minieks.kube.cel.environment import CostExceeded, EvaluationError
from minieks.kube.words.objects import Obj


class Outcome(NamedTuple):
    """Whether all conditions hold, or what went wrong while none said no."""

    holds: bool
    error: str = ""


def outcome(
    conditions: Iterable[Obj], seen: Mapping[str, Any], *, has_params: bool = False
) -> Outcome:
    """All conditions must hold; one that says no outweighs errors of others."""
    errors: list[str] = []
    for condition in conditions:
        expression = condition["expression"]
        program = compiled_condition(expression, has_params=has_params)
        if isinstance(program, str):
            errors.append(program)
            continue
        try:
            if program.evaluate(seen) is not True:
                return Outcome(False)
        except (EvaluationError, CostExceeded) as error:
            errors.append(failed(expression, error))
    if errors:
        shown = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
        return Outcome(False, shown)
    return Outcome(True)
