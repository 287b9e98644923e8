"""Pods that are alike for the scheduler: one of them is asked about for all.

Source: kubernetes/autoscaler cluster-autoscaler/core/scaleup/equivalence/groups.go and
utils/utils.go PodSpecSemanticallyEqual.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from minieks.kube.kinds import pods
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.words.objects import controller_ref

MOST_OF_ONE_CONTROLLER: Final = 10
"""So many different pods of one controller are told apart; further ones stand alone."""
_TOKEN: Final = "kube-api-access-"


@dataclass(slots=True, eq=False)
class PodGroup:
    """Pods that are alike, and what came of trying the first of them on each node group."""

    pods: list[PodInfo]
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Why it does not fit, by the id of the node group."""
    schedulable: bool = False
    """Whether it fits on an empty node of some group."""

    @property
    def sample(self) -> PodInfo:
        """The pod that stands for all."""
        return self.pods[0]


def pod_groups(infos: Iterable[PodInfo]) -> list[PodGroup]:
    """The pods in groups, in the order of their first pods."""
    found: list[PodGroup] = []
    by_controller: dict[str, list[PodGroup]] = {}
    for info in infos:
        owner = controller_ref(info.pod)
        if owner is None or pods.is_daemon(info.pod):
            found.append(PodGroup([info]))
            continue
        known = by_controller.setdefault(str(owner.get("uid") or owner.get("name")), [])
        alike = next((group for group in known if are_alike(group.sample, info)), None)
        if alike is not None:
            alike.pods.append(info)
            continue
        found.append(PodGroup([info]))
        if len(known) < MOST_OF_ONE_CONTROLLER:
            known.append(found[-1])
    return found


def are_alike(one: PodInfo, other: PodInfo) -> bool:
    """Whether labels and specs are equal but for what admission makes different in each pod."""
    if one.labels != other.labels:
        return False
    first, second = one.pod["spec"], other.pod["spec"]
    return first is second or _essence(first) == _essence(second)


def _essence(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """The spec without the volume of the projected token, whose name is random, and hostname."""
    volumes = spec.get("volumes") or ()
    random = {one["name"] for one in volumes if one["name"].startswith(_TOKEN)}
    kept = {**spec, "hostname": None}
    if random:
        kept["volumes"] = [one for one in volumes if one["name"] not in random]
        for kind in ("containers", "initContainers"):
            kept[kind] = [_without(one, random) for one in spec.get(kind) or ()]
    return kept


def _without(container: Mapping[str, Any], volumes: set[str]) -> Mapping[str, Any]:
    mounts = [m for m in container.get("volumeMounts") or () if m["name"] not in volumes]
    return {**container, "volumeMounts": mounts}
