"""Accounts, regions, tokens, pages, waiters, tags and a new beginning, by boto3."""

import logging
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import URLError

import pytest

from served_aws import Served, eventually, make_role, refusal

ACCOUNT, OTHER = "555566667777", "666677778888"
SOON = {"Delay": 0, "MaxAttempts": 1000}


class Team:
    """An account with roles, subnets and clusters."""

    def __init__(self, served: Served, account: str = ACCOUNT, region: str = "eu-north-1") -> None:
        self.served = served
        self.account = account
        self.region = region
        self.eks = self.client("eks")
        subnets = self.client("ec2").describe_subnets()["Subnets"]
        self.subnets = [one["SubnetId"] for one in subnets]

    def client(self, service: str) -> Any:
        return self.served.client(service, self.account, region=self.region)

    def role(self, name: str, service: str) -> str:
        """The role of a name, made if it is not there."""
        iam = self.client("iam")
        try:
            return make_role(iam, name, service)
        except iam.exceptions.EntityAlreadyExistsException:
            return str(iam.get_role(RoleName=name)["Role"]["Arn"])

    def create(self, name: str = "c", **more: Any) -> Any:
        role = self.role("cluster", "eks.amazonaws.com")
        config = {"subnetIds": self.subnets}
        return self.eks.create_cluster(name=name, roleArn=role, resourcesVpcConfig=config, **more)

    def wait(self, waiter: str, **named: str) -> float:
        """Wait with botocore's waiter; the seconds that it took."""
        begin = time.perf_counter()
        self.eks.get_waiter(waiter).wait(**named, WaiterConfig=SOON)
        return time.perf_counter() - begin


@pytest.fixture(scope="module")
def team(served: Served) -> Iterator[Team]:
    found = Team(served)
    found.create()
    found.wait("cluster_active", name="c")
    yield found
    found.eks.delete_cluster(name="c")
    found.wait("cluster_deleted", name="c")


def test_accounts_and_regions_are_apart(served: Served, team: Team) -> None:
    elsewhere = (Team(served, OTHER), Team(served, ACCOUNT, "us-west-2"))
    for place in elsewhere:
        assert place.eks.list_clusters()["clusters"] == []
        refused = refusal(lambda: place.eks.describe_cluster(name="c"))  # noqa: B023 - now
        assert refused[0] == "ResourceNotFoundException"
    other = elsewhere[0]
    other.create()
    other.wait("cluster_active", name="c")
    arns = {one.eks.describe_cluster(name="c")["cluster"]["arn"] for one in (team, other)}
    assert arns == {f"arn:aws:eks:eu-north-1:{one}:cluster/c" for one in (ACCOUNT, OTHER)}
    other.eks.delete_cluster(name="c")
    other.wait("cluster_deleted", name="c")
    assert team.eks.describe_cluster(name="c")["cluster"]["status"] == "ACTIVE"


def test_a_role_of_another_account_cannot_be_passed(served: Served, team: Team) -> None:
    role = Team(served, OTHER).role("theirs", "eks.amazonaws.com")
    config = {"subnetIds": team.subnets}
    found = refusal(
        lambda: team.eks.create_cluster(name="x", roleArn=role, resourcesVpcConfig=config)
    )
    assert found[:2] == ("AccessDeniedException", 403)


def test_the_same_request_token_gives_the_same_answer(team: Team) -> None:
    role = team.role("app", "pods.eks.amazonaws.com")
    asked = {
        "clusterName": "c",
        "namespace": "tokens",
        "serviceAccount": "a",
        "roleArn": role,
        "clientRequestToken": "t",
    }
    create = team.eks.create_pod_identity_association
    first, again = create(**asked), create(**asked)
    assert first["association"] == again["association"]

    code, _, _ = refusal(lambda: create(**{**asked, "serviceAccount": "b"}))
    assert code == "InvalidParameterException"


def test_paginators_find_everything_once(team: Team) -> None:
    role = team.role("app", "pods.eks.amazonaws.com")
    for number in range(5):
        team.eks.create_pod_identity_association(
            clusterName="c", namespace="pages", serviceAccount=f"a{number}", roleArn=role
        )
    pages = team.eks.get_paginator("list_pod_identity_associations").paginate(
        clusterName="c", namespace="pages", PaginationConfig={"PageSize": 2}
    )

    found = [[one["serviceAccount"] for one in page["associations"]] for page in pages]

    assert [len(page) for page in found] == [2, 2, 1]
    assert sorted(one for page in found for one in page) == [f"a{number}" for number in range(5)]


@pytest.mark.parametrize(
    "operation",
    [
        *("describe_addon_versions", "describe_cluster_versions", "list_access_policies"),
        *("list_clusters", "list_eks_anywhere_subscriptions"),
    ],
)
def test_pages_together_are_the_whole(team: Team, operation: str) -> None:
    paginator = team.eks.get_paginator(operation)
    (key,) = [one.expression for one in paginator.result_keys]
    whole = paginator.paginate().build_full_result()[key]
    pieces = paginator.paginate(PaginationConfig={"PageSize": 3}).build_full_result()[key]

    assert pieces == whole


