"""The RBAC authorizer.

Source: kubernetes plugin/pkg/auth/authorizer/rbac/rbac.go.
"""

from minieks.engine.store import Store
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.attributes import Attributes, Decision, Rules
from minieks.kube.auth.rbac.grants import Grantbook, Grants

# How many decisions are remembered; a busy cluster asks the same few all the time.
_KEPT = 16384


class RbacAuthorizer:
    """Allows what some rule allows that a binding gives the user."""

    def __init__(self, store: Store) -> None:
        self.grants = Grantbook(store)
        self._decided: dict[tuple[str, tuple[str, ...], Attributes], Decision] = {}
        self._generation = 0

    def authorize(self, user: UserInfo, wish: Attributes) -> Decision:
        """The decision; a refusal names the roles that bindings of the user's miss."""
        if self._generation != self.grants.generation or len(self._decided) >= _KEPT:
            self._decided.clear()
            self._generation = self.grants.generation
        asked = (user.name, user.groups, wish)
        found = self._decided.get(asked)
        if found is None:
            found = self._decided[asked] = _decision(self.grants.of(user, wish.namespace), wish)
        return found

    def rules_for(self, user: UserInfo, space: str) -> Rules:
        """Every rule that bindings give the user, in the order of the bindings."""
        found = self.grants.of(user, space)
        written = [one.raw for one in found.granted]
        return Rules(
            tuple(raw for raw in written if raw.get("resources")),
            tuple(raw for raw in written if raw.get("nonResourceURLs")),
            _told(found.errors),
        )


def _decision(grants: Grants, wish: Attributes) -> Decision:
    for granted in grants.granted:
        if granted.rule.allows(wish):
            return Decision(True, f"RBAC: allowed by {granted.why}")
    return Decision(False, f"RBAC: {_told(grants.errors)}" if grants.errors else "")


def _told(errors: tuple[str, ...]) -> str:
    if len(errors) < 2:
        return "".join(errors)
    return f"[{', '.join(errors)}]"
