"""What is wrong with the rules of a definition: their texts, their expressions, their cost.

Source: kubernetes apiextensions-apiserver pkg/apis/apiextensions/validation/{validation,
cel_validation}.go.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from minieks.kube.api.fields import (
    FieldError,
    Verbatim,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.rules.compiling import Rule, Ruled
from minieks.kube.api.rules.fieldpaths import FieldPathError, field_path
from minieks.kube.cel.cost import bounded, estimate
from minieks.kube.cel.environment import Program
from minieks.kube.cel.schema_types import LARGEST_REQUEST
from minieks.kube.words.objects import Obj

_RULE_LIMIT: Final = 10_000_000
_TOTAL_LIMIT: Final = 100_000_000
_REASONS: Final = (
    *("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"),
)
_ADVICE: Final = (
    "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, "
    "maps, and strings are declared)"
)


@dataclass(slots=True)
class Costs:
    """What all rules of a schema can cost, and the dearest of them."""

    total: int = 0
    dearest: list[tuple[int, str]] = field(default_factory=list)

    def add(self, path: str, cost: int) -> None:
        """Count an expression; of those that take a hundredth of the limit the first four stay."""
        self.total = bounded(self.total + cost)
        if cost >= _TOTAL_LIMIT // 100:
            self.dearest.append((cost, path))
            self.dearest.sort(key=lambda one: -one[0])
            del self.dearest[4:]

    def problems(self, path: str) -> Iterator[FieldError]:
        """What is said if all together is too much."""
        if self.total <= _TOTAL_LIMIT:
            return
        for _, place in self.dearest:
            text = (
                "contributed to estimated rule cost total exceeding cost limit for entire "
                "OpenAPIv3 schema"
            )
            yield forbidden(place, text)
        name = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema"
        yield forbidden(path, _too_dear(name, self.total, _TOTAL_LIMIT))


def _too_dear(name: str, cost: int, limit: int) -> str:
    factor = cost / limit
    if factor > 100:
        shown = "more than 100x"
    else:
        shown = f"{factor:f}x" if factor < 1.5 else f"{factor:.1f}x"
    return f"{name} exceeds budget by factor of {shown} {_ADVICE}"


def texts(schema: Obj, path: str) -> Iterator[FieldError]:
    """What can be said of rules without reading their expressions."""
    for position, rule in enumerate(schema.get("x-kubernetes-validations") or ()):
        place = f"{path}.x-kubernetes-validations[{position}]"
        yield from _rule_and_message(rule, place)
        told = rule.get("messageExpression") or ""
        if told and not told.strip():
            text = "messageExpression must be non-empty if specified"
            yield required(f"{place}.messageExpression", text)
        reason = rule.get("reason")
        if reason is not None and reason not in _REASONS:
            yield not_supported(f"{place}.reason", reason, _REASONS)
        yield from _field_path(rule, schema, f"{place}.fieldPath")


def _rule_and_message(rule: Obj, place: str) -> Iterator[FieldError]:
    source, message = rule.get("rule") or "", rule.get("message") or ""
    if not source.strip():
        yield required(f"{place}.rule", "rule is not specified")
    elif message and not message.strip():
        yield invalid(f"{place}.message", message, "message must be non-empty if specified")
    elif _has_lines(message.strip()):
        yield invalid(f"{place}.message", message, "message must not contain line breaks")
    elif _has_lines(source.strip()) and not message.strip():
        text = "message must be specified if rule contains line breaks"
        yield required(f"{place}.message", text)


def _has_lines(text: str) -> bool:
    return "\n" in text or "\r" in text


def _field_path(rule: Obj, schema: Obj, place: str) -> Iterator[FieldError]:
    path = rule.get("fieldPath") or ""
    if not path:
        return
    if not path.strip():
        yield invalid(place, path, "fieldPath must be non-empty if specified")
    if _has_lines(path):
        yield invalid(place, path, "fieldPath must not contain line breaks")
    try:
        field_path(path, schema)
    except FieldPathError:
        yield invalid(place, path, "must be a valid path")


@dataclass(frozen=True, slots=True)
class Place:
    """Where rules stand: how often there can be such a value (None: no limit), and whether old
    values can be told there (``uncorrelatable`` is the path above which they cannot)."""

    path: str
    is_root: bool = False
    cardinality: int | None = 1
    uncorrelatable: str = ""


def expressions(schema: Obj, place: Place, costs: Costs) -> Iterator[FieldError]:
    """What is wrong with the expressions of the rules at one place of a schema."""
    ruled = Ruled(schema, is_root=place.is_root)
    for position, rule in enumerate(ruled.rules):
        path = f"{place.path}.x-kubernetes-validations[{position}]"
        yield from _rule_cost(ruled, rule, place, path, costs)
        if rule.error:
            yield invalid(f"{path}.rule", _shown(rule.said), rule.error)
        yield from _message(rule, f"{path}.messageExpression", costs)
        yield from _old(rule, path, place)


def _rule_cost(
    ruled: Ruled, rule: Rule, place: Place, path: str, costs: Costs
) -> Iterator[FieldError]:
    if rule.program is None:
        return
    times = place.cardinality
    if times is None:
        smallest = 0 if ruled.type is None else ruled.type.smallest
        times = LARGEST_REQUEST // (smallest + 1)
    cost = bounded(_cost(rule.program) * times)
    if cost > _RULE_LIMIT:
        yield forbidden(f"{path}.rule", _too_dear("estimated rule cost", cost, _RULE_LIMIT))
    costs.add(f"{path}.rule", cost)


def _cost(program: Program) -> int:
    return estimate(program.checked)


def _message(rule: Rule, path: str, costs: Costs) -> Iterator[FieldError]:
    if rule.message_error:
        yield invalid(path, _shown(rule.said), rule.message_error)
    elif rule.message is not None:
        cost = _cost(rule.message)
        if cost > _RULE_LIMIT:
            name = "estimated messageExpression cost"
            yield forbidden(path, _too_dear(name, cost, _RULE_LIMIT))
        costs.add(path, cost)


def _old(rule: Rule, path: str, place: Place) -> Iterator[FieldError]:
    optional = rule.said.get("optionalOldSelf")
    if rule.uses_old and place.uncorrelatable:
        text = (
            "oldSelf cannot be used on the uncorrelatable portion of the schema within "
            f"{place.uncorrelatable}"
        )
        yield invalid(f"{path}.rule", rule.said["rule"], text)
    elif not rule.uses_old and rule.program is not None and optional is not None:
        text = "may not be set if oldSelf is not used in rule"
        yield invalid(f"{path}.optionalOldSelf", optional, text)


def _shown(said: Obj) -> Verbatim:
    """A rule as the server shows it: its internal form, with Go's escapes."""
    row = {
        "Rule": said.get("rule") or "",
        "Message": said.get("message") or "",
        "MessageExpression": said.get("messageExpression") or "",
        "Reason": said.get("reason"),
        "FieldPath": said.get("fieldPath") or "",
        "OptionalOldSelf": said.get("optionalOldSelf"),
    }
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Verbatim(text)
