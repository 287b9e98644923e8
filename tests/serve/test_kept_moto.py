"""What moto holds outlives the process, with the ids that clients were told."""

import json
import re
import sqlite3
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aws_endpoint import Endpoint
from minieks.aws.moto import changes, loaded
from minieks.aws.moto.kept import state
from minieks.aws.scope import Scope
from minieks.eks.nodegroups.world import GROUPS
from minieks.engine.errors import UserError
from minieks.engine.persistence import Journal
from minieks.kube.rest.http import Request
from minieks.serve.keptmoto import KeptMoto

ACCOUNT = "123456789012"
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy")


@pytest.fixture(autouse=True)
def as_new() -> Iterator[None]:
    loaded.reset()
    yield
    loaded.reset()


def trusting(service: str) -> str:
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_role(aws: Endpoint, name: str, service: str) -> str:
    iam = aws.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(service))
    return str(made["Role"]["Arn"])


def make_nodes(aws: Endpoint) -> None:
    """A cluster with a managed group of two nodes."""
    eks, iam = aws.client("eks"), aws.client("iam")
    role, nodes = make_role(aws, "shop", "eks"), make_role(aws, "nodes", "ec2")
    for policy in (*NODE_POLICIES, "AmazonEC2ContainerRegistryReadOnly"):
        iam.attach_role_policy(RoleName="nodes", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    subnets = [one["SubnetId"] for one in aws.client("ec2").describe_subnets()["Subnets"]]
    eks.create_cluster(name="shop", roleArn=role, resourcesVpcConfig={"subnetIds": subnets})
    eks.get_waiter("cluster_active").wait(name="shop", WaiterConfig={"Delay": 0.05})
    eks.create_nodegroup(
        clusterName="shop",
        nodegroupName="blue",
        subnets=subnets,
        nodeRole=nodes,
        scalingConfig={"minSize": 2, "maxSize": 4, "desiredSize": 2},
    )
    named = {"clusterName": "shop", "nodegroupName": "blue"}
    eks.get_waiter("nodegroup_active").wait(**named, WaiterConfig={"Delay": 0.05})


def seen(aws: Endpoint) -> dict[str, Any]:
    """What a client sees of roles, networks, machines and groups."""
    iam, ec2, scaling = aws.client("iam"), aws.client("ec2"), aws.client("autoscaling")
    reservations = ec2.describe_instances()["Reservations"]
    return {
        "roles": {one["RoleName"]: one["RoleId"] for one in iam.list_roles()["Roles"]},
        "policies": iam.list_attached_role_policies(RoleName="nodes")["AttachedPolicies"],
        "subnets": [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]],
        "groups": scaling.describe_auto_scaling_groups()["AutoScalingGroups"],
        "instances": [one for each in reservations for one in each["Instances"]],
        "volumes": ec2.describe_volumes()["Volumes"],
        "interfaces": ec2.describe_network_interfaces()["NetworkInterfaces"],
        "templates": ec2.describe_launch_templates()["LaunchTemplates"],
    }


def test_roles_networks_machines_and_groups_outlive_the_process_and_are_the_clusters_own(
    tmp_path: Path,
) -> None:
    with Endpoint(tmp_path) as aws:
        make_nodes(aws)
        before = seen(aws)
    loaded.reset()

    with Endpoint(tmp_path) as aws:
        assert seen(aws) == before
        assert len(before["instances"]) == 2
        (host,) = aws.premises.all_hosts()
        nodes = {one["spec"]["providerID"] for one in host.opened.cluster.api.list("nodes")}
        assert {one.rpartition("/")[2] for one in nodes} == {
            one["InstanceId"] for one in before["instances"]
        }
        name = before["groups"][0]["AutoScalingGroupName"]
        wanted = {"AutoScalingGroupName": name, "DesiredCapacity": 3}
        aws.client("autoscaling").set_desired_capacity(**wanted)
        (group,) = host.opened.cluster.aws.values(GROUPS)
        assert group["desiredCapacity"] == 3


def test_a_default_network_that_was_only_looked_at_stays_the_same(tmp_path: Path) -> None:
    with Endpoint(tmp_path) as aws:
        before = aws.client("ec2").describe_subnets()["Subnets"]
    loaded.reset()

    with Endpoint(tmp_path) as aws:
        assert aws.client("ec2").describe_subnets()["Subnets"] == before


def test_machines_of_a_cluster_that_is_gone_are_forgotten(tmp_path: Path) -> None:
    with Endpoint(tmp_path) as aws:
        make_nodes(aws)
        assert seen(aws)["instances"]
        (host,) = aws.premises.all_hosts()
        data, _ = state.written({"kept": host.opened.cluster.node_groups})
    loaded.reset()
    state.read(data, {})

    with Endpoint() as aws:
        after = seen(aws)
        assert (after["instances"], after["groups"], after["templates"]) == ([], [], [])
        assert set(after["roles"]) == {"nodes", "shop"}


