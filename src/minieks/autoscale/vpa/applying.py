"""From a recommendation to what a pod's containers request, and what their limits become.

Limits keep their proportion to requests, unless the policy leaves them alone; bounds of LimitRanges
come before the policy's, which have the last word.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/utils/vpa/capping.go,
pkg/admission-controller/resource/pod.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from minieks.autoscale.vpa.amounts import RESOURCES, Amounts
from minieks.autoscale.vpa.limitranges import NO_BOUNDS, Bounds, within, within_pod
from minieks.autoscale.vpa.policies import ContainerPolicy, amounts_of, policy_of
from minieks.autoscale.vpa.proportions import original, proportional_limit
from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.autoscale.vpa.status import quantities
from minieks.kube.words.objects import Obj, annotations, with_metadata

UPDATES: Final = "vpaUpdates"
OBSERVED: Final = "vpaObservedContainers"


def processed(
    pod: Obj,
    found: Mapping[str, ContainerRecommendation],
    policies: Sequence[ContainerPolicy],
    bounds: Bounds = NO_BOUNDS,
) -> dict[str, ContainerRecommendation]:
    """Recommendations as they hold for the containers of a pod, those that are switched off out."""
    scaled = {one: found[one] for one in found if not policy_of(policies, one).is_off}
    allowed = within_pod(pod, scaled, bounds)
    return {
        one["name"]: _of_container(
            one, allowed[one["name"]], policy_of(policies, one["name"]), bounds
        )
        for one in pod["spec"]["containers"]
        if one["name"] in allowed
    }


def _of_container(
    container: Mapping[str, Any],
    found: ContainerRecommendation,
    policy: ContainerPolicy,
    bounds: Bounds,
) -> ContainerRecommendation:
    limits = amounts_of((container.get("resources") or {}).get("limits"))

    def held(amounts: Amounts) -> Amounts:
        capped = policy.capped(within(container, amounts, bounds))
        if not policy.requests_only:
            return capped
        return {one: min(amount, limits.get(one, amount)) for one, amount in capped.items()}

    return ContainerRecommendation(
        held(found.target), held(found.lower_bound), held(found.upper_bound), found.uncapped_target
    )


def updated(
    pod: Obj,
    vpa_name: str,
    found: Mapping[str, ContainerRecommendation],
    policies: Sequence[ContainerPolicy],
    bounds: Bounds = NO_BOUNDS,
) -> Obj:
    """The pod with requests and limits as recommended, and what the admission controller notes."""
    containers, notes = [], []
    allowed = processed(pod, found, policies, bounds)
    for number, container in enumerate(pod["spec"]["containers"]):
        recommended = allowed.get(container["name"])
        if recommended is None:
            containers.append(container)
            continue
        policy = policy_of(policies, container["name"])
        changed, said = _changed(container, recommended.target, policy, bounds)
        containers.append(changed)
        if said:
            notes.append(f"container {number}: {', '.join(said)}")
    noted = {**annotations(pod), OBSERVED: ", ".join(one["name"] for one in containers)}
    if notes:
        noted[UPDATES] = f"Pod resources updated by {vpa_name}: {'; '.join(notes)}"
    spec = {**pod["spec"], "containers": containers}
    return with_metadata({**pod, "spec": spec}, annotations=noted)


def _changed(
    container: Mapping[str, Any], target: Amounts, policy: ContainerPolicy, bounds: Bounds
) -> tuple[Obj, list[str]]:
    limits = {} if policy.requests_only else dict(_limits(container, target, bounds))
    said = [f"{one} request" for one in target] + [f"{one} limit" for one in limits]
    resources = dict(container.get("resources") or {})
    if target:
        resources["requests"] = {**(resources.get("requests") or {}), **quantities(target)}
    if limits:
        resources["limits"] = {**(resources.get("limits") or {}), **quantities(limits)}
    return {**container, "resources": resources}, said


def _limits(
    container: Mapping[str, Any], target: Amounts, bounds: Bounds
) -> Iterator[tuple[str, int]]:
    for one in RESOURCES:
        request, limit = original(container, one, bounds.default)
        found = proportional_limit(request, limit, target.get(one, 0))
        if found is not None:
            yield one, found
