"""The cluster of a recorded case: controllers, scheduler, the autoscaler, and scripted kubelets."""

from typing import Any

from golden.clusterautoscaler.provider import Scripted
from golden.outcome import Json
from minieks.autoscale.clusterautoscaler.loop import ClusterAutoscalerLoop
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Loop, Runner
from minieks.engine.store import Change
from minieks.kube.api import errors
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.controllers import CONTROLLERS
from minieks.kube.kinds import pods
from minieks.kube.scheduler.loop import DefaultScheduler
from minieks.kube.words import times
from minieks.kube.words.conditions import with_condition
from minieks.kube.words.objects import Obj, key, name, namespace, owner_reference

NAMESPACE = "default"
OUTSIDE = "(outside)"
START = times.parse("2026-11-23T00:00:00Z")


class World:
    """One case's cluster. Nodes are ready and pods run as soon as they are there."""

    def __init__(self, inputs: Json) -> None:
        self.engine = Engine(VirtualClock(START), seed=7)
        self.api = Api(self.engine, "1.34")
        self.api.store.subscribe("nodes", self._of_node)
        self.api.store.subscribe("pods", self._of_pod)
        for make in CONTROLLERS:
            self._run(make(self.api))
        self._run(DefaultScheduler(self.api))
        bootstrap(self.api)
        self.provider = Scripted(self.api, inputs["node_groups"])
        self._outside(inputs.get("nodes_outside_groups") or ())
        self._annotate(inputs.get("node_annotations") or {})
        self._prioritize(inputs)
        self.pass_time(1)
        for one in inputs.get("placed_pods") or ():
            self._place(one)
        for obj in inputs.get("objects") or ():
            self.create(obj)
        self.pass_time(1)
        self._autoscale(inputs["flags"])

    def _run(self, loop: Loop) -> None:
        Runner(self.engine, loop).attach(self.api.store)

    def pass_time(self, seconds: int) -> None:
        self.engine.run(self.engine.now() + seconds * SECOND)

    def create(self, obj: Obj) -> Obj:
        """An object of the case, in the namespace of the run if it names none."""
        meta = obj["metadata"]
        kind = self.api.kinds.kind_of(obj)
        if kind is not None and kind.namespaced:
            meta = {"namespace": NAMESPACE, **meta}
        return self.api.create({**obj, "metadata": meta})

    def _autoscale(self, flags: list[str]) -> None:
        """Let the program run: its pod needs no node."""
        self._run(ClusterAutoscalerLoop(self.api, lambda _: self.provider))
        container = {"name": "main", "image": "cluster-autoscaler:1.34.0", "args": flags}
        spec = {"containers": [container], "schedulerName": "nobody"}
        pod = self.api.create(_pod("cluster-autoscaler", "kube-system", spec, {}))
        self._write(pod, _running(pod, self._now()))

    # What kubelets would do ----------------------------------------------------------------------

    def _now(self) -> str:
        return times.rfc3339(self.engine.now())

    def _of_node(self, change: Change) -> None:
        if change.type == "ADDED":
            self.engine.soon(lambda: self._ready(change.key))
        elif change.type == "DELETED":
            self.engine.soon(lambda: self._empty(change.key))

    def _ready(self, node_name: str) -> None:
        node = self.api.get("nodes", "", node_name)
        if node is None:
            return
        condition = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": ""}
        status = with_condition(node.get("status") or {}, condition, self._now())
        self.api.update_status({**node, "status": status})

    def _empty(self, node_name: str) -> None:
        for pod in self.api.list("pods"):
            if pods.node_name(pod) == node_name:
                self._end(pod)

    def _of_pod(self, change: Change) -> None:
        pod = change.value
        if change.type == "DELETED":
            return
        if pod["metadata"].get("deletionTimestamp"):
            self.engine.soon(lambda: self._end(pod))
        elif pods.node_name(pod) and pods.phase(pod) == "Pending":
            self.engine.soon(lambda: self._start(change.key))

    def _start(self, pod_key: str) -> None:
        pod = self.api.store.get("pods", pod_key)
        if pod is not None and pods.phase(pod) == "Pending":
            self._write(pod, _running(pod, self._now()))

    def _end(self, pod: Obj) -> None:
        try:
            self.api.delete("pods", namespace(pod), name(pod), grace_seconds=0)
        except errors.NotFound:
            return

    def _write(self, pod: Obj, status: Obj) -> None:
        current = self.api.store.get("pods", key(pod))
        assert current is not None, "the pod was there a moment ago"
        self.api.update_status({**current, "status": status})

    # What is there at the start ------------------------------------------------------------------

    def _outside(self, wanted: Any) -> None:
        for node_name, cpu, memory in wanted:
            amounts = {"cpu": cpu, "memory": memory, "pods": "110"}
            node = {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {
                    "name": node_name,
                    "labels": {"kubernetes.io/hostname": node_name, "kubernetes.io/os": "linux"},
                },
                "spec": {"providerID": f"other:{node_name}"},
                "status": {"capacity": amounts, "allocatable": amounts},
            }
            self.api.update_status({**self.api.create(node), "status": node["status"]})

    def _annotate(self, wanted: Json) -> None:
        for node_name, added in wanted.items():
            node = self.api.get("nodes", "", node_name)
            assert node is not None, f"{node_name} is a node of the case"
            noted = {**(node["metadata"].get("annotations") or {}), **added}
            self.api.update({**node, "metadata": {**node["metadata"], "annotations": noted}})

    def _prioritize(self, inputs: Json) -> None:
        for one in inputs.get("priority_classes") or ():
            self.create(one)
        rules = inputs.get("priority_expander")
        if rules:
            text = "".join(
                f"{priority}:\n" + "".join(f"  - {one}\n" for one in patterns)
                for priority, patterns in rules.items()
            )
            meta = {"name": "cluster-autoscaler-priority-expander", "namespace": "kube-system"}
            config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
            self.api.create({**config, "data": {"priorities": text}})

    def _place(self, one: Json) -> None:
        """Pods that run before the autoscaler starts, and who owns them."""
        space = one.get("ns") or NAMESPACE
        if self.api.get("namespaces", "", space) is None:
            meta = {"name": space}
            self.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
        template = {"metadata": {"labels": {"app": one["app"]}}, "spec": _spec(one)}
        if one.get("ann"):
            template["metadata"]["annotations"] = one["ann"]
        places = [node for node, count in one["where"].items() for _ in range(count)]
        owner = self._owner(one, space, template, len(places))
        for number, node_name in enumerate(places, 1):
            meta = {**template["metadata"], "ownerReferences": [owner] if owner else []}
            spec = {**template["spec"], "nodeName": node_name}
            self.api.create(_pod(f"{one['app']}-{number}", space, spec, meta))

    def _owner(self, one: Json, space: str, template: Json, count: int) -> Obj | None:
        if one["kind"] == "bare":
            return None
        if one["kind"] == "custom":
            meta = {"name": f"custom-{one['app']}", "namespace": space}
            stand_in = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
            known = {"apiVersion": "example.com/v1", "kind": "Custom"}
            return {**owner_reference(self.api.create(stand_in)), **known}
        spec = {
            "replicas": count,
            "selector": {"matchLabels": {"app": one["app"]}},
            "template": template,
        }
        meta = {"name": one["app"], "namespace": space}
        made = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": spec}
        return owner_reference(self.api.create(made))


