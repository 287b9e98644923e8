"""A managed node group gets a new version: new nodes first, then the old ones go, few at a time.

Source: AWS user guide for EKS, "Understand each phase of node updates" (update strategy DEFAULT):

    setup       a new launch template version, and the group is pointed at it
    scale up    2 nodes for each zone, at least maxUnavailable, are added and become ready;
                then the old nodes are cordoned
    upgrade     old nodes are drained and terminated, at most maxUnavailable at once
    scale down  the group's numbers go back, one by one

What EKS does with the added nodes of a failed update is not documented; here it takes them back.
"""

import math
from collections.abc import Mapping
from typing import Any

from minieks.eks import updates
from minieks.eks.nodegroups.scaling import begin_termination
from minieks.eks.nodegroups.world import GROUPS, INSTANCES, NODE_GROUPS, World, own_key
from minieks.eks.spec import NodeGroupSpec
from minieks.engine import ids
from minieks.engine.clock import SECOND, micros
from minieks.engine.errors import UserError
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj, labels, with_metadata

EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
JOIN_TIME = 15 * 60 * SECOND
STEP_DOWN_AFTER = 10.0
"""Seconds between two steps of the scale down (a model)."""


def begin_update(
    world: World,
    node_group: str,
    version: str,
    release_version: str = "",
    *,
    force: bool = False,
    template: Mapping[str, str] | None = None,
) -> str:
    """Start a version update of a managed group; returns the update's id.

    ``template`` is the group's launch template with the ``version`` of it that is asked for.
    UserError if the group is not managed, or is updating already (ResourceInUseException).
    """
    record = world.aws.get(NODE_GROUPS, node_group)
    if record is None:
        raise UserError(f"No node group found for name: {node_group}.")
    if record["status"] == "UPDATING":
        running = record["update"]["id"]
        raise UserError(
            f"Nodegroup {node_group} cannot be updated: it currently has update {running}"
        )
    update_id = ids.uid(world.api.engine.random("updates"))
    named = template or {}
    wanted = {
        "Version": version,
        "ReleaseVersion": release_version or None,
        "LaunchTemplateName": named.get("name"),
        "LaunchTemplateVersion": named.get("version"),
    }
    owner = updates.Owner("nodegroup", node_group)
    shown = updates.record(owner, update_id, "VersionUpdate", wanted, world.now())
    world.aws.create(updates.UPDATES, update_id, shown)
    update = {
        "id": update_id,
        "from": record["version"],
        "fromRelease": record.get("releaseVersion", ""),
        "type": "VersionUpdate",
        "status": "InProgress",
        "phase": "setup",
        "params": shown["params"],
        "force": force,
        "errors": [],
        "createdAt": world.now(),
    }
    changes = {"version": version, "releaseVersion": release_version, "update": update}
    world.change(NODE_GROUPS, node_group, status="UPDATING", **changes)
    return update_id


def begin_config_update(
    world: World, node_group: str, wanted: Mapping[str, object], seconds: float
) -> str:
    """Start an update of a managed group's configuration, which has its effect already.

    It is over after some seconds; returns its id.
    """
    update_id = ids.uid(world.api.engine.random("updates"))
    owner = updates.Owner("nodegroup", node_group)
    shown = updates.record(owner, update_id, "ConfigUpdate", wanted, world.now())
    world.aws.create(updates.UPDATES, update_id, shown)
    due = world.now() + micros(seconds)
    update = {"id": update_id, "phase": "configure", "endsAt": due}
    world.change(NODE_GROUPS, node_group, status="UPDATING", update=update)
    return update_id


def parallel(spec: NodeGroupSpec, size: int) -> int:
    """maxUnavailable as a number of nodes: a percentage is rounded up, at least one."""
    share = spec.update.max_unavailable_percentage
    if share is None:
        return spec.update.max_unavailable
    return max(math.ceil(size * share / 100), 1)