NOT_FOUND = ("ResourceNotFoundException", 404)
SELECTORS = [{"namespace": f"n{number}"} for number in range(6)]


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        pytest.param(
            lambda team: team.eks.describe_nodegroup(clusterName="c", nodegroupName="x"),
            NOT_FOUND,
            id="unknown node group",
        ),
        pytest.param(
            lambda team: team.eks.delete_fargate_profile(clusterName="c", fargateProfileName="x"),
            NOT_FOUND,
            id="unknown profile",
        ),
        pytest.param(
            lambda team: team.eks.list_addons(clusterName="x"), NOT_FOUND, id="unknown cluster"
        ),
        pytest.param(
            lambda team: team.create(), ("ResourceInUseException", 409), id="wrong state: is there"
        ),
        pytest.param(
            lambda team: team.eks.update_cluster_version(name="c", version="1.20"),
            ("InvalidParameterException", 400),
            id="wrong state: a downgrade",
        ),
        pytest.param(
            lambda team: _profile(team, SELECTORS),
            ("ResourceLimitExceededException", 400),
            id="limit: selectors",
        ),
        pytest.param(
            lambda team: _nodegroup(team, 451),
            ("ResourceLimitExceededException", 400),
            id="limit: nodes",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    team: Team, ask: Callable[[Team], Any], expected: tuple[str, int]
) -> None:
    assert refusal(lambda: ask(team))[:2] == expected


def test_what_is_under_way_in_a_cluster_ends_with_it(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    team = Team(served, "888899990000")
    for _ in range(3):
        team.create()
        team.wait("cluster_active", name="c")
        # Without nodes it is never there, and looked for until the cluster goes.
        team.eks.create_addon(clusterName="c", addonName="metrics-server")
        team.eks.delete_cluster(name="c")
        team.wait("cluster_deleted", name="c")
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == []


def _private_subnet(team: Team) -> str:
    ec2 = team.client("ec2")
    vpc = team.eks.describe_cluster(name="c")["cluster"]["resourcesVpcConfig"]["vpcId"]
    number = 200 + len(ec2.describe_route_tables()["RouteTables"])
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"172.31.{number}.0/24")["Subnet"]["SubnetId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return str(subnet)


def _nodegroup(team: Team, most: int = 2) -> None:
    role = team.role("node", "ec2.amazonaws.com")
    sizes = {"minSize": 1, "maxSize": most, "desiredSize": 1}
    team.eks.create_nodegroup(
        clusterName="c",
        nodegroupName="ng",
        subnets=team.subnets,
        nodeRole=role,
        scalingConfig=sizes,
    )


def _profile(team: Team, selectors: Any = ({"namespace": "x"},)) -> None:
    team.eks.create_fargate_profile(
        clusterName="c",
        fargateProfileName="fp",
        podExecutionRoleArn=team.role("pods", "eks-fargate-pods.amazonaws.com"),
        subnets=[_private_subnet(team)],
        selectors=list(selectors),
    )


def _addon(team: Team) -> None:
    team.eks.create_addon(clusterName="c", addonName="kube-proxy")


@pytest.mark.parametrize(
    ("kind", "member", "name", "create"),
    [
        pytest.param("nodegroup", "nodegroupName", "ng", _nodegroup, id="node group"),
        pytest.param("fargate_profile", "fargateProfileName", "fp", _profile, id="profile"),
        pytest.param("addon", "addonName", "kube-proxy", _addon, id="add-on"),
    ],
)
def test_waiters_end_at_once_and_tags_are_kept(
    team: Team, kind: str, member: str, name: str, create: Callable[[Team], None]
) -> None:
    named = {"clusterName": "c", member: name}
    create(team)
    assert team.wait(f"{kind}_active", **named) < 5
    described = next(
        value
        for value in getattr(team.eks, f"describe_{kind}")(**named).values()
        if isinstance(value, dict) and "status" in value
    )
    arn = described.get(f"{kind}Arn") or described.get("fargateProfileArn") or described["addonArn"]
    team.eks.tag_resource(resourceArn=arn, tags={"team": "web", "cost": "1"})
    team.eks.untag_resource(resourceArn=arn, tagKeys=["cost"])
    assert team.eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "web"}

    eventually(lambda: getattr(team.eks, f"delete_{kind}")(**named), "ResourceInUseException")
    assert team.wait(f"{kind}_deleted", **named) < 5


def test_a_new_beginning_empties_everything() -> None:
    served = Served()
    try:
        team = Team(served, "777788889999")
        team.create("gone")
        team.wait("cluster_active", name="gone")
        endpoint = team.eks.describe_cluster(name="gone")["cluster"]["endpoint"]
        assert served.premises.all_hosts()

        request = urllib.request.Request(f"{served.endpoint}/_minieks/reset", method="POST")
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200

        assert team.eks.list_clusters()["clusters"] == []
        assert served.premises.all_hosts() == ()
        assert team.client("iam").list_roles()["Roles"] == []
        with pytest.raises(URLError):
            urllib.request.urlopen(endpoint, timeout=2)
        again = Team(served, team.account).create("gone")["cluster"]
        assert again["status"] == "CREATING"
    finally:
        served.stop()
