"""Which requests a policy, a binding or a webhook is about.

Source: kubernetes apiserver pkg/admission/plugin/webhook/predicates and
pkg/admission/plugin/policy/matching/matching.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from minieks.kube.api.policies.requests import AdmissionRequest
from minieks.kube.words import selectors
from minieks.kube.words.objects import Obj, labels

_GROUP: Final = "admissionregistration.k8s.io"
# Policies and webhooks do not concern each other, lest nobody can mend them.
EXEMPT: Final = frozenset(
    f"{plural}.{_GROUP}"
    for plural in (
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
    )
)


def may_concern(rules: Iterable[Obj], operation: str, collection: str) -> bool:
    """Whether rules speak of such requests at all; quick, and never wrongly no."""
    plural, _, group = collection.partition(".")
    return any(
        _names(rule.get("operations"), operation)
        and _names(rule.get("apiGroups"), group)
        and any(one.partition("/")[0] in ("*", plural) for one in rule.get("resources") or ())
        for rule in rules
    )


def matches(resources: Obj, request: AdmissionRequest) -> bool:
    """Whether ``matchConstraints`` or ``matchResources`` mean a request.

    Without any resourceRules all resources are meant.
    """
    if not in_scope_of_selectors(resources, request):
        return False
    if _any_rule(resources.get("excludeResourceRules"), resources, request):
        return False
    rules = resources.get("resourceRules")
    return not rules or _any_rule(rules, resources, request)


def matches_webhook(webhook: Obj, request: AdmissionRequest) -> bool:
    """Whether a webhook's rules and selectors mean a request."""
    rules = webhook.get("rules")
    return in_scope_of_selectors(webhook, request) and _any_rule(rules, webhook, request)


def as_named(rules: Iterable[Obj] | None, request: AdmissionRequest) -> AdmissionRequest:
    """A request that rules mean, in its own version if they name that, else in one they name."""
    kind = request.kind
    if not kind.custom:
        return request
    named = [rule for rule in rules or () if _names(rule.get("apiGroups"), kind.group)]
    for version in (request.version, *kind.versions):
        if any(_names(rule.get("apiVersions"), version) for rule in named):
            return request.told_in(version)
    return request


def in_scope_of_selectors(limits: Mapping[str, Any], request: AdmissionRequest) -> bool:
    """Whether the namespaceSelector and the objectSelector take a request."""
    return _namespace_fits(limits.get("namespaceSelector") or {}, request) and _object_fits(
        limits.get("objectSelector") or {}, request
    )


def _namespace_fits(selector: Obj, request: AdmissionRequest) -> bool:
    """Of a namespace its own labels count; other objects without a namespace always fit."""
    if not selector:
        return True
    if request.kind.collection == "namespaces":
        return _fits(selector, request.new or request.old)
    if not request.kind.namespaced:
        return True
    return _fits(selector, request.namespace_object)


def _object_fits(selector: Obj, request: AdmissionRequest) -> bool:
    if not selector:
        return True
    return _fits(selector, request.new) or _fits(selector, request.old)


def _fits(selector: Obj, obj: Obj | None) -> bool:
    if obj is None:
        return False
    return selectors.compile_selector(selector).matches(labels(obj))


def _any_rule(rules: Iterable[Obj] | None, limits: Obj, request: AdmissionRequest) -> bool:
    equivalent = limits.get("matchPolicy", "Equivalent") == "Equivalent"
    return any(_rule_matches(rule, request, equivalent=equivalent) for rule in rules or ())


def _rule_matches(rule: Obj, request: AdmissionRequest, *, equivalent: bool) -> bool:
    attributes, kind = request.attributes, request.kind
    versions = kind.versions if equivalent else (request.version,)
    named = rule.get("resourceNames") or ()
    return (
        _names(rule.get("operations"), attributes.operation)
        and _names(rule.get("apiGroups"), kind.group)
        and any(_names(rule.get("apiVersions"), version) for version in versions)
        and _in_scope(rule.get("scope") or "*", request)
        and _resource_fits(rule.get("resources") or (), kind.plural, attributes.subresource)
        and (not named or attributes.name in named)
    )


def _names(listed: Iterable[str] | None, value: str) -> bool:
    return any(one in ("*", value) for one in listed or ())


def _in_scope(scope: str, request: AdmissionRequest) -> bool:
    """A namespace is itself not in one."""
    namespaced = request.kind.namespaced
    return scope == "*" or namespaced == (scope == "Namespaced")


def _resource_fits(resources: Iterable[str], plural: str, subresource: str) -> bool:
    """``pods``, ``pods/log``, ``pods/*``, ``*/log``, ``*`` (no subresource), ``*/*``."""
    for one in resources:
        resource, _, part = one.partition("/")
        if resource in ("*", plural) and part in ("*", subresource):
            return True
    return False
