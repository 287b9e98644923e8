"""Identity end to end: who enters a cluster, and what its pods are worth at the AWS endpoint."""

import base64
import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from identity_aws import get_token
from minieks.aws.moto.keys import find
from minieks.aws.moto.loaded import of_partition
from minieks.aws.moto.principals import principal_of
from minieks.engine.clock import SECOND
from minieks.serve.clock import machine_micros
from served_aws import Served, eventually, make_role, refusal

ACCOUNT = "222233334444"
SUBJECT = "system:serviceaccount:default:app"
STS = "sts.amazonaws.com"
PODS = "pods.eks.amazonaws.com"
AGENT = "/v1/credentials"


@dataclass
class Made:
    """A cluster that alice has made in mode CONFIG_MAP."""

    served: Served
    description: dict[str, Any]
    alice: tuple[str, str]

    @property
    def issuer(self) -> str:
        return str(self.description["identity"]["oidc"]["issuer"])

    @property
    def host(self) -> Any:
        """The cluster from inside of the process."""
        (found,) = self.served.premises.made.hosts
        return found

    def kubernetes(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """The status and answer of the cluster's API; asked by alice unless a token is given."""
        authority = base64.b64decode(self.description["certificateAuthority"]["data"]).decode()
        context = ssl.create_default_context(cadata=authority)
        place = urlsplit(self.description["endpoint"]).netloc
        connection = http.client.HTTPSConnection(place, context=context)
        who = token or get_token("made", key=self.alice[0], secret=self.alice[1], now=now())
        headers = {"Authorization": f"Bearer {who}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        said = json.loads(response.read())
        connection.close()
        return response.status, said

    def token(self, audience: str, account: str = "app", pod: str = "") -> str:
        """A token of a service account."""
        spec: dict[str, Any] = {"audiences": [audience], "expirationSeconds": 3600}
        if pod:
            spec["boundObjectRef"] = {"kind": "Pod", "apiVersion": "v1", "name": pod}
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        path = f"/api/v1/namespaces/default/serviceaccounts/{account}/token"
        status, said = self.kubernetes("POST", path, request)
        assert status == 201, said
        return str(said["status"]["token"])

    def signed(self, claims: dict[str, Any]) -> str:
        """A token with other claims, signed by the cluster itself."""
        real = jwt.decode(self.token(STS), options={"verify_signature": False})
        return str(self.host.tokens.key.sign({**real, **claims}))

    def add(self, kind: str, plural: str, name: str, **more: Any) -> None:
        """Create an object in the namespace default."""
        body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}
        status, said = self.kubernetes("POST", f"/api/v1/namespaces/default/{plural}", body)
        assert status == 201, said


def now() -> int:
    return machine_micros()


def root(served: Served, service: str) -> Any:
    return served.client(service, ACCOUNT)


@pytest.fixture(scope="module")
def made(served: Served) -> Iterator[Made]:
    iam, ec2 = root(served, "iam"), root(served, "ec2")
    role = make_role(iam, "cluster", "eks.amazonaws.com")
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    alice = (key["AccessKeyId"], key["SecretAccessKey"])
    eks = served.client("eks", *alice)
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    config = {"subnetIds": subnets}
    eks.create_cluster(name="made", roleArn=role, resourcesVpcConfig=config)
    eks.get_waiter("cluster_active").wait(name="made", WaiterConfig={"Delay": 0})
    found = Made(served, eks.describe_cluster(name="made")["cluster"], alice)
    found.add("ServiceAccount", "serviceaccounts", "app")
    found.add("ServiceAccount", "serviceaccounts", "other")
    containers = [{"name": "c", "image": "nginx"}]
    spec = {"serviceAccountName": "app", "containers": containers}
    found.add("Pod", "pods", "web", spec=spec)
    yield found
    eks.delete_cluster(name="made")
    eks.get_waiter("cluster_deleted").wait(name="made", WaiterConfig={"Delay": 0})


def in_a_header(error: ClientError) -> str:
    """The reason that is told beside AWS's own words."""
    return str(error.response["ResponseMetadata"]["HTTPHeaders"].get("x-minieks-reason", ""))


# -- into the cluster --


def test_the_creator_is_master_in_mode_config_map_and_nobody_else_is(made: Made) -> None:
    assert made.description["accessConfig"]["authenticationMode"] == "CONFIG_MAP"
    assert made.kubernetes("GET", "/api/v1/nodes")[0] == 200

    other = get_token("made", key=ACCOUNT, secret="x", now=now())
    assert made.kubernetes("GET", "/api/v1/nodes", token=other)[0] == 401


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"secret": "wrong"}, id="another secret"),
        pytest.param({"cluster": "other"}, id="another cluster"),
        pytest.param({"now": 16 * 60}, id="too old"),
        pytest.param({"endpoint": "https://evil.test"}, id="another endpoint"),
    ],
)
def test_a_wrong_token_does_not_let_in(made: Made, changes: dict[str, Any]) -> None:
    key, secret = made.alice
    given = {"cluster": "made", "key": key, "secret": secret, **changes}
    given["now"] = now() - changes.get("now", 0) * SECOND

    assert made.kubernetes("GET", "/api/v1/nodes", token=get_token(**given))[0] == 401


