"""Tokens of get-token (aws-iam-authenticator pkg/token/token.go and token_test.go)."""

from base64 import urlsafe_b64decode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_aws import NOW, Keys, get_token, presigned_url
from minieks.eks.identity import signatures
from minieks.eks.identity.signatures import SignatureRefused
from minieks.eks.identity.tokens import PREFIX, FormatRefused, encoded, presigned
from minieks.engine.clock import SECOND

DATE = "20261123T000000Z"


def url(query: str, host: str = "https://sts.amazonaws.com/") -> str:
    return encoded(f"{host}?{query}")


SIGNED = "Action=GetCallerIdentity&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("k8s-aws-v1." + "A" * 4096, "token is too large"),
        ("k8s-aws-v2.asdfasdfa", 'token is missing expected "k8s-aws-v1." prefix'),
        ("k8s-aws-v1.decodingerror!", "illegal base64 data at input byte 13"),
        ("k8s-aws-v1.AAAAA", "illegal base64 data at input byte 4"),
        (encoded(":ab:cd.af:/asda"), "missing protocol scheme"),
        (encoded("http://"), 'unexpected scheme "http" in pre-signed URL'),
        (encoded("https://google.com"), 'unexpected hostname "google.com" in pre-signed URL'),
        (
            encoded("https://sts.cn-north-1.amazonaws.com.cn/"),
            'unexpected hostname "sts.cn-north-1.amazonaws.com.cn" in pre-signed URL',
        ),
        (
            encoded("https://sts.amazonaws.com.evil.example/"),
            'unexpected hostname "sts.amazonaws.com.evil.example" in pre-signed URL',
        ),
        (encoded("https://sts.amazonaws.com/abc"), "unexpected path in pre-signed URL"),
        (url("Action=%zz"), "malformed query parameter"),
        (url("NoInWhiteList=abc"), 'non-whitelisted query parameter "NoInWhiteList"'),
        (url("action=get&action=post"), "query parameter with multiple values not supported"),
        (url("action=NotGetCallerIdenity"), "unexpected action parameter in pre-signed URL"),
        (
            url("action=GetCallerIdentity&x-amz-signedheaders=abc%3bx-k8s-aws-i%3bdef"),
            "client did not sign the x-k8s-aws-id header in the pre-signed URL",
        ),
        (url(SIGNED), "invalid X-Amz-Expires parameter in pre-signed URL: 0"),
        (
            url(f"{SIGNED}&X-Amz-Expires=9999999"),
            "invalid X-Amz-Expires parameter in pre-signed URL: 9999999",
        ),
        (
            url(f"{SIGNED}&X-Amz-Expires=-1"),
            "invalid X-Amz-Expires parameter in pre-signed URL: -1",
        ),
        (
            url(f"{SIGNED}&X-Amz-Expires=60"),
            "X-Amz-Date parameter must be present in pre-signed URL",
        ),
        (
            url(f"{SIGNED}&X-Amz-Expires=60&X-Amz-Date=xxxxxxx"),
            "error parsing X-Amz-Date parameter xxxxxxx into format 20060102T150405Z",
        ),
        (
            url(f"{SIGNED}&X-Amz-Expires=60&X-Amz-Date=19900422T010203Z"),
            "X-Amz-Date parameter is expired (15 minute expiration) 1990-04-22 01:02:03 +0000 UTC",
        ),
    ],
    ids=lambda value: value[:50] if " " in value else "",
)
def test_malformed_token_is_refused_in_the_authenticators_words(token: str, told: str) -> None:
    with pytest.raises(FormatRefused) as refused:
        presigned(token, "shop", "aws", NOW)
    text = str(refused.value)
    assert text.startswith("input token was not properly formatted: ")
    assert told in text


def test_token_of_the_sdk_is_accepted_and_its_signature_holds() -> None:
    found = presigned(get_token("shop"), "shop", "aws", NOW + SECOND)
    signed = signatures.verify(found.request, Keys(), NOW + SECOND)
    assert found.host == "sts.eu-central-1.amazonaws.com"
    assert signed.key.caller.arn == "arn:aws:iam::111122223333:user/alice"
    assert signed.signature.scope.region == "eu-central-1"


def test_endpoint_of_our_own_is_accepted_where_it_is_known() -> None:
    token = get_token("shop", endpoint="http://127.0.0.1:4566")
    here = "http://127.0.0.1:4566".__eq__
    found = presigned(token, "shop", "aws", NOW, here)
    assert signatures.verify(found.request, Keys(), NOW).key.caller.account == "111122223333"
    with pytest.raises(FormatRefused, match="unexpected scheme"):
        presigned(token, "shop", "aws", NOW)


def _other_cluster() -> str:
    return get_token("another")


def _tampered() -> str:
    text = presigned_url("shop")
    return encoded(text[:-1] + ("0" if text[-1] != "0" else "1"))


def _other_secret() -> str:
    return get_token("shop", secret="x" * 40)


@pytest.mark.parametrize("make", [_other_cluster, _tampered, _other_secret])
def test_signature_of_something_else_does_not_match(make: Callable[[], str]) -> None:
    found = presigned(make(), "shop", "aws", NOW)
    with pytest.raises(SignatureRefused) as refused:
        signatures.verify(found.request, Keys(), NOW)
    assert (refused.value.code, refused.value.status) == ("SignatureDoesNotMatch", 403)


def test_token_lives_for_15_minutes_whatever_its_url_says() -> None:
    token = get_token("shop", expires=60)
    presigned(token, "shop", "aws", NOW + 900 * SECOND)
    with pytest.raises(FormatRefused, match="is expired"):
        presigned(token, "shop", "aws", NOW + 901 * SECOND)


@given(st.text(max_size=300))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    for token in (
        text,
        PREFIX + text,
        encoded(text),
        encoded("https://sts.amazonaws.com/?" + text),
    ):
        with pytest.raises(FormatRefused):
            presigned(token, "shop", "aws", NOW)


@given(st.text(min_size=1, max_size=200))
def test_token_holds_the_url_it_was_made_of(text: str) -> None:
    token = encoded(text).removeprefix(PREFIX)
    assert "=" not in token
    assert urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode() == text
