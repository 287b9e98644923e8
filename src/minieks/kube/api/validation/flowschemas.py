"""Validation of FlowSchemas.

Source: kubernetes pkg/apis/flowcontrol/validation/validation.go. A spec that must be the fixed one
is shown as it was sent, and not in the server's internal form.
"""

from collections.abc import Iterator
from typing import Final

from minieks.data import flow_defaults
from minieks.kube.api.fields import FieldError, forbidden, invalid, not_supported, required
from minieks.kube.api.validation.checks import complaints, internal
from minieks.kube.words import names
from minieks.kube.words.objects import Obj, name

_ALL: Final = "*"
_EXEMPT: Final = "exempt"
_MANDATORY: Final = (_EXEMPT, "catch-all")
_MOST_PRECEDENCE: Final = 10_000
_METHODS: Final = ("ByNamespace", "ByUser")
_VERBS: Final = (
    *("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"),
)
# By kind of a subject the field that says which.
_SUBJECTS: Final = {"Group": "group", "ServiceAccount": "serviceAccount", "User": "user"}
_SPACE: Final = "each member of this list must be '*' or a DNS-1123 label; "
_FIXED: Final = "spec of '{}' must equal the fixed value"


def flow_schema(obj: Obj) -> Iterator[FieldError]:
    """A FlowSchema."""
    spec = obj.get("spec") or {}
    yield from _precedence(spec.get("matchingPrecedence", 0), name(obj))
    method = spec.get("distinguisherMethod")
    if method is not None and method.get("type") not in _METHODS:
        shown = internal(("Type",), Type=method.get("type", ""))
        yield not_supported("spec.distinguisherMethod.type", shown, _METHODS)
    level = (spec.get("priorityLevelConfiguration") or {}).get("name")
    path = "spec.priorityLevelConfiguration.name"
    if level:
        yield from complaints(path, level, names.dns_subdomain)
    else:
        yield required(path, "must reference a priority level")
    for position, rule in enumerate(spec.get("rules") or ()):
        yield from _rule(rule, f"spec.rules[{position}]")
    # What differs between versions of Kubernetes are schemas that nobody has to have.
    fixed = flow_defaults.schemas(0).get(name(obj)) if name(obj) in _MANDATORY else None
    if fixed is not None and spec != fixed:
        yield invalid("spec", spec, _FIXED.format(name(obj)))


def _precedence(value: int, own: str) -> Iterator[FieldError]:
    path = "spec.matchingPrecedence"
    if value <= 0:
        yield invalid(path, value, "must be a positive value")
    if value > _MOST_PRECEDENCE:
        yield invalid(path, value, f"must not be greater than {_MOST_PRECEDENCE}")
    if value == 1 and own != _EXEMPT:
        yield invalid(path, value, "only the schema named 'exempt' may have matchingPrecedence 1")


def _rule(rule: Obj, path: str) -> Iterator[FieldError]:
    subjects = rule.get("subjects") or ()
    if not subjects:
        yield required(f"{path}.subjects", "subjects must contain at least one value")
    for position, subject in enumerate(subjects):
        yield from _subject(subject, f"{path}.subjects[{position}]")
    resources, paths = rule.get("resourceRules") or (), rule.get("nonResourceRules") or ()
    if not resources and not paths:
        text = "at least one of resourceRules and nonResourceRules has to be non-empty"
        yield required(path, text)
    for position, each in enumerate(resources):
        yield from _resource_rule(each, f"{path}.resourceRules[{position}]")
    for position, each in enumerate(paths):
        yield from _path_rule(each, f"{path}.nonResourceRules[{position}]")


def _subject(subject: Obj, path: str) -> Iterator[FieldError]:
    kind = subject.get("kind", "")
    own = _SUBJECTS.get(kind)
    if own is None:
        yield not_supported(f"{path}.kind", kind, tuple(_SUBJECTS))
        return
    if subject.get(own) is None:
        yield required(f"{path}.{own}", f"{own} is required when subject kind is '{kind}'")
    else:
        yield from _named(subject[own], own, f"{path}.{own}")
    for other in ("ServiceAccount", "User", "Group"):
        field = _SUBJECTS[other]
        if field != own and subject.get(field) is not None:
            text = f"{field} is forbidden when subject kind is not '{other}'"
            yield forbidden(f"{path}.{field}", text)


def _named(who: Obj, field: str, path: str) -> Iterator[FieldError]:
    called = who.get("name")
    if not called:
        yield required(f"{path}.name")
    if field != "serviceAccount":
        return
    if called and called != _ALL:
        yield from complaints(f"{path}.name", called, names.dns_subdomain)
    space = who.get("namespace")
    if space:
        yield from complaints(f"{path}.namespace", space, names.dns_label)
    else:
        yield required(f"{path}.namespace", "must specify namespace for service account")


def _resource_rule(rule: Obj, path: str) -> Iterator[FieldError]:
    yield from _verbs(rule, path)
    for field, noun in (("apiGroups", "api group"), ("resources", "resource")):
        listed = rule.get(field) or []
        if not listed:
            yield required(f"{path}.{field}", f"resource rules must supply at least one {noun}")
        yield from _alone(listed, f"{path}.{field}", f"{noun}s")
    spaces = rule.get("namespaces") or []
    if not spaces and not rule.get("clusterScope"):
        text = "resource rules that are not cluster scoped must supply at least one namespace"
        yield required(f"{path}.namespaces", text)
    yield from _alone(spaces, f"{path}.namespaces", "namespaces")
    for position, space in enumerate(spaces if _ALL not in spaces else ()):
        for text in names.dns_label(space):
            yield invalid(f"{path}.namespaces[{position}]", space, _SPACE + text)


def _path_rule(rule: Obj, path: str) -> Iterator[FieldError]:
    yield from _verbs(rule, path)
    urls = rule.get("nonResourceURLs") or []
    if not urls:
        text = "nonResourceURLs must contain at least one value"
        yield required(f"{path}.nonResourceURLs", text)
    yield from _alone(urls, f"{path}.nonResourceURLs", "non-resource URLs")
    for position, url in enumerate(urls if _ALL not in urls else ()):
        wrong = _wrong_with(url)
        if wrong:
            yield invalid(f"{path}.nonResourceURLs[{position}]", url, wrong)


def _verbs(rule: Obj, path: str) -> Iterator[FieldError]:
    verbs = rule.get("verbs") or []
    if not verbs:
        yield required(f"{path}.verbs", "verbs must contain at least one value")
    elif _ALL not in verbs and not set(verbs) <= set(_VERBS):
        yield not_supported(f"{path}.verbs", verbs, _VERBS)
    yield from _alone(verbs, f"{path}.verbs", "verbs")


def _alone(listed: list[str], path: str, noun: str) -> Iterator[FieldError]:
    if _ALL in listed and len(listed) > 1:
        yield invalid(path, listed, f"if '*' is present, must not specify other {noun}")


def _wrong_with(url: str) -> str:
    if not url:
        return "must not be empty"
    if not url.startswith("/"):
        return "must start with slash"
    if " " in url:
        return "must not contain white-space"
    if "//" in url:
        return "must not contain double slash"
    is_suffix = "*" not in url or (url.count("*") == 1 and url.endswith("/*"))
    return "" if is_suffix else "wildcard can only do suffix matching"
