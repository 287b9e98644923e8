"""ClusterRoles that gather the rules of others by label.

Source: kubernetes pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.options import WriteOptions
from minieks.kube.api.server import Api
from minieks.kube.auth.rbac.grants import CLUSTER_ROLES
from minieks.kube.words import selectors
from minieks.kube.words.objects import Obj, labels, name

MANAGER: Final = "clusterrole-aggregation-controller"
"""The field manager of the gathered rules."""


def gathered(role: Obj, others: Iterable[Obj]) -> list[Obj]:
    """The rules of the roles that ``role`` selects, by the roles' names, each rule once."""
    rules: list[Obj] = []
    candidates = sorted(others, key=name)
    for selector in role["aggregationRule"].get("clusterRoleSelectors") or ():
        compiled = selectors.compile_selector(selector)
        for other in candidates:
            if name(other) != name(role) and compiled.matches(labels(other)):
                rules.extend(rule for rule in other.get("rules") or () if rule not in rules)
    return rules


class ClusterRoleAggregationLoop:
    """Keeps the rules of aggregated ClusterRoles as their labels want them."""

    name = "clusterrole-aggregation"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """Any change of a ClusterRole, which concerns all that gather."""
        return {CLUSTER_ROLES: self._gatherers}

    def _gatherers(self, change: Change) -> Sequence[str]:
        found = self._api.store.values(CLUSTER_ROLES)
        return [name(role) for role in found if role.get("aggregationRule")]

    def reconcile(self, key: str) -> Result | None:
        """Write the gathered rules if they are others than the role has."""
        role = self._api.get(CLUSTER_ROLES, "", key)
        if role is None or not role.get("aggregationRule"):
            return None
        rules = gathered(role, self._api.list(CLUSTER_ROLES))
        if rules != (role.get("rules") or []):
            options = WriteOptions(field_manager=MANAGER)
            self._api.update({**role, "rules": rules}, options=options)
        return None
