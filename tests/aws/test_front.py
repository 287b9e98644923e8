"""The door of the AWS side: who is asked, who asks, and what a wrong key or signature comes to."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from minieks.aws.front import Front
from minieks.aws.keyids import account_in
from minieks.aws.moto.loaded import of_partition
from minieks.eks.operations.call import Call
from minieks.eks.operations.errors import cluster_not_found
from minieks.engine.clock import SECOND, Micros, VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.rest.http import Request, Response
from minieks.serve import wire


class Clusters:
    """Operations that name who asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def perform(self, operation: str, parameters: Mapping[str, Any], call: Call) -> dict[str, Any]:
        self.calls.append(call)
        if operation == "DescribeCluster":
            raise cluster_not_found(parameters["name"])
        return {"clusters": [call.account, call.region, call.caller.arn]}


ISSUER = "https://oidc.eks.eu-west-1.amazonaws.com/id/" + "0A" * 16


class Known:
    """One cluster with an issuer."""

    def urls(self) -> list[str]:
        return [ISSUER]

    def key_set(self, issuer: str) -> dict[str, Any] | None:
        return {"keys": []} if issuer == ISSUER else None

    def inside_of(self, issuer: str) -> None:
        return None

    def inside(self, account: str, region: str, name: str) -> None:
        return None


def _now() -> Micros:
    return int(datetime.now(UTC).timestamp() * SECOND)  # noqa: TID251 - when botocore signs


class Side:
    """A front, and requests that are signed for it."""

    def __init__(self) -> None:
        self.clusters = Clusters()
        self.front = Front(Engine(VirtualClock(_now())), self.clusters, Known(), _now)

    def ask(self, service: str, path: str, key: Credentials, region: str = "eu-west-1") -> Response:
        signed = AWSRequest("GET", f"http://127.0.0.1:4566{path}")
        SigV4Auth(key, service, region).add_auth(signed)
        return self.front.handle(_request(signed))


def _request(signed: AWSRequest) -> Request:
    prepared = signed.prepare()
    path, query = wire.target_of(prepared.url.encode())
    headers = {name.lower(): value for name, value in prepared.headers.items()}
    return Request("GET", path, wire.query_of(query), {"host": "127.0.0.1:4566", **headers})


@pytest.fixture
def side() -> Side:
    return Side()


def _said(response: Response) -> Any:
    return json.loads(response.body)


TEST = Credentials("test", "test")


def test_an_unknown_key_is_the_root_user(side: Side) -> None:
    found = side.ask("eks", "/clusters", TEST)

    root = "arn:aws:iam::123456789012:root"
    assert _said(found) == {"clusters": ["123456789012", "eu-west-1", root]}


def test_a_key_of_twelve_digits_names_its_account(side: Side) -> None:
    found = side.ask("eks", "/clusters", Credentials("111122223333", "x"), "us-west-2")

    root = "arn:aws:iam::111122223333:root"
    assert _said(found) == {"clusters": ["111122223333", "us-west-2", root]}


def test_an_error_of_the_operations_is_told(side: Side) -> None:
    found = side.ask("eks", "/clusters/none", TEST)

    assert found.status == 404
    assert found.header("x-amzn-ErrorType") == "ResourceNotFoundException"
    said = {"message": "No cluster found for name: none.", "clusterName": "none"}
    assert _said(found) == said


def test_nobody_may_ask_eks_without_a_signature(side: Side) -> None:
    request = Request("GET", "/clusters", headers={"host": "eks.eu-west-1.amazonaws.com"})

    found = side.front.handle(request)

    assert found.status == 403
    assert found.header("x-amzn-ErrorType") == "MissingAuthenticationTokenException"


CREDENTIAL = "AWS4-HMAC-SHA256 Credential=test/20261123, SignedHeaders=host, Signature=0"


@pytest.mark.parametrize(
    ("path", "header", "status", "code"),
    [
        ("/clusters", "Bearer x", 400, "IncompleteSignatureException"),
        ("/clusters", CREDENTIAL, 400, "IncompleteSignatureException"),
        ("/?Action=ListUsers", "", 403, "<Code>MissingAuthenticationToken</Code>"),
    ],
    ids=["no signature", "no scope", "query protocol"],
)
def test_what_is_not_signed_as_it_must_be_is_not_taken_for_s3s(
    side: Side, path: str, header: str, status: int, code: str
) -> None:
    path, _, query = path.partition("?")
    headers = {"host": "127.0.0.1:4566", "x-amz-date": "20261123T000000Z"}
    signed = {"authorization": header} if header else {}
    request = Request("GET", path, wire.query_of(query), {**headers, **signed})

    found = side.front.handle(request)

    assert found.status == status
    assert code in f"{found.header('x-amzn-ErrorType')} {found.body.decode()}"


