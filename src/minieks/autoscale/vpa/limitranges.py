"""Recommendations within what the LimitRanges of a namespace allow.

Those of type Pod come first: what all containers ask for together is shrunk or raised in
proportion. Those of type Container come after, each container by itself.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/utils/vpa/capping.go
(applyPodLimitRange, applyContainerLimitRange), pkg/utils/limitrange/limit_range_calculator.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from minieks.autoscale.vpa.amounts import RESOURCES, Amounts
from minieks.autoscale.vpa.policies import amounts_of
from minieks.autoscale.vpa.proportions import original, proportional_limit, proportional_request
from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.kube.words.objects import Obj

_ByContainer: TypeAlias = dict[str, dict[str, int]]
_NO_DEFAULT: Final[Amounts] = {}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the LimitRanges of a namespace say of containers, and of whole pods."""

    least: Amounts = field(default_factory=dict)
    most: Amounts = field(default_factory=dict)
    default: Amounts = field(default_factory=dict)
    pod_least: Amounts = field(default_factory=dict)
    pod_most: Amounts = field(default_factory=dict)


NO_BOUNDS: Final = Bounds()


def bounds_of(limit_ranges: Sequence[Obj]) -> Bounds:
    """The tightest bounds of all LimitRanges."""
    items = [item for one in limit_ranges for item in one["spec"].get("limits") or ()]
    containers = [item for item in items if item.get("type") == "Container"]
    pods = [item for item in items if item.get("type") == "Pod"]
    default = dict[str, int]()
    for item in containers:
        default.update(amounts_of(item.get("default")))
    return Bounds(*_extremes(containers), default, *_extremes(pods))


def _extremes(items: Iterable[Mapping[str, Any]]) -> tuple[Amounts, Amounts]:
    """The highest minimum and the lowest maximum."""
    least, most = dict[str, int](), dict[str, int]()
    for item in items:
        for one, amount in amounts_of(item.get("min")).items():
            least[one] = max(amount, least.get(one, 0))
        for one, amount in amounts_of(item.get("max")).items():
            most[one] = min(amount, most.get(one, amount))
    return least, most


# --- each container ---


def within(container: Mapping[str, Any], amounts: Amounts, bounds: Bounds) -> Amounts:
    """The amounts within what is allowed of the request and of the limit of a container."""
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
    return proportional_request(*original(container, resource, bounds.default), limit_at[resource])


# --- the whole pod ---


def within_pod(
    pod: Obj, found: Mapping[str, ContainerRecommendation], bounds: Bounds
) -> dict[str, ContainerRecommendation]:
    """The recommendations for a pod's containers within what is allowed of all of them together.

    Where pods are bounded, a container of which nothing is recommended takes part with what it
    requests: it is shrunk or raised as the others are.
    """
    if not bounds.pod_least and not bounds.pod_most:
        return dict(found)
    containers = pod["spec"]["containers"]
    every = {**_requested(containers, found), **found}

    def held(amounts: _ByContainer) -> _ByContainer:
        for resource in RESOURCES:
            amounts = _together(containers, amounts, resource, bounds)
        return amounts

    target = held({name: dict(one.target) for name, one in every.items()})
    lower = held({name: dict(one.lower_bound) for name, one in every.items()})
    upper = held({name: dict(one.upper_bound) for name, one in every.items()})
    return {
        name: ContainerRecommendation(target[name], lower[name], upper[name], one.uncapped_target)
        for name, one in every.items()
    }


def _requested(
    containers: Sequence[Mapping[str, Any]], found: Mapping[str, ContainerRecommendation]
) -> dict[str, ContainerRecommendation]:
    """What containers request of which nothing is recommended, as if it were recommended."""
    requests = {
        one["name"]: amounts_of((one.get("resources") or {}).get("requests"))
        for one in containers
        if one["name"] not in found
    }
    return {name: ContainerRecommendation(one, {}, {}, {}) for name, one in requests.items() if one}


def _together(
    containers: Sequence[Mapping[str, Any]], amounts: _ByContainer, resource: str, bounds: Bounds
) -> _ByContainer:
    """The amounts of one resource scaled so that the sum of requests and limits is allowed."""
    least, most = bounds.pod_least.get(resource, 0), bounds.pod_most.get(resource, 0)
    requests = limits = 0
    for container in containers:
        request, limit = original(container, resource, _NO_DEFAULT)
        wanted = amounts.get(container["name"], {}).get(resource, 0)
        requests += wanted
        limits += proportional_limit(request, limit, wanted) or 0
    if not limits:
        return amounts
    if least > requests:
        return _times(amounts, resource, least, requests)
    if most and most < limits:
        return _times(amounts, resource, most, limits)
    return _times(amounts, resource, least, limits) if least > limits else amounts


def _times(amounts: _ByContainer, resource: str, numerator: int, divisor: int) -> _ByContainer:
    """The amounts of one resource times a fraction, cut."""
    return {
        name: {**one, resource: one[resource] * numerator // divisor} if resource in one else one
        for name, one in amounts.items()
    }
