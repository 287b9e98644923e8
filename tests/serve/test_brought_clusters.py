"""Clusters from eksctl's own example configs: AWS shows what eksctl makes, and it works.

One process serves them all; boto3 and the Kubernetes client ask it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError
from kubernetes import client as kubernetes_client

from aws_endpoint import Endpoint
from identity_aws import presigned_url
from minieks.eks.identity.tokens import encoded
from minieks.serve.clock import machine_micros
from minieks.serve.host import Host
from shared import SHARED

k8s: Any = kubernetes_client
"""Its own types know no objects but its own."""
ACCOUNT, REGION = "123456789012", "us-west-2"
OTHER = "111122223333"
"""The account that the examples speak of."""
CONFIGS = ("13", "25", "35", "39", "40")
FOLDER = SHARED / "real" / "eksctl"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="eksctl's examples are not here")


class Examples(Endpoint):
    """The examples, and clients for them."""

    def __init__(self) -> None:
        super().__init__(configs=[next(FOLDER.glob(f"{one}-*")) for one in CONFIGS])

    def aws(self, service: str, key: str = ACCOUNT, **options: Any) -> Any:
        """A client of boto3, as the root user of an account unless told otherwise."""
        return self.client(service, **{"region_name": REGION, "aws_access_key_id": key, **options})

    def host(self, cluster: str) -> Host:
        return next(one for one in self.premises.hosts if one.opened.name == cluster)

    def admin(self, cluster: str) -> Any:
        """The Kubernetes API as whoever has the kubeconfig of ``minieks up``."""
        context = self.host(cluster).context
        config = self._config(cluster)
        config.cert_file = _file(context.certificate)
        config.key_file = _file(context.key)
        return k8s.ApiClient(config)

    def by_iam(self, cluster: str, key: dict[str, str] | None = None) -> Any:
        """The Kubernetes API with the token of ``aws eks get-token``."""
        signing: dict[str, Any] = {**(key or {"key": ACCOUNT, "secret": "x"})}
        url = presigned_url(
            cluster, endpoint="https://sts.us-west-2.amazonaws.com", now=machine_micros(), **signing
        )
        config = self._config(cluster)
        config.api_key = {"authorization": f"Bearer {encoded(url)}"}
        return k8s.ApiClient(config)

    def _config(self, cluster: str) -> Any:
        config = k8s.Configuration(host=self.host(cluster).url)
        config.ssl_ca_cert = _file(self.host(cluster).context.authority)
        return config

    def session(self, account: str, role: str) -> dict[str, str]:
        """What a session of a role signs with; the role is made if it is not there."""
        arn, iam = f"arn:aws:iam::{account}:role/{role}", self.aws("iam", account)
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        if role not in [one["RoleName"] for one in iam.list_roles()["Roles"]]:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)
        sts = self.aws("sts", account)
        found = sts.assume_role(RoleArn=arn, RoleSessionName="dev")["Credentials"]
        return {
            "key": found["AccessKeyId"],
            "secret": found["SecretAccessKey"],
            "session_token": found["SessionToken"],
        }

    def user(self, account: str, name: str) -> dict[str, str]:
        """What a new IAM user signs with."""
        iam = self.aws("iam", account)
        iam.create_user(UserName=name)
        found = iam.create_access_key(UserName=name)["AccessKey"]
        return {"key": found["AccessKeyId"], "secret": found["SecretAccessKey"]}

    def token(self, cluster: str, account: str, audience: str) -> str:
        """A token of a service account, named ``namespace/name``."""
        space, name = account.split("/")
        core = k8s.CoreV1Api(self.admin(cluster))
        spec = {"audiences": [audience], "expirationSeconds": 3600}
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        return str(core.create_namespaced_service_account_token(name, space, asked).status.token)


def _file(content: bytes) -> str:
    with NamedTemporaryFile(suffix=".pem", delete=False) as made:
        made.write(content)
    return made.name


def _me(api: Any) -> Any:
    """Who the Kubernetes API takes the caller for."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    return k8s.AuthenticationV1Api(api).create_self_subject_review(review).status.user_info


