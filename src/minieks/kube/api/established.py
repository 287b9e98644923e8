"""The status of CustomResourceDefinitions: whose names are free, and which are served.

Source: kubernetes apiextensions-apiserver pkg/controller/{status,establish},
pkg/registry/customresourcedefinition.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from minieks.kube.words import conditions
from minieks.kube.words.objects import Obj

_REASONS: Final = {
    "plural": "PluralConflict",
    "singular": "SingularConflict",
    "shortNames": "ShortNamesConflict",
    "kind": "KindConflict",
    "listKind": "ListKindConflict",
}


Told: TypeAlias = tuple[str, str, str]
_NO_CONFLICTS: Final = ("True", "NoConflicts", "no conflicts found")
_ACCEPTED: Final = ("True", "InitialNamesAccepted", "the initial names have been accepted")
_NOT_ACCEPTED: Final = ("False", "NotAccepted", "not all names are accepted")


def begun(definition: Obj, now: str = "") -> Obj:
    """The definition with the status that it is stored with at first: no name is accepted yet."""
    versions = (definition.get("spec") or {}).get("versions") or ()
    stored = [version.get("name", "") for version in versions if version.get("storage")]
    status = {
        "conditions": None,
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": stored,
    }
    return {**definition, "status": status}


def with_stored_versions(new: Obj, old: Obj) -> Obj:
    """The definition with the version that is stored now among those that ever were."""
    before = (old.get("status") or {}).get("storedVersions") or []
    added = [
        version["name"]
        for version in new["spec"]["versions"]
        if version.get("storage") and version["name"] not in before
    ]
    if not added:
        return new
    return {**new, "status": {**new["status"], "storedVersions": [*before, *added]}}


def established(definition: Obj, others: Iterable[Obj], now: str) -> Obj:
    """The definition with its names accepted as far as no other one of its group has them.

    ``now`` is an RFC 3339 time. Once established, a definition stays so.
    """
    status = definition.get("status") or {}
    accepted, conflict = _accepted(definition["spec"]["names"], status, list(others))
    after = {**status, "acceptedNames": accepted}
    names = _condition("NamesAccepted", conflict or _NO_CONFLICTS)
    after = conditions.with_condition(after, names, now)
    if conflict is None:
        after = conditions.with_condition(after, _condition("Established", _ACCEPTED), now)
    elif not conditions.is_true(status, "Established"):
        after = conditions.with_condition(after, _condition("Established", _NOT_ACCEPTED), now)
    return definition if after == status else {**definition, "status": after}


def _accepted(wanted: Obj, status: Obj, others: list[Obj]) -> tuple[Obj, Told | None]:
    """The names that are free (else those accepted before), and the last conflict."""
    before = status.get("acceptedNames") or {}
    resources = {name for other in others for name in _resource_names(other)}
    kinds = {name for other in others for name in _kind_names(other)}
    accepted: Obj = {"plural": before.get("plural", ""), "kind": before.get("kind", "")}
    conflict: Told | None = None
    for key in ("plural", "singular", "shortNames", "kind", "listKind"):
        value = wanted.get(key)
        taken = sorted(set(_names(value)) & (kinds if "ind" in key else resources))
        if taken:
            shown = ", ".join(f'"{name}" is already in use' for name in taken)
            conflict = ("False", _REASONS[key], shown)
            value = before.get(key)
        if value or key in accepted:
            accepted[key] = value or ""
    if wanted.get("categories"):
        accepted["categories"] = wanted["categories"]
    return {key: accepted[key] for key in _ORDER if key in accepted}, conflict


_ORDER: Final = ("plural", "singular", "shortNames", "kind", "listKind", "categories")


def _names(value: Any) -> list[str]:
    if isinstance(value, list):
        return value
    return [value] if value else []


def _resource_names(definition: Obj) -> Iterator[str]:
    names = (definition.get("status") or {}).get("acceptedNames") or {}
    for key in ("plural", "singular", "shortNames"):
        yield from _names(names.get(key))


def _kind_names(definition: Obj) -> Iterator[str]:
    names = (definition.get("status") or {}).get("acceptedNames") or {}
    for key in ("kind", "listKind"):
        yield from _names(names.get(key))


def _condition(type_: str, told: Told) -> Obj:
    status, reason, message = told
    return {"type": type_, "status": status, "reason": reason, "message": message}


def terminating(definition: Obj, told: Told, now: str) -> Obj:
    """The definition with its condition Terminating: status, reason, message."""
    status = definition.get("status") or {}
    after = conditions.with_condition(status, _condition("Terminating", told), now)
    return {**definition, "status": after}
