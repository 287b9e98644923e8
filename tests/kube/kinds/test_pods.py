"""What pods and nodes say; resource sums after component-helpers resource/helpers_test.go."""

from typing import Any

import pytest

from minieks.kube.kinds import nodes, pods, taints

Mi = 1024 * 1024


def _container(name: str = "c", cpu: str = "", memory: str = "", **more: Any) -> dict[str, Any]:
    asked = {k: v for k, v in (("cpu", cpu), ("memory", memory)) if v}
    return {"name": name, "resources": {"requests": asked}, **more}


def _pod(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "p"}, "spec": {"containers": list(containers), **spec}}


SIDECAR = {"restartPolicy": "Always"}


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        (_pod(_container(cpu="100m"), _container(cpu="1")), {"cpu": 1100}),
        (
            _pod(_container(cpu="100m"), initContainers=[_container(cpu="2", memory="1Mi")]),
            {"cpu": 2000, "memory": Mi},
        ),
        (  # a sidecar runs beside the app containers
            _pod(_container(cpu="1"), initContainers=[_container(cpu="500m", **SIDECAR)]),
            {"cpu": 1500},
        ),
        (  # an init container runs beside the sidecars declared before it
            _pod(
                _container(cpu="1"),
                initContainers=[
                    _container(cpu="500m", **SIDECAR),
                    _container(cpu="2"),
                    _container(cpu="300m", **SIDECAR),
                ],
            ),
            {"cpu": 2500},
        ),
        (_pod(_container(cpu="1"), overhead={"cpu": "250m"}), {"cpu": 1250}),
        (
            _pod(
                _container(cpu="1", memory="1Mi"),
                resources={"requests": {"cpu": "2"}},
                overhead={"cpu": "1"},
            ),
            {"cpu": 3000, "memory": Mi},
        ),
    ],
    ids=["sum", "init", "sidecar", "init-beside-sidecar", "overhead", "pod-level"],
)
def test_the_effective_request_of_a_pod(pod: dict[str, Any], expected: dict[str, int]) -> None:
    assert pods.requests(pod) == expected


def test_pod_level_resources_count_only_where_the_version_has_them() -> None:
    pod = _pod(_container(cpu="1"), resources={"requests": {"cpu": "2"}})
    assert pods.requests(pod, pod_level=False) == {"cpu": 1000}


def test_a_missing_request_counts_a_default_in_scoring_but_zero_is_zero() -> None:
    pod = _pod(_container(), _container(cpu="0", memory="50Mi"))
    assert pods.requests(pod) == {"cpu": 0, "memory": 50 * Mi}
    assert pods.nonzero_requests(pod) == {"cpu": 100, "memory": 250 * Mi}


def test_with_pod_level_requests_only_what_is_missing_there_gets_a_default() -> None:
    pod = _pod(_container(), resources={"requests": {"cpu": "2"}})
    assert pods.nonzero_requests(pod) == {"cpu": 2000, "memory": 200 * Mi}


def test_a_resized_container_counts_the_most_of_asked_and_allocated() -> None:
    pod = _pod(_container(cpu="1"))
    pod["status"] = {"containerStatuses": [{"name": "c", "allocatedResources": {"cpu": "2"}}]}
    assert pods.requests(pod) == {"cpu": 2000}
    assert pods.requests(pod, in_place=False) == {"cpu": 1000}
    pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "9"
    pod["status"]["conditions"] = [{"type": "PodResizePending", "reason": "Infeasible"}]
    assert pods.requests(pod) == {"cpu": 2000}


def test_limits_count_overhead_only_where_there_is_one() -> None:
    capped = {"name": "c", "resources": {"limits": {"cpu": "1"}}}
    pod = _pod(capped, overhead={"cpu": "100m", "memory": "10Mi"})
    assert pods.limits(pod) == {"cpu": 1100}


BOTH = {"cpu": "1", "memory": "1Gi"}


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([{}], "BestEffort"),
        ([{"requests": {"cpu": "0"}}], "BestEffort"),
        ([{"requests": {"cpu": "1"}}], "Burstable"),
        ([{"requests": BOTH, "limits": BOTH}], "Guaranteed"),
        ([{"requests": BOTH, "limits": BOTH}, {}], "Burstable"),
        ([{"requests": BOTH, "limits": {**BOTH, "cpu": "2"}}], "Burstable"),
        ([{"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}], "Burstable"),
        ([{"requests": {"nvidia.com/gpu": "1"}}], "BestEffort"),
    ],
)
def test_quality_of_service(resources: list[dict[str, Any]], expected: str) -> None:
    pod = _pod(*({"name": f"c{i}", "resources": item} for i, item in enumerate(resources)))
    assert pods.qos_class(pod) == expected


def test_pod_level_resources_decide_quality_of_service() -> None:
    pod = _pod(_container(cpu="1"), resources={"requests": BOTH, "limits": BOTH})
    assert pods.qos_class(pod) == "Guaranteed"


def test_host_ports_come_from_app_containers_and_sidecars() -> None:
    port = {"hostPort": 80, "containerPort": 80}
    pod = _pod(
        _container(ports=[port, {"containerPort": 81}]),
        initContainers=[
            _container(
                ports=[{"hostPort": 90, "hostIP": "10.0.0.1", "protocol": "UDP"}], **SIDECAR
            ),
            _container(ports=[{"hostPort": 91}]),
        ],
    )
    assert list(pods.host_ports(pod)) == [("0.0.0.0", "TCP", 80), ("10.0.0.1", "UDP", 90)]


@pytest.mark.parametrize(
    ("toleration", "taint", "expected"),
    [
        ({"operator": "Exists"}, {"key": "k", "effect": "NoExecute"}, True),
        (
            {"key": "k", "operator": "Exists"},
            {"key": "k", "value": "v", "effect": "NoSchedule"},
            True,
        ),
        ({"key": "k", "value": "v"}, {"key": "k", "value": "v", "effect": "NoSchedule"}, True),
        ({"key": "k", "value": "w"}, {"key": "k", "value": "v", "effect": "NoSchedule"}, False),
        ({"key": "k"}, {"key": "k", "effect": "NoSchedule"}, True),
        ({"key": "k", "effect": "NoExecute"}, {"key": "k", "effect": "NoSchedule"}, False),
        ({"key": "j", "operator": "Exists"}, {"key": "k", "effect": "NoSchedule"}, False),
    ],
)
def test_tolerations(toleration: dict[str, str], taint: dict[str, str], expected: bool) -> None:
    assert taints.tolerates(toleration, taint) is expected


def test_a_node_in_values() -> None:
    node = {
        "metadata": {"name": "n", "labels": {nodes.ZONE: "z", nodes.REGION_OLD: "r"}},
        "spec": {"unschedulable": True},
        "status": {
            "capacity": {"cpu": "2", "memory": "1Gi"},
            "allocatable": {"cpu": "1930m", "pods": "29"},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }
    assert nodes.allocatable(node) == {"cpu": 1930, "pods": 29}
    assert nodes.capacity(node) == {"cpu": 2000, "memory": 1024 * Mi}
    assert (nodes.zone(node), nodes.region(node)) == ("z", "r")
    assert nodes.is_ready(node)
    assert nodes.is_unschedulable(node)