class UpdatingLoop:
    """Carries out version updates; its keys are names of managed node groups."""

    name = "node-group-update"

    def __init__(self, world: World) -> None:
        self._world = world

    def watches(self) -> Mapping[str, Wakes]:
        """Managed groups, and instances for the group that they belong to."""
        return {NODE_GROUPS: own_key, INSTANCES: _node_group}

    def reconcile(self, key: str) -> Result | None:
        """Carry an update a step further."""
        record = self._world.aws.get(NODE_GROUPS, key)
        if record is None or record["status"] != "UPDATING":
            return None
        group = self._world.aws.get(GROUPS, record["resources"]["autoScalingGroups"][0]["name"])
        assert group is not None, f"node group {key} has an Auto Scaling group"
        phase = record["update"]["phase"]
        return _PHASES[phase](self, record, group)

    def _configure(self, record: Obj, group: Obj) -> Result | None:
        """A new configuration is there; what follows from it comes as with any other change."""
        due = record["update"]["endsAt"]
        if self._world.now() < due:
            return self._world.until(due)
        self._finish(record, updates.SUCCESSFUL, [])
        return None

    def _set_up(self, record: Obj, group: Obj) -> Result | None:
        """A new template; the group grows so that capacity never falls below what it was."""
        spec, name = self._world.spec(group), group["autoScalingGroupName"]
        size = group["desiredCapacity"]
        more = max(2 * len(group["availabilityZones"]), parallel(spec, size))
        before = {
            "version": record["update"]["from"],
            "desired": size,
            "max": group["maxSize"],
            "surge": more if size else 0,
        }
        self._world.change(
            GROUPS,
            name,
            launchTemplateVersion=group["launchTemplateVersion"] + 1,
            maxSize=group["maxSize"] + before["surge"],
            desiredCapacity=size + before["surge"],
        )
        self._next(record, "scale up", before=before, surgedAt=self._world.now())
        return None

    def _scale_up(self, record: Obj, group: Obj) -> Result | None:
        """Wait for the new nodes; then keep new pods off the old ones."""
        new = [one for one in self._live(group) if not self._is_old(group, one)]
        ready = [one for one in new if one["lifecycleState"] == "InService"]
        if len(ready) < record["update"]["before"]["surge"]:
            due = record["update"]["surgedAt"] + JOIN_TIME
            if self._world.now() < due:
                return self._world.until(due)
            missing = [one["instanceId"] for one in new if one not in ready]
            return self._fail(record, group, "NodeCreationFailure", missing)
        for instance in self._old(group):
            self._retire(instance)
        self._next(record, "upgrade")
        return None

    def _retire(self, instance: Obj) -> None:
        node = self._world.node_of(instance)
        if node is None or nodes.is_unschedulable(node):
            return
        kept_out = with_metadata(node, labels={**labels(node), EXCLUDED: "true"})
        self._world.api.update({**kept_out, "spec": {**node["spec"], "unschedulable": True}})

    def _upgrade(self, record: Obj, group: Obj) -> Result | None:
        """Terminate old nodes, at most maxUnavailable at a time."""
        leaving = [one for one in self._instances(group) if _is_leaving(one)]
        stuck = [one for one in leaving if one["drain"].get("failed")]
        if stuck:
            names = [name for one in stuck for name in one["drain"]["failed"]]
            return self._fail(record, group, "PodEvictionFailure", names)
        old = self._old(group)
        if not old and not leaving:
            self._next(record, "scale down")
            return None
        at_once = parallel(self._world.spec(group), record["update"]["before"]["desired"])
        for instance in old[: max(at_once - len(leaving), 0)]:
            begin_termination(
                self._world, instance, for_update=True, force=record["update"]["force"]
            )
        return None

    def _scale_down(self, record: Obj, group: Obj) -> Result | None:
        """Give the surge back, one node at a time."""
        before = record["update"]["before"]
        if group["desiredCapacity"] > before["desired"]:
            self._resize(group, group["desiredCapacity"] - 1, group["maxSize"] - 1)
            return Result(again_after=STEP_DOWN_AFTER)
        self._resize(group, group["desiredCapacity"], before["max"])
        self._finish(record, "Successful", [])
        return None

    def _fail(self, record: Obj, group: Obj, code: str, resources: list[str]) -> Result | None:
        """The update ends: nodes that were leaving stay, and the surplus of new ones goes."""
        before = record["update"]["before"]
        for instance in self._instances(group):
            if _is_leaving(instance):
                self._world.write(instance, lifecycleState="InService", drain={})
        for instance in self._old(group):
            self._restore(instance)
        live = self._live(group)
        new = [one for one in live if not self._is_old(group, one)]
        for instance in new[: max(len(live) - before["desired"], 0)]:
            begin_termination(self._world, instance)
        self._world.change(
            GROUPS,
            group["autoScalingGroupName"],
            launchTemplateVersion=group["launchTemplateVersion"] - 1,
            desiredCapacity=before["desired"],
            maxSize=before["max"],
        )
        error = {"errorCode": code, "errorMessage": _TEXTS[code], "resourceIds": resources}
        self._world.change(
            NODE_GROUPS,
            record["nodegroupName"],
            version=before["version"],
            releaseVersion=record["update"]["fromRelease"],
        )
        self._finish(record, "Failed", [error])
        return None

    def _restore(self, instance: Obj) -> None:
        """An old node takes pods again."""
        node = self._world.node_of(instance)
        if node is None:
            return
        kept = {key: value for key, value in labels(node).items() if key != EXCLUDED}
        spec = {key: value for key, value in node["spec"].items() if key != "unschedulable"}
        self._world.api.update({**with_metadata(node, labels=kept), "spec": spec})

    def _resize(self, group: Obj, desired: int, most: int) -> None:
        name = group["autoScalingGroupName"]
        self._world.change(GROUPS, name, desiredCapacity=desired, maxSize=most)

    def _finish(self, record: Obj, status: str, errors: list[Obj]) -> None:
        issues = record["health"]["issues"]
        update = {**record["update"], "status": status, "phase": "done", "errors": errors}
        state = "DEGRADED" if issues else "ACTIVE"
        updates.finish(self._world.aws, record["update"]["id"], status, errors)
        self._world.change(NODE_GROUPS, record["nodegroupName"], status=state, update=update)

    def _next(self, record: Obj, phase: str, **more: Any) -> None:
        update = {**record["update"], "phase": phase, **more}
        self._world.change(NODE_GROUPS, record["nodegroupName"], update=update)

    def _instances(self, group: Obj) -> list[Obj]:
        return self._world.instances(group["autoScalingGroupName"])

    def _live(self, group: Obj) -> list[Obj]:
        return self._world.live(group["autoScalingGroupName"])

    def _old(self, group: Obj) -> list[Obj]:
        return [one for one in self._live(group) if self._is_old(group, one)]

    @staticmethod
    def _is_old(group: Obj, instance: Obj) -> bool:
        return bool(instance["launchTemplateVersion"] < group["launchTemplateVersion"])


_PHASES = {
    "configure": UpdatingLoop._configure,
    "setup": UpdatingLoop._set_up,
    "scale up": UpdatingLoop._scale_up,
    "upgrade": UpdatingLoop._upgrade,
    "scale down": UpdatingLoop._scale_down,
}

_TEXTS = {
    "PodEvictionFailure": "Reached max retries while trying to evict pods from nodes in node group",
    "NodeCreationFailure": "Couldn't proceed with upgrade process as new nodes are not joining "
    "node group",
}
"""What EKS says of a failed update (public issues)."""


def _is_leaving(instance: Obj) -> bool:
    return bool(
        instance["lifecycleState"] in ("Terminating:Wait", "Terminating:Proceed")
        and (instance.get("drain") or {}).get("forUpdate")
    )


def _node_group(change: Change) -> tuple[str, ...]:
    return (change.value["nodegroup"],)
