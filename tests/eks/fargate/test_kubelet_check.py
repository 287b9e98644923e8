"""What a Fargate node's kubelet lets in. Source: the pod validator of that kubelet."""

import pytest

from eks_bench import Bench
from minieks.eks.fargate.kubelet_check import fargate_check, fargate_resizable
from minieks.kube.words.objects import Obj

FARGATE: Obj = {
    "metadata": {"name": "fargate-1", "labels": {"eks.amazonaws.com/compute-type": "fargate"}}
}
EC2: Obj = {"metadata": {"name": "ip-10-0-0-1", "labels": {}}}


def test_a_pod_forced_onto_a_fargate_node_fails(bench: Bench) -> None:
    pod = bench.pod("web", nodeName="fargate-1")
    verdict = fargate_check(bench.api)(pod, FARGATE)
    assert verdict is not None
    assert verdict.reason == "UnsupportedPodSpec"
    assert verdict.message == "Pod not supported: SchedulerName is not fargate-scheduler"


def test_other_nodes_are_not_its_business(bench: Bench) -> None:
    pod = bench.pod("web", hostNetwork=True)
    assert fargate_check(bench.api)(pod, EC2) is None


def test_a_pod_of_the_fargate_scheduler_is_let_in(bench: Bench) -> None:
    pod = bench.pod("web", schedulerName="fargate-scheduler")
    assert fargate_check(bench.api)(pod, FARGATE) is None


def test_claims_are_looked_up(bench: Bench) -> None:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "claim"}}
    pod = bench.pod("web", schedulerName="fargate-scheduler", volumes=[volume])
    verdict = fargate_check(bench.api)(pod, FARGATE)
    assert verdict is not None
    assert verdict.message == (
        'Pod not supported: data not supported because: persistentvolumeclaim "claim" not found'
    )


@pytest.mark.parametrize(
    ("compute", "text"),
    [("fargate", "In-place resize is not supported on Fargate"), ("ec2", "")],
)
def test_nodes_of_fargate_resize_nothing(compute: str, text: str) -> None:
    node = {"metadata": {"labels": {"eks.amazonaws.com/compute-type": compute}}}
    assert fargate_resizable(node) == text