def test_a_session_that_has_expired_gets_nowhere(made: Made) -> None:
    iam = root(made.served, "iam")
    role = make_role(iam, "short", "ec2.amazonaws.com")
    sts = root(made.served, "sts")
    got = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    keys = (got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])
    eks = made.served.client("eks", *keys)
    assert eks.list_clusters()["clusters"] == ["made"]

    session = of_partition("sts", ACCOUNT).get_assumed_role_from_access_key(keys[0])
    session.expiration = datetime(2020, 1, 1, tzinfo=UTC)

    assert refusal(eks.list_clusters)[:2] == ("ExpiredTokenException", 403)
    expired = get_token("made", key=keys[0], secret=keys[1], session_token=keys[2], now=now())
    assert made.kubernetes("GET", "/api/v1/nodes", token=expired)[0] == 401


# -- the issuer --


@pytest.mark.parametrize("by_name", [True, False], ids=["by the issuer's name", "by path"])
def test_the_issuer_is_reached_by_https(made: Made, by_name: bool) -> None:
    ours = urlsplit(made.served.endpoint)
    issuer = urlsplit(made.issuer)
    plain = http.client.HTTPConnection(ours.netloc)
    plain.request("GET", "/_minieks/authority.pem")
    context = ssl.create_default_context(cadata=plain.getresponse().read().decode())
    plain.close()
    assert issuer.hostname is not None
    name = issuer.hostname if by_name else "127.0.0.1"
    connection = http.client.HTTPSConnection(name, ours.port, context=context)
    connection.sock = context.wrap_socket(  # as curl --resolve does
        socket.create_connection(("127.0.0.1", ours.port)), server_hostname=name
    )

    connection.request("GET", f"{issuer.path}/.well-known/openid-configuration")
    document = json.loads(connection.getresponse().read())
    connection.request("GET", f"{issuer.path}/keys")
    keys = json.loads(connection.getresponse().read())
    connection.close()

    assert document["issuer"] == made.issuer
    header = jwt.get_unverified_header(made.token(STS))
    assert header["kid"] in [one["kid"] for one in keys["keys"]]


# -- out of the cluster: IAM roles for service accounts --


@pytest.fixture(scope="module")
def irsa(made: Made) -> str:
    """The ARN of a role for the service account app."""
    iam = root(made.served, "iam")
    url = made.issuer
    host = url.removeprefix("https://")
    made_provider = iam.create_open_id_connect_provider(Url=url, ClientIDList=[STS])
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": made_provider["OpenIDConnectProviderArn"]},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:sub": SUBJECT, f"{host}:aud": STS}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = iam.create_role(RoleName="irsa", AssumeRolePolicyDocument=document)
    return str(role["Role"]["Arn"])


def assume(made: Made, role: str, token: str, **more: Any) -> Any:
    """What a pod's SDK asks."""
    sts = made.served.client("sts")
    asked = {"RoleArn": role, "RoleSessionName": "pod", "WebIdentityToken": token, **more}
    return sts.assume_role_with_web_identity(**asked)


