"""What a pod becomes: requests as recommended, limits in proportion, within all bounds.

Source: kubernetes/autoscaler vertical-pod-autoscaler docs/features.md, examples.md.
"""

from typing import Any

import pytest

from minieks.autoscale.vpa.applying import Bounds, bounds_of, proportional_limit, updated
from minieks.autoscale.vpa.policies import ContainerPolicy
from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.kube.words.objects import Obj, annotations

MIB = 1024 * 1024


def pod(**resources: Any) -> Obj:
    containers = [{"name": "app", "resources": resources}, {"name": "proxy"}]
    return {"metadata": {"name": "p", "namespace": "default"}, "spec": {"containers": containers}}


def recommended(cpu: int, memory: int) -> dict[str, ContainerRecommendation]:
    target = {"cpu": cpu, "memory": memory}
    return {"app": ContainerRecommendation(target, target, target, target)}


def resources(of: Obj) -> Any:
    return of["spec"]["containers"][0]["resources"]


@pytest.mark.parametrize(
    ("request_", "limit", "target", "expected"),
    [
        (100, 0, 200, None),
        (100, 200, 0, None),
        (0, 200, 300, 300),
        (200, 200, 300, 300),
        (100, 200, 300, 600),
        (300, 1000, 100, 333),
    ],
    ids=["no limit", "no target", "no request", "equal", "twice", "cut"],
)
def test_limits_stay_in_proportion(
    request_: int, limit: int, target: int, expected: int | None
) -> None:
    assert proportional_limit(request_, limit, target) == expected


def test_requests_and_limits_are_set_and_noted() -> None:
    before = pod(requests={"cpu": "100m", "memory": "100Mi"}, limits={"cpu": "200m"})
    found = updated(before, "web", recommended(250, 300 * MIB), ())
    assert resources(found) == {
        "requests": {"cpu": "250m", "memory": "314572800"},
        "limits": {"cpu": "500m"},
    }
    assert annotations(found) == {
        "vpaUpdates": "Pod resources updated by web:"
        " container 0: cpu request, memory request, cpu limit",
        "vpaObservedContainers": "app, proxy",
    }


def test_requests_only_leaves_limits_and_stays_below_them() -> None:
    before = pod(requests={"cpu": "100m"}, limits={"cpu": "200m"})
    found = updated(before, "web", recommended(250, MIB), [ContainerPolicy(requests_only=True)])
    assert resources(found)["requests"]["cpu"] == "200m"
    assert resources(found)["limits"] == {"cpu": "200m"}


def test_a_container_that_is_switched_off_stays() -> None:
    before = pod(requests={"cpu": "100m"})
    found = updated(before, "web", recommended(250, MIB), [ContainerPolicy(is_off=True)])
    assert resources(found) == {"requests": {"cpu": "100m"}}
    assert "vpaUpdates" not in annotations(found)


@pytest.mark.parametrize(
    ("bounds", "policy", "expected"),
    [
        (Bounds(most={"cpu": 400}), ContainerPolicy(), "200m"),
        (Bounds(least={"cpu": 800}), ContainerPolicy(), "800m"),
        (Bounds(most={"cpu": 400}), ContainerPolicy(min_allowed={"cpu": 300}), "300m"),
    ],
    ids=["the limit's maximum, in proportion", "the minimum", "the policy has the last word"],
)
def test_limit_ranges_bound_what_is_recommended(
    bounds: Bounds, policy: ContainerPolicy, expected: str
) -> None:
    before = pod(requests={"cpu": "100m"}, limits={"cpu": "200m"})
    found = updated(before, "web", recommended(250, MIB), [policy], bounds)
    assert resources(found)["requests"]["cpu"] == expected


def test_the_tightest_of_all_limit_ranges_holds() -> None:
    def limits(**item: Any) -> Obj:
        return {"spec": {"limits": [{"type": "Container", **item}, {"type": "Pod"}]}}

    found = bounds_of(
        [
            limits(max={"cpu": "2"}, min={"cpu": "10m"}),
            limits(max={"cpu": "1"}, default={"memory": "1Gi"}),
        ]
    )
    assert found == Bounds({"cpu": 10}, {"cpu": 1000}, {"memory": 1024 * MIB})
