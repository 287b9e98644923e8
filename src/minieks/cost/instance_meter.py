"""Meters EC2 instances, their root volumes and the nodes they have become.

An ``instances.ec2`` record has ``instanceId``, ``instanceType``, ``placement.availabilityZone`` and
``state`` in EC2's words, and may have ``lifecycle`` (``spot``, else on demand), ``nodegroup``,
``platform`` (``windows``, else Linux) and ``rootVolume`` with ``type``, ``sizeGiB``, ``iops`` and
``throughput``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from minieks.cost.spans import Spans
from minieks.cost.usage import InstanceUsage, VolumeUsage
from minieks.engine.clock import Micros
from minieks.engine.store import Change
from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj, name

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class _Node:
    """What a node's pods may use, and the instance it runs on."""

    instance_id: str
    cpu_milli: int
    memory_bytes: int


class InstanceMeter:
    """Instances and root volumes, from launch to termination; which node is which instance."""

    def __init__(self, now: Callable[[], Micros]) -> None:
        self._now = now
        self._instances: Spans[InstanceUsage] = Spans.empty()
        self._roots: Spans[VolumeUsage] = Spans.empty()
        self._nodes: dict[str, _Node] = {}
        self._allocatable: dict[str, _Node] = {}

    def on_instance(self, change: Change) -> None:
        """A change of ``instances.ec2``.

        An instance is billed while it is running, its root volume from launch to termination
        (Amazon EC2 user guide, "Instance lifecycle").
        """
        record, key = change.value, change.key
        state = "terminated" if change.type == "DELETED" else record["state"]
        if change.type == "ADDED" and record.get("rootVolume"):
            self._roots.begin(key, _root_volume(key, self._now(), record["rootVolume"]))
        if state == "running" and self._instances.open(key) is None:
            self._instances.begin(key, _instance(record, self._now()))
        if state not in ("pending", "running"):
            self._instances.close(key, self._now())
        if state == "terminated":
            self._roots.close(key, self._now())

    def on_node(self, change: Change) -> None:
        """A change of ``nodes``; what a node was is kept after it is gone."""
        if change.type == "DELETED":
            self._nodes.pop(name(change.value), None)
        elif _says_more(change):
            self._note(change.value)

    def instance_of(self, node_name: str) -> str:
        """The instance under a node that is there now; empty if it is none."""
        node = self._nodes.get(node_name)
        return node.instance_id if node else ""

    def usages(self) -> list[InstanceUsage | VolumeUsage]:
        """Every instance with its node's allocatable, then every root volume."""
        return [*map(self._with_node, self._instances.all()), *self._roots.all()]

    def _note(self, node: Obj) -> None:
        instance_id = _instance_id(nodes.provider_id(node))
        if not instance_id:
            return
        has = nodes.allocatable(node)
        noted = _Node(instance_id, has.get("cpu", 0), has.get("memory", 0))
        # By name for pods that bind now; by instance for the bill, when the node may be gone.
        self._nodes[name(node)] = self._allocatable[instance_id] = noted

    def _with_node(self, usage: InstanceUsage) -> InstanceUsage:
        node = self._allocatable.get(usage.instance_id)
        if node is None:
            return usage
        return replace(usage, cpu_milli=node.cpu_milli, memory_bytes=node.memory_bytes)


def _instance(record: Obj, start: Micros) -> InstanceUsage:
    placement = record.get("placement") or _NOTHING
    return InstanceUsage(
        instance_id=record["instanceId"],
        instance_type=record["instanceType"],
        zone=str(placement.get("availabilityZone") or ""),
        start=start,
        purchase="spot" if record.get("lifecycle") == "spot" else "on-demand",
        node_group=str(record.get("nodegroup") or ""),
        windows=record.get("platform") == "windows",
    )


def _says_more(change: Change) -> bool:
    """Whether a node's resources or machine may have changed; a heartbeat changes neither."""
    before, after = change.previous, change.value
    if before is None or nodes.provider_id(before) != nodes.provider_id(after):
        return True
    return _resources(before) != _resources(after)


def _resources(node: Obj) -> object:
    status = node.get("status") or _NOTHING
    return status.get("allocatable"), status.get("capacity")


def _instance_id(provider_id: str) -> str:
    """``i-0abc`` of ``aws:///us-east-1a/i-0abc``; empty for a Fargate node, no instance."""
    last = provider_id.rpartition("/")[2]
    return last if last.startswith("i-") else ""


def _root_volume(instance_id: str, launched: Micros, volume: Mapping[str, Any]) -> VolumeUsage:
    return VolumeUsage(
        volume_id=str(volume.get("volumeId") or f"{instance_id}-root"),
        kind="root",
        volume_type=str(volume.get("type") or "gp3"),
        gib=int(volume["sizeGiB"]),
        start=launched,
        iops=int(volume.get("iops") or 0),
        throughput=int(volume.get("throughput") or 0),
        instance_id=instance_id,
    )
