"""A cluster with the API and the AWS side, and only the loops that a test asks for."""

from collections.abc import Callable, Iterator
from typing import Any

from minieks.eks.fargate import profiles
from minieks.eks.fargate.webhook import FargateWebhook
from minieks.engine.clock import SECOND, VirtualClock, micros
from minieks.engine.engine import Engine
from minieks.engine.loop import Loop, Runner
from minieks.engine.store import Store
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, is_deleting, name, namespace

START = 1_790_000_000 * SECOND


class Bench:
    """Engine, API and AWS side of one test."""

    def __init__(self, seed: int = 0, version: str = "1.34") -> None:
        self.engine = Engine(VirtualClock(START), seed)
        self.aws = Store()
        self.api = Api(self.engine, version, [FargateWebhook(self.profiles)])
        for space in ("default", "kube-system", "aws-observability"):
            self.create("Namespace", space)
            self.api.create({**_meta("v1", "ServiceAccount", "default", space)})
        for class_name, value in (
            ("system-node-critical", 2000001000),
            ("system-cluster-critical", 2000000000),
        ):
            self.api.create(
                {
                    **_meta("scheduling.k8s.io/v1", "PriorityClass", class_name, ""),
                    "value": value,
                }
            )

    def profiles(self) -> list[profiles.Profile]:
        """The Fargate profiles of the AWS side."""
        return [profiles.from_object(one) for one in self.aws.values(profiles.COLLECTION)]

    def run(self, loop: Loop) -> None:
        """Let a loop run from now on."""
        runner = Runner(self.engine, loop)
        runner.attach(self.api.store)
        runner.attach(self.aws)

    def after(self, seconds: float) -> None:
        """Let time go by."""
        self.engine.run(self.engine.now() + micros(seconds))

    def create(self, kind: str, object_name: str, **fields: Any) -> Obj:
        """Create an object of the core group in no or the given namespace."""
        space = fields.pop("namespace", "")
        return self.api.create({**_meta("v1", kind, object_name, space), **fields})

    def pod(self, pod_name: str, space: str = "default", **more: Any) -> Obj:
        """Create a pod with one container; labels, annotations, ownerReferences are metadata."""
        obj = _meta("v1", "Pod", pod_name, space)
        for field in ("labels", "annotations", "ownerReferences"):
            if field in more:
                obj["metadata"][field] = more.pop(field)
        container = {"name": "c", "image": "nginx", **more.pop("container", {})}
        return self.api.create({**obj, "spec": {"containers": [container], **more}})

    def get_pod(self, pod_name: str, space: str = "default") -> Obj:
        """The pod, which must be there."""
        found = self.api.get("pods", space, pod_name)
        assert found is not None
        return found

    def events(self, about: str) -> list[tuple[str, str, str]]:
        """Type, reason and message of the events about an object, oldest first."""
        return [
            (one["type"], one["reason"], one["message"])
            for one in self.api.store.values("events")
            if one["involvedObject"]["name"] == about
        ]

    def subnet(self, subnet_id: str, zone: str, cidr: str, *, egress: bool = True) -> None:
        """A private subnet."""
        record = {"subnetId": subnet_id, "availabilityZone": zone, "cidrBlock": cidr}
        self.aws.create("subnets.ec2", subnet_id, {**record, "egress": egress})

    def end_pods(self) -> None:
        """From now on pods that are being deleted end at once, as if by their kubelets."""
        self.run(Undertaker(self.api))


class Undertaker:
    """Ends pods that are being deleted, as their kubelets would."""

    name = "undertaker"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> dict[str, Callable[[Any], Iterator[str]]]:
        return {"pods": lambda change: iter((change.key,))}

    def reconcile(self, key: str) -> None:
        space, _, pod_name = key.partition("/")
        pod = self._api.get("pods", space, pod_name)
        if pod is not None and is_deleting(pod) and pods.node_name(pod):
            self._api.delete("pods", namespace(pod), name(pod), grace_seconds=0)


def _meta(version: str, kind: str, object_name: str, space: str) -> Obj:
    meta = {"name": object_name, **({"namespace": space} if space else {})}
    return {"apiVersion": version, "kind": kind, "metadata": meta}