def change_fact(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change what a kept file holds, as another program or a broken disk would."""
    with sqlite3.connect(folder / "aws" / "eks.sqlite3") as file:
        (value,) = file.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        file.execute("UPDATE facts SET value = ? WHERE name = ?", (change(value), name))
    file.close()


def test_what_another_version_of_moto_wrote_is_named_and_not_restored(tmp_path: Path) -> None:
    with Endpoint(tmp_path) as aws:
        make_role(aws, "shop", "eks")
    loaded.reset()
    change_fact(
        tmp_path, "about moto", lambda old: re.sub(rb'"moto":"[^"]*"', b'"moto":"4.2.0"', old)
    )

    with Endpoint(tmp_path) as aws:
        assert aws.premises.aws.not_restored == [f"account {ACCOUNT}, aws: iam"]
        assert aws.client("iam").list_roles()["Roles"] == []


def test_a_service_that_cannot_be_written_is_left_out_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(state, "_left_out", {})
    loaded.of_partition("iam", ACCOUNT)
    loaded.regional("sqs", ACCOUNT, "eu-west-1").at_work = threading.Thread()
    _, places = state.written({})

    assert ("iam", ACCOUNT, "aws") in places
    assert "sqs" not in [service for service, *_ in places]
    assert "sqs of moto cannot be kept" in caplog.text


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    with Endpoint(tmp_path) as aws:
        make_role(aws, "shop", "eks")
    change_fact(tmp_path, "moto", lambda old: old[:-2] + b"xx")

    journal = Journal(tmp_path / "aws" / "eks.sqlite3")
    with pytest.raises(UserError, match="is damaged"):
        KeptMoto(journal, {}).restore()
    journal.close()


def test_only_the_owner_reads_what_is_kept(tmp_path: Path) -> None:
    with Endpoint(tmp_path) as aws:
        make_role(aws, "shop", "eks")
        modes = {one.stat().st_mode & 0o777 for one in (tmp_path / "aws").iterdir()}
    assert modes == {0o600}


def test_after_a_reset_nothing_is_kept(tmp_path: Path) -> None:
    with Endpoint(tmp_path) as aws:
        make_role(aws, "shop", "eks")
        request = urllib.request.Request(f"{aws.url}/_minieks/reset", method="POST")
        urllib.request.urlopen(request).close()
    loaded.reset()

    with Endpoint(tmp_path) as aws:
        assert aws.client("iam").list_roles()["Roles"] == []


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("iam", "ListRoles", True),
        ("iam", "CreateRole", False),
        ("sts", "GetCallerIdentity", True),
        ("sts", "GetSessionToken", False),
        ("ssm", "AmazonSSM.GetParameter", True),
        ("ssm", "AmazonSSM.PutParameter", False),
    ],
    ids=str,
)
def test_what_only_looks_is_told_by_its_verb(service: str, operation: str, expected: bool) -> None:
    target = "." in operation
    headers = {"x-amz-target": operation} if target else {}
    query = () if target else (("Action", operation),)
    request = Request("POST", "/", query, headers)
    assert changes.only_reads(request, Scope(service)) is expected


@pytest.mark.parametrize(
    ("service", "make", "look"),
    [
        pytest.param(
            "s3",
            lambda s3: (
                s3.create_bucket(
                    Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
                ),
                s3.put_object(Bucket="bucket", Key="k", Body=b"x" * 100_000),
            ),
            lambda s3: s3.get_object(Bucket="bucket", Key="k")["Body"].read(),
            id="s3",
        ),
        pytest.param(
            "ssm",
            lambda ssm: ssm.put_parameter(Name="p", Value="secret", Type="SecureString"),
            lambda ssm: ssm.get_parameter(Name="p", WithDecryption=True)["Parameter"],
            id="ssm",
        ),
        pytest.param(
            "kms",
            lambda kms: kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256"),
            lambda kms: kms.get_public_key(KeyId=kms.list_keys()["Keys"][0]["KeyId"])["PublicKey"],
            id="kms",
        ),
        pytest.param(
            "acm",
            lambda acm: acm.request_certificate(DomainName="example.com"),
            lambda acm: acm.list_certificates()["CertificateSummaryList"],
            id="acm",
        ),
        pytest.param(
            "ecr",
            lambda ecr: ecr.create_repository(repositoryName="app"),
            lambda ecr: ecr.describe_repositories()["repositories"],
            id="ecr",
        ),
    ],
)
def test_other_services_are_kept(tmp_path: Path, service: str, make: Any, look: Any) -> None:
    with Endpoint(tmp_path) as aws:
        make(aws.client(service))
        before = look(aws.client(service))
    loaded.reset()

    with Endpoint(tmp_path) as aws:
        assert look(aws.client(service)) == before
