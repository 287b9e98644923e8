"""What the EKS operations ask of IAM and EC2 is answered from moto's state."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from minieks.aws.moto.ec2 import MotoEc2
from minieks.aws.moto.iam import MotoIam
from minieks.aws.moto.loaded import of_partition, regional

ACCOUNT, REGION = "444455556666", "eu-north-1"
TRUST: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}


@pytest.fixture
def role() -> Iterator[str]:
    iam = of_partition("iam", ACCOUNT)
    made = iam.create_role(
        role_name="node",
        assume_role_policy_document=json.dumps(TRUST),
        path="/eks/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="7200",
    )
    arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
    iam.attach_role_policy(arn, "node")
    yield made.arn
    iam.detach_role_policy(arn, "node")
    iam.delete_role("node")


def test_a_role_is_found_by_its_arn_with_its_trust_and_policies(role: str) -> None:
    found = MotoIam().role(ACCOUNT, role)

    assert found is not None
    assert (found.arn, found.name, found.path) == (role, "node", "/eks/")
    assert (found.trust, found.max_session) == (TRUST, 7200)
    assert found.policies == ("arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",)
    assert found.role_id.startswith("AROA")


def test_a_role_of_another_account_is_not_found(role: str) -> None:
    assert MotoIam().role("111122223333", role) is None
    assert MotoIam().role(ACCOUNT, role + "x") is None
    assert MotoIam().role(ACCOUNT, "nonsense") is None


def test_subnets_of_the_default_vpc_are_public() -> None:
    ec2 = regional("ec2", ACCOUNT, REGION)
    subnet = ec2.describe_subnets()[0]

    found = MotoEc2().subnet(ACCOUNT, REGION, subnet.id)

    assert found is not None
    assert found.vpc_id == subnet.vpc_id
    assert found.zone.startswith(REGION)
    assert found.free_addresses > 4000


def test_a_subnet_is_public_by_its_own_route_table_or_the_main_one() -> None:
    ec2, ports = regional("ec2", ACCOUNT, REGION), MotoEc2()
    vpc = ec2.create_vpc("10.9.0.0/16")
    subnet = ec2.create_subnet(vpc.id, "10.9.0.0/24", availability_zone=f"{REGION}a")
    gateway = ec2.create_internet_gateway()
    ec2.attach_internet_gateway(gateway.id, vpc.id)

    def is_public() -> bool:
        found = ports.subnet(ACCOUNT, REGION, subnet.id)
        assert found is not None
        return found.public

    assert not is_public()
    main = _main(ec2, vpc.id)
    ec2.create_route(main.id, "0.0.0.0/0", gateway_id=gateway.id)
    assert is_public()
    private = ec2.create_route_table(vpc.id)
    ec2.associate_route_table(private.id, subnet_id=subnet.id)
    assert not is_public()


def _main(ec2: Any, vpc: str) -> Any:
    tables = [one for one in ec2.route_tables.values() if one.vpc_id == vpc]
    return next(one for one in tables if one.main_association_id)


def test_security_groups_are_there_or_not() -> None:
    ec2 = regional("ec2", ACCOUNT, REGION)
    group = next(iter(ec2.describe_security_groups()))

    assert MotoEc2().security_group(ACCOUNT, REGION, group.id)
    assert not MotoEc2().security_group(ACCOUNT, REGION, "sg-0")


@pytest.mark.parametrize(
    ("version", "number", "kind"),
    [
        pytest.param("", "1", "m5.large", id="the default one"),
        pytest.param("$Default", "1", "m5.large", id="$Default"),
        pytest.param("$Latest", "2", "m5.xlarge", id="$Latest"),
        pytest.param("2", "2", "m5.xlarge", id="a number"),
    ],
)
def test_a_launch_template_has_versions(version: str, number: str, kind: str) -> None:
    ec2 = regional("ec2", ACCOUNT, REGION)
    template = ec2.launch_template_name_to_ids.get("lt")
    if template is None:
        ebs = {"VolumeSize": 80, "VolumeType": "gp3", "Throughput": 250}
        data = {"InstanceType": "m5.large", "BlockDeviceMappings": [{"Ebs": ebs}]}
        made = ec2.create_launch_template("lt", "", data, {})
        made.create_version({"InstanceType": "m5.xlarge", "ImageId": "ami-1"}, "")

    found = MotoEc2().launch_template(ACCOUNT, REGION, "lt", version)

    assert found is not None
    assert (found.version, found.instance_types) == (number, (kind,))
    if number == "1":
        assert found.volume is not None
        assert (found.volume.size_gib, found.volume.throughput_mib) == (80, 250)


@pytest.mark.parametrize("version", ["9", "0", "x"])
def test_a_version_that_is_not_there_is_none(version: str) -> None:
    test_a_launch_template_has_versions("1", "1", "m5.large")

    assert MotoEc2().launch_template(ACCOUNT, REGION, "lt", version) is None
    assert MotoEc2().launch_template(ACCOUNT, REGION, "other", "1") is None
