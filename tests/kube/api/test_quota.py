"""What objects use of a quota, and which objects a quota's scopes choose."""

from decimal import Decimal
from typing import Any

import pytest

from minieks.kube.api.quota import matches_scopes, text, usage
from minieks.kube.words.objects import Obj


def _pod(phase: str = "Pending", **spec: Any) -> Obj:
    resources = {
        "requests": {"cpu": "250m", "memory": "1Gi", "nvidia.com/gpu": "1"},
        "limits": {"cpu": "1", "nvidia.com/gpu": "1"},
    }
    container = {"name": "c", "image": "x", "resources": spec.pop("resources", resources)}
    return {
        "metadata": {"name": "p"},
        "spec": {"containers": [container], **spec},
        "status": {"phase": phase},
    }


def test_a_pod_uses_its_requests_and_limits() -> None:
    # Source: kubernetes pkg/quota/v1/evaluator/core/pods.go.
    assert usage("pods", _pod()) == {
        "count/pods": 1,
        "pods": 1,
        "requests.cpu": Decimal("0.25"),
        "cpu": Decimal("0.25"),
        "requests.memory": 2**30,
        "memory": 2**30,
        "requests.nvidia.com/gpu": 1,
        "limits.cpu": 1,
    }


def test_a_pod_that_ended_only_counts_as_an_object() -> None:
    assert usage("pods", _pod("Succeeded")) == {"count/pods": 1}


# Source: kubernetes pkg/quota/v1/evaluator/core/services.go.
SERVICES = [
    ({"type": "ClusterIP", "ports": [{}]}, (0, 0)),
    ({"type": "NodePort", "ports": [{}, {}]}, (0, 2)),
    ({"type": "LoadBalancer", "ports": [{}]}, (1, 1)),
    ({"type": "LoadBalancer", "ports": [{}], "allocateLoadBalancerNodePorts": False}, (1, 0)),
]


@pytest.mark.parametrize(("spec", "want"), SERVICES, ids=["ip", "port", "lb", "lb-no-ports"])
def test_a_service_uses_balancers_and_ports(spec: Obj, want: tuple[int, int]) -> None:
    used = usage("services", {"metadata": {}, "spec": spec})
    assert [used["services.loadbalancers"], used["services.nodeports"]] == list(want)


def test_a_claim_uses_storage_of_its_class() -> None:
    spec = {"storageClassName": "gp3", "resources": {"requests": {"storage": "2Gi"}}}
    used = usage("persistentvolumeclaims", {"metadata": {}, "spec": spec})
    assert used["requests.storage"] == 2 * 2**30
    assert used["gp3.storageclass.storage.k8s.io/requests.storage"] == 2 * 2**30
    assert used["gp3.storageclass.storage.k8s.io/persistentvolumeclaims"] == 1


# Source: kubernetes.io "Resource Quotas", quota scopes.
SCOPES = [
    ("Terminating", _pod(activeDeadlineSeconds=5), True),
    ("Terminating", _pod(), False),
    ("NotTerminating", _pod(), True),
    ("BestEffort", _pod(resources={}), True),
    ("BestEffort", _pod(), False),
    ("NotBestEffort", _pod(), True),
    ("CrossNamespacePodAffinity", _pod(), False),
]


@pytest.mark.parametrize(("scope", "pod", "want"), SCOPES, ids=[f"{s}-{w}" for s, _, w in SCOPES])
def test_a_scope_chooses_pods(scope: str, pod: Obj, want: bool) -> None:
    quota = {"spec": {"scopes": [scope]}}
    assert matches_scopes(quota, "pods", pod) is want
    assert not matches_scopes(quota, "services", {"spec": {}})


@pytest.mark.parametrize(
    ("operator", "values", "want"),
    [("In", ["high"], True), ("NotIn", ["high"], False), ("Exists", [], True)],
    ids=["in", "not-in", "exists"],
)
def test_a_scope_selector_chooses_by_priority_class(
    operator: str, values: list[str], want: bool
) -> None:
    term = {"scopeName": "PriorityClass", "operator": operator, "values": values}
    quota = {"spec": {"scopeSelector": {"matchExpressions": [term]}}}
    assert matches_scopes(quota, "pods", _pod(priorityClassName="high")) is want


def test_amounts_are_written_as_the_server_writes_them() -> None:
    assert text("requests.cpu", Decimal("0.6")) == "600m"
    assert text("limits.memory", Decimal(2**31)) == "2Gi"
    assert text("pods", Decimal(3)) == "3"