def test_a_pods_token_is_worth_a_session(made: Made, irsa: str) -> None:
    found = assume(made, irsa, made.token(STS))

    got = found["Credentials"]
    keys = (got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])
    arn = made.served.client("sts", *keys).get_caller_identity()["Arn"]
    assert arn == found["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/irsa/pod"
    assert found["SubjectFromWebIdentityToken"] == SUBJECT


def unsigned(made: Made) -> str:
    """``alg: none``."""
    claims = jwt.decode(made.token(STS), options={"verify_signature": False})
    return jwt.encode(claims, "", algorithm="none")


def tampered(made: Made) -> str:
    """Another subject under the same signature."""
    head, _, signature = made.token(STS, "other").split(".")
    claims = jwt.decode(made.token(STS), options={"verify_signature": False})
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"


INVALID = "InvalidIdentityToken"


@pytest.mark.parametrize(
    ("token", "code", "status", "reason"),
    [
        pytest.param(tampered, INVALID, 400, "its signature", id="tampered"),
        pytest.param(unsigned, INVALID, 400, "algorithm is 'none'", id="alg none"),
        pytest.param(lambda made: "nonsense", INVALID, 400, "no JSON Web Token", id="no token"),
        pytest.param(
            lambda made: made.token("https://kubernetes.default.svc"),
            *(INVALID, 400, "the token is for https://kubernetes.default.svc"),
            id="wrong audience",
        ),
        pytest.param(
            lambda made: made.signed({"exp": 1_700_000_000}),
            *("ExpiredTokenException", 400, "expired"),
            id="replayed after its end",
        ),
        pytest.param(
            lambda made: made.signed({"iss": made.issuer[:-4] + "0000"}),
            *(INVALID, 400, "no OIDC provider"),
            id="of another cluster",
        ),
        pytest.param(
            lambda made: made.token(STS, "other"),
            *("AccessDenied", 403, "StringEquals on oidc.eks"),
            id="another service account",
        ),
    ],
)
def test_a_wrong_web_identity_is_refused(
    made: Made, irsa: str, token: Any, code: str, status: int, reason: str
) -> None:
    with pytest.raises(ClientError) as refused:
        assume(made, irsa, token(made))

    told = refused.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert reason in in_a_header(refused.value)


def test_what_failed_is_in_our_log(made: Made, irsa: str, caplog: pytest.LogCaptureFixture) -> None:
    refusal(lambda: assume(made, irsa, made.token(STS, "other")))

    assert "wants 'system:serviceaccount:default:app'" in caplog.text


@pytest.mark.parametrize("name", ["none", "closed", "elsewhere"])
def test_a_role_that_does_not_trust_the_token_is_not_assumed(
    made: Made, irsa: str, name: str
) -> None:
    iam = root(made.served, "iam")
    if name == "closed":
        make_role(iam, name, "ec2.amazonaws.com")
    if name == "elsewhere":
        text = json.dumps(iam.get_role(RoleName="irsa")["Role"]["AssumeRolePolicyDocument"])
        other = text.replace(made.issuer.removeprefix("https://"), "oidc.eks.eu-north-1.test/id/A")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=other)

    found = refusal(lambda: assume(made, f"arn:aws:iam::{ACCOUNT}:role/{name}", made.token(STS)))

    assert found == ("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithWebIdentity")


def test_an_account_without_the_provider_does_not_know_the_issuer(made: Made) -> None:
    role = "arn:aws:iam::999988887777:role/irsa"

    code, _, text = refusal(lambda: assume(made, role, made.token(STS)))

    assert code == INVALID
    assert text == f"No OpenIDConnect provider found in your account for {made.issuer}"


def test_a_session_lasts_no_longer_than_the_role_allows(made: Made, irsa: str) -> None:
    found = refusal(lambda: assume(made, irsa, made.token(STS), DurationSeconds=7200))

    assert found[0] == "ValidationError"


# -- out of the cluster: EKS Pod Identity --


@pytest.fixture(scope="module")
def associated(made: Made) -> str:
    """The ARN of the role that is associated with the service account app."""
    role = make_role(root(made.served, "iam"), "pods", PODS)
    eks = root(made.served, "eks")
    names = {"namespace": "default", "serviceAccount": "app"}
    eks.create_pod_identity_association(clusterName="made", roleArn=role, **names)
    return role


def agent(made: Made, token: str | None) -> tuple[int, str, str]:
    """The status, body and reason of the agent's answer."""
    connection = http.client.HTTPConnection(urlsplit(made.served.endpoint).netloc)
    connection.request("GET", AGENT, headers={} if token is None else {"Authorization": token})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body, response.getheader("x-minieks-reason") or ""


