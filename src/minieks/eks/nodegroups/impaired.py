"""Instances that fail: their nodes fall silent, and their group replaces them.

Source: Amazon EC2 Auto Scaling user guide, "Health checks for instances in an Auto Scaling group":
an instance whose status checks fail is unhealthy; it is terminated, and another is launched.
"""

from collections.abc import Mapping
from typing import Final

from minieks.eks.nodegroups.world import INSTANCES, LIVE, World, own_key
from minieks.engine.clock import MINUTE, Micros
from minieks.engine.loop import Result, Wakes
from minieks.kube.api import heartbeats
from minieks.kube.words.objects import Obj, name

NOTICED_AFTER: Final[Micros] = 5 * MINUTE
"""From a failure to the end of the instance (a model: status checks are made each minute, and an
instance is given some minutes to recover)."""


class ImpairedLoop:
    """Silences and replaces instances that have failed; its keys are instance ids."""

    name = "instance-health"

    def __init__(self, world: World) -> None:
        self._world = world

    def watches(self) -> Mapping[str, Wakes]:
        """Instances."""
        return {INSTANCES: own_key}

    def reconcile(self, key: str) -> Result | None:
        """Let the node of a failed instance be silent, and end the instance in its time."""
        world, instance = self._world, self._world.aws.get(INSTANCES, key)
        if instance is None or "impairedAt" not in instance:
            return None
        node = world.node_of(instance)
        if node is not None and heartbeats.silent_since(world.api, name(node)) is None:
            heartbeats.stopped(world.api, name(node), instance["impairedAt"])
        due = instance["impairedAt"] + NOTICED_AFTER
        if world.now() < due:
            return world.until(due)
        if instance["state"] in ("pending", "running"):
            # Nothing is left to be drained, so no lifecycle hook is waited for (a model).
            world.write(instance, lifecycleState="Terminating:Proceed")
        return None


def impair(world: World, instance: Obj) -> None:
    """Let an instance fail now; one that is on its way out, or has failed, stays as it is."""
    if instance["lifecycleState"] in LIVE and "impairedAt" not in instance:
        world.write(instance, impairedAt=world.now())
