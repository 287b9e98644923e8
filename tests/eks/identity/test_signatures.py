"""Signature Version 4, against botocore's own signers."""

from urllib.parse import quote, urlencode, urlsplit

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from identity_aws import ALICE, KEY, NOW, SECRET, Keys, signed_request
from minieks.eks.identity import signatures
from minieks.eks.identity.ports import AccessKey
from minieks.eks.identity.signatures import SentRequest, SignatureRefused
from minieks.engine.clock import SECOND

MINUTE = 60 * SECOND


def sent(
    path: str = "/clusters/shop/node-groups",
    query: str = "",
    *,
    method: str = "POST",
    body: bytes = b'{"a": 1}',
    token: str | None = None,
    service: str = "eks",
) -> SentRequest:
    """A request as botocore signs it."""
    url = f"https://eks.eu-central-1.amazonaws.com{path}" + (f"?{query}" if query else "")
    signer_type = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    signer = signer_type(Credentials(KEY, SECRET, token), service, "eu-central-1")
    request = AWSRequest(method, url, data=body, headers={"X-Custom": "a  b", "Content-Type": "x"})
    if service == "s3":
        request.context["client_config"] = None
    signed_request(request, signer)
    own = {name.lower(): value for name, value in request.headers.items()}
    headers = {"host": "eks.eu-central-1.amazonaws.com", **own}
    parts = urlsplit(url)
    return SentRequest(method, parts.path, parts.query, headers, body)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", ""),
        ("/clusters/shop", ""),
        ("/clusters/shop/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fx", ""),
        ("/clusters", "maxResults=5&nextToken=a%2Fb%3D"),
        ("/clusters", "b=2&a=1&a=0&empty="),
        ("/tags/%C3%A4%20b", "tagKeys=x%20y"),
    ],
)
def test_request_that_botocore_signed_is_verified(path: str, query: str) -> None:
    found = signatures.verify(sent(path, query), Keys(), NOW)
    assert found.key.caller == ALICE
    assert found.signature.scope[1:] == ("20261123", "eu-central-1", "eks")


@pytest.mark.parametrize(
    ("change", "now", "code", "told"),
    [
        ({"headers": {}}, NOW, "MissingAuthenticationToken", "missing Authentication Token"),
        ({"body": b'{"a": 2}'}, NOW, "SignatureDoesNotMatch", "we calculated does not match"),
        ({"path": "/clusters/other"}, NOW, "SignatureDoesNotMatch", "we calculated does not match"),
        ({"method": "DELETE"}, NOW, "SignatureDoesNotMatch", "we calculated does not match"),
        (
            {},
            NOW + 16 * MINUTE,
            "SignatureDoesNotMatch",
            "Signature expired: 20261123T000000Z is now earlier than 20261123T000100Z"
            " (20261123T001600Z - 15 min.)",
        ),
        (
            {},
            NOW - 16 * MINUTE,
            "SignatureDoesNotMatch",
            "Signature not yet current: 20261123T000000Z is still later than 20261122T235900Z"
            " (20261122T234400Z + 15 min.)",
        ),
        ({"headers": {"authorization": "Basic x"}}, NOW, "IncompleteSignature", "AWS4-HMAC-SHA256"),
        (
            {"headers": {"authorization": "AWS4-HMAC-SHA256 Credential=a"}},
            NOW,
            "IncompleteSignature",
            "requires 'Signature' parameter",
        ),
    ],
    ids=["unsigned", "body", "path", "method", "expired", "future", "scheme", "incomplete"],
)
def test_wrong_request_is_refused_with_the_real_code(
    change: dict[str, object], now: int, code: str, told: str
) -> None:
    good = sent()
    fields = {name: getattr(good, name) for name in ("method", "path", "query", "headers", "body")}
    with pytest.raises(SignatureRefused) as refused:
        signatures.verify(SentRequest(**{**fields, **change}), Keys(), now)
    assert refused.value.code == code
    assert told in refused.value.message


def test_unknown_key_and_missing_session_token_are_an_invalid_client_token() -> None:
    temporary = Keys({KEY: AccessKey(ALICE, SECRET, "the-token")})
    for keys in (Keys({}), temporary):
        with pytest.raises(SignatureRefused) as refused:
            signatures.verify(sent(), keys, NOW)
        assert refused.value.code == "InvalidClientTokenId"
        assert refused.value.message == "The security token included in the request is invalid."
    assert signatures.verify(sent(token="the-token"), temporary, NOW).key.session_token


def test_expired_session_is_refused() -> None:
    keys = Keys({KEY: AccessKey(ALICE, SECRET, "t", expires=NOW)})
    with pytest.raises(SignatureRefused) as refused:
        signatures.verify(sent(token="t"), keys, NOW)
    assert refused.value.code == "ExpiredToken"


def test_key_without_secret_is_believed() -> None:
    request = sent()
    wrong = {**request.headers, "authorization": request.headers["authorization"][:-4] + "0000"}
    changed = SentRequest(request.method, request.path, request.query, wrong, request.body)
    assert signatures.verify(changed, Keys({KEY: AccessKey(ALICE, None)}), NOW).key.caller == ALICE


@given(st.text(min_size=1, max_size=30), st.text(max_size=30), st.binary(max_size=50))
def test_any_query_and_body_that_botocore_signs_is_verified(
    name: str, value: str, body: bytes
) -> None:
    query = urlencode({name: value}, quote_via=quote)
    signatures.verify(sent("/clusters", query, body=body), Keys(), NOW)


@given(st.text(max_size=80))
def test_any_header_is_answered_or_refused(text: str) -> None:
    request = SentRequest("GET", "/", text, {"authorization": text, "x-amz-date": text})
    with pytest.raises(SignatureRefused):
        signatures.verify(request, Keys(), NOW)
