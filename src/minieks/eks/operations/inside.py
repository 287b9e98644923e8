"""What goes on by itself in a running cluster's own store: updates, add-ons, who may enter."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeAlias

from minieks.eks.operations import (
    addons,
    authorities,
    capabilities,
    clusterconfig,
    creator,
    identityproviders,
    insights,
    nodeaccess,
)
from minieks.eks.operations.collections import (
    ADDONS,
    CAPABILITIES,
    FARGATE_PROFILES,
    INSIGHT_REFRESHES,
    NODE_GROUPS,
    UPDATES,
)
from minieks.eks.operations.regional import OneCluster
from minieks.eks.operations.transitions import follow
from minieks.engine.loop import Result, Runner, Wakes
from minieks.engine.store import Change
from minieks.kube.words.objects import Obj

Step: TypeAlias = Callable[[OneCluster, str, Obj], None]


def _go_on(cluster: OneCluster, update_id: str, record: Obj) -> None:
    """An update of the cluster itself is over; whose it is shows in what it holds."""
    if "provider" in record:
        identityproviders.go_on(cluster, update_id, record)
    elif "authority" in record:
        authorities.go_on(cluster, update_id, record)
    else:
        clusterconfig.go_on(cluster, update_id, record)


STEPS: Final[Mapping[str, Step]] = {
    UPDATES: _go_on,
    ADDONS: addons.go_on,
    CAPABILITIES: capabilities.go_on,
    INSIGHT_REFRESHES: insights.go_on,
}
"""By collection, how a record goes on when its time has come."""


class LeavingRoles:
    """Shuts roles out that no group and no profile uses any more; its keys are their ARNs."""

    name = "leaving-roles"

    def __init__(self, cluster: OneCluster) -> None:
        self._cluster = cluster

    def watches(self) -> Mapping[str, Wakes]:
        """Node groups and profiles that went."""
        return {
            NODE_GROUPS: partial(_role, "nodeRole"),
            FARGATE_PROFILES: partial(_role, "podExecutionRoleArn"),
        }

    def reconcile(self, key: str) -> Result | None:
        """Shut a role out if it is to be."""
        if self._cluster.running is not None:
            nodeaccess.shut_out(self._cluster, key)
        return None


def _role(member: str, change: Change) -> tuple[str, ...]:
    return (change.value[member],) if change.type == "DELETED" else ()


def begin(cluster: OneCluster) -> None:
    """A cluster just began to run: who belongs in gets in, and its records go on from now on."""
    creator.admit(cluster)
    authorities.first(cluster)
    steps = {collection: partial(step, cluster) for collection, step in STEPS.items()}
    engine = cluster.inside.engine
    follow(engine, cluster.aws, steps)
    Runner(engine, LeavingRoles(cluster)).attach(cluster.aws)
