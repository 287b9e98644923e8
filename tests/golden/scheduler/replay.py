"""Replays a recorded case: what the real kube-scheduler decided, pod by pod."""

import random
import re
from collections.abc import Iterator
from typing import Any

from golden.outcome import Difference, Json
from golden.scheduler.comparing import compare
from golden.scheduler.defaults import with_defaults
from minieks.kube.kinds import nodes as node_kind
from minieks.kube.kinds import pods as pod_kind
from minieks.kube.scheduler import feed
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.framework import Cycle
from minieks.kube.scheduler.plugins import volumebinding
from minieks.kube.scheduler.schedule import schedule
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words import objects, times

COLLECTIONS = {
    "Node": "nodes",
    "Namespace": "namespaces",
    "PodDisruptionBudget": "poddisruptionbudgets.policy",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "PersistentVolume": "persistentvolumes",
    "StorageClass": "storageclasses.storage.k8s.io",
    "CSINode": "csinodes.storage.k8s.io",
    "CSIDriver": "csidrivers.storage.k8s.io",
    "CSIStorageCapacity": "csistoragecapacities.storage.k8s.io",
    "Service": "services",
    "ReplicaSet": "replicasets.apps",
    "StatefulSet": "statefulsets.apps",
    "ReplicationController": "replicationcontrollers",
}
# The API server took from these what pods need: they are written out in the pods.
UNUSED = frozenset({"PriorityClass", "RuntimeClass"})
CLUSTER_WIDE = frozenset(
    {"Node", "Namespace", "PersistentVolume", "StorageClass", "CSINode", "CSIDriver"}
)
_CASE = {"case", "family", "program", "percentageOfNodesToScore", "objects", "expected"}
START = times.parse("2026-01-01T00:00:00Z")


def replay(case: Json) -> Iterator[list[Difference]]:
    """Follow a recorded case, attempt by attempt."""
    if unknown := case.keys() - _CASE:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    yield from Replay(case).attempts()


def _version(program: str) -> str:
    """The version that a program's description names."""
    found = re.search(r"\b\d+\.\d+\.\d+\b", program)
    if found is None:
        raise ValueError(f"no version in {program!r}")
    return found[0]


def _with_namespace(obj: Json) -> Json:
    if obj["kind"] in CLUSTER_WIDE:
        return obj
    return {**obj, "metadata": {"namespace": "default", **obj["metadata"]}}


class Replay:
    """A cluster that follows a recorded case."""

    def __init__(self, case: Json) -> None:
        self.case = case
        self.state = ClusterState(features_of(_version(case["program"])))
        self.pods: dict[str, Json] = {}
        for obj in case["objects"]:
            if obj["kind"] == "Pod":
                self._load_pod(obj)
            elif obj["kind"] not in UNUSED:
                feed.put(self.state, COLLECTIONS[obj["kind"]], _with_namespace(obj))

    def _load_pod(self, obj: Json) -> None:
        pod = with_defaults(obj)
        when = times.rfc3339(START + len(self.pods) * 1_000_000)
        pod["metadata"]["creationTimestamp"] = when
        pod["status"] = {"startTime": when, **(pod.get("status") or {})}
        self.pods[objects.key(pod)] = pod
        if pod_kind.node_name(pod):
            feed.put(self.state, "pods", pod)

    def attempts(self) -> Iterator[list[Difference]]:
        """What differs from the record, attempt by attempt; the record is followed."""
        for number, expected in enumerate(self.case["expected"]):
            info = self.state.compiler.compile(self.pods[expected["pod"]])
            decision = schedule(
                self.state,
                info,
                random.Random(number),
                percentage=self.case["percentageOfNodesToScore"],
            )
            about = f"attempt {number} {expected['pod']}"
            yield list(compare(self.state, decision, expected, about))
            self._follow(expected, info)

    def _follow(self, expected: Json, info: Any) -> None:
        preemption = expected.get("preemption")
        if expected["chosen"] is not None:
            self._place(expected["chosen"], info)
        elif preemption is not None:
            for victim in preemption["victims"]:
                self.state.remove_pod(victim)
            self.state.nominate(info, preemption["nominated"])

    def _place(self, chosen: str, info: Any) -> None:
        cycle = Cycle(self.state, info)
        slot = self.state.nodes.slots[chosen]
        bindings = volumebinding.bindings(cycle, slot) if info.spec.has_volumes else []
        for binding in bindings:
            self._bind_volume(binding, chosen)
        self.state.withdraw(info.key)
        pod = {**info.pod, "spec": {**info.pod["spec"], "nodeName": chosen}}
        feed.put(self.state, "pods", pod)

    def _bind_volume(self, binding: Any, chosen: str) -> None:
        claim, volume = binding
        reference = {"namespace": objects.namespace(claim), "name": objects.name(claim)}
        if volume is None:
            volume = self._made_for(claim, chosen)
        volume = {
            **volume,
            "spec": {**volume["spec"], "claimRef": reference},
            "status": {"phase": "Bound"},
        }
        feed.put(self.state, "persistentvolumes", volume)
        notes = {**objects.annotations(claim), "pv.kubernetes.io/bind-completed": "yes"}
        claim = objects.with_metadata(claim, annotations=notes)
        claim = {
            **claim,
            "spec": {**claim["spec"], "volumeName": objects.name(volume)},
            "status": {"phase": "Bound"},
        }
        feed.put(self.state, "persistentvolumeclaims", claim)

    def _made_for(self, claim: Json, chosen: str) -> Json:
        node = self.state.nodes.nodes[self.state.nodes.slots[chosen]]
        name = f"pvc-{objects.namespace(claim)}-{objects.name(claim)}"
        provisioner = self.state.volumes.classes[claim["spec"]["storageClassName"]]["provisioner"]
        zone = node_kind.zone(node or {})
        affinity = {
            "matchExpressions": [{"key": node_kind.ZONE, "operator": "In", "values": [zone]}]
        }
        return {
            "kind": "PersistentVolume",
            "metadata": {"name": name},
            "spec": {
                "csi": {"driver": provisioner, "volumeHandle": name},
                "capacity": claim["spec"]["resources"]["requests"],
                "accessModes": claim["spec"]["accessModes"],
                "storageClassName": claim["spec"]["storageClassName"],
                "nodeAffinity": {"required": {"nodeSelectorTerms": [affinity]}},
            },
        }
