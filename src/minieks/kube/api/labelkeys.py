"""matchLabelKeys: selectors that name labels of the pod itself.

As a pod is created, the values of these labels are put into the selectors of its affinity terms
and spread constraints. Source: kubernetes pkg/registry/core/pod/strategy.go
applyMatchLabelKeysAndMismatchLabelKeys, and KEP-3243 (spread constraints, from 1.34).
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.kube.words.objects import Obj, labels

_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"
_OPERATORS: Final = (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn"))


def with_label_keys(pod: Obj) -> Obj:
    """The pod with its own labels in the selectors that ask for them."""
    spec = pod["spec"]
    found = labels(pod)
    changed: dict[str, Any] = {}
    spread = spec.get("topologySpreadConstraints")
    if spread and any("matchLabelKeys" in constraint for constraint in spread):
        changed["topologySpreadConstraints"] = [_merged(one, found) for one in spread]
    affinity = spec.get("affinity") or {}
    for key in ("podAffinity", "podAntiAffinity"):
        rules = affinity.get(key)
        if rules and _uses_keys(rules):
            affinity = {**affinity, key: _rules(rules, found)}
            changed["affinity"] = affinity
    return {**pod, "spec": {**spec, **changed}} if changed else pod


def _terms(rules: Obj) -> list[Obj]:
    preferred = rules.get(_PREFERRED) or ()
    weighted = [one.get("podAffinityTerm") or {} for one in preferred]
    return [*(rules.get(_REQUIRED) or ()), *weighted]


def _uses_keys(rules: Obj) -> bool:
    return any(key in term for term in _terms(rules) for key, _ in _OPERATORS)


def _rules(rules: Obj, found: Mapping[str, str]) -> Obj:
    changed = dict(rules)
    if rules.get(_REQUIRED):
        changed[_REQUIRED] = [_merged(term, found) for term in rules[_REQUIRED]]
    if rules.get(_PREFERRED):
        changed[_PREFERRED] = [
            {**one, "podAffinityTerm": _merged(one.get("podAffinityTerm") or {}, found)}
            for one in rules[_PREFERRED]
        ]
    return changed


def _merged(term: Obj, found: Mapping[str, str]) -> Obj:
    selector = term.get("labelSelector")
    if selector is None:
        return term
    added: list[dict[str, Any]] = [
        {"key": key, "operator": operator, "values": [found[key]]}
        for field, operator in _OPERATORS
        for key in term.get(field) or ()
        if key in found
    ]
    if not added:
        return term
    expressions = [*(selector.get("matchExpressions") or ()), *added]
    return {**term, "labelSelector": {**selector, "matchExpressions": expressions}}
