"""Objects held against their rules.

Source: kubernetes apiextensions-apiserver pkg/apiserver/schema/cel/validation.go; the texts are
its. Errors about values that did not change are warnings (ratcheting), unless the rule is about
the change itself.
"""

from contextlib import suppress
from typing import Any, Final, NamedTuple

from minieks.kube.api.fields import DUPLICATE, FORBIDDEN, REQUIRED, FieldError, invalid
from minieks.kube.api.rules.compiling import Rule
from minieks.kube.api.rules.correlation import NOTHING, items, member
from minieks.kube.api.rules.fieldpaths import FieldPathError, field_path
from minieks.kube.api.structural import Node
from minieks.kube.cel.environment import PER_CALL, CostExceeded, EvaluationError, Program
from minieks.kube.cel.frames import Steps
from minieks.kube.cel.values import NONE, Optional
from minieks.kube.words.objects import Obj

_BUDGET: Final = 10_000_000  # steps for all rules of an object
_LONGEST_MESSAGE: Final = 5 * 1024
_NO_BUDGET: Final = (
    "validation failed due to running out of cost budget, no further validation rules will be run"
)


class _Place(NamedTuple):
    """Where a value is: its node, its path, the old value, and whether it is unchanged."""

    node: Node
    path: str
    old: Any
    unchanged: bool


class _Spent(Exception):
    """No rule may be evaluated any more; the complaint is noted."""


def problems(
    node: Node, value: Any, old: Any = NOTHING, warnings: list[str] | None = None, path: str = ""
) -> list[FieldError]:
    """What the rules say against a value; ``old`` is the one it replaces."""
    walk = _Walk([] if warnings is None else warnings)
    with suppress(_Spent):
        walk.value(_Place(node, path, old, _same(value, old)), value)
    return walk.errors


def _same(value: Any, old: Any) -> bool:
    return old is value or (old is not NOTHING and bool(old == value))


class _Walk:
    """Goes through a value and its schema; collects complaints."""

    def __init__(self, warnings: list[str]) -> None:
        self.errors: list[FieldError] = []
        self._warnings = warnings
        self._left = _BUDGET

    def value(self, place: _Place, value: Any) -> None:
        """A value and all in it."""
        node = place.node
        if value is None or not node.has_rules:
            return
        if node.ruled.rules:
            self._rules(place, value)
        for part in node.all_of:
            self.value(place._replace(node=part), value)
        if isinstance(value, list):
            self._items(place, value)
        elif isinstance(value, dict):
            self._members(place, value)

    def _items(self, place: _Place, value: list[Any]) -> None:
        inner = place.node.items
        if inner is None or not inner.has_rules:
            return
        before = items(place.node.schema, value, place.old)
        for position, (one, old) in enumerate(zip(value, before, strict=True)):
            path = f"{place.path}[{position}]"
            self.value(_Place(inner, path, old, place.unchanged or _same(one, old)), one)

    def _members(self, place: _Place, value: Obj) -> None:
        node = place.node
        named = node.schema.get("properties") or {}
        for key, one in value.items():
            inner = node.child(key)
            if inner is None or not inner.has_rules:
                continue
            old = member(node.schema, place.old, key)
            if key in named:
                path = f"{place.path}.{key}" if place.path else key
            else:
                path = f"{place.path}[{key}]"
            self.value(_Place(inner, path, old, place.unchanged or _same(one, old)), one)

    def _rules(self, place: _Place, value: Any) -> None:
        ruled = place.node.ruled
        has_old = place.old is not NOTHING and place.old is not None
        seen: dict[str, Any] = {"self": ruled.seen(value)}
        old = ruled.seen(place.old) if has_old else None
        for rule in ruled.rules:
            if rule.program is None or (rule.uses_old and not has_old and not rule.optional_old):
                self._uncompiled(place, rule)
                continue
            if rule.optional_old:
                seen["oldSelf"] = Optional(old) if has_old else NONE
            elif has_old:
                seen["oldSelf"] = old
            self._rule(place, rule, rule.program, seen)

    def _uncompiled(self, place: _Place, rule: Rule) -> None:
        if rule.error:
            self._error(place, f"rule compile error: {rule.error}")

    def _rule(self, place: _Place, rule: Rule, program: Program, seen: dict[str, Any]) -> None:
        try:
            held = self._evaluated(program, seen)
        except EvaluationError as error:
            self._error(place, _failure(str(error), rule))
            return
        except CostExceeded as error:
            text = "no further validation rules will be run due to call cost exceeds limit for rule"
            self._error(place, f"'{error}': {text}: {rule.text}")
            raise _Spent from None
        if held is not True:
            self._broken(place, rule, seen)

    def _evaluated(self, program: Program, seen: dict[str, Any]) -> Any:
        if self._left <= 0:
            raise EvaluationError(_NO_BUDGET)
        steps = Steps(min(PER_CALL, self._left))
        before = steps.left
        try:
            return program.evaluate(seen, steps)
        finally:
            self._left -= before - steps.left

    def _broken(self, place: _Place, rule: Rule, seen: dict[str, Any]) -> None:
        detail = self._told(rule, seen) or _said(rule.said)
        path = place.path
        if rule.said.get("fieldPath"):
            path = _below(place, rule.said["fieldPath"])
        reason = rule.said.get("reason")
        kind = _kind(place.node.schema)
        if reason in (FORBIDDEN, REQUIRED):
            error = FieldError(reason, path or "<nil>", None, detail)
        elif reason == DUPLICATE:
            error = FieldError(DUPLICATE, path or "<nil>", kind)
        else:
            error = invalid(path or "<nil>", kind, detail)
        if place.unchanged and not rule.uses_old:
            self._warnings.append(str(error))
        else:
            self.errors.append(error)

    def _told(self, rule: Rule, seen: dict[str, Any]) -> str:
        """What the rule's messageExpression says; nothing if it fails."""
        if rule.message is None:
            return ""
        try:
            found = self._evaluated(rule.message, seen)
        except (EvaluationError, CostExceeded):
            return ""
        text = found.strip() if isinstance(found, str) else ""
        return "" if "\n" in text or len(text.encode()) > _LONGEST_MESSAGE else text

    def _error(self, place: _Place, detail: str) -> None:
        self.errors.append(invalid(place.path or "<nil>", _kind(place.node.schema), detail))


def _kind(schema: Obj) -> str:
    return str(schema.get("type") or "")


def _failure(error: str, rule: Rule) -> str:
    if error == _NO_BUDGET:
        return error
    if error.startswith("no such overload"):
        return (
            f"'{error}': call arguments did not match a supported operator, function or macro "
            f"signature for rule: {rule.text}"
        )
    return f"{error} evaluating rule: {rule.text}"


def _said(said: Obj) -> str:
    message = str(said.get("message") or "")
    return message.strip() if message else f"failed rule: {said['rule'].strip()}"


def _below(place: _Place, path: str) -> str:
    """The place that a rule's fieldPath names."""
    try:
        found = field_path(path, place.node.schema)
    except FieldPathError:
        return place.path
    return f"{place.path}{found}" if place.path else found.removeprefix(".")