@pytest.fixture(scope="module")
def examples() -> Iterator[Examples]:
    found = Examples()
    with found:
        yield found


# --- what eksctl makes ---


@pytest.mark.parametrize(
    ("cluster", "region", "groups"),
    [
        ("cluster-13", REGION, []),
        ("cluster-25", REGION, ["mng1"]),
        ("cluster-with-iamidentitymappings", "us-east-1", []),
        ("cluster-39", REGION, ["mng1"]),
        ("access-entries-cluster", REGION, []),
    ],
)
def test_eks_and_ec2_know_the_cluster(
    examples: Examples, cluster: str, region: str, groups: list[str]
) -> None:
    eks = examples.aws("eks", region_name=region)

    found = eks.describe_cluster(name=cluster)["cluster"]
    assert (found["status"], found["endpoint"]) == ("ACTIVE", examples.host(cluster).url)
    assert eks.list_nodegroups(clusterName=cluster)["nodegroups"] == groups
    role = found["roleArn"].rpartition("/")[2]
    attached = examples.aws("iam").list_attached_role_policies(RoleName=role)
    names = [one["PolicyName"] for one in attached["AttachedPolicies"]]
    assert names == ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"]
    ec2 = examples.aws("ec2", region_name=region)
    config = found["resourcesVpcConfig"]
    subnets = ec2.describe_subnets(SubnetIds=config["subnetIds"])["Subnets"]
    assert {one["VpcId"] for one in subnets} == {config["vpcId"]}
    wanted = [{"Name": "tag:kubernetes.io/cluster/" + cluster, "Values": ["owned"]}]
    machines = ec2.describe_instances(Filters=wanted)["Reservations"]
    names = sorted(one["Instances"][0]["PrivateDnsName"] for one in machines)
    nodes = k8s.CoreV1Api(examples.admin(cluster)).list_node().items
    assert names == sorted(one.metadata.name for one in nodes)


def test_add_ons_have_their_roles(examples: Examples) -> None:
    eks, iam = examples.aws("eks"), examples.aws("iam")
    cni = eks.describe_addon(clusterName="cluster-25", addonName="vpc-cni")["addon"]
    assert cni["status"] == "ACTIVE"
    role = cni["serviceAccountRoleArn"].rpartition("/")[2]
    (policy,) = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert policy["PolicyName"] == "AmazonEKS_CNI_Policy"
    trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    condition = trust["Statement"][0]["Condition"]["StringEquals"]
    assert "system:serviceaccount:kube-system:aws-node" in condition.values()


# --- 13: service accounts with roles ---


def _role_of(examples: Examples, account: str) -> str:
    space, name = account.split("/")
    core = k8s.CoreV1Api(examples.admin("cluster-13"))
    found = core.read_namespaced_service_account(name, space).metadata.annotations
    return str(found["eks.amazonaws.com/role-arn"])


def _assume(examples: Examples, role: str, account: str) -> Any:
    token = examples.token("cluster-13", account, "sts.amazonaws.com")
    return examples.aws("sts").assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="app", WebIdentityToken=token
    )


def test_a_service_account_gets_its_role(examples: Examples) -> None:
    role = _role_of(examples, "backend-apps/s3-reader")
    assert ":role/eksctl-cluster-13-addon-iamserviceaccount-backend-a" in role

    found = _assume(examples, role, "backend-apps/s3-reader")["Credentials"]

    session = {
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }
    me = examples.aws("sts", found["AccessKeyId"], **session).get_caller_identity()
    assert me["Arn"] == role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/app"


def test_no_other_service_account_gets_it(examples: Examples) -> None:
    role = _role_of(examples, "backend-apps/s3-reader")

    with pytest.raises(ClientError) as refused:
        _assume(examples, role, "backend-apps/cache-access")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


_PROGRAM = """
import boto3
print(boto3.client("sts").get_caller_identity()["Arn"])
"""
"""It says nothing of credentials: boto3 looks for them where it always does."""


