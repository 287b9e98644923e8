"""Node auto repair: unhealthy nodes of managed groups are drained and replaced.

Where AWS would reboot a machine it is replaced here, too. Source: AWS user guide for EKS, "Enable
node auto repair and investigate node health issues".
"""

from collections.abc import Mapping

from minieks.eks.labels import NODE_GROUP
from minieks.eks.nodegroups import repair
from minieks.eks.nodegroups.scaling import begin_termination
from minieks.eks.nodegroups.world import INSTANCES, NODE_GROUPS, World, own_key
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.words.objects import Obj, labels, name


class RepairingLoop:
    """Repairs nodes; its keys are names of managed groups."""

    name = "node-auto-repair"

    def __init__(self, world: World) -> None:
        self._world = world

    def watches(self) -> Mapping[str, Wakes]:
        """Conditions of nodes, groups, and instances that end."""
        return {"nodes": _group_of_node, NODE_GROUPS: own_key, INSTANCES: _group_of_ended}

    def reconcile(self, key: str) -> Result | None:
        """Replace what has been unhealthy for long enough, unless too much is."""
        world, record = self._world, self._world.aws.get(NODE_GROUPS, key)
        spec = world.specs.get(key)
        if record is None or spec is None or not spec.repair.enabled:
            return None
        members = self._members(record)
        bad = repair.unhealthy([node for node, _ in members.values()], spec.repair.overrides)
        if not bad or repair.is_paused(spec.repair, len(bad), len(members)):
            return None
        room = repair.at_once(spec.repair, len(bad)) - self._under_repair(record)
        due = [one for one in bad if one.at <= world.now()]
        for one in due[: max(room, 0)]:
            begin_termination(world, members[one.node][1])
        later = [one.at for one in bad if one.at > world.now()]
        return world.until(later[0]) if later else None

    def _members(self, record: Obj) -> dict[str, tuple[Obj, Obj]]:
        """The nodes of a group that are to stay, with their instances, by name."""
        found: dict[str, tuple[Obj, Obj]] = {}
        for group in record["resources"]["autoScalingGroups"]:
            for instance in self._world.live(group["name"]):
                node = self._world.node_of(instance)
                if node is not None and instance["lifecycleState"] == "InService":
                    found[name(node)] = node, instance
        return found

    def _under_repair(self, record: Obj) -> int:
        """How many of a group's instances are on their way out."""
        groups = [one["name"] for one in record["resources"]["autoScalingGroups"]]
        everyone = (one for group in groups for one in self._world.instances(group))
        return sum(one["lifecycleState"].startswith("Terminating") for one in everyone)


def _group_of_node(change: Change) -> tuple[str, ...]:
    """The node's managed group, if the node's conditions are others than before."""
    before = change.previous or {}
    told = [(one.get("status") or {}).get("conditions") for one in (before, change.value)]
    if change.type == "MODIFIED" and told[0] == told[1]:
        return ()
    group = labels(change.value).get(NODE_GROUP)
    return (group,) if group else ()


def _group_of_ended(change: Change) -> tuple[str, ...]:
    """The group of an instance that has ended: another one may be repaired now."""
    return (change.value["nodegroup"],) if change.value["state"] == "terminated" else ()
