"""``--enforce-iam``: what policies do not allow is refused in each service's own form."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from minieks.serve.awssettings import AwsSettings
from served_aws import REGION, Served, make_role, refusal

ACCOUNT = "444455556666"
CLUSTER = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/none"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
NO_POLICY = "because no identity-based policy allows the {} action"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    found = Served(AwsSettings(port=0, enforce_iam=True))
    yield found
    found.stop()


def root(served: Served, service: str) -> Any:
    """A client of the root user, whom nothing limits."""
    return served.client(service, ACCOUNT)


def allow(*actions: str, resource: str = "*", **more: Any) -> str:
    """A policy that allows something."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class User:
    """A user with a key; may do nothing at first."""

    def __init__(self, served: Served, name: str) -> None:
        self._served = served
        self.name = name
        self.iam = root(served, "iam")
        self.iam.create_user(UserName=name)
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        self._key = (key["AccessKeyId"], key["SecretAccessKey"])

    def client(self, service: str) -> Any:
        return self._served.client(service, *self._key)

    def may(self, policy: str) -> None:
        """Replace what he may do."""
        self.iam.put_user_policy(UserName=self.name, PolicyName="p", PolicyDocument=policy)


@pytest.fixture(scope="module")
def bob(served: Served) -> User:
    return User(served, "bob")


Ask = Callable[[User], Any]

# AWS IAM user guide, "Troubleshoot access denied error messages"
REFUSALS: list[tuple[str, Ask, str, int, str]] = [
    (
        "eks",
        lambda user: user.client("eks").describe_cluster(name="none"),
        *("AccessDeniedException", 403),
        f"User: {BOB} is not authorized to perform: eks:DescribeCluster on resource: {CLUSTER} "
        + NO_POLICY.format("eks:DescribeCluster"),
    ),
    (
        "iam",
        lambda user: user.client("iam").get_role(RoleName="r"),
        *("AccessDenied", 403),
        f"User: {BOB} is not authorized to perform: iam:GetRole on resource: "
        f"arn:aws:iam::{ACCOUNT}:role/r " + NO_POLICY.format("iam:GetRole"),
    ),
    (
        "ec2",
        lambda user: user.client("ec2").describe_vpcs(),
        *("UnauthorizedOperation", 403),
        f"You are not authorized to perform this operation. User: {BOB} is not authorized to "
        "perform: ec2:DescribeVpcs " + NO_POLICY.format("ec2:DescribeVpcs"),
    ),
    (
        "s3",
        lambda user: user.client("s3").get_object(Bucket="b", Key="k"),
        *("AccessDenied", 403),
        f"User: {BOB} is not authorized to perform: s3:GetObject on resource: "
        '"arn:aws:s3:::b/k" ' + NO_POLICY.format("s3:GetObject"),
    ),
    (
        "dynamodb",
        lambda user: user.client("dynamodb").scan(TableName="t"),
        *("AccessDeniedException", 400),
        f"User: {BOB} is not authorized to perform: dynamodb:Scan on resource: "
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t " + NO_POLICY.format("dynamodb:Scan"),
    ),
]


@pytest.mark.parametrize(
    ("ask", "code", "status", "text"), [case[1:] for case in REFUSALS], ids=lambda one: ""
)
def test_who_has_no_policy_may_do_nothing(
    bob: User, ask: Ask, code: str, status: int, text: str
) -> None:
    bob.may(allow("nothing:AtAll"))

    assert refusal(lambda: ask(bob)) == (code, status, text)


def test_everybody_may_ask_who_he_is(bob: User) -> None:
    bob.may(allow("nothing:AtAll"))
    assert bob.client("sts").get_caller_identity()["Arn"] == BOB


def test_the_root_user_is_not_limited(served: Served) -> None:
    assert root(served, "eks").list_clusters()["clusters"] == []


def test_a_policy_lets_do_what_it_says(bob: User) -> None:
    bob.may(allow("eks:Describe*", resource=CLUSTER))

    assert refusal(lambda: bob.client("eks").describe_cluster(name="none"))[1] == 404
    assert refusal(lambda: bob.client("eks").describe_cluster(name="other"))[1] == 403


def test_a_condition_counts(bob: User) -> None:
    elsewhere = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    bob.may(allow("eks:ListClusters", Condition=elsewhere))
    assert refusal(bob.client("eks").list_clusters)[1] == 403

    bob.may(allow("eks:ListClusters", Condition={"StringEquals": {"aws:username": "bob"}}))
    assert bob.client("eks").list_clusters()["clusters"] == []


def test_managed_policies_and_those_of_groups_count(served: Served) -> None:
    carol = User(served, "carol")
    carol.iam.create_group(GroupName="readers")
    carol.iam.add_user_to_group(GroupName="readers", UserName="carol")
    assert refusal(carol.client("ec2").describe_vpcs)[1] == 403

    read_only = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
    carol.iam.attach_group_policy(GroupName="readers", PolicyArn=read_only)

    assert carol.client("ec2").describe_vpcs()["Vpcs"]


