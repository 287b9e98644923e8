"""A small cluster for loops: an API, and pods of programs that are ready without a kubelet."""

from typing import Any

from minieks.engine.clock import Micros, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Loop, Runner
from minieks.engine.store import Change
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, key


class World:
    """An API whose time the test moves."""

    def __init__(self, start: str = "2026-11-23T00:00:00Z") -> None:
        self.engine = Engine(VirtualClock(times.parse(start)))
        self.api = Api(self.engine, "1.34")
        bootstrap(self.api)
        self.create("ServiceAccount", "default")
        self.api.store.subscribe("pods", self._resize)

    def _resize(self, change: Change) -> None:
        """What a kubelet does: running containers soon have what is asked for them."""
        told = change.value.get("status", {}).get("containerStatuses")
        asked = [one.get("resources", {}) for one in change.value["spec"]["containers"]]
        if change.type == "MODIFIED" and told and [one["resources"] for one in told] != asked:
            self.engine.after(1, lambda: self._resized(change.key))

    def _resized(self, pod_key: str) -> None:
        pod = self.api.store.get("pods", pod_key)
        if pod is None:
            return
        told = [
            {**one, "resources": container.get("resources", {})}
            for one, container in zip(
                pod["status"]["containerStatuses"], pod["spec"]["containers"], strict=True
            )
        ]
        self.api.update_status({**pod, "status": {**pod["status"], "containerStatuses": told}})

    def run_loop(self, loop: Loop) -> None:
        """Let a loop hear of all that happens from now on."""
        runner = Runner(self.engine, loop)
        runner.attach(self.api.store)
        runner.attach(self.api.usage.changes)

    def until(self, moment: str | Micros) -> None:
        """Let time pass."""
        self.engine.run(times.parse(moment) if isinstance(moment, str) else moment)

    def create(self, kind: str, name: str, version: str = "v1", **fields: Any) -> Obj:
        """Create an object in the namespace ``default``, or a namespace."""
        meta = {"name": name, **fields.pop("metadata", {})}
        if kind != "Namespace":
            meta.setdefault("namespace", "default")
        return self.api.create({"apiVersion": version, "kind": kind, "metadata": meta, **fields})

    def deployment(self, name: str, replicas: int = 3, **annotations: str) -> Obj:
        """A Deployment with annotations of ``downscaler/``."""
        noted = {f"downscaler/{k.replace('_', '-')}": v for k, v in annotations.items()}
        labels = {"app": name}
        container = {"name": "app", "image": "app"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
        meta = {"annotations": noted}
        return self.create("Deployment", name, "apps/v1", metadata=meta, spec=spec)

    def program(self, image: str, args: list[str] | None = None, **container: Any) -> Obj:
        """The pod of a program, ready from now on."""
        spec = {"name": "main", "image": f"example.com/x/{image}:1.0", "args": args or []}
        pod = self.create("Pod", image, spec={"containers": [{**spec, **container}]})
        return self.ready(pod)

    def ready(self, pod: Obj, **status: Any) -> Obj:
        """Let a pod run and be ready since now."""
        now = times.rfc3339(self.engine.now())
        running = [
            {
                "name": one["name"],
                "image": one["image"],
                "imageID": "",
                "ready": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": now}},
                "resources": one.get("resources", {}),
            }
            for one in pod["spec"]["containers"]
        ]
        condition = {"type": "Ready", "status": "True", "lastTransitionTime": now}
        found = {
            "phase": "Running",
            "startTime": now,
            "conditions": [condition],
            "containerStatuses": running,
            **status,
        }
        old = self.api.store.get("pods", key(pod))
        assert old is not None
        return self.api.store.replace(
            "pods", key(pod), {**old, "metadata": dict(old["metadata"]), "status": found}
        )