_OWN = {"app", "where", "cpu", "mem", "kind", "ns", "ann", "port"}


def _spec(one: Json) -> Obj:
    """A placed pod's spec: its one container, and the fields that the case adds."""
    asked = {"cpu": one.get("cpu"), "memory": one.get("mem")}
    requests = {key: amount for key, amount in asked.items() if amount}
    container: Obj = {"name": "c", "image": "v1", "resources": {"requests": requests}}
    if one.get("port"):
        container["ports"] = [{"containerPort": one["port"], "hostPort": one["port"]}]
    more = {key: value for key, value in one.items() if key not in _OWN and value is not None}
    return {"containers": [container], "terminationGracePeriodSeconds": 1, **more}


def _pod(pod_name: str, space: str, spec: Obj, meta: Json) -> Obj:
    full = {**meta, "name": pod_name, "namespace": space}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": full, "spec": spec}


def _running(pod: Obj, now: str) -> Obj:
    containers = [
        {
            "name": one["name"],
            "image": one["image"],
            "imageID": "",
            "ready": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": now}},
        }
        for one in pod["spec"]["containers"]
    ]
    status = {**(pod.get("status") or {}), "phase": "Running", "startTime": now}
    status["containerStatuses"] = containers
    return with_condition(status, {"type": "Ready", "status": "True"}, now)