def test_a_role_can_be_handed_on_only_by_who_may_pass_it(bob: User) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    create = lambda: bob.client("eks").create_cluster(  # noqa: E731
        name="x", roleArn=role, resourcesVpcConfig={"subnetIds": ["subnet-1"]}
    )
    bob.may(allow("eks:*"))
    code, _, text = refusal(create)
    assert code == "AccessDeniedException"
    assert f"iam:PassRole on resource: {role}" in text

    passing = {"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}}
    bob.may(allow("eks:*", "iam:PassRole", Condition=passing))
    assert "iam:PassRole" not in refusal(create)[2]


def tagged(key: str, value: str = "owned") -> dict[str, Any]:
    """A condition on a tag of the resource."""
    return {"Condition": {"StringEquals": {key: value}}}


def test_what_a_resource_is_tagged_with_decides_for_ec2(served: Served, bob: User) -> None:
    # AWS Load Balancer Controller, docs/install/iam_policy.json
    ec2 = root(served, "ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    ids = [
        ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc)["GroupId"]
        for name in ("ours", "theirs")
    ]
    ec2.create_tags(Resources=ids[:1], Tags=[{"Key": "elbv2.k8s.aws/cluster", "Value": "owned"}])

    for prefix in ("aws", "ec2"):
        key = f"{prefix}:ResourceTag/elbv2.k8s.aws/cluster"
        bob.may(allow("ec2:DeleteSecurityGroup", **tagged(key)))
        deleting = bob.client("ec2").delete_security_group
        assert refusal(lambda: deleting(GroupId=ids[1]))[0] == "UnauthorizedOperation"  # noqa: B023
    deleting(GroupId=ids[0])


def test_what_a_request_tags_with_decides_for_ec2(served: Served, bob: User) -> None:
    # aws-ebs-csi-driver docs/example-iam-policy.json
    bob.may(allow("ec2:CreateVolume", **tagged("aws:RequestTag/CSIVolumeName", "data")))

    def create(value: str) -> Any:
        tags = [{"Key": "CSIVolumeName", "Value": value}, {"Key": "x", "Value": "y"}]
        return bob.client("ec2").create_volume(
            AvailabilityZone=f"{REGION}a",
            Size=1,
            TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
        )

    assert refusal(lambda: create("other"))[0] == "UnauthorizedOperation"
    assert create("data")["VolumeId"]


def test_what_a_group_is_tagged_with_decides_for_auto_scaling(served: Served, bob: User) -> None:
    # kubernetes/autoscaler cluster-autoscaler/cloudprovider/aws/README.md
    scaling = root(served, "autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="l", ImageId="ami-12c6146b", InstanceType="t3.micro"
    )
    key = "k8s.io/cluster-autoscaler/enabled"
    for name, tags in (("ours", [{"Key": key, "Value": "true"}]), ("theirs", [])):
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchConfigurationName="l",
            MinSize=0,
            MaxSize=2,
            AvailabilityZones=[f"{REGION}a"],
            Tags=tags,
        )
    bob.may(allow("autoscaling:SetDesiredCapacity", **tagged(f"aws:ResourceTag/{key}", "true")))
    wanted = bob.client("autoscaling").set_desired_capacity

    wanted(AutoScalingGroupName="ours", DesiredCapacity=1)
    refused = refusal(lambda: wanted(AutoScalingGroupName="theirs", DesiredCapacity=1))
    assert refused[0] == "AccessDenied"


def test_what_a_cluster_or_a_role_is_tagged_with_decides(served: Served, bob: User) -> None:
    iam, eks = root(served, "iam"), root(served, "eks")
    role = make_role(iam, "tagged", "eks.amazonaws.com")
    iam.tag_role(RoleName="tagged", Tags=[{"Key": "team", "Value": "web"}])
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    found = root(served, "ec2").describe_subnets(Filters=default)["Subnets"]
    subnets = [one["SubnetId"] for one in found]
    eks.create_cluster(
        name="tagged",
        roleArn=role,
        resourcesVpcConfig={"subnetIds": subnets},
        tags={"team": "web"},
    )

    for team, allowed in (("web", True), ("shop", False)):
        bob.may(allow("eks:*", "iam:GetRole", **tagged("aws:ResourceTag/team", team)))
        for ask in (
            lambda: bob.client("eks").describe_cluster(name="tagged"),
            lambda: bob.client("iam").get_role(RoleName="tagged"),
        ):
            assert allowed == (_status(ask) == 200)
    eks.delete_cluster(name="tagged")
    eks.get_waiter("cluster_deleted").wait(name="tagged", WaiterConfig={"Delay": 0.05})