def test_the_agent_gives_the_credentials_of_the_associated_role(
    made: Made, associated: str
) -> None:
    status, body, _ = agent(made, made.token(PODS, pod="web"))

    assert status == 200
    said = json.loads(body)
    assert sorted(said) == ["AccessKeyId", "AccountId", "Expiration", "SecretAccessKey", "Token"]
    keys = (said["AccessKeyId"], said["SecretAccessKey"], said["Token"])
    arn = made.served.client("sts", *keys).get_caller_identity()["Arn"]
    assert arn.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/pods/eks-made-web-")


def test_sessions_of_pods_have_tags(made: Made, associated: str) -> None:
    said = json.loads(agent(made, made.token(PODS, pod="web"))[1])
    key = find(said["AccessKeyId"])
    assert key is not None

    found = principal_of(key.caller)

    assert found is not None
    assert found.tags["kubernetes-namespace"] == "default"
    assert found.tags["kubernetes-pod-name"] == "web"
    assert found.tags["eks-cluster-name"] == "made"


def test_eks_auth_answers_the_agent_in_the_shape_of_its_model(made: Made, associated: str) -> None:
    auth = root(made.served, "eks-auth")

    found = auth.assume_role_for_pod_identity(clusterName="made", token=made.token(PODS, pod="web"))

    shape = auth.meta.service_model.operation_model("AssumeRoleForPodIdentity").output_shape
    found.pop("ResponseMetadata")
    assert ParamValidator().validate(found, shape).generate_report() == ""
    assert set(shape.required_members) <= set(found)
    assert found["subject"] == {"namespace": "default", "serviceAccount": "app"}
    assert found["assumedRoleUser"]["arn"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/pods/")


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        pytest.param(lambda made: None, 400, "InvalidParameterException", id="none"),
        pytest.param(lambda made: "a.b.c", 400, "InvalidTokenException", id="nonsense"),
        pytest.param(lambda made: made.token(STS), 400, "InvalidTokenException", id="audience"),
        pytest.param(
            lambda made: made.signed({"aud": [PODS], "exp": 1_700_000_000}),
            *(400, "ExpiredTokenException"),
            id="expired",
        ),
        pytest.param(
            lambda made: made.signed({"iss": "https://x.test"}),
            *(400, "InvalidTokenException"),
            id="of another cluster",
        ),
        pytest.param(
            lambda made: made.token(PODS, "other"),
            *(404, "ResourceNotFoundException"),
            id="without association",
        ),
    ],
)
def test_the_agent_refuses(made: Made, associated: str, token: Any, status: int, code: str) -> None:
    found, body, _ = agent(made, token(made))

    assert (found, f"({code})" in body) == (status, True), body


def test_pods_on_fargate_have_no_agent(made: Made, associated: str) -> None:
    eks, iam = root(made.served, "eks"), root(made.served, "iam")
    ec2 = root(made.served, "ec2")
    vpc = made.description["resourcesVpcConfig"]["vpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="172.31.200.0/24")["Subnet"]["SubnetId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    role = make_role(iam, "execution", "eks-fargate-pods.amazonaws.com")
    named = {"clusterName": "made", "fargateProfileName": "fp"}
    selectors = [{"namespace": "default", "labels": {"on": "fargate"}}]
    eks.create_fargate_profile(
        **named, podExecutionRoleArn=role, subnets=[subnet], selectors=selectors
    )
    eks.get_waiter("fargate_profile_active").wait(**named, WaiterConfig={"Delay": 0})
    containers = [{"name": "c", "image": "nginx"}]
    made.add(
        *("Pod", "pods", "serverless"),
        metadata={"name": "serverless", "labels": {"on": "fargate"}},
        spec={"serviceAccountName": "app", "containers": containers},
    )
    path = "/api/v1/namespaces/default/pods/serverless"
    while not made.kubernetes("GET", path)[1]["spec"].get("nodeName"):
        pass

    status, body, reason = agent(made, made.token(PODS, pod="serverless"))

    assert (status, "(AccessDeniedException)" in body) == (400, True)
    assert "no agent on Fargate" in reason
    eventually(lambda: eks.delete_fargate_profile(**named), "ResourceInUseException")
    eks.get_waiter("fargate_profile_deleted").wait(**named, WaiterConfig={"Delay": 0})
