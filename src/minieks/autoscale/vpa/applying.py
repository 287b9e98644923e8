"""From a recommendation to what a pod's containers request, and what their limits become.

Limits keep their proportion to requests, unless the policy leaves them alone; bounds of LimitRanges
come before the policy's, which have the last word.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/utils/vpa/{capping,
limit_and_request_scaling}.go, pkg/admission-controller/resource/pod.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from minieks.autoscale.vpa.amounts import RESOURCES, Amounts
from minieks.autoscale.vpa.policies import ContainerPolicy, amounts_of, policy_of
from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.autoscale.vpa.status import quantities
from minieks.kube.words.objects import Obj, annotations, with_metadata

UPDATES: Final = "vpaUpdates"
OBSERVED: Final = "vpaObservedContainers"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the LimitRanges of a namespace say of containers."""

    least: Amounts = field(default_factory=dict)
    most: Amounts = field(default_factory=dict)
    default: Amounts = field(default_factory=dict)


NO_BOUNDS: Final = Bounds()


def bounds_of(limit_ranges: Sequence[Obj]) -> Bounds:
    """The tightest bounds of all LimitRanges."""
    items = [
        item
        for one in limit_ranges
        for item in one["spec"].get("limits") or ()
        if item.get("type") == "Container"
    ]
    least, most = dict[str, int](), dict[str, int]()
    default = dict[str, int]()
    for item in items:
        for one, amount in amounts_of(item.get("min")).items():
            least[one] = max(amount, least.get(one, 0))
        for one, amount in amounts_of(item.get("max")).items():
            most[one] = min(amount, most.get(one, amount))
        default.update(amounts_of(item.get("default")))
    return Bounds(least, most, default)


def processed(
    container: Mapping[str, Any],
    found: ContainerRecommendation,
    policy: ContainerPolicy,
    bounds: Bounds = NO_BOUNDS,
) -> ContainerRecommendation:
    """A recommendation as it holds for a container of a pod."""
    limits = amounts_of((container.get("resources") or {}).get("limits"))

    def held(amounts: Amounts) -> Amounts:
        capped = policy.capped(_within(container, amounts, bounds))
        if not policy.requests_only:
            return capped
        return {one: min(amount, limits.get(one, amount)) for one, amount in capped.items()}

    return ContainerRecommendation(
        held(found.target), held(found.lower_bound), held(found.upper_bound), found.uncapped_target
    )


def _within(container: Mapping[str, Any], amounts: Amounts, bounds: Bounds) -> Amounts:
    """The amounts within what LimitRanges allow of request and limit."""
    found = dict[str, int]()
    for one, amount in amounts.items():
        least = max(bounds.least.get(one, 0), _request_for(container, one, bounds.least, bounds))
        most = _request_for(container, one, bounds.most, bounds)
        raised = max(amount, least)
        found[one] = min(raised, most) if most else raised
    return found


def _request_for(
    container: Mapping[str, Any], resource: str, limit_at: Amounts, bounds: Bounds
) -> int:
    """The request whose limit, in proportion, is at a bound; 0 if there is no bound."""
    if resource not in limit_at:
        return 0
    request, limit = _original(container, resource, bounds)
    if not limit:
        return 0
    return limit_at[resource] if not request else request * limit_at[resource] // limit


def _original(container: Mapping[str, Any], resource: str, bounds: Bounds) -> tuple[int, int]:
    resources = container.get("resources") or {}
    request = amounts_of(resources.get("requests")).get(resource, 0)
    limit = amounts_of(resources.get("limits")).get(resource, 0)
    return request, limit or bounds.default.get(resource, 0)


def proportional_limit(request: int, limit: int, recommended: int) -> int | None:
    """The limit beside a new request; None where there was none."""
    if not limit or not recommended:
        return None
    if not request or request == limit:
        return recommended
    return min(limit * recommended // request, 2**63 - 1)


def updated(
    pod: Obj,
    vpa_name: str,
    found: Mapping[str, ContainerRecommendation],
    policies: Sequence[ContainerPolicy],
    bounds: Bounds = NO_BOUNDS,
) -> Obj:
    """The pod with requests and limits as recommended, and what the admission controller notes."""
    containers, notes = [], []
    for number, container in enumerate(pod["spec"]["containers"]):
        recommended = found.get(container["name"])
        policy = policy_of(policies, container["name"])
        if recommended is None or policy.is_off:
            containers.append(container)
            continue
        target = processed(container, recommended, policy, bounds).target
        changed, said = _changed(container, target, policy, bounds)
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
        request, limit = _original(container, one, bounds)
        found = proportional_limit(request, limit, target.get(one, 0))
        if found is not None:
            yield one, found
