"""An instance boots, registers as a node, and becomes ready.

Source: AWS user guide for EKS, "Managed node groups" (creation, and NodeCreationFailure after 15
minutes); kubernetes ``pkg/kubelet/kubelet_node_status.go`` (registration).
"""

from collections.abc import Mapping

from minieks.eks import nodestatus
from minieks.eks.nodegroups.health import JOIN_TIME, NOT_JOINED, NOT_JOINED_TEXT, add_issue
from minieks.eks.nodegroups.node import node_object
from minieks.eks.nodegroups.world import INSTANCES, LIVE, NODE_GROUPS, SUBNETS, World, own_key
from minieks.engine.clock import SECOND, micros
from minieks.engine.loop import Result, Wakes
from minieks.kube.kinds import nodes
from minieks.kube.kubelet.nodestatus import ready
from minieks.kube.words.objects import Obj, name

RUNS_AFTER = 10 * SECOND
"""From launch to EC2's state ``running`` (a model: usually under 20 s)."""


class JoiningLoop:
    """Lets instances become nodes; its keys are instance ids."""

    name = "instance-joining"

    def __init__(self, world: World) -> None:
        self._world = world
        # Per group, a member that was not in service when it was last looked at.
        self._awaited: dict[str, str] = {}

    def watches(self) -> Mapping[str, Wakes]:
        """Instances."""
        return {INSTANCES: own_key}

    def reconcile(self, key: str) -> Result | None:
        """Bring an instance a step further."""
        world, instance = self._world, self._world.aws.get(INSTANCES, key)
        if instance is None or instance["lifecycleState"] not in LIVE:
            return None
        if "impairedAt" in instance:
            return None
        if instance["state"] == "pending":
            runs_at = instance["launchedAt"] + RUNS_AFTER
            if world.now() < runs_at:
                return world.until(runs_at)
            instance = world.write(instance, state="running")
        if not self._has_egress(instance):
            return self._fail(instance)
        return self._join(instance)

    def _join(self, instance: Obj) -> Result | None:
        world, node = self._world, self._world.node_of(instance)
        if world.now() < instance["registersAt"]:
            return world.until(instance["registersAt"])
        if instance["lifecycleState"] == "InService":
            return None
        if node is None:
            node = world.api.create(node_object(instance, world.placed(instance), world.now_text()))
            for event in nodestatus.REGISTRATION_EVENTS:
                self._tell(node, *event)
        if world.now() < instance["readyAt"]:
            return world.until(instance["readyAt"])
        if not nodes.is_ready(node):
            self._make_ready(node)
        world.write(instance, lifecycleState="InService")
        self._activate(instance)
        return None

    def _make_ready(self, node: Obj) -> None:
        world = self._world
        world.api.update_status({**node, "status": ready(node["status"], world.now_text())})
        self._tell(node, *nodestatus.READY_EVENT)

    def _tell(self, node: Obj, type_: str, reason: str, text: str) -> None:
        node_name = name(node)
        self._world.api.record_event(
            node, type_, reason, text.format(node_name), component="kubelet", host=node_name
        )

    def _activate(self, instance: Obj) -> None:
        """A managed group is ACTIVE when all the instances that it began with are in service."""
        world, group = self._world, instance["nodegroup"]
        record = world.aws.get(NODE_GROUPS, group)
        if record is None or record["status"] != "CREATING":
            return
        awaited = world.aws.get(INSTANCES, self._awaited.get(group, ""))
        if awaited is None or not _is_coming(awaited):
            members = world.instances(instance["autoScalingGroupName"])
            awaited = next((one for one in members if _is_coming(one)), None)
        if awaited is not None:
            self._awaited[group] = awaited["instanceId"]
            return
        self._awaited.pop(group, None)
        world.change(NODE_GROUPS, group, status="ACTIVE")

    def _has_egress(self, instance: Obj) -> bool:
        subnet = self._world.aws.get(SUBNETS, instance["subnetId"])
        return subnet is None or bool(subnet.get("egress", True))

    def _fail(self, instance: Obj) -> Result | None:
        """Without a way out of its subnet an instance never joins."""
        due = instance["launchedAt"] + micros(JOIN_TIME)
        if self._world.now() < due:
            return self._world.until(due)
        ids = [instance["instanceId"]]
        add_issue(self._world, instance, NOT_JOINED, NOT_JOINED_TEXT, ids)
        return None


def _is_coming(instance: Obj) -> bool:
    """Whether the instance counts as a member and is not in service yet."""
    return instance["lifecycleState"] in LIVE and instance["lifecycleState"] != "InService"
