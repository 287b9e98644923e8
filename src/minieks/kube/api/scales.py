"""Where in an object its scale is: how many replicas are wanted, how many there are, which pods.

Source: kubernetes pkg/registry/apps/*/storage (ScaleREST), apiextensions-apiserver
pkg/registry/customresource/etcd.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.words.objects import Obj
from minieks.kube.words.selectors import as_text

_TEXTS: Final[IdentityMemo[str]] = IdentityMemo()
SCALABLE: Final = (
    *("deployments.apps", "replicasets.apps", "statefulsets.apps"),
    "replicationcontrollers",
)
"""The built-in collections whose objects have a scale."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where in an object of a kind its scale is; the selector may be nowhere."""

    spec: tuple[str, ...] = ("spec", "replicas")
    status: tuple[str, ...] = ("status", "replicas")
    selector: tuple[str, ...] = ("spec", "selector")


def custom_paths(scale: Mapping[str, str]) -> Paths:
    """What a definition's ``subresources.scale`` says."""
    return Paths(
        _path(scale["specReplicasPath"]),
        _path(scale["statusReplicasPath"]),
        _path(scale.get("labelSelectorPath") or ""),
    )


def at(obj: Obj, path: tuple[str, ...]) -> Any:
    """The value at a path; None if there is none."""
    value: Any = obj
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def with_value(obj: Obj, path: tuple[str, ...], value: Any) -> Obj:
    """The object with another value at a path."""
    head, rest = path[0], path[1:]
    return {**obj, head: with_value(obj.get(head) or {}, rest, value) if rest else value}


def selector_text(obj: Obj, paths: Paths) -> str:
    """The selector of an object's pods as a text; empty if it has none."""
    selector = at(obj, paths.selector) if paths.selector else None
    if isinstance(selector, str):
        return selector
    if not selector:
        return ""
    return _TEXTS.get(selector) or _TEXTS.put(selector, as_text(selector))


def _path(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(".") if part)
