"""The CEL expressions of admission policies and webhook configurations.

Source: kubernetes pkg/apis/admissionregistration/validation/validation.go; the texts are its.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from minieks.kube.api.fields import FieldError, duplicate, invalid, required, too_many
from minieks.kube.api.validation.checks import complaints
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

if TYPE_CHECKING:
    from minieks.kube.api.policies.expressions import Composed

_MOST_CONDITIONS: Final = 64


def match_conditions(obj: Obj, path: str, *, has_params: bool = False) -> Iterator[FieldError]:
    """The matchConditions of a webhook or a policy."""
    found = obj.get("matchConditions") or []
    if not found:
        return
    # Imported late: most configurations have no expressions.
    from minieks.kube.api.policies.expressions import (  # noqa: PLC0415
        Composed,
        variable_types,
    )
    from minieks.kube.cel import terms  # noqa: PLC0415

    composed = Composed((), variable_types(params=terms.DYN if has_params else None))
    if len(found) > _MOST_CONDITIONS:
        yield too_many(f"{path}matchConditions", len(found), _MOST_CONDITIONS)
    seen: set[str] = set()
    for position, condition in enumerate(found):
        place = f"{path}matchConditions[{position}]"
        yield from _expression(composed, condition.get("expression"), place, "expression", "bool")
        name = condition.get("name") or ""
        if not name:
            yield required(f"{place}.name")
        else:
            yield from complaints(f"{place}.name", name, names.qualified_name)
        if name in seen:
            yield duplicate(f"{place}.name", name)
        seen.add(name)


def policy(spec: Obj) -> Iterator[FieldError]:
    """The variables, validations, mutations and audit annotations of a policy."""
    # Imported late: most clusters have no policies.
    from minieks.kube.api.policies.expressions import (  # noqa: PLC0415
        Composed,
        variable_types,
    )
    from minieks.kube.cel import terms  # noqa: PLC0415

    has_params = bool(spec.get("paramKind"))
    types = variable_types(params=terms.DYN if has_params else None)
    composed = Composed((), types, mutates="mutations" in spec)
    yield from match_conditions(spec, "spec.", has_params=has_params)
    for position, variable in enumerate(spec.get("variables") or ()):
        yield from _variable(composed, variable, f"spec.variables[{position}]")
    for position, rule in enumerate(spec.get("validations") or ()):
        yield from _validation(composed, rule, f"spec.validations[{position}]")
    for position, noted in enumerate(spec.get("auditAnnotations") or ()):
        place = f"spec.auditAnnotations[{position}]"
        said = noted.get("valueExpression")
        yield from _expression(composed, said, place, "valueExpression", "string", "null")
    for position, mutation in enumerate(spec.get("mutations") or ()):
        yield from _mutation(composed, mutation, f"spec.mutations[{position}]")


def _variable(composed: "Composed", variable: Obj, path: str) -> Iterator[FieldError]:
    name, expression = variable.get("name") or "", variable.get("expression") or ""
    if not name:
        yield required(f"{path}.name", "name is not specified")
    elif name in composed.programs:
        yield invalid(f"{path}.name", name, f"variable {name!r} is already defined")
    problem = list(_expression(composed, expression, path, "expression"))
    yield from problem
    if name and not problem:
        composed.add(name, expression)


def _validation(composed: "Composed", rule: Obj, path: str) -> Iterator[FieldError]:
    yield from _expression(composed, rule.get("expression"), path, "expression", "bool")
    told = rule.get("messageExpression")
    if told is not None and told.strip():
        yield from _expression(composed, told, path, "messageExpression", "string")


def _mutation(composed: "Composed", mutation: Obj, path: str) -> Iterator[FieldError]:
    key = "jsonPatch" if mutation.get("patchType") == "JSONPatch" else "applyConfiguration"
    said = (mutation.get(key) or {}).get("expression")
    wanted = ("list(JSONPatch)",) if key == "jsonPatch" else ("Object",)
    yield from _expression(composed, said, f"{path}.{key}", "expression", *wanted)


def _expression(
    composed: "Composed", expression: str | None, path: str, key: str, *wanted: str
) -> Iterator[FieldError]:
    """One expression, which must be of one of the types that are wanted, if any are."""
    from minieks.kube.cel.environment import CompileError  # noqa: PLC0415

    source = expression or ""
    if not source.strip():
        yield required(f"{path}.{key}", f"{key} is not specified")
        return
    try:
        found = str(composed.compile(source).result)
    except CompileError as error:
        yield invalid(f"{path}.{key}", source, f"compilation failed: {error}")
        return
    if wanted and found not in (*wanted, "dyn"):
        shown = wanted[0] if len(wanted) == 1 else f"one of [{', '.join(wanted)}]"
        yield invalid(f"{path}.{key}", source, f"must evaluate to {shown} but got {found}")
