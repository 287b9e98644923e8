"""Which machines run pods. Source: Amazon EC2 user guide, "Instance state changes"."""

import pytest

from minieks.eks.nodegroups.machines import Instances
from minieks.engine.store import Store


def store(*states: str) -> Store:
    aws = Store()
    for index, state in enumerate(states):
        record = {"instanceId": f"i-{index}", "privateDnsName": "ip-1", "state": state}
        aws.create("instances.ec2", f"i-{index}", record)
    return aws


@pytest.mark.parametrize(
    ("states", "running"),
    [
        (("running",), True),
        (("pending",), True),
        (("shutting-down",), False),
        (("terminated",), False),
        (("terminated", "running"), True),
    ],
)
def test_a_node_runs_while_its_instance_does(states: tuple[str, ...], running: bool) -> None:
    assert Instances(store(*states)).is_running("ip-1") is running


def test_nodes_without_instance_run() -> None:
    assert Instances(store()).is_running("fargate-ip-1")
