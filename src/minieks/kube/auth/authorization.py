"""Several authorizers as one: the first that allows decides.

Source: kubernetes apiserver pkg/authorization/union and pkg/authorization/authorizerfactory.
"""

from collections.abc import Sequence

from minieks.kube.api.options import UserInfo
from minieks.kube.auth.attributes import Attributes, Authorizer, Decision, Rules
from minieks.kube.auth.users import MASTERS

_ALLOWED = Decision(True)
_REFUSED = Decision(False)


class Masters:
    """Allows everything to the group ``system:masters``, whatever RBAC says."""

    def authorize(self, user: UserInfo, wish: Attributes) -> Decision:
        """Allowed for members of the group; no reason is given."""
        return _ALLOWED if MASTERS in user.groups else _REFUSED

    def rules_for(self, user: UserInfo, space: str) -> Rules:
        """Nothing: the rules of the group are those of the ClusterRole it is bound to."""
        return Rules()


class Union:
    """Asks each authorizer in turn."""

    def __init__(self, members: Sequence[Authorizer]) -> None:
        self._members = tuple(members)

    def authorize(self, user: UserInfo, wish: Attributes) -> Decision:
        """The first that allows; else a refusal with all reasons, one on a line."""
        reasons = []
        for member in self._members:
            decision = member.authorize(user, wish)
            if decision.allowed:
                return decision
            if decision.reason:
                reasons.append(decision.reason)
        return Decision(False, "\n".join(reasons)) if reasons else _REFUSED

    def rules_for(self, user: UserInfo, space: str) -> Rules:
        """The rules of all."""
        found = [member.rules_for(user, space) for member in self._members]
        return Rules(
            tuple(rule for one in found for rule in one.resource),
            tuple(rule for one in found for rule in one.non_resource),
            ", ".join(one.error for one in found if one.error),
        )