def _status(ask: Callable[[], Any]) -> int:
    try:
        return int(ask()["ResponseMetadata"]["HTTPStatusCode"])
    except ClientError as error:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"])


@pytest.mark.parametrize(
    ("effect", "principal", "own", "allowed"),
    [
        # AWS IAM user guide, "Policy evaluation logic for requests within a single account"
        pytest.param("Deny", "*", True, False, id="a Deny decides"),
        pytest.param("Allow", {"AWS": BOB}, False, True, id="for the user"),
        pytest.param("Allow", "*", False, True, id="for everybody"),
        pytest.param("Allow", {"AWS": ACCOUNT}, False, False, id="for the account"),
        pytest.param("Allow", {"AWS": ACCOUNT}, True, True, id="for the account, and his own"),
        pytest.param("Allow", {"AWS": f"{BOB}by"}, False, False, id="for another user"),
    ],
)
def test_the_policy_of_a_bucket_counts_beside_the_callers(
    served: Served, bob: User, effect: str, principal: Any, own: bool, allowed: bool
) -> None:
    s3 = root(served, "s3")
    _ensure_bucket(s3, "policed")
    s3.put_object(Bucket="policed", Key="k", Body=b"x")
    statement = {"Effect": effect, "Principal": principal, "Action": "s3:GetObject"}
    whole = {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Resource": "arn:aws:s3:::policed/*"}],
    }
    s3.put_bucket_policy(Bucket="policed", Policy=json.dumps(whole))
    bob.may(allow("s3:*" if own else "nothing:AtAll"))

    status = _status(lambda: bob.client("s3").get_object(Bucket="policed", Key="k"))
    assert (status == 200) is allowed


def _ensure_bucket(s3: Any, name: str) -> None:
    if name not in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})


def test_a_bucket_of_another_account_must_let_in_too(served: Served, bob: User) -> None:
    # AWS IAM user guide, "Cross-account policy evaluation logic"
    s3 = served.client("s3", "555566667777")
    _ensure_bucket(s3, "foreign")
    s3.put_object(Bucket="foreign", Key="k", Body=b"x")
    bob.may(allow("s3:GetObject"))

    def getting() -> Any:
        return bob.client("s3").get_object(Bucket="foreign", Key="k")

    assert "no resource-based policy allows" in refusal(getting)[2]

    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject"}
    whole = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}
    s3.put_bucket_policy(Bucket="foreign", Policy=json.dumps(whole))
    assert getting()["Body"].read() == b"x"


class Assumed:
    """A role that the account trusts, and a session of it."""

    def __init__(self, served: Served, name: str, policy: str, **session: Any) -> None:
        iam, sts = root(served, "iam"), root(served, "sts")
        principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self.arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
        made = sts.assume_role(RoleArn=self.arn, RoleSessionName="me", **session)["Credentials"]
        self._key = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        self._served = served

    def client(self, service: str) -> Any:
        return self._served.client(service, *self._key)


def test_a_session_may_do_what_its_role_may(served: Served) -> None:
    found = Assumed(served, "lister", allow("eks:ListClusters"))

    assert found.client("eks").list_clusters()["clusters"] == []
    code, _, text = refusal(lambda: found.client("eks").describe_cluster(name="none"))
    assert code == "AccessDeniedException"
    assert text.startswith(f"User: arn:aws:sts::{ACCOUNT}:assumed-role/lister/me is not authorized")


def test_a_session_policy_takes_away(served: Served) -> None:
    limit = allow("eks:DescribeCluster")
    found = Assumed(served, "limited", allow("eks:*"), Policy=limit)

    _, status, text = refusal(found.client("eks").list_clusters)
    assert (status, text.endswith("no session policy allows the eks:ListClusters action")) == (
        403,
        True,
    )


def test_a_role_is_assumed_by_those_whom_it_trusts_and_who_may(served: Served, bob: User) -> None:
    trusted = Assumed(served, "trusting", allow("eks:*")).arn
    iam = root(served, "iam")
    none = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName="closed", AssumeRolePolicyDocument=none)
    closed = f"arn:aws:iam::{ACCOUNT}:role/closed"

    def assume(role: str) -> Any:
        return bob.client("sts").assume_role(RoleArn=role, RoleSessionName="bob")

    bob.may(allow("nothing:AtAll"))
    assert "no identity-based policy" in refusal(lambda: assume(trusted))[2]
    bob.may(allow("sts:AssumeRole"))
    assert assume(trusted)["AssumedRoleUser"]["Arn"].endswith("assumed-role/trusting/bob")
    assert "no resource-based policy" in refusal(lambda: assume(closed))[2]


def test_without_the_option_nobody_is_limited() -> None:
    free = Served()
    try:
        key = User(free, "dave")
        assert key.client("eks").list_clusters()["clusters"] == []
    except ClientError as error:  # pragma: no cover - told with its text
        pytest.fail(str(error))
    finally:
        free.stop()
