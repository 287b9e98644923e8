"""``updatePolicy.evictionRequirements``: how a pod must want to change to be replaced.

Source: kubernetes/autoscaler vertical-pod-autoscaler
pkg/updater/priority/scaling_direction_pod_eviction_admission.go.
"""

from collections.abc import Mapping, Sequence
from operator import gt, lt
from typing import Any, Final

from minieks.autoscale.vpa.amounts import RESOURCES, Amounts
from minieks.autoscale.vpa.policies import amounts_of
from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.autoscale.vpa.updating import in_force
from minieks.kube.words.objects import Obj

_CHANGES: Final = {"TargetHigherThanRequests": gt, "TargetLowerThanRequests": lt}


def are_met(vpa: Obj, pod: Obj, found: Mapping[str, ContainerRecommendation]) -> bool:
    """Whether a pod may be replaced, as far as the requirements of a VerticalPodAutoscaler go.

    One of its containers has to meet all of them, or to lack a request of cpu or memory.
    """
    required = (vpa["spec"].get("updatePolicy") or {}).get("evictionRequirements")
    if not required:
        return True
    return any(
        _meets(amounts_of(in_force(pod, one).get("requests")), found[one["name"]].target, required)
        for one in pod["spec"]["containers"]
        if one["name"] in found
    )


def _meets(requests: Amounts, target: Amounts, required: Sequence[Mapping[str, Any]]) -> bool:
    """Whether, for each requirement, one of its resources changes that way."""
    if any(one not in requests for one in RESOURCES):
        return True
    return all(
        any(
            _CHANGES[one["changeRequirement"]](target.get(resource, 0), requests.get(resource, 0))
            for resource in one["resources"]
        )
        for one in required
    )