def test_a_region_must_be_one(side: Side) -> None:
    found = side.ask("eks", "/clusters", TEST, "mars-north-1")

    assert found.header("x-amzn-ErrorType") == "InvalidSignatureException"
    assert _said(found)["message"] == "Credential should be scoped to a valid region."


@pytest.fixture
def bob() -> Credentials:
    """A user with a key of his own."""
    iam = of_partition("iam", "123456789012")
    iam.users.pop("bob", None)
    iam.create_user(region_name="eu-west-1", user_name="bob", path="/", tags=[])
    key = iam.create_access_key(user_name="bob")
    return Credentials(key.access_key_id, key.secret_access_key)


def test_a_users_key_is_the_users(side: Side, bob: Credentials) -> None:
    found = side.ask("eks", "/clusters", bob)

    assert _said(found)["clusters"][2] == "arn:aws:iam::123456789012:user/bob"


@pytest.mark.parametrize(
    ("service", "path", "code"),
    [
        pytest.param("eks", "/clusters", b"InvalidSignatureException", id="JSON"),
        pytest.param(
            "sts",
            "/?Action=GetCallerIdentity&Version=2011-06-15",
            b"<Code>SignatureDoesNotMatch</Code>",
            id="query",
        ),
        pytest.param("s3", "/bucket/key", b"<Code>SignatureDoesNotMatch</Code>", id="S3"),
    ],
)
def test_a_wrong_secret_is_refused(
    side: Side, bob: Credentials, service: str, path: str, code: bytes
) -> None:
    wrong = Credentials(bob.access_key, "wrong")

    found = side.ask(service, path, wrong)

    assert found.status == 403
    assert code in found.body + found.header("x-amzn-ErrorType").encode()


INVALID = "The security token included in the request is invalid."


@pytest.mark.parametrize(
    ("service", "path", "status", "code"),
    [
        pytest.param("eks", "/clusters", 403, b"UnrecognizedClientException", id="JSON"),
        pytest.param(
            "sts",
            "/?Action=GetCallerIdentity&Version=2011-06-15",
            403,
            b"<Code>InvalidClientTokenId</Code><Message>" + INVALID.encode(),
            id="query",
        ),
        pytest.param(
            "ec2", "/?Action=DescribeVpcs&Version=2016-11-15", 401, b"AuthFailure", id="EC2"
        ),
        pytest.param("s3", "/bucket/key", 403, b"<Code>InvalidAccessKeyId</Code>", id="S3"),
    ],
)
def test_a_session_that_nobody_was_given_is_refused(
    side: Side, service: str, path: str, status: int, code: bytes
) -> None:
    # AWS General Reference, "Common Errors"; EC2 and S3 API references, "Error codes"
    found = side.ask(service, path, Credentials("ASIAIOSFODNN7EXAMPLE", "x", "token"))

    assert found.status == status
    assert code in found.body + found.header("x-amzn-ErrorType").encode()


@pytest.mark.parametrize("status", ["Inactive", None], ids=["inactive", "deleted"])
def test_a_users_key_that_counts_no_more_is_refused(
    side: Side, bob: Credentials, status: str | None
) -> None:
    iam = of_partition("iam", "123456789012")
    if status is None:
        iam.delete_access_key(access_key_id=bob.access_key, user_name="bob")
    else:
        iam.update_access_key("bob", bob.access_key, status)

    found = side.ask("eks", "/clusters", bob)

    assert found.header("x-amzn-ErrorType") == "UnrecognizedClientException"


@pytest.mark.parametrize("key", ["AKIAIOSFODNN7EXAMPLE", "AKIATEST", "test", "mock", "LKIAQAAA"])
def test_a_made_up_key_is_the_root_user(side: Side, bob: Credentials, key: str) -> None:
    found = side.ask("eks", "/clusters", Credentials(key, "x"))

    assert _said(found)["clusters"][2] == "arn:aws:iam::123456789012:root"


@pytest.mark.parametrize(
    ("key", "account"),
    [
        # moto/iam/utils.py, generate_access_key_id_from_account_id; GetAccessKeyInfo
        ("AKIARZPUZDIKPPHAQ3MH", "123456789012"),
        ("ASIAQAAAAAAAQAAAAAAA", "000000000001"),
        ("AKIATEST", ""),
        ("test", ""),
    ],
    ids=str,
)
def test_the_id_of_a_key_says_its_account(key: str, account: str) -> None:
    assert account_in(key) == account


def test_who_asks_sts_is_told_who_he_is(side: Side, bob: Credentials) -> None:
    found = side.ask("sts", "/?Action=GetCallerIdentity&Version=2011-06-15", bob)

    assert b"<Arn>arn:aws:iam::123456789012:user/bob</Arn>" in found.body


