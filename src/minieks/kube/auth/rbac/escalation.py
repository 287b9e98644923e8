"""Nobody gives what he does not have: the checks on writes of roles and bindings.

Source: kubernetes pkg/registry/rbac/{escalation_check,helpers}.go and
pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased/storage.go.
"""

from collections.abc import Mapping
from typing import Final

from minieks.kube.api.errors import Forbidden, NotFound
from minieks.kube.api.fields import quoted
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.attributes import Attributes, Authorizer
from minieks.kube.auth.rbac import covers
from minieks.kube.auth.rbac.grants import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    GROUP,
    ROLE_BINDINGS,
    ROLES,
    Grantbook,
)
from minieks.kube.auth.users import MASTERS
from minieks.kube.words.objects import Obj, name, namespace

_RESOURCES: Final[Mapping[str, str]] = {"Role": "roles", "ClusterRole": "clusterroles"}
_COLLECTIONS: Final[Mapping[str, str]] = {"Role": ROLES, "ClusterRole": CLUSTER_ROLES}
_BINDINGS: Final = (ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS)

CHECKED: Final = frozenset((ROLES, CLUSTER_ROLES, *_BINDINGS))
"""The collections whose writes are looked at."""

# Who may aggregate may gather any rule: only who has them all may.
_EVERYTHING: Final[tuple[Obj, ...]] = (
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
)
_NO_AGGREGATION: Final = "must have cluster-admin privileges to use the aggregationRule"


class EscalationCheck:
    """Looks at a write of a role or binding before it is stored."""

    def __init__(self, authorizer: Authorizer, grants: Grantbook) -> None:
        self._authorizer = authorizer
        self._grants = grants

    def check(self, user: UserInfo, collection: str, new: Obj, old: Obj | None = None) -> None:
        """Raises Forbidden, or NotFound where a binding names a role that is not there."""
        if MASTERS in user.groups or (old is not None and _only_collectable(new, old)):
            return
        if collection in _COLLECTIONS.values():
            self._check_role(user, collection, new, old)
        elif collection in _BINDINGS:
            self._check_binding(user, collection, new)

    def _check_role(self, user: UserInfo, collection: str, new: Obj, old: Obj | None) -> None:
        resource = collection.partition(".")[0]
        # A new object has no name in its request, so `resourceNames` do not help there.
        known = name(new) if old is not None else ""
        wish = Attributes("escalate", GROUP, "*", resource, "", namespace(new), known)
        if self._authorizer.authorize(user, wish).allowed:
            return
        self._confirm(user, collection, new, tuple(new.get("rules") or ()))
        aggregated = new.get("aggregationRule") or (old or {}).get("aggregationRule")
        if aggregated and self._lacks(user, namespace(new), _EVERYTHING):
            raise Forbidden(collection, name(new), _NO_AGGREGATION)

    def _check_binding(self, user: UserInfo, collection: str, new: Obj) -> None:
        role = new["roleRef"]
        resource = _RESOURCES.get(str(role.get("kind")), "")
        space = namespace(new)
        wish = Attributes("bind", GROUP, "*", resource, "", space, str(role.get("name")))
        if self._authorizer.authorize(user, wish).allowed:
            return
        try:
            rules = self._grants.rules_of(role, space)
        except NotFound:
            # The store of the binding answers, in its own name.
            raise NotFound(collection, str(role["name"])) from None
        self._confirm(user, collection, new, rules)

    def _lacks(self, user: UserInfo, space: str, rules: tuple[Obj, ...]) -> list[Obj]:
        owned = [one.raw for one in self._grants.of(user, space).granted]
        return covers.missing(owned, rules)

    def _confirm(self, user: UserInfo, collection: str, new: Obj, rules: tuple[Obj, ...]) -> None:
        lacking = self._lacks(user, namespace(new), rules)
        if not lacking:
            return
        lines = "\n".join(covers.told(lacking))
        why = (
            f"user {quoted(user.name)} (groups={covers.listed(user.groups)}) is attempting to"
            f" grant RBAC permissions not currently held:\n{lines}"
        )
        errors = self._grants.of(user, namespace(new)).errors
        if errors:
            why = f"{why}; resolution errors: [{', '.join(errors)}]"
        raise Forbidden(collection, name(new), why)


def _only_collectable(new: Obj, old: Obj) -> bool:
    """Whether nothing differs but what the garbage collector writes."""
    return _bare(new) == _bare(old)


def _bare(obj: Obj) -> Obj:
    meta = dict(obj.get("metadata") or {})
    for field in ("ownerReferences", "finalizers", "managedFields", "resourceVersion"):
        meta.pop(field, None)
    return {**obj, "metadata": meta}
