"""What a pod becomes: requests as recommended, limits in proportion, within all bounds.

Source: kubernetes/autoscaler vertical-pod-autoscaler docs/features.md, examples.md.
"""

from typing import Any

import pytest

from minieks.autoscale.vpa.applying import processed, updated
from minieks.autoscale.vpa.limitranges import Bounds, bounds_of
from minieks.autoscale.vpa.policies import ContainerPolicy
from minieks.autoscale.vpa.proportions import proportional_limit
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
        of_pod = {"type": "Pod", **{key: {"memory": "4Gi"} for key in item if key == "max"}}
        return {"spec": {"limits": [{"type": "Container", **item}, of_pod]}}

    found = bounds_of(
        [
            limits(max={"cpu": "2"}, min={"cpu": "10m"}),
            limits(max={"cpu": "1"}, default={"memory": "1Gi"}),
        ]
    )
    assert found == Bounds(
        {"cpu": 10}, {"cpu": 1000}, {"memory": 1024 * MIB}, {}, {"memory": 4096 * MIB}
    )


def two(first: dict[str, Any], second: dict[str, Any]) -> Obj:
    containers = [{"name": "app", "resources": first}, {"name": "proxy", "resources": second}]
    return {"metadata": {"name": "p", "namespace": "default"}, "spec": {"containers": containers}}


def cpu(request: int, limit: int) -> dict[str, Any]:
    return {"requests": {"cpu": f"{request}m"}, "limits": {"cpu": f"{limit}m"}}


def both(app: int, proxy: int | None) -> dict[str, ContainerRecommendation]:
    wanted = {"app": app} if proxy is None else {"app": app, "proxy": proxy}
    return {
        one: ContainerRecommendation({"cpu": much}, {"cpu": much // 2}, {"cpu": much * 2}, {})
        for one, much in wanted.items()
    }


@pytest.mark.parametrize(
    ("before", "found", "bounds", "expected"),
    [
        ((cpu(100, 200), cpu(100, 200)), both(400, 200), Bounds(pod_most={"cpu": 600}), (200, 100)),
        (
            (cpu(100, 200), cpu(100, 200)),
            both(400, 200),
            Bounds(pod_most={"cpu": 1200}),
            (400, 200),
        ),
        ((cpu(100, 100), cpu(100, 100)), both(50, 50), Bounds(pod_least={"cpu": 400}), (200, 200)),
        ((cpu(100, 200), cpu(100, 200)), both(50, 50), Bounds(pod_least={"cpu": 150}), (75, 75)),
        ((cpu(100, 50), cpu(100, 50)), both(100, 100), Bounds(pod_least={"cpu": 150}), (150, 150)),
        (({}, {}), both(400, 200), Bounds(pod_most={"cpu": 300}), (400, 200)),
        (
            (cpu(100, 200), cpu(300, 300)),
            both(350, None),
            Bounds(pod_most={"cpu": 500}),
            (175, 150),
        ),
        (
            (cpu(100, 200), cpu(100, 200)),
            both(400, 200),
            Bounds(most={"cpu": 300}, pod_most={"cpu": 600}),
            (150, 100),
        ),
    ],
    ids=[
        "limits above the maximum",
        "limits at the maximum",
        "requests below the minimum",
        "requests and limits below it",
        "limits alone below it",
        "no limits, no bound",
        "a container without a recommendation",
        "the container's bound comes after",
    ],
)
def test_all_containers_of_a_pod_share_its_bounds(
    before: tuple[dict[str, Any], dict[str, Any]],
    found: dict[str, ContainerRecommendation],
    bounds: Bounds,
    expected: tuple[int, int],
) -> None:
    after = processed(two(*before), found, (), bounds)
    assert tuple(one.target["cpu"] for one in after.values()) == expected


def test_the_bounds_of_a_recommendation_are_held_by_themselves() -> None:
    before = two(cpu(100, 200), cpu(100, 200))
    after = processed(before, both(400, 200), (), Bounds(pod_most={"cpu": 600}))["app"]
    assert (after.lower_bound, after.target, after.upper_bound) == (
        {"cpu": 200},
        {"cpu": 200},
        {"cpu": 200},
    )
