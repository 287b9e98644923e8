"""What nobody's SDK sends: wrong scopes, methods, paths, bodies and signatures, over a socket."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from minieks.serve.awshost import MAX_BODY
from served_aws import REGION, Served, make_role, refusal

ACCOUNT = "333344445555"
DATE = "20261123T000000Z"
JSON = "x-amzn-errortype"


def scope(service: str = "eks", region: str = REGION, key: str = ACCOUNT) -> str:
    """A header of a signature that nobody can check."""
    given = f"Credential={key}/20261123/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 {given}, SignedHeaders=host;x-amz-date, Signature=00"


def ask(
    served: Served, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, str, str]:
    """The status, the error's code and the body of an answer."""
    connection = http.client.HTTPConnection(urlsplit(served.endpoint).netloc)
    sent = {"authorization": scope(), **headers}
    named = {name.replace("_", "-"): value for name, value in sent.items() if value}
    connection.request(method, path, body, named)
    response = connection.getresponse()
    said = response.read().decode(errors="replace")
    connection.close()
    return response.status, response.getheader(JSON) or "", said


UNKNOWN = (404, "UnknownOperationException")
SERIAL = (400, "SerializationException")


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        pytest.param("PATCH", "/clusters", b"", UNKNOWN, id="wrong method"),
        pytest.param("PUT", "/clusters/c", b"{}", UNKNOWN, id="method of another service"),
        pytest.param("GET", "/clusters/c/pods", b"", UNKNOWN, id="wrong path"),
        pytest.param("GET", "/", b"", UNKNOWN, id="no path"),
        pytest.param("GET", "/clusters//node-groups", b"", UNKNOWN, id="empty label"),
        pytest.param("POST", "/clusters", b"\x00\xff{", SERIAL, id="garbage"),
        pytest.param("POST", "/clusters", b"[]", SERIAL, id="a list"),
        pytest.param("POST", "/clusters", b'{"name": 1}', SERIAL, id="wrong type"),
        pytest.param("POST", "/clusters", b"[" * 100_000, SERIAL, id="deep"),
        pytest.param("POST", "/clusters", b"", (400, "ValidationException"), id="nothing"),
        pytest.param(
            "POST", "/clusters", b"{}", (400, "ValidationException"), id="members missing"
        ),
        pytest.param("GET", "/clusters?maxResults=many", b"", SERIAL, id="a number that is none"),
        pytest.param(
            *("GET", "/clusters/%ff%fe", b"", (404, "ResourceNotFoundException")), id="no UTF-8"
        ),
    ],
)
def test_eks_refuses(
    served: Served, method: str, path: str, body: bytes, expected: tuple[int, str]
) -> None:
    assert ask(served, method, path, body)[:2] == expected


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        pytest.param("", 403, "MissingAuthenticationTokenException", id="unsigned"),
        pytest.param(scope(region="mars-1"), 403, "InvalidSignatureException", id="no region"),
        pytest.param(scope("gamelift"), 501, "NotImplemented", id="a service that nobody has"),
        pytest.param(scope("EKS"), 404, "ResourceNotFoundException", id="capital letters"),
    ],
)
def test_a_wrong_scope_is_refused(
    served: Served, authorization: str, status: int, code: str
) -> None:
    host = f"eks.{REGION}.amazonaws.com"

    found = ask(served, "GET", "/clusters/c", authorization=authorization, host=host)

    assert found[:2] == (status, code)


@pytest.mark.parametrize(
    "authorization",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=",
        "Bearer x",
        "AWS4-HMAC-SHA256 Credential=a/b",
    ],
)
def test_a_signature_that_is_none_is_no_fault_of_ours(served: Served, authorization: str) -> None:
    assert ask(served, "GET", "/clusters/c", authorization=authorization)[0] < 500


def test_eks_signed_for_another_service_is_that_services(served: Served) -> None:
    status, _, body = ask(served, "GET", "/clusters", authorization=scope("s3"))

    assert (status, "<Code>NoSuchBucket</Code>" in body) == (404, True)


@pytest.fixture(scope="module")
def user(served: Served) -> Credentials:
    iam = served.client("iam", ACCOUNT)
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def signed(served: Served, user: Credentials, **changes: Any) -> tuple[int, str, str]:
    """The answer to a request that a user has signed, changed afterwards."""
    request = AWSRequest("GET", f"{served.endpoint}/clusters")
    SigV4Auth(user, "eks", REGION).add_auth(request)
    headers = {name.lower().replace("-", "_"): value for name, value in request.headers.items()}
    return ask(served, "GET", changes.pop("path", "/clusters"), **{**headers, **changes})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"path": "/clusters/c"}, "InvalidSignatureException", id="path"),
        pytest.param({"x_amz_date": DATE}, "InvalidSignatureException", id="date"),
        pytest.param(
            {"x_amz_date": "20269999T999999Z"}, "IncompleteSignatureException", id="no date"
        ),
        pytest.param({"x_amz_security_token": "t"}, "", id="a token that was not signed"),
    ],
)
def test_what_was_signed_must_be_what_is_sent(
    served: Served, user: Credentials, changes: dict[str, str], code: str
) -> None:
    assert signed(served, user, **changes)[1] == code


def test_a_key_that_was_made_inactive_is_refused(served: Served) -> None:
    iam = served.client("iam", ACCOUNT)
    iam.create_user(UserName="gone")
    key = iam.create_access_key(UserName="gone")["AccessKey"]
    keys = (key["AccessKeyId"], key["SecretAccessKey"])
    assert served.client("sts", *keys).get_caller_identity()["Arn"].endswith(":user/gone")
    iam.update_access_key(UserName="gone", AccessKeyId=keys[0], Status="Inactive")

    asking = served.client("sts", *keys).get_caller_identity
    assert refusal(asking)[:2] == ("InvalidClientTokenId", 403)


def test_a_role_that_is_not_there_is_not_assumed(served: Served) -> None:
    sts = served.client("sts", ACCOUNT)
    asked = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/none", "RoleSessionName": "me"}

    assert refusal(lambda: sts.assume_role(**asked))[:2] == ("AccessDenied", 403)


def test_a_wrong_session_token_is_refused(served: Served) -> None:
    sts = served.client("sts", ACCOUNT)
    role = make_role(served.client("iam", ACCOUNT), "any", "ec2.amazonaws.com")
    got = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    eks = served.client("eks", got["AccessKeyId"], got["SecretAccessKey"], "another")

    assert refusal(eks.list_clusters)[:2] == ("UnrecognizedClientException", 403)


def test_a_body_may_be_large_and_not_boundless(served: Served) -> None:
    names = json.dumps({"name": "x" * 2_000_000}).encode()
    assert ask(served, "POST", "/clusters", names)[1] == "ValidationException"

    connection = http.client.HTTPConnection(urlsplit(served.endpoint).netloc)
    connection.putrequest("POST", "/clusters")
    connection.putheader("authorization", scope())
    connection.putheader("content-length", str(MAX_BODY + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
