"""An instance on its way out: its pods are evicted, it shuts down, its node goes.

Source: AWS user guide for EKS, "Understand each phase of node updates" and "Managed node groups":
pods are evicted through the Eviction API. An update gives up after 15 minutes unless it is forced;
when the number of nodes falls, the instance is terminated after 15 minutes in any case. Only
managed groups drain.
"""

from collections.abc import Mapping

from minieks.eks.nodegroups.world import INSTANCES, World, own_key
from minieks.engine.clock import SECOND, Micros, micros
from minieks.engine.loop import Result, Wakes
from minieks.kube.api.errors import InternalError, NotFound, TooManyRequests
from minieks.kube.controllers.indexes import add_node_index, pods_on
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import Obj, is_deleting, name, namespace

DRAIN_TIME: Micros = 15 * 60 * SECOND
RETRY_AFTER = 10.0
"""Seconds until an eviction that a budget refused is tried again (a model)."""
SETTLES_FOR: Micros = 60 * SECOND
"""How long an update leaves an empty node alone before it terminates the instance."""
REMEMBERED: Micros = 60 * 60 * SECOND
"""How long EC2 shows a terminated instance."""


class DrainingLoop:
    """Takes instances out of the cluster; its keys are instance ids."""

    name = "instance-draining"

    def __init__(self, world: World) -> None:
        self._world = world
        add_node_index(world.api)

    def watches(self) -> Mapping[str, Wakes]:
        """Instances."""
        return {INSTANCES: own_key}

    def reconcile(self, key: str) -> Result | None:
        """Bring a leaving instance a step further."""
        instance = self._world.aws.get(INSTANCES, key)
        if instance is None:
            return None
        if instance["state"] == "terminated":
            return self._forget(instance)
        if instance["state"] == "shutting-down":
            return self._end(instance)
        if instance["lifecycleState"] == "Terminating:Proceed":
            # EC2 bills no instance from this state on (Amazon EC2 user guide, instance lifecycle).
            self._world.write(instance, state="shutting-down", terminatedAt=self._world.now())
        elif instance["lifecycleState"] == "Terminating:Wait":
            return self._drain(instance)
        return None

    def _drain(self, instance: Obj) -> Result | None:
        world, drain = self._world, instance["drain"]
        if drain.get("failed"):
            return None
        node = world.node_of(instance)
        left = self._evict(node) if node is not None else []
        if not left:
            return self._settle(instance)
        due = drain["startedAt"] + DRAIN_TIME
        if world.now() < due:
            return Result(again_after=min(RETRY_AFTER, (due - world.now()) / SECOND))
        if drain["forUpdate"] and not drain["force"]:
            world.write(instance, drain={**drain, "failed": [name(pod) for pod in left]})
            return None
        for pod in left:
            world.api.delete("pods", namespace(pod), name(pod))
        return self._proceed(instance)

    def _evict(self, node: Obj) -> list[Obj]:
        """Cordon the node and evict its pods; returns the pods that are still there."""
        if not nodes.is_unschedulable(node):
            self._world.api.update({**node, "spec": {**node["spec"], "unschedulable": True}})
        there = self._pods(name(node))
        for pod in there:
            if not is_deleting(pod):
                self._try_eviction(pod)
        return self._pods(name(node))

    def _try_eviction(self, pod: Obj) -> None:
        """Evict one pod; what refuses today may allow tomorrow."""
        try:
            self._world.api.evict(namespace(pod), name(pod))
        except (TooManyRequests, InternalError, NotFound):
            return

    def _pods(self, node: str) -> list[Obj]:
        """The pods that a drain waits for: not those of DaemonSets, not those that have ended."""
        return [
            pod
            for pod in pods_on(self._world.api, node)
            if not pods.is_daemon(pod) and not pods.is_mirror(pod) and not pods.is_terminal(pod)
        ]

    def _settle(self, instance: Obj) -> Result | None:
        """The node is empty; an update leaves it so for a minute."""
        world, drain = self._world, instance["drain"]
        if not drain["forUpdate"]:
            return self._proceed(instance)
        if "emptyAt" not in drain:
            world.write(instance, drain={**drain, "emptyAt": world.now()})
            return None
        due = drain["emptyAt"] + SETTLES_FOR
        return world.until(due) if world.now() < due else self._proceed(instance)

    def _proceed(self, instance: Obj) -> Result | None:
        """Complete the group's lifecycle hook: the instance may shut down."""
        self._world.write(instance, lifecycleState="Terminating:Proceed")
        return None

    def _end(self, instance: Obj) -> Result | None:
        """The instance is gone; the cloud provider's controller deletes its node."""
        world = self._world
        took = world.timings.of("instance_termination")
        due = instance["terminatedAt"] + micros(took.median)
        if world.now() < due:
            return world.until(due)
        node = world.node_of(instance)
        if node is not None and nodes.provider_id(node).endswith(instance["instanceId"]):
            world.api.delete("nodes", "", name(node))
        world.write(instance, state="terminated", lifecycleState="Terminated")
        return None

    def _forget(self, instance: Obj) -> Result | None:
        due = instance["terminatedAt"] + REMEMBERED
        if self._world.now() < due:
            return self._world.until(due)
        self._world.aws.remove(INSTANCES, instance["instanceId"])
        return None
