"""How full a node is: what its pods request, as a share of what it offers them.

Source: kubernetes/autoscaler cluster-autoscaler/simulator/utilization/info.go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from minieks.autoscale.clusterautoscaler.drainability import is_long_terminating
from minieks.engine.clock import Micros
from minieks.kube.kinds import nodes, pods
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.words.objects import Obj, labels

GPU: Final = "nvidia.com/gpu"
_GPU_LABEL: Final = "k8s.amazonaws.com/accelerator"


@dataclass(frozen=True, slots=True)
class Utilization:
    """The shares of each resource, and the one that decides."""

    cpu: float = 0.0
    memory: float = 0.0
    gpu: float = 0.0
    resource: str = "memory"
    value: float = 0.0

    def __str__(self) -> str:
        """As Go prints it in events."""
        shares = (self.cpu, self.memory, self.gpu, 0.0)
        return f"{{{' '.join(go_float(one) for one in shares)} {self.resource} " + (
            f"{go_float(self.value)}}}"
        )


def go_float(value: float) -> str:
    """A number as Go's ``%v`` prints it."""
    text = repr(float(value))
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.removesuffix(".0")
    if not exponent:
        return _small(value, mantissa)
    sign, digits = exponent[0], exponent.lstrip("+-")
    return f"{mantissa}e{'-' if sign == '-' else '+'}{digits.zfill(2)}"


def _small(value: float, text: str) -> str:
    """Go changes to an exponent from 1e21 on and below 1e-4, as Python does but for the former."""
    return text if abs(value) < 1e21 else f"{value:e}"


def has_gpu(node: Obj) -> bool:
    """Whether the node counts as one with GPUs: by AWS' label, or by what it offers."""
    return _GPU_LABEL in labels(node) or nodes.allocatable(node).get(GPU, 0) > 0


def utilization(
    node: Obj,
    members: Iterable[PodInfo],
    now: Micros,
    *,
    skip_daemons: bool = False,
    skip_mirrors: bool = False,
) -> Utilization:
    """How full a node is with these pods; with GPUs only they count.

    Daemon and mirror pods that are skipped are taken from both sides.
    """
    offered = nodes.allocatable(node)
    used: dict[str, int] = {}
    apart: dict[str, int] = {}
    for info in members:
        skipped = (skip_daemons and pods.is_daemon(info.pod)) or (
            skip_mirrors and pods.is_mirror(info.pod)
        )
        if not skipped and info.leaving and is_long_terminating(info.pod, now):
            continue
        into = apart if skipped else used
        for resource, amount in info.spec.requests:
            into[resource] = into.get(resource, 0) + amount

    def share(resource: str) -> float:
        there = offered.get(resource, 0) - apart.get(resource, 0)
        return used.get(resource, 0) / there if there else 0.0

    if has_gpu(node):
        return Utilization(gpu=share(GPU), resource=GPU, value=share(GPU))
    cpu, memory = share("cpu"), share("memory")
    resource = "cpu" if cpu > memory else "memory"
    return Utilization(cpu, memory, 0.0, resource, max(cpu, memory))
