"""In which direction a pod must want to change to be replaced.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/apis/autoscaling.k8s.io/v1/types.go
(EvictionRequirement), pkg/updater/priority/scaling_direction_pod_eviction_admission.go.
"""

from typing import Any

import pytest

from minieks.autoscale.vpa.evictionrequirements import are_met
from minieks.autoscale.vpa.recommending import ContainerRecommendation

GIB = 1024**3
HIGHER, LOWER = "TargetHigherThanRequests", "TargetLowerThanRequests"


def asked(*required: tuple[str, str]) -> dict[str, Any]:
    """A VerticalPodAutoscaler with requirements: a change, and resources with a comma."""
    stated = [{"changeRequirement": how, "resources": of.split(",")} for how, of in required]
    return {"spec": {"updatePolicy": {"evictionRequirements": stated}}}


def pod(*containers: dict[str, str], in_force: dict[str, str] | None = None) -> dict[str, Any]:
    named = [
        {"name": f"c{number}", "resources": {"requests": requests}}
        for number, requests in enumerate(containers)
    ]
    told = [{"name": "c0", "resources": {"requests": in_force}}] if in_force else []
    return {"spec": {"containers": named}, "status": {"containerStatuses": told}}


def found(*targets: tuple[int, int]) -> dict[str, ContainerRecommendation]:
    """What is recommended of cpu, in millicores, and of memory, in GiB."""
    return {
        f"c{number}": ContainerRecommendation({"cpu": cpu, "memory": memory * GIB}, {}, {}, {})
        for number, (cpu, memory) in enumerate(targets)
    }


HALF = {"cpu": "500m", "memory": "10Gi"}


@pytest.mark.parametrize(
    ("required", "target", "met"),
    [
        ((), (600, 10), True),
        (((HIGHER, "cpu"),), (600, 10), True),
        (((HIGHER, "cpu"),), (500, 11), False),
        (((HIGHER, "cpu"),), (400, 10), False),
        (((LOWER, "cpu"),), (400, 10), True),
        (((LOWER, "memory"),), (500, 9), True),
        (((HIGHER, "cpu,memory"),), (500, 10), False),
        (((HIGHER, "cpu,memory"),), (500, 11), True),
        (((HIGHER, "cpu"), (LOWER, "memory")), (600, 9), True),
        (((HIGHER, "cpu"), (LOWER, "memory")), (600, 11), False),
    ],
    ids=[
        "none",
        "grows",
        "stays",
        "shrinks, but shall grow",
        "shrinks",
        "memory shrinks",
        "neither of two resources",
        "one of two resources",
        "both of two requirements",
        "one of two requirements",
    ],
)
def test_all_requirements_are_met_by_some_resource_of_each(
    required: tuple[tuple[str, str], ...], target: tuple[int, int], met: bool
) -> None:
    assert are_met(asked(*required), pod(HALF), found(target)) is met


@pytest.mark.parametrize(
    ("of", "targets", "met"),
    [
        (pod(HALF, HALF), [(500, 10), (600, 10)], True),
        (pod(HALF, HALF), [(500, 10), (500, 10)], False),
        (pod(HALF, HALF), [(500, 10)], False),
        (pod({"cpu": "500m"}), [(400, 10)], True),
        (pod(HALF, in_force={"cpu": "100m", "memory": "1Gi"}), [(400, 10)], True),
    ],
    ids=[
        "another container grows",
        "no container grows",
        "the other is not recommended for",
        "a request is missing",
        "what is in force counts",
    ],
)
def test_one_container_is_enough(of: Any, targets: list[tuple[int, int]], met: bool) -> None:
    assert are_met(asked((HIGHER, "cpu")), of, found(*targets)) is met
