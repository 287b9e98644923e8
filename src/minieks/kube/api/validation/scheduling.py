"""Validation of what a pod says about where it runs.

Source: kubernetes pkg/apis/core/validation/validation.go validateAffinity, ValidateTolerations,
validateTopologySpreadConstraints, ValidateNodeSelector.
"""

from collections.abc import Iterator
from typing import Final

from minieks.kube.api.fields import (
    FieldError,
    duplicate,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation.checks import (
    complaints,
    internal,
    label_selector,
    one_of,
    operator_and_values,
    remembered,
)
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"
_TOLERATION: Final = ("Key", "Operator", "Value", "Effect", "TolerationSeconds")
EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_UNSATISFIABLE: Final = ("DoNotSchedule", "ScheduleAnyway")
_POLICIES: Final = ("Honor", "Ignore")
_SET_OPERATORS: Final = ("In", "NotIn")


@remembered
def affinity(found: Obj, path: str) -> Iterator[FieldError]:
    """A pod's affinity."""
    node = found.get("nodeAffinity") or {}
    place = f"{path}.nodeAffinity"
    if node.get(_REQUIRED) is not None:
        yield from node_selector(node[_REQUIRED], f"{place}.{_REQUIRED}")
    for position, preferred in enumerate(node.get(_PREFERRED) or ()):
        inner = f"{place}.{_PREFERRED}[{position}]"
        yield from _weight(preferred, inner)
        yield from _node_term(preferred.get("preference") or {}, f"{inner}.preference")
    for key in ("podAffinity", "podAntiAffinity"):
        yield from _pod_affinity(found.get(key) or {}, f"{path}.{key}")


def _weight(preferred: Obj, path: str) -> Iterator[FieldError]:
    weight = preferred.get("weight", 0)
    if not 1 <= weight <= 100:
        yield invalid(f"{path}.weight", weight, "must be in the range 1-100")


def node_selector(selector: Obj, path: str) -> Iterator[FieldError]:
    """A core/v1 NodeSelector."""
    terms = selector.get("nodeSelectorTerms") or ()
    if not terms:
        text = "must have at least one node selector term"
        yield required(f"{path}.nodeSelectorTerms", text)
    for position, term in enumerate(terms):
        yield from _node_term(term, f"{path}.nodeSelectorTerms[{position}]")


def _node_term(term: Obj, path: str) -> Iterator[FieldError]:
    for position, expression in enumerate(term.get("matchExpressions") or ()):
        yield from _node_expression(expression, f"{path}.matchExpressions[{position}]")
    for position, expression in enumerate(term.get("matchFields") or ()):
        yield from _node_field(expression, f"{path}.matchFields[{position}]")


def _node_expression(expression: Obj, path: str) -> Iterator[FieldError]:
    if expression.get("operator") not in ("Gt", "Lt"):
        yield from operator_and_values(expression, path)
    elif len(expression.get("values") or ()) != 1:
        text = "must be specified single value when `operator` is 'Lt' or 'Gt'"
        yield required(f"{path}.values", text)
    yield from complaints(f"{path}.key", expression.get("key", ""), names.qualified_name)


def _node_field(expression: Obj, path: str) -> Iterator[FieldError]:
    operator, values = expression.get("operator", ""), expression.get("values") or ()
    if operator in _SET_OPERATORS:
        if len(values) != 1:
            text = (
                "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
            )
            yield required(f"{path}.values", text)
    else:
        yield invalid(f"{path}.operator", operator, "not a valid selector operator")
    key = expression.get("key", "")
    if key != "metadata.name":
        yield invalid(f"{path}.key", key, "not a valid field selector key")


def _pod_affinity(found: Obj, path: str) -> Iterator[FieldError]:
    for position, term in enumerate(found.get(_REQUIRED) or ()):
        yield from _pod_term(term, f"{path}.{_REQUIRED}[{position}]")
    for position, preferred in enumerate(found.get(_PREFERRED) or ()):
        inner = f"{path}.{_PREFERRED}[{position}]"
        yield from _weight(preferred, inner)
        yield from _pod_term(preferred.get("podAffinityTerm") or {}, f"{inner}.podAffinityTerm")


def _pod_term(term: Obj, path: str) -> Iterator[FieldError]:
    for key in ("labelSelector", "namespaceSelector"):
        if term.get(key) is not None:
            yield from label_selector(term[key], f"{path}.{key}")
    for name in term.get("namespaces") or ():
        yield from complaints(f"{path}.namespace", name, names.dns_label)
    key = term.get("topologyKey", "")
    if not key:
        yield required(f"{path}.topologyKey", "can not be empty")
    yield from complaints(f"{path}.topologyKey", key, names.qualified_name)


@remembered
def tolerations(found: list[Obj], path: str) -> Iterator[FieldError]:
    """A pod's tolerations."""
    for position, toleration in enumerate(found):
        yield from _toleration(toleration, f"{path}[{position}]")


def _toleration(toleration: Obj, path: str) -> Iterator[FieldError]:
    key, operator = toleration.get("key", ""), toleration.get("operator", "")
    value, effect = toleration.get("value", ""), toleration.get("effect", "")
    seconds = toleration.get("tolerationSeconds")
    if key:
        yield from complaints(f"{path}.key", key, names.qualified_name)
    elif operator != "Exists":
        text = (
            "operator must be Exists when `key` is empty, which means "
            '"match all values and all keys"'
        )
        yield invalid(f"{path}.operator", operator, text)
    if seconds is not None and effect != "NoExecute":
        text = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        yield invalid(f"{path}.effect", effect, text)
    if operator in ("Equal", ""):
        yield from complaints(f"{path}.operator", value, names.label_value)
    elif operator == "Exists":
        if value:
            shown = internal(
                _TOLERATION,
                Key=key,
                Operator=operator,
                Value=value,
                Effect=effect,
                TolerationSeconds=seconds,
            )
            text = "value must be empty when `operator` is 'Exists'"
            yield invalid(f"{path}.operator", shown, text)
    else:
        yield not_supported(f"{path}.operator", operator, ("Equal", "Exists"))
    if effect and effect not in EFFECTS:
        yield not_supported(f"{path}.effect", effect, EFFECTS)


@remembered
def spread_constraints(found: list[Obj], path: str) -> Iterator[FieldError]:
    """A pod's topologySpreadConstraints."""
    last = {_place(constraint): position for position, constraint in enumerate(found)}
    for position, constraint in enumerate(found):
        again = last[_place(constraint)] > position
        yield from _spread(constraint, f"{path}[{position}]", again=again)


def _spread(constraint: Obj, path: str, *, again: bool) -> Iterator[FieldError]:
    skew = constraint.get("maxSkew", 0)
    if skew <= 0:
        yield invalid(f"{path}.maxSkew", skew, "must be greater than zero")
    key, action = constraint.get("topologyKey", ""), constraint.get("whenUnsatisfiable", "")
    if not key:
        yield required(f"{path}.topologyKey", "can not be empty")
    if action not in _UNSATISFIABLE:
        yield not_supported(f"{path}.whenUnsatisfiable", action, _UNSATISFIABLE)
    if again:
        yield duplicate(f"{path}.{{topologyKey, whenUnsatisfiable}}", f"{{{key}, {action}}}")
    yield from _min_domains(constraint, action, path)
    yield from one_of(constraint, "nodeAffinityPolicy", path, _POLICIES)
    yield from one_of(constraint, "nodeTaintsPolicy", path, _POLICIES)
    if constraint.get("labelSelector") is not None:
        yield from label_selector(constraint["labelSelector"], f"{path}.labelSelector")


def _place(constraint: Obj) -> tuple[str, str]:
    return constraint.get("topologyKey", ""), constraint.get("whenUnsatisfiable", "")


def _min_domains(constraint: Obj, action: str, path: str) -> Iterator[FieldError]:
    domains = constraint.get("minDomains")
    if domains is None:
        return
    if domains <= 0:
        yield invalid(f"{path}.minDomains", domains, "must be greater than zero")
    if action != "DoNotSchedule":
        text = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        yield invalid(f"{path}.minDomains", domains, text)
