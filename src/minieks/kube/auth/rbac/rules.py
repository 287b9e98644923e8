"""Whether a rule allows a wish.

Source: kubernetes pkg/apis/rbac/v1/evaluation_helpers.go.
"""

from typing import NamedTuple

from minieks.kube.auth.attributes import Attributes
from minieks.kube.words.objects import Obj

ALL = "*"


class Rule(NamedTuple):
    """A PolicyRule, ready to be asked."""

    verbs: frozenset[str]
    groups: frozenset[str]
    resources: frozenset[str]
    names: frozenset[str]
    urls: tuple[str, ...]

    def allows(self, wish: Attributes) -> bool:
        """Whether the rule is about the wish; rules only ever allow."""
        if ALL not in self.verbs and wish.verb not in self.verbs:
            return False
        if not wish.is_resource:
            return any(url_covers(url, wish.path) for url in self.urls)
        if ALL not in self.groups and wish.api_group not in self.groups:
            return False
        if self.names and wish.name not in self.names:
            return False
        return self._has_resource(wish)

    def _has_resource(self, wish: Attributes) -> bool:
        if ALL in self.resources or wish.combined in self.resources:
            return True
        return bool(wish.subresource) and f"*/{wish.subresource}" in self.resources


def compiled(raw: Obj) -> Rule:
    """A rule of a Role or ClusterRole."""
    return Rule(
        frozenset(raw.get("verbs") or ()),
        frozenset(raw.get("apiGroups") or ()),
        frozenset(raw.get("resources") or ()),
        frozenset(raw.get("resourceNames") or ()),
        tuple(raw.get("nonResourceURLs") or ()),
    )


def url_covers(pattern: str, path: str) -> bool:
    """Whether a nonResourceURL stands for a path: ``*``, the path itself, or ``/prefix*``."""
    if pattern in (ALL, path):
        return True
    return pattern.endswith(ALL) and path.startswith(pattern.rstrip(ALL))
