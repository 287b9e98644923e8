"""Whether the rules that somebody has include those that he wants to give.

Source: kubernetes component-helpers auth/rbac/validation/policy_comparator.go and
pkg/registry/rbac/validation/policy_compact.go.
"""

from collections.abc import Iterable, Iterator, Sequence

from minieks.kube.api.fields import quoted
from minieks.kube.auth.rbac.rules import ALL, url_covers
from minieks.kube.words.objects import Obj

# In the order that the server tells of a rule.
_TOLD = (
    ("apiGroups", "APIGroups"),
    ("resources", "Resources"),
    ("nonResourceURLs", "NonResourceURLs"),
    ("resourceNames", "ResourceNames"),
    ("verbs", "Verbs"),
)


def missing(owned: Sequence[Obj], wanted: Iterable[Obj]) -> list[Obj]:
    """The parts of the wanted rules that no owned rule includes."""
    return [
        part
        for rule in wanted
        for part in _parts(rule)
        if not any(_covers(own, part) for own in owned)
    ]


def _parts(rule: Obj) -> Iterator[Obj]:
    """The rule taken apart: one group, resource, name and verb each; or one path and verb."""
    names = [[name] for name in rule.get("resourceNames") or ()] or [[]]
    verbs = rule.get("verbs") or ()
    for group in rule.get("apiGroups") or ():
        for resource in rule.get("resources") or ():
            for verb in verbs:
                for named in names:
                    part = {"apiGroups": [group], "resources": [resource], "verbs": [verb]}
                    yield {**part, "resourceNames": named} if named else part
    for url in rule.get("nonResourceURLs") or ():
        for verb in verbs:
            yield {"nonResourceURLs": [url], "verbs": [verb]}


def _covers(own: Obj, part: Obj) -> bool:
    return (
        _has(own, part, "verbs")
        and _has(own, part, "apiGroups")
        and _has_names(own, part)
        and all(_has_resource(own, wanted) for wanted in part.get("resources") or ())
        and all(_has_url(own, wanted) for wanted in part.get("nonResourceURLs") or ())
    )


def _has(own: Obj, part: Obj, field: str) -> bool:
    have = own.get(field) or ()
    return ALL in have or all(wanted in have for wanted in part.get(field) or ())


def _has_names(own: Obj, part: Obj) -> bool:
    have = own.get("resourceNames") or ()
    wanted = part.get("resourceNames") or ()
    return not have or (bool(wanted) and all(one in have for one in wanted))


def _has_resource(own: Obj, wanted: str) -> bool:
    have = own.get("resources") or ()
    if ALL in have or wanted in have:
        return True
    _, slash, sub = wanted.partition("/")
    return bool(slash) and f"*/{sub}" in have


def _has_url(own: Obj, wanted: str) -> bool:
    return any(url_covers(url, wanted) for url in own.get("nonResourceURLs") or ())


def told(parts: Iterable[Obj]) -> list[str]:
    """The parts put together by group and resource, each as the server writes it, sorted."""
    merged: dict[tuple[str, ...], Obj] = {}
    others: list[Obj] = []
    for part in parts:
        if part.get("nonResourceURLs"):
            others.append(part)
            continue
        names = part.get("resourceNames") or ()
        place = (part["apiGroups"][0], part["resources"][0], *names)
        verbs = merged.get(place, {}).get("verbs", [])
        merged[place] = {**part, "verbs": [*verbs, *part["verbs"]]}
    return sorted({_told(rule) for rule in (*others, *merged.values())})


def _told(rule: Obj) -> str:
    fields = (f"{title}:{listed(rule[field])}" for field, title in _TOLD if rule.get(field))
    return f"{{{', '.join(fields)}}}"


def listed(texts: Iterable[str]) -> str:
    """Texts as Go prints a slice of them with ``%q``: ``["a" "b"]``."""
    return f"[{' '.join(quoted(text) for text in texts)}]"
