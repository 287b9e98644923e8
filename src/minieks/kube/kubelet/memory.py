"""Containers that need more memory than they may have: the kernel kills them.

Source: kubernetes.io "Assign Memory Resources to Containers and Pods" (OOMKilled, exit code 137).
What a container needs is the cluster's demand; it has asked for all of it soon after its start.
"""

from collections.abc import Iterable
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.kinds.podresources import container_limits
from minieks.kube.kubelet.life import Container, Life
from minieks.kube.kubelet.scene import Scene
from minieks.kube.kubelet.stopping import KILLED
from minieks.kube.kubelet.workload import ContainerSpec, Exit
from minieks.kube.usage import Demand
from minieks.kube.words.objects import Obj

OOM_KILLED: Final = Exit(0, KILLED, "OOMKilled")
GROWS_FOR: Final[Micros] = 5 * SECOND
"""From a container's start until it has asked for the memory that it needs."""


def is_short(demand: Demand, pod: Obj, now: Micros) -> bool:
    """Whether any container of a pod needs more memory than it may have."""
    containers: Iterable[ContainerSpec] = pod["spec"]["containers"]
    return any(_is_short(demand, pod, one, now) for one in containers)


def doomed(demand: Demand, scene: Scene, life: Life) -> Life:
    """The life with the ends of containers that need more memory than they may have."""
    if not demand.group(scene.pod) or life.over_at is not None:
        return life
    containers = tuple(
        _doomed(demand, scene, index, one) for index, one in enumerate(life.containers)
    )
    same = all(one is other for one, other in zip(containers, life.containers, strict=True))
    return life if same else life._replace(containers=containers)


def _doomed(demand: Demand, scene: Scene, index: int, one: Container) -> Container:
    if one.role != "app" or not one.running or one.stopping:
        return one
    if not _is_short(demand, scene.pod, scene.spec(index), scene.now):
        return one
    at = max(scene.now, one.started_at + GROWS_FOR)
    if one.plan.exit_at is not None and one.plan.exit_at <= at:
        return one
    plan = one.plan._replace(exit_at=at, exit=OOM_KILLED, failure_at=None)
    return one._replace(plan=plan)


def _is_short(demand: Demand, pod: Obj, container: ContainerSpec, now: Micros) -> bool:
    limit = container_limits(container).get("memory")
    return limit is not None and demand.needed(pod, container, now).memory > limit
