"""Instance types: figures seen elsewhere, and what holds for all of them."""

import pytest

from minieks.data.instance_types import InstanceType, all_types, find
from minieks.engine.errors import UserError


# Amazon EC2 user guide and awslabs/amazon-eks-ami instance-info.jsonl.
@pytest.mark.parametrize(
    "expected",
    [
        InstanceType("t3.medium", 2, 4096, 0, "amd64", 17, 3, 6),
        InstanceType("m5.large", 2, 8192, 0, "amd64", 29, 3, 10),
        InstanceType("m5.16xlarge", 64, 262144, 0, "amd64", 737, 15, 50),
        InstanceType("m6g.medium", 1, 4096, 0, "arm64", 8, 2, 4),
        InstanceType("c4.large", 2, 3840, 0, "amd64", 29, 3, 10),
        InstanceType("p3.2xlarge", 8, 62464, 1, "amd64", 58, 4, 15),
        InstanceType("g4dn.xlarge", 4, 16384, 1, "amd64", 29, 3, 10),
    ],
    ids=lambda expected: expected.name,
)
def test_known_types(expected: InstanceType) -> None:
    assert find(expected.name) == expected


def test_max_pods_follow_from_the_network_interfaces() -> None:
    # aws/amazon-vpc-cni-k8s: every type of eni-max-pods.txt keeps this rule.
    for known in all_types():
        assert known.max_pods == known.enis * (known.ips_per_eni - 1) + 2, known.name


def test_every_type_makes_sense() -> None:
    types = all_types()
    assert len(types) > 1300
    assert len({known.name for known in types}) == len(types)
    assert {known.arch for known in types} == {"amd64", "arm64"}
    assert all(known.vcpu > 0 and known.memory_mib > 0 and known.gpu >= 0 for known in types)


def test_the_family_is_before_the_dot() -> None:
    assert find("m7i-flex.large").family == "m7i-flex"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("m5.larg", "did you mean m5.large"),
        ("M5.LARGE", "did you mean m5.large"),
        ("t3-medium", "did you mean t3.medium"),
        ("enormous", "a name looks like m5.large"),
        ("", "a name looks like m5.large"),
    ],
)
def test_an_unknown_type_is_refused_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UserError) as refused:
        find(name)
    assert refused.value.message == f"there is no EC2 instance type {name!r}"
    assert hint in refused.value.hint
