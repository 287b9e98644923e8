"""Which nodes and instances an action is about: a group's, a zone's, so many of them."""

from dataclasses import dataclass
from typing import Final

from minieks.eks.nodegroups.world import INSTANCES, LIVE
from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj
from minieks.scenario.script.tables import Field
from minieks.scenario.script.values import GROUP, WHOLE, ZONE
from minieks.scenario.simulation import Simulation

TARGET: Final = (
    Field("group", GROUP, "of this node group; by default of all"),
    Field("zone", ZONE, "in this zone; by default in all"),
    Field("count", WHOLE, "so many, the oldest first; by default all"),
)
"""The fields of a `Target`."""


@dataclass(frozen=True, slots=True)
class Target:
    """Instances of node groups."""

    group: str = ""
    zone: str = ""
    count: int | None = None

    def instances(self, stage: Simulation, lifecycle: str = "") -> list[Obj]:
        """Those that are there, the oldest first; UserError if there is none."""
        found = [
            one
            for one in stage.cluster.aws.values(INSTANCES)
            if self._is_meant(one) and lifecycle in ("", one["lifecycle"])
        ]
        if not found:
            kind = f"{lifecycle} instance" if lifecycle else "instance"
            where = f" in {self.zone}" if self.zone else ""
            raise UserError(f"there is no {kind}{where} then")
        return found[: self.count]

    def nodes(self, stage: Simulation) -> list[Obj]:
        """The nodes of those that have joined; UserError if there is none."""
        world = stage.cluster.node_groups
        nodes = [world.node_of(one) for one in self.instances(stage)]
        found = [node for node in nodes if node is not None]
        if not found:
            raise UserError("no instance has joined the cluster then")
        return found

    def _is_meant(self, instance: Obj) -> bool:
        return (
            instance["lifecycleState"] in LIVE
            and self.group in ("", instance["nodegroup"])
            and self.zone in ("", instance["placement"]["availabilityZone"])
        )


def counted(count: int, what: str) -> str:
    """``1 node``, ``3 nodes``."""
    return f"{count} {what}{'s' if count != 1 else ''}"
