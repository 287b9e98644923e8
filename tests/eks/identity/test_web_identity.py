"""AssumeRoleWithWebIdentity: each refusal with its code and text, and the condition that failed.

Source: AWS STS API reference; texts as in pod-identity-webhook #232, aws-load-balancer-controller
#2315, external-secrets #6648.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_aws import ACCOUNT, NOW, Aws
from minieks.eks.identity import webidentity
from minieks.eks.identity.ports import OidcProvider, Role
from minieks.eks.identity.stserrors import StsRefused
from minieks.eks.identity.webidentity import Request, World
from minieks.engine.clock import SECOND
from minieks.kube.auth.tokens.keys import SigningKey

HOST = "oidc.eks.eu-central-1.amazonaws.com/id/ABCDEF"
ISSUER = f"https://{HOST}"
OTHER = "https://oidc.eks.eu-central-1.amazonaws.com/id/OTHER"
PROVIDER = OidcProvider(
    f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}", HOST, ("sts.amazonaws.com",)
)
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/app"
KEY, OTHER_KEY = SigningKey(), SigningKey()
SUBJECT = "system:serviceaccount:shop:api"
ALLOW = {
    "Effect": "Allow",
    "Principal": {"Federated": PROVIDER.arn},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": {f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:sub": SUBJECT}},
}
TRUST = {"Statement": [ALLOW]}
ROLE = Role(ROLE_ARN, "app", "AROAEXAMPLE", TRUST)
SECONDS = NOW // SECOND
CLAIMS = {
    "aud": ["sts.amazonaws.com"],
    "exp": SECONDS + 86400,
    "iat": SECONDS,
    "nbf": SECONDS,
    "iss": ISSUER,
    "sub": SUBJECT,
}


class Issuers:
    """Two clusters publish their keys."""

    def key_set(self, issuer: str) -> dict[str, Any] | None:
        return {ISSUER: KEY.key_set(), OTHER: OTHER_KEY.key_set()}.get(issuer)


def aws(**changes: Any) -> Aws:
    return Aws({ROLE_ARN: replace(ROLE, **changes)}, {HOST: PROVIDER})


def ask(token: str = "", iam: Aws | None = None, now: int = NOW, **more: Any) -> webidentity.Grant:
    request = Request(ROLE_ARN, "session", token or KEY.sign(CLAIMS))
    return webidentity.decide(replace(request, **more), World(iam or aws(), Issuers()), now)


def refusal(*arguments: Any, **more: Any) -> StsRefused:
    with pytest.raises(StsRefused) as refused:
        ask(*arguments, **more)
    return refused.value


def claims(**changes: Any) -> str:
    changed = {**CLAIMS, **changes}
    return KEY.sign({key: value for key, value in changed.items() if value is not None})


def _tampered() -> str:
    head, _, signature = KEY.sign(CLAIMS).split(".")
    changed = {**CLAIMS, "sub": "system:serviceaccount:kube-system:admin"}
    return f"{head}.{_part(changed)}.{signature}"


def _part(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _headed(algorithm: str, changes: dict[str, Any] | None = None) -> str:
    """A token with any header and claims, and a signature that is none."""
    head = {"alg": algorithm, "kid": KEY.key_id()}
    return f"{_part(head)}.{_part({**CLAIMS, **(changes or {})})}.AAAA"


NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
NOT_VALIDATED = "The web identity token provided could not be validated"


def test_right_token_is_worth_a_session() -> None:
    iam = aws()
    grant = ask(iam=iam, seconds=1800)
    shown = webidentity.answer(grant, iam.issue(grant.session))
    assert grant.session.seconds == 1800
    assert shown["SubjectFromWebIdentityToken"] == SUBJECT
    assert shown["Audience"] == "sts.amazonaws.com"
    assert shown["Provider"] == PROVIDER.arn
    assert shown["AssumedRoleUser"] == {
        "AssumedRoleId": "AROAEXAMPLE:session",
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session",
    }
    assert shown["Credentials"]["Expiration"] == "2026-11-23T00:00:00Z"


@pytest.mark.parametrize(
    ("token", "code", "status", "message", "why"),
    [
        (
            claims(sub="system:serviceaccount:shop:web"),
            "AccessDenied",
            403,
            NOT_AUTHORIZED,
            f"StringEquals on {HOST}:sub: wants '{SUBJECT}', but it is"
            " 'system:serviceaccount:shop:web'",
        ),
        (claims(exp=SECONDS), "ExpiredTokenException", 400,
         f"Token expired: current date/time {SECONDS} must be before the expiration"
         f" date/time{SECONDS}", "expired 0 s ago"),
        (claims(exp=None), "InvalidIdentityToken", 400, "Missing a required claim: exp", ""),
        (claims(nbf=SECONDS + 600), "InvalidIdentityToken", 400, NOT_VALIDATED, "not valid yet"),
        (claims(aud=["other"]), "InvalidIdentityToken", 400, "Incorrect token audience",
         "the token is for other; client ids of the provider: sts.amazonaws.com"),
        (claims(aud=None), "InvalidIdentityToken", 400, "Incorrect token audience", "nobody"),
        (claims(iss=OTHER), "InvalidIdentityToken", 400,
         f"No OpenIDConnect provider found in your account for {OTHER}", "has no OIDC provider"),
        (claims(iss=None), "InvalidIdentityToken", 400,
         "No OpenIDConnect provider found in your account for ", "has no OIDC provider"),
        (OTHER_KEY.sign(CLAIMS), "InvalidIdentityToken", 400, NOT_VALIDATED, "publishes no key"),
        (_tampered(), "InvalidIdentityToken", 400, NOT_VALIDATED, "its signature is not that"),
        (_headed("none"), "InvalidIdentityToken", 400, NOT_VALIDATED, "'none', not RS256"),
        (_headed("HS256"), "InvalidIdentityToken", 400, NOT_VALIDATED, "'HS256'"),
        ("no.token.at-all", "InvalidIdentityToken", 400, NOT_VALIDATED, "no JSON Web Token"),
    ],
    ids=[
        *("subject", "expired", "no-exp", "too-early", "audience", "no-audience", "issuer"),
        *("no-issuer", "other-cluster", "tampered", "alg-none", "hmac", "garbage"),
    ],
)  # fmt: skip
def test_wrong_token_is_refused_with_the_real_code(
    token: str, code: str, status: int, message: str, why: str
) -> None:
    found = refusal(token)
    assert (found.code, found.status, found.message) == (code, status, message)
    assert why in found.why


def test_token_of_another_cluster_is_refused_although_its_issuer_is_known() -> None:
    iam = aws()
    host = OTHER.removeprefix("https://")
    iam.providers[host] = OidcProvider(
        "arn:aws:iam::1:oidc-provider/x", host, ("sts.amazonaws.com",)
    )
    token = OTHER_KEY.sign({**CLAIMS, "iss": OTHER})
    found = refusal(token, iam)
    assert (found.code, found.message) == ("AccessDenied", NOT_AUTHORIZED)
    assert "does not trust Federated arn:aws:iam::1:oidc-provider/x" in found.why


def test_token_that_was_good_is_refused_when_it_has_expired() -> None:
    token = KEY.sign(CLAIMS)
    assert ask(token, now=NOW + 86399 * SECOND).subject == SUBJECT
    assert refusal(token, now=NOW + 86400 * SECOND).code == "ExpiredTokenException"


def test_issuer_that_is_gone_tells_no_keys() -> None:
    gone = "https://oidc.eks.eu-central-1.amazonaws.com/id/GONE"
    host = gone.removeprefix("https://")
    iam = aws()
    iam.providers[host] = OidcProvider("arn:x", host, ("sts.amazonaws.com",))
    found = refusal(claims(iss=gone), iam)
    assert found.code == "InvalidIdentityToken"
    assert found.message.startswith(
        "Couldn't retrieve verification key from your identity provider"
    )


@pytest.mark.parametrize(
    ("iam", "why"),
    [
        (Aws(providers={HOST: PROVIDER}), f"there is no role {ROLE_ARN}"),
        (aws(trust={"Statement": []}), "no statement that allows anything"),
        (
            aws(
                trust={
                    "Statement": {
                        "Effect": "Allow",
                        "Principal": {"Service": "ec2.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                }
            ),
            "does not allow the action sts:AssumeRoleWithWebIdentity",
        ),
        (
            aws(trust={"Statement": [ALLOW, {**ALLOW, "Effect": "Deny"}]}),
            "statement 2 denies it explicitly",
        ),
    ],
    ids=["no-role", "no-trust", "trusts-ec2", "deny"],
)  # fmt: skip
def test_role_that_does_not_trust_is_refused_without_saying_why_in_the_message(
    iam: Aws, why: str
) -> None:
    found = refusal(iam=iam)
    assert (found.code, found.status, found.message) == ("AccessDenied", 403, NOT_AUTHORIZED)
    assert why in found.why


def test_wildcard_subject_lets_all_accounts_of_a_namespace() -> None:
    statement = {
        **ALLOW,
        "Condition": {"StringLike": {f"{HOST}:sub": "system:serviceaccount:shop:*"}},
    }
    iam = aws(trust={"Statement": statement})
    assert ask(claims(sub="system:serviceaccount:shop:other"), iam).subject
    assert refusal(claims(sub="system:serviceaccount:shops:x"), iam).code == "AccessDenied"


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        ({"role_arn": "short"}, "ValidationError", "length greater than or equal to 20"),
        ({"role_arn": "x" * 30}, "ValidationError", "Request ARN is invalid"),
        ({"session_name": "x"}, "ValidationError", "at 'roleSessionName' failed to satisfy"),
        ({"session_name": "a b"}, "ValidationError", r"pattern: [\w+=,.@-]*"),
        ({"token": "x" * 20001}, "ValidationError", "length less than or equal to 20000"),
        ({"seconds": 899}, "ValidationError", "greater than or equal to 900"),
        ({"seconds": 43201}, "ValidationError", "less than or equal to 43200"),
        ({"seconds": 3601}, "ValidationError",
         "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
        ({"policy": "{"}, "MalformedPolicyDocument", "not in the valid JSON format"),
        ({"policy": "{}"}, "MalformedPolicyDocument", "It has no Statement"),
    ],
)  # fmt: skip
def test_wrong_parameter_is_refused(more: dict[str, Any], code: str, told: str) -> None:
    found = refusal(**more)
    assert (found.code, found.status) == (code, 400)
    assert told in found.message


@given(st.text(min_size=4, max_size=200))
def test_no_text_is_worth_a_session(text: str) -> None:
    assert refusal(text).code in {"InvalidIdentityToken", "ValidationError"}


@given(
    st.dictionaries(
        st.sampled_from(["aud", "exp", "nbf", "iss", "sub"]),
        st.none() | st.text(max_size=5) | st.integers() | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_no_claims_make_it_fail_otherwise(changes: dict[str, Any]) -> None:
    assert refusal(_headed("HS256", changes)).status in {400, 403}
