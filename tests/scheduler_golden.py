"""Replays a recorded case: what the real kube-scheduler decided, pod by pod."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minieks.kube.kinds import nodes as node_kind
from minieks.kube.kinds import pods as pod_kind
from minieks.kube.scheduler import feed
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.framework import Cycle
from minieks.kube.scheduler.plugins import volumebinding
from minieks.kube.scheduler.schedule import Decision, plugin_scores, schedule
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words import objects, times

Json = dict[str, Any]

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
START = times.parse("2026-01-01T00:00:00Z")


def with_defaults(pod: Json) -> Json:
    """What the API server does at creation to the fields that matter here."""
    pod = json.loads(json.dumps(pod))
    spec, labels = pod["spec"], objects.labels(pod)
    pod["metadata"].setdefault("namespace", "default")
    for container in [*spec["containers"], *spec.get("initContainers", ())]:
        resources = container.setdefault("resources", {})
        asked = resources.setdefault("requests", {})
        for name, amount in (resources.get("limits") or {}).items():
            asked.setdefault(name, amount)
        for port in container.get("ports") or ():
            if spec.get("hostNetwork"):
                port.setdefault("hostPort", port["containerPort"])
    _pod_level_defaults(spec)
    for constraint in spec.get("topologySpreadConstraints") or ():
        _merge(constraint, labels)
    for term in _terms(spec.get("affinity") or {}):
        _merge(term, labels)
    return pod


def _pod_level_defaults(spec: Json) -> None:
    own = spec.get("resources") or {}
    for name, amount in (own.get("limits") or {}).items():
        own.setdefault("requests", {}).setdefault(name, amount)


def _terms(affinity: Json) -> Iterator[Json]:
    for kind in ("podAffinity", "podAntiAffinity"):
        part = affinity.get(kind) or {}
        yield from part.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
        for item in part.get("preferredDuringSchedulingIgnoredDuringExecution") or ():
            yield item["podAffinityTerm"]


def _merge(term: Json, labels: Any) -> None:
    for field, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")):
        for key in term.get(field) or ():
            if key in labels and term.get("labelSelector") is not None:
                term["labelSelector"].setdefault("matchExpressions", []).append(
                    {"key": key, "operator": operator, "values": [labels[key]]}
                )


class Replay:
    """A cluster that follows a recorded case."""

    def __init__(self, case: Json) -> None:
        self.case = case
        self.state = ClusterState(features_of("1.34.1"))
        self.pods: dict[str, Json] = {}
        self.waiting: dict[str, Json] = {}
        for obj in case["objects"]:
            if obj["kind"] == "Pod":
                self._load_pod(obj)
            elif obj["kind"] in COLLECTIONS:
                if obj["kind"] in ("PersistentVolumeClaim", "Service", "ReplicaSet"):
                    obj["metadata"].setdefault("namespace", "default")
                feed.put(self.state, COLLECTIONS[obj["kind"]], obj)

    def _load_pod(self, obj: Json) -> None:
        pod = with_defaults(obj)
        when = times.rfc3339(START + len(self.pods) * 1_000_000)
        pod["metadata"]["creationTimestamp"] = when
        pod["status"] = {"startTime": when, **(pod.get("status") or {})}
        self.pods[objects.key(pod)] = pod
        if pod_kind.node_name(pod):
            feed.put(self.state, "pods", pod)

    def differences(self) -> Iterator[str]:
        """What differs from the record, entry by entry; the record is followed."""
        for number, expected in enumerate(self.case["expected"]):
            info = self.state.compiler.compile(self.pods[expected["pod"]])
            decision = schedule(
                self.state,
                info,
                random.Random(number),
                percentage=self.case["percentageOfNodesToScore"],
            )
            for text in compare(self.state, decision, expected):
                yield f"entry {number} {expected['pod']}: {text}"
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


def compare(state: ClusterState, decision: Decision, expected: Json) -> Iterator[str]:
    """The fields in which a decision differs from the record."""
    if sorted(decision.best) != expected["ties"]:
        yield f"ties {sorted(decision.best)} instead of {expected['ties']}"
    top = None if decision.scores is None else int(decision.scores.totals.max())
    if expected["topScore"] is not None and top != expected["topScore"]:
        yield f"topScore {top} instead of {expected['topScore']}"
    if len(decision.feasible) != expected["feasible"]:
        yield f"feasible {len(decision.feasible)} instead of {expected['feasible']}"
    if "evaluated" in expected and decision.evaluated != expected["evaluated"]:
        yield f"evaluated {decision.evaluated} instead of {expected['evaluated']}"
    error = expected["error"] or ""
    if decision.error != error:
        yield f"error {decision.error!r} instead of {error!r}"
    yield from _compare_scores(plugin_scores(state, decision), expected.get("scores"))
    yield from _compare_preemption(decision, expected.get("preemption"))


def _compare_scores(found: dict[str, dict[str, int]], expected: Json | None) -> Iterator[str]:
    if not expected:
        return
    for node in sorted(found.keys() | expected.keys()):
        ours, theirs = found.get(node, {}), expected.get(node, {})
        theirs = theirs if isinstance(theirs, dict) else {"TOTAL": theirs}
        if "TOTAL" in theirs and len(theirs) == 1:
            ours = {"TOTAL": ours["TOTAL"]} if ours else {}
        for plugin in sorted(ours.keys() | theirs.keys()):
            if (ours.get(plugin) or 0) != (theirs.get(plugin) or 0):
                yield f"{node} {plugin} {ours.get(plugin)} instead of {theirs.get(plugin)}"


def _compare_preemption(decision: Decision, expected: Json | None) -> Iterator[str]:
    outcome = decision.preemption
    best = outcome.best if outcome is not None else ()
    ours = {(c.node, frozenset(i.key for i in c.victims)) for c in best}
    theirs = {(tie["node"], frozenset(tie["victims"])) for tie in (expected or {}).get("ties", ())}
    if ours != theirs:
        yield f"preemption {sorted(map(str, ours))} instead of {sorted(map(str, theirs))}"


def load(path: Path) -> Json:
    """One recorded case."""
    case: Json = json.loads(path.read_text())
    return case