def _run_as(examples: Examples, account: str, token_of: str, folder: Path) -> Any:
    """Run the program with what a pod of an account has, and the token file of another one's."""
    space, name = account.split("/")
    core = k8s.CoreV1Api(examples.admin("cluster-13"))
    container = {"name": "app", "image": "python"}
    spec = {"serviceAccountName": name, "containers": [container]}
    pod = core.create_namespaced_pod(space, {"metadata": {"generateName": "app-"}, "spec": spec})
    variables = {one.name: one.value for one in pod.spec.containers[0].env}
    file = folder / "token"
    file.write_text(examples.token("cluster-13", token_of, "sts.amazonaws.com"))
    assert Path(variables["AWS_WEB_IDENTITY_TOKEN_FILE"]).name == file.name
    variables |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(file), "AWS_ENDPOINT_URL": examples.url}
    command = [sys.executable, "-c", _PROGRAM]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_a_program_in_a_pod_has_its_role_by_boto3_s_own_means(
    examples: Examples, tmp_path: Path
) -> None:
    account = "backend-apps/s3-reader"

    done = _run_as(examples, account, account, tmp_path)
    role = _role_of(examples, account).rpartition("/")[2]
    assert f":assumed-role/{role}/" in done.stdout, done.stderr


def test_a_program_with_another_subject_s_token_is_refused(
    examples: Examples, tmp_path: Path
) -> None:
    done = _run_as(examples, "backend-apps/s3-reader", "backend-apps/cache-access", tmp_path)

    assert done.returncode != 0
    assert "(AccessDenied)" in done.stderr
    assert "AssumeRoleWithWebIdentity" in done.stderr


@pytest.mark.parametrize(
    ("account", "attached", "inline"),
    [
        ("backend-apps/s3-reader", ["AmazonS3ReadOnlyAccess"], []),
        (
            "backend-apps/cache-access",
            ["AmazonDynamoDBReadOnlyAccess", "AmazonElastiCacheFullAccess"],
            [],
        ),
        ("kube-system/ebs-csi-controller-sa", ["AmazonEBSCSIDriverPolicy"], []),
        ("kube-system/cluster-autoscaler", [], ["PolicyAutoScaling"]),
        ("kube-system/autoscaler-service", [], ["Policy1"]),
        (
            "kube-system/external-dns",
            [],
            ["PolicyExternalDNSChangeSet", "PolicyExternalDNSHostedZones"],
        ),
    ],
)
def test_a_role_may_do_what_the_config_says(
    examples: Examples, account: str, attached: list[str], inline: list[str]
) -> None:
    iam, role = examples.aws("iam"), _role_of(examples, account).rpartition("/")[2]

    found = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert sorted(one["PolicyName"] for one in found) == attached
    assert sorted(iam.list_role_policies(RoleName=role)["PolicyNames"]) == inline


# --- 35: rows of aws-auth ---

MAPPED = "000000000000"


@pytest.mark.parametrize(
    ("signs", "username", "group"),
    [
        ("role/myAdminRole", "admin", "system:masters"),
        ("user/myUser", "myUser", "system:authenticated"),
        ("user/anybody", f"arn:aws:iam::{MAPPED}:user/anybody", "system:authenticated"),
    ],
)
def test_a_row_of_aws_auth_names_the_caller(
    examples: Examples, signs: str, username: str, group: str
) -> None:
    kind, name = signs.split("/")
    key = examples.session(MAPPED, name) if kind == "role" else examples.user(MAPPED, name)

    me = _me(examples.by_iam("cluster-with-iamidentitymappings", key))
    assert me.username == username
    assert group in me.groups


# --- 39: Pod Identity ---


