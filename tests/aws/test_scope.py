"""A request names its service, its region and its key by its signature."""

import pytest

from minieks.aws.scope import Scope, scope_of
from minieks.kube.rest.http import Request

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/eks/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=00"
)
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def _presigned(credential: str) -> tuple[tuple[str, str], ...]:
    return (("Action", "GetCallerIdentity"), ("X-Amz-Credential", credential))


@pytest.mark.parametrize(
    ("request_", "scope"),
    [
        pytest.param(
            Request("GET", "/clusters", headers={"authorization": SIGNED}),
            Scope("eks", "eu-west-1", "AKIDEXAMPLE", "20261122"),
            id="the header Authorization",
        ),
        pytest.param(
            Request(
                "GET", "/", headers={"authorization": SIGNED, "x-amz-security-token": "session"}
            ),
            Scope("eks", "eu-west-1", "AKIDEXAMPLE", "20261122", "session"),
            id="with a session token",
        ),
        pytest.param(
            Request("GET", "/", _presigned("AKID/20261122/us-west-2/sts/aws4_request")),
            Scope("sts", "us-west-2", "AKID", "20261122"),
            id="a presigned URL",
        ),
        pytest.param(
            Request("GET", "/b/k", headers={"authorization": "AWS AKID:c2ln"}),
            Scope("s3", access_key="AKID"),
            id="Signature Version 2",
        ),
        pytest.param(
            Request("POST", "/", headers=FORM, body=b"Action=AssumeRoleWithWebIdentity&Version=1"),
            Scope("sts"),
            id="an action without a signature",
        ),
        pytest.param(
            Request("GET", "/clusters", headers={"host": "eks.eu-north-1.amazonaws.com"}),
            Scope("eks", "eu-north-1"),
            id="unsigned, the host says it",
        ),
        pytest.param(
            Request("GET", "/", headers={"authorization": "AWS4-HMAC-SHA256 Credential=a/b/c"}),
            None,
            id="half a scope",
        ),
        pytest.param(
            Request("POST", "/", headers=FORM, body=b"\xff\xfe=%"), None, id="a form that is none"
        ),
        pytest.param(Request("GET", "/bucket/key"), None, id="nothing"),
    ],
)
def test_the_scope_of(request_: Request, scope: Scope | None) -> None:
    assert scope_of(request_) == scope