@pytest.mark.parametrize("action", ["GetSessionToken", "GetFederationToken"])
def test_no_user_gets_the_root_users_session(side: Side, bob: Credentials, action: str) -> None:
    path = f"/?Action={action}&Version=2011-06-15&Name=bob"

    assert side.ask("sts", path, TEST).status == 200
    found = side.ask("sts", path, bob)

    assert found.status == 501
    assert b"<Code>NotImplemented</Code>" in found.body


def test_a_presigned_url_is_as_good_as_a_signed_request(side: Side, bob: Credentials) -> None:
    presigned = AWSRequest(
        "GET", "http://127.0.0.1:4566/?Action=GetCallerIdentity&Version=2011-06-15"
    )
    SigV4QueryAuth(bob, "sts", "eu-west-1", expires=60).add_auth(presigned)

    found = side.front.handle(_request(presigned))

    assert b"<Arn>arn:aws:iam::123456789012:user/bob</Arn>" in found.body


def test_a_service_that_nobody_has_is_named(side: Side) -> None:
    found = side.ask("gamelift", "/", TEST)

    assert found.status == 501
    assert _said(found)["message"] == "the service gamelift is not emulated"


@pytest.mark.parametrize("service", ["iam", "ec2", "autoscaling"])
def test_an_action_that_no_service_has_is_invalid(side: Side, service: str) -> None:
    found = side.ask(service, "/?Action=Nonsense&Version=2010-05-08", TEST)

    assert found.status == 400
    assert b"<Code>InvalidAction</Code><Message>The action Nonsense is not valid" in found.body


def test_motos_own_eks_never_answers(side: Side) -> None:
    assert side.ask("eks", "/clusters", TEST).status == 200
    assert len(side.clusters.calls) == 1


def test_a_failure_of_ours_is_told_in_the_form_of_aws(side: Side) -> None:
    side.clusters.perform = None  # type: ignore[method-assign, assignment]  # anything that fails

    found = side.ask("eks", "/clusters", TEST)

    assert found.status == 500
    assert found.header("x-amzn-ErrorType") == "ServerException"


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        pytest.param("oidc.eks.eu-west-1.amazonaws.com", "/keys", 200, id="keys"),
        pytest.param("127.0.0.1:4566", "/keys", 200, id="keys at our own address"),
        pytest.param(
            "127.0.0.1:4566", "/.well-known/openid-configuration", 200, id="the discovery document"
        ),
        pytest.param("oidc.eks.eu-west-2.amazonaws.com", "/keys", 404, id="another region"),
        pytest.param("127.0.0.1:4566", "/other", 404, id="another document"),
    ],
)
def test_an_issuer_publishes(side: Side, host: str, path: str, status: int) -> None:
    request = Request("GET", f"/id/{'0A' * 16}{path}", headers={"host": host})

    found = side.front.handle(request)

    assert found.status == status
    if path == "/.well-known/openid-configuration":
        assert _said(found)["issuer"] == ISSUER


def web_identity(side: Side, more: str = "") -> Response:
    """What STS says to a token that is none."""
    role = "arn:aws:iam::123456789012:role/app"
    wanted = f"RoleArn={role}&RoleSessionName=me&WebIdentityToken=nonsense{more}"
    request = Request(
        "POST",
        "/",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=f"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&{wanted}".encode(),
    )
    return side.front.handle(request)


def test_a_web_identity_that_is_none_is_refused_with_the_reason(side: Side) -> None:
    found = web_identity(side)

    assert found.status == 400
    head = b'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>'
    assert head + b"<Type>Sender</Type><Code>InvalidIdentityToken</Code>" in found.body
    assert re.search(rb"</Error><RequestId>[0-9a-f-]{36}</RequestId></ErrorResponse>$", found.body)
    assert "JSON Web Token" in found.header("x-minieks-reason")


def test_a_duration_is_a_number(side: Side) -> None:
    found = web_identity(side, "&DurationSeconds=1h")

    assert b"<Code>ValidationError</Code>" in found.body
    assert b"Value '1h' at 'durationSeconds' failed to satisfy constraint" in found.body


def test_pod_identity_knows_running_clusters_only(side: Side) -> None:
    signed = AWSRequest(
        "POST",
        "http://127.0.0.1:4566/clusters/none/assume-role-for-pod-identity",
        data=b'{"token": "a.b.c"}',
    )
    SigV4Auth(TEST, "eks-auth", "eu-west-1").add_auth(signed)

    found = side.front.handle(_request(signed)._replace(method="POST", body=signed.body))

    assert found.header("x-amzn-ErrorType") == "ResourceNotFoundException"


def test_motos_own_pages_are_there(side: Side) -> None:
    found = side.front.handle(Request("GET", "/moto-api/config", headers={"host": "x:4566"}))

    assert found.status == 201
    assert "batch" in _said(found)