def test_pods_of_an_association_get_its_role(examples: Examples) -> None:
    core = k8s.CoreV1Api(examples.admin("cluster-39"))
    if not any(one.metadata.name == "dev" for one in core.list_namespace().items):
        core.create_namespace({"metadata": {"name": "dev"}})
    core.create_namespaced_service_account("dev", {"metadata": {"name": "nginx"}})
    container = {"name": "app", "image": "nginx"}
    spec = {"serviceAccountName": "nginx", "containers": [container]}
    core.create_namespaced_pod("dev", {"metadata": {"name": "web"}, "spec": spec})
    eks = examples.aws("eks")
    (listed,) = eks.list_pod_identity_associations(
        clusterName="cluster-39", namespace="dev", serviceAccount="nginx"
    )["associations"]
    association = eks.describe_pod_identity_association(
        clusterName="cluster-39", associationId=listed["associationId"]
    )["association"]

    asked = {
        "spec": {
            "audiences": ["pods.eks.amazonaws.com"],
            "expirationSeconds": 3600,
            "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "web"},
        }
    }
    token = core.create_namespaced_service_account_token("nginx", "dev", asked).status.token
    found = examples.aws("eks-auth").assume_role_for_pod_identity(
        clusterName="cluster-39", token=token
    )
    role = association["roleArn"].rpartition("/")[2]
    assert f":assumed-role/{role}/" in found["assumedRoleUser"]["arn"]
    policies = examples.aws("iam").list_role_policies(RoleName=role)["PolicyNames"]
    assert policies == ["Policy1"]


# --- 40: access entries ---


def test_groups_of_an_entry_are_the_caller_s(examples: Examples) -> None:
    me = _me(examples.by_iam("access-entries-cluster", examples.user(OTHER, "my-user-name")))
    assert me.username == f"arn:aws:iam::{OTHER}:user/my-user-name"
    assert {"group1", "group2"} <= set(me.groups)


def test_a_view_policy_holds_in_its_namespaces(examples: Examples) -> None:
    key = examples.session(OTHER, "role-name-1")
    core = k8s.CoreV1Api(examples.by_iam("access-entries-cluster", key))

    assert core.list_namespaced_pod("default").items == []
    assert core.list_namespaced_pod("dev-anything").items == []
    with pytest.raises(k8s.ApiException) as refused:
        core.list_namespaced_pod("kube-system")
    assert refused.value.status == 403


def test_an_admin_policy_holds_everywhere(examples: Examples) -> None:
    key = examples.session(OTHER, "admin-role")
    core = k8s.CoreV1Api(examples.by_iam("access-entries-cluster", key))

    assert len(core.list_node().items) == 2
    core.create_namespace({"metadata": {"name": "made-by-admin"}})


def test_who_has_no_entry_does_not_get_in(examples: Examples) -> None:
    with pytest.raises(k8s.ApiException) as refused:
        _me(examples.by_iam("access-entries-cluster"))
    assert refused.value.status == 401


def test_the_creator_gets_in_unless_the_config_says_otherwise(examples: Examples) -> None:
    api = examples.by_iam("cluster-39")

    assert _me(api).username == f"arn:aws:iam::{ACCOUNT}:root"
    assert len(k8s.CoreV1Api(api).list_node().items) == 2


# --- what is brought stays ---


def test_a_reset_leaves_what_configs_brought(examples: Examples) -> None:
    examples.aws("iam").create_user(UserName="somebody")
    with urlopen(Request(f"{examples.url}/_minieks/reset", method="POST")) as answer:
        assert answer.status == 200

    assert examples.aws("iam").list_users()["Users"] == []
    assert "cluster-13" in examples.aws("eks").list_clusters()["clusters"]
    role = _role_of(examples, "backend-apps/s3-reader").rpartition("/")[2]
    assert examples.aws("iam").get_role(RoleName=role)["Role"]["RoleName"] == role


def test_a_config_s_cluster_can_be_deleted(examples: Examples) -> None:
    eks = examples.aws("eks")
    eks.delete_nodegroup(clusterName="cluster-25", nodegroupName="mng1")
    eks.get_waiter("nodegroup_deleted").wait(
        clusterName="cluster-25",
        nodegroupName="mng1",
        WaiterConfig={"Delay": 0.05, "MaxAttempts": 200},
    )
    eks.delete_cluster(name="cluster-25")
    eks.get_waiter("cluster_deleted").wait(
        name="cluster-25", WaiterConfig={"Delay": 0.05, "MaxAttempts": 200}
    )
    assert "cluster-25" not in eks.list_clusters()["clusters"]
    assert "cluster-25" not in [one.opened.name for one in examples.premises.all_hosts()]
    assert "cluster-13" in eks.list_clusters()["clusters"]
