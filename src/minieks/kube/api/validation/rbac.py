"""Validation of roles and their bindings.

Source: kubernetes pkg/apis/rbac/validation/validation.go.
"""

from collections.abc import Iterator
from typing import Any, Final

from minieks.kube.api.fields import FieldError, invalid, not_supported, required
from minieks.kube.api.validation.checks import complaints, internal, label_selector
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

_GROUP: Final = "rbac.authorization.k8s.io"
_SUBJECTS: Final = ("ServiceAccount", "User", "Group")


def role(obj: Obj) -> Iterator[FieldError]:
    """A Role."""
    yield from _rules(obj, namespaced=True)


def cluster_role(obj: Obj) -> Iterator[FieldError]:
    """A ClusterRole."""
    yield from _rules(obj, namespaced=False)
    aggregation = obj.get("aggregationRule")
    if aggregation is None:
        return
    selectors = aggregation.get("clusterRoleSelectors") or ()
    path = "aggregationRule.clusterRoleSelectors"
    if not selectors:
        yield required(
            path, "at least one clusterRoleSelector required if aggregationRule is non-nil"
        )
    for position, selector in enumerate(selectors):
        yield from label_selector(selector, f"{path}[{position}]")


def _rules(obj: Obj, *, namespaced: bool) -> Iterator[FieldError]:
    for position, rule in enumerate(obj.get("rules") or ()):
        yield from _rule(rule, f"rules[{position}]", namespaced)


def _rule(rule: Obj, path: str, namespaced: bool) -> Iterator[FieldError]:
    if not rule.get("verbs"):
        yield required(f"{path}.verbs", "verbs must contain at least one value")
    urls = rule.get("nonResourceURLs")
    if urls:
        if namespaced:
            text = "namespaced rules cannot apply to non-resource URLs"
            yield invalid(f"{path}.nonResourceURLs", urls, text)
        if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
            text = "rules cannot apply to both regular resources and non-resource URLs"
            yield invalid(f"{path}.nonResourceURLs", urls, text)
        return
    if not rule.get("apiGroups"):
        text = "resource rules must supply at least one api group"
        yield required(f"{path}.apiGroups", text)
    if not rule.get("resources"):
        text = "resource rules must supply at least one resource"
        yield required(f"{path}.resources", text)


def role_binding(obj: Obj) -> Iterator[FieldError]:
    """A RoleBinding."""
    yield from _binding(obj, ("Role", "ClusterRole"))


def cluster_role_binding(obj: Obj) -> Iterator[FieldError]:
    """A ClusterRoleBinding."""
    yield from _binding(obj, ("ClusterRole",))


def _binding(obj: Obj, kinds: tuple[str, ...]) -> Iterator[FieldError]:
    reference = obj.get("roleRef") or {}
    group, kind = reference.get("apiGroup", ""), reference.get("kind", "")
    if group != _GROUP:
        yield not_supported("roleRef.apiGroup", group, (_GROUP,))
    if kind not in kinds:
        yield not_supported("roleRef.kind", kind, kinds)
    if not reference.get("name"):
        yield required("roleRef.name")
    else:
        yield from complaints("roleRef.name", reference["name"], names.path_segment)
    for position, subject in enumerate(obj.get("subjects") or ()):
        yield from _subject(subject, f"subjects[{position}]")


def _subject(subject: Obj, path: str) -> Iterator[FieldError]:
    kind, group = subject.get("kind", ""), subject.get("apiGroup", "")
    if not subject.get("name"):
        yield required(f"{path}.name")
    if kind == "ServiceAccount":
        if subject.get("name"):
            yield from complaints(f"{path}.name", subject["name"], names.dns_subdomain)
        if group:
            yield not_supported(f"{path}.apiGroup", group, ("",))
        if not subject.get("namespace"):
            yield required(f"{path}.namespace")
    elif kind in ("User", "Group"):
        if group != _GROUP:
            yield not_supported(f"{path}.apiGroup", group, (_GROUP,))
    else:
        yield not_supported(f"{path}.kind", kind, _SUBJECTS)


def binding_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The role of a binding stays."""
    after: dict[str, Any] = new.get("roleRef") or {}
    if after != (old.get("roleRef") or {}):
        shown = internal(
            ("APIGroup", "Kind", "Name"),
            APIGroup=after.get("apiGroup", ""),
            Kind=after.get("kind", ""),
            Name=after.get("name", ""),
        )
        yield invalid("roleRef", shown, "cannot change roleRef")
