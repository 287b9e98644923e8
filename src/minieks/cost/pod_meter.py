"""Meters pods: on Fargate at the size they were given, on EC2 nodes by what they request."""

from collections.abc import Callable
from decimal import Decimal

from minieks.cost.spans import Spans
from minieks.cost.usage import FargatePodUsage, PodOnNodeUsage
from minieks.engine.clock import Micros
from minieks.engine.store import Change, Store
from minieks.kube.kinds import podresources, pods
from minieks.kube.kinds.workloads import workload_of
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name, namespace

MACHINES = "microvms.fargate"
"""AWS-side records of what Fargate gave each pod, by the pod's key.

Each has ``profile``, ``vcpu`` and ``memoryGiB`` (decimal texts) and ``ephemeralGiB``.
"""


class PodMeter:
    """Pods from the moment they cost something until they do no more.

    ``instance_of`` names the instance under a node.
    """

    def __init__(
        self,
        store: Store,
        aws: Store,
        now: Callable[[], Micros],
        instance_of: Callable[[str], str],
    ) -> None:
        self._store = store
        self._aws = aws
        self._now = now
        self._instance_of = instance_of
        self._fargate: Spans[FargatePodUsage] = Spans.empty()
        self._on_nodes: Spans[PodOnNodeUsage] = Spans.empty()

    def on_pod(self, change: Change) -> None:
        """A change of ``pods``."""
        pod, key = change.value, change.key
        if change.type == "DELETED":
            self._fargate.close(key, self._now())
            self._on_nodes.close(key, self._now())
        elif pods.node_name(pod) and self._fargate.open(key) is None:
            self._on_node(pod, key)
            self._on_fargate(pod, key)

    def usages(self) -> list[FargatePodUsage | PodOnNodeUsage]:
        """Every pod that ever cost something: those on Fargate, then those on nodes."""
        return [*self._fargate.all(), *self._on_nodes.all()]

    def _on_fargate(self, pod: Obj, key: str) -> None:
        """From its start, when its images are pulled, until it is gone, even if it has completed.

        Source: AWS Fargate pricing page; Amazon EKS user guide, "fargate".
        """
        machine = self._aws.get(MACHINES, key)
        started = _started(pod)
        if machine is not None and started is not None:
            self._fargate.begin(key, self._fargate_usage(pod, machine, started))

    def _fargate_usage(self, pod: Obj, machine: Obj, started: Micros) -> FargatePodUsage:
        return FargatePodUsage(
            namespace=namespace(pod),
            pod=name(pod),
            workload=self._workload(pod),
            profile=machine["profile"],
            vcpu=Decimal(machine["vcpu"]),
            memory_gib=Decimal(machine["memoryGiB"]),
            ephemeral_gib=Decimal(machine["ephemeralGiB"]),
            start=started,
        )

    def _on_node(self, pod: Obj, key: str) -> None:
        """From its binding, when it takes its place on the node, until it ends."""
        if pods.is_terminal(pod):
            self._on_nodes.close(key, self._now())
        elif self._on_nodes.open(key) is None and (usage := self._node_usage(pod)) is not None:
            self._on_nodes.begin(key, usage)

    def _node_usage(self, pod: Obj) -> PodOnNodeUsage | None:
        instance_id = self._instance_of(pods.node_name(pod))
        if not instance_id:
            return None
        # Asked now, not when the bill is made: the owners and the node may be gone by then.
        asked = podresources.requests(pod)
        return PodOnNodeUsage(
            namespace=namespace(pod),
            pod=name(pod),
            workload=self._workload(pod),
            instance_id=instance_id,
            cpu_milli=asked.get("cpu", 0),
            memory_bytes=asked.get("memory", 0),
            start=self._now(),
        )

    def _workload(self, pod: Obj) -> str:
        found = workload_of(self._store, pod)
        return f"{found.kind}/{found.name}"


def _started(pod: Obj) -> Micros | None:
    """When the kubelet took the pod on, right before its first pull; None before."""
    text = (pod.get("status") or {}).get("startTime")
    return times.parse(text) if text else None
