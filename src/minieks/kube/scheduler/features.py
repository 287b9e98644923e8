"""What differs between Kubernetes versions in how pods are scheduled and in what is said about it.

Source: kubernetes pkg/features/kube_features.go and pkg/scheduler of releases 1.32 to 1.35; the
1.34.1 and 1.34.9 programs were run and seen to differ in the text of taints.
"""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Features:
    """One version's behaviour."""

    pod_level_resources: bool
    """Whether ``spec.resources`` of the pod counts."""
    score_pod_level_resources: bool
    """Whether NodeResourcesFit also scores the incoming pod with them."""
    in_place_resize: bool
    """Whether a running container's resized resources count."""
    too_large_is_final: bool
    """Whether a request above a node's whole allocatable rules out preemption there."""
    dynamic_resources: bool
    """Whether the DynamicResources plugin takes part (here only by what it says)."""
    taints_in_one_count: bool
    """Whether untolerated taints are counted together instead of by taint."""
    volume_conflict: str
    """What is said of a node that a bound volume cannot be used on."""
    balanced_skips_best_effort: bool
    """Whether BalancedAllocation leaves out pods without cpu and memory requests."""
    pop_from_backoff: bool
    """Whether an idle scheduler takes pods before their back-off has ended."""


_1_32: Final = Features(
    pod_level_resources=False,
    score_pod_level_resources=False,
    in_place_resize=False,
    too_large_is_final=False,
    dynamic_resources=False,
    taints_in_one_count=False,
    volume_conflict="node(s) had volume node affinity conflict",
    balanced_skips_best_effort=False,
    pop_from_backoff=False,
)
_1_33: Final = replace(
    _1_32,
    in_place_resize=True,
    volume_conflict="node(s) didn't match PersistentVolume's node affinity",
    balanced_skips_best_effort=True,
    pop_from_backoff=True,
)
_1_34_1: Final = replace(
    _1_33, pod_level_resources=True, too_large_is_final=True, dynamic_resources=True
)
_1_34: Final = replace(_1_34_1, taints_in_one_count=True)
_1_35: Final = replace(_1_34, score_pod_level_resources=True)

VERSIONS: Final = {
    "1.32": _1_32,
    "1.33": _1_33,
    "1.34.1": _1_34_1,
    "1.34": _1_34,
    "1.35": _1_35,
}
"""By minor version; a patch release only where it differs from the newest of its minor."""


def features_of(version: str) -> Features:
    """The row for a version such as ``1.34`` or ``v1.34.1-eks-1``; the nearest for one outside."""
    number = version.removeprefix("v").split("-")[0].split("+")[0]
    minor = ".".join(number.split(".")[:2])
    if number in VERSIONS:
        return VERSIONS[number]
    if minor in VERSIONS:
        return VERSIONS[minor]
    return _1_32 if _order(minor) < _order("1.32") else _1_35


def _order(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))
