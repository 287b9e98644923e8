"""Meters pods: on Fargate at the size they were given, on EC2 nodes by what they request."""

from collections.abc import Callable
from decimal import Decimal

from minieks.cost.spans import Spans
from minieks.cost.usage import FARGATE_FREE_STORAGE_GIB, FargatePodUsage, PodOnNodeUsage
from minieks.engine.clock import Micros
from minieks.engine.store import Change, Store
from minieks.kube.kinds import podresources, pods
from minieks.kube.kinds.workloads import workload_of
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations, labels, name, namespace

CAPACITY_PROVISIONED = "CapacityProvisioned"
"""The annotation in which EKS writes what a Fargate pod got, as in ``0.25vCPU 0.5GB``."""

FARGATE_PROFILE = "eks.amazonaws.com/fargate-profile"

_GIB = 1024**3


def requested_storage_gib(pod: Obj) -> Decimal:
    """The ephemeral storage a pod requests, in whole GiB, at least what Fargate gives freely."""
    asked = podresources.requests(pod).get("ephemeral-storage", 0)
    return max(FARGATE_FREE_STORAGE_GIB, Decimal(-(-asked // _GIB)))


class PodMeter:
    """Pods from the moment they cost something until they do no more.

    ``instance_of`` names the instance under a node; ``storage_gib`` says how much ephemeral
    storage Fargate provisions for a pod.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], Micros],
        instance_of: Callable[[str], str],
        storage_gib: Callable[[Obj], Decimal],
    ) -> None:
        self._store = store
        self._now = now
        self._instance_of = instance_of
        self._storage_gib = storage_gib
        self._fargate: Spans[FargatePodUsage] = Spans.empty()
        self._on_nodes: Spans[PodOnNodeUsage] = Spans.empty()

    def on_pod(self, change: Change) -> None:
        """A change of ``pods``."""
        pod, key = change.value, change.key
        if CAPACITY_PROVISIONED in annotations(pod):
            self._on_fargate(pod, key, gone=change.type == "DELETED")
        elif pods.node_name(pod):
            ended = change.type == "DELETED" or pods.is_terminal(pod)
            self._on_node(pod, key, ended=ended)

    def usages(self) -> list[FargatePodUsage | PodOnNodeUsage]:
        """Every pod that ever cost something: those on Fargate, then those on nodes."""
        return [*self._fargate.all(), *self._on_nodes.all()]

    def _on_fargate(self, pod: Obj, key: str, *, gone: bool) -> None:
        """From its start, when its images are pulled, until it is gone, even if it has completed.

        Source: AWS Fargate pricing page; Amazon EKS user guide, "fargate".
        """
        if gone:
            self._fargate.close(key, self._now())
        elif self._fargate.open(key) is None and (started := _started(pod)) is not None:
            self._fargate.begin(key, self._fargate_usage(pod, started))

    def _fargate_usage(self, pod: Obj, started: Micros) -> FargatePodUsage:
        vcpu, memory = provisioned(annotations(pod)[CAPACITY_PROVISIONED])
        return FargatePodUsage(
            namespace=namespace(pod),
            pod=name(pod),
            workload=self._workload(pod),
            profile=labels(pod).get(FARGATE_PROFILE, ""),
            vcpu=vcpu,
            memory_gib=memory,
            start=started,
            ephemeral_gib=self._storage_gib(pod),
        )

    def _on_node(self, pod: Obj, key: str, *, ended: bool) -> None:
        """From its binding, when it takes its place on the node, until it ends."""
        if ended:
            self._on_nodes.close(key, self._now())
        elif self._on_nodes.open(key) is None and (usage := self._node_usage(pod)) is not None:
            self._on_nodes.begin(key, usage)

    def _node_usage(self, pod: Obj) -> PodOnNodeUsage | None:
        instance_id = self._instance_of(pods.node_name(pod))
        if not instance_id:
            return None
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


def provisioned(text: str) -> tuple[Decimal, Decimal]:
    """The vCPUs and the GiB in a CapacityProvisioned annotation; ValueError if it is not one."""
    vcpu, _, memory = text.partition(" ")
    if not vcpu.endswith("vCPU") or not memory.endswith("GB"):
        raise ValueError(f"{text!r} does not look like '0.25vCPU 0.5GB'")
    return Decimal(vcpu.removesuffix("vCPU")), Decimal(memory.removesuffix("GB"))


def _started(pod: Obj) -> Micros | None:
    """When the kubelet took the pod on, right before its first pull; None before."""
    text = (pod.get("status") or {}).get("startTime")
    return times.parse(text) if text else None
