"""Values as the API server shows its internal structs: whole, or what differs between two.

Source: kubernetes pkg/apis/core/types.go and pkg/apis/core/v1/conversion.go, encoding/json of Go,
apimachinery pkg/util/diff/diff.go.
"""

import json
from difflib import unified_diff
from typing import Any, Final

from minieks.data.internal_types import Field, structs
from minieks.kube.words.objects import Obj

_ABSENT: Final[dict[str, Any]] = {
    "string": "",
    "bool": False,
    "int": 0,
    "quantity": "0",
    "intstr": 0,
}
_METADATA: Final = (
    *("name", "generateName", "namespace", "uid", "resourceVersion", "generation"),
    *("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"),
    *("labels", "annotations", "ownerReferences", "finalizers"),
)
# The internal form has these in the pod's security context.
_OF_THE_HOST: Final = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers")
_HEADER_LINES: Final = 2


def internal_form(struct: str, value: Obj) -> Obj:
    """The value with every field of the struct, in Go's order and spelling.

    ``struct`` is a name of ``internal_types.toml``, such as ``PodSpec``; KeyError for others.
    """
    if struct == "PodSpec":
        value = _with_host(value)
    sent = {key.lower(): member for key, member in value.items()}
    found: Obj = {}
    for field in structs()[struct]:
        if field.how == "inline":
            found.update(_inline(field.type, value))
        else:
            found[field.name] = _shown(field, sent.get(field.json))
    return found


def difference(struct: str, before: Obj, after: Obj) -> str:
    """The lines that differ between two values, each with three lines around it."""
    lines = unified_diff(_lines(struct, before), _lines(struct, after))
    return "".join(list(lines)[_HEADER_LINES:])


def _lines(struct: str, value: Obj) -> list[str]:
    text = json.dumps(internal_form(struct, value), indent=1, ensure_ascii=False)
    return [f"{line}\n" for line in text.split("\n")]


def _with_host(spec: Obj) -> Obj:
    context = dict(spec.get("securityContext") or {})
    context.update((key, spec[key]) for key in _OF_THE_HOST if key in spec)
    return {**spec, "securityContext": context}


def _inline(struct: str, value: Obj) -> Obj:
    if struct != "metadata":
        return internal_form(struct, value)
    meta = value.get("metadata") or {}
    return {key: meta[key] for key in _METADATA if meta.get(key)}


def _shown(field: Field, value: Any) -> Any:
    if value is None:
        return _absent(field)
    if field.how == "[]":
        return [_one(field.type, item) for item in value]
    return _one(field.type, value)


def _absent(field: Field) -> Any:
    if field.how:
        return None
    if field.type in structs():
        return internal_form(field.type, {})
    return _ABSENT.get(field.type)


def _one(type_: str, value: Any) -> Any:
    if type_ == "map":
        return dict(sorted(value.items()))
    return internal_form(type_, value) if type_ in structs() else value
