"""What bindings give a user: found out once, and again only after RBAC objects have changed.

Source: kubernetes pkg/registry/rbac/validation/rule.go (VisitRulesFor): the ClusterRoleBindings
first, then the RoleBindings of the namespace.
"""

from collections.abc import Iterator
from typing import NamedTuple

from minieks.engine.store import Change, Store
from minieks.kube.api.errors import NotFound
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.rbac import rules, subjects
from minieks.kube.auth.rbac.rules import Rule
from minieks.kube.words.objects import Obj, namespace

GROUP = "rbac.authorization.k8s.io"
ROLES = f"roles.{GROUP}"
CLUSTER_ROLES = f"clusterroles.{GROUP}"
ROLE_BINDINGS = f"rolebindings.{GROUP}"
CLUSTER_ROLE_BINDINGS = f"clusterrolebindings.{GROUP}"

# How many users in namespaces are remembered.
_KEPT = 4096


class Granted(NamedTuple):
    """A rule that a user has, as it is written and ready to be asked, and by which binding."""

    raw: Obj
    rule: Rule
    why: str


class Grants(NamedTuple):
    """Everything that a user has in a namespace, and what was wrong with bindings of his."""

    granted: tuple[Granted, ...]
    errors: tuple[str, ...]


class Grantbook:
    """The grants of users in namespaces; forgets all of them when an RBAC object changes.

    ``generation`` counts these changes, so that others can keep what they concluded.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, tuple[str, ...], str], Grants] = {}
        self.generation = 0
        for collection in (ROLES, CLUSTER_ROLES, ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS):
            store.subscribe(collection, self._changed)

    def _changed(self, change: Change) -> None:
        self._known.clear()
        self.generation += 1

    def of(self, user: UserInfo, space: str) -> Grants:
        """What the user has in a namespace, or at the cluster's scope if it is empty."""
        asked = (user.name, user.groups, space)
        found = self._known.get(asked)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[asked] = self._found(user, space)
        return found

    def _found(self, user: UserInfo, space: str) -> Grants:
        granted: list[Granted] = []
        errors: dict[str, None] = {}
        for binding in self._bindings(space):
            subject = subjects.matching(user, binding)
            if subject is None:
                continue
            try:
                given = self.rules_of(binding["roleRef"], namespace(binding))
            except NotFound as error:
                errors[error.message] = None
                continue
            why = subjects.described(binding, subject)
            granted.extend(Granted(raw, rules.compiled(raw), why) for raw in given)
        return Grants(tuple(granted), tuple(errors))

    def _bindings(self, space: str) -> Iterator[Obj]:
        """The bindings that count there, oldest first; the real server's order is by chance."""
        yield from self._store.values(CLUSTER_ROLE_BINDINGS)
        if space:
            yield from self._store.values(ROLE_BINDINGS, space)

    def rules_of(self, role: Obj, space: str) -> tuple[Obj, ...]:
        """The rules of the role that a ``roleRef`` names; raises NotFound.

        The message of it names the kind as RBAC does: ``role.rbac.authorization.k8s.io "r"``.
        """
        called = str(role["name"])
        local = role["kind"] == "Role"
        found = (
            self._store.get(ROLES, f"{space}/{called}")
            if local
            else self._store.get(CLUSTER_ROLES, called)
        )
        if found is None:
            raise NotFound(f"{'role' if local else 'clusterrole'}.{GROUP}", called)
        return tuple(found.get("rules") or ())
