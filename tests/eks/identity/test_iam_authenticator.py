"""The authenticator of a cluster (aws-iam-authenticator pkg/server/server.go)."""

from dataclasses import replace

import pytest

from identity_aws import ACCOUNT, ALICE, KEY, NOW, SECRET, Keys, get_token
from minieks.eks.identity.authenticator import Entrance, IamTokens
from minieks.eks.identity.ports import AccessKey, CallerIdentity
from minieks.eks.identity.users import Access
from minieks.eks.spec import AccessEntrySpec
from minieks.engine.clock import SECOND
from minieks.kube.auth.authentication import BearerTokens, TokenRefused

ENTRY = AccessEntrySpec(ALICE.arn, username="alice", groups=("ops",))


def door(access: Access | None = None, keys: Keys | None = None, now: int = NOW) -> IamTokens:
    chosen = access or Access("API", (ENTRY,))
    entrance = Entrance("shop", "aws", lambda: chosen, lambda _: None)
    return IamTokens(entrance, keys or Keys(), lambda: now)


def refused(token: str, tokens: IamTokens) -> str:
    with pytest.raises(TokenRefused) as found:
        tokens.user_of(token)
    return str(found.value)


def test_caller_is_a_user_with_all_that_is_known() -> None:
    found = door().user_of(get_token("shop"))
    assert found is not None
    assert found.user.name == "alice"
    assert found.user.groups == ("ops",)
    assert found.user.uid == f"aws-iam-authenticator:{ACCOUNT}:AIDAEXAMPLE"
    assert dict(found.user.extra) == {
        "accessKeyId": (KEY,),
        "arn": (ALICE.arn,),
        "canonicalArn": (ALICE.arn,),
        "principalId": ("AIDAEXAMPLE",),
        "sessionName": ("",),
        "sigs.k8s.io/aws-iam-authenticator/principalId": ("AIDAEXAMPLE",),
    }


def test_session_of_a_role_is_known_by_the_role() -> None:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/bob@corp"
    caller = CallerIdentity(arn, ACCOUNT, "AROADEV:bob@corp", KEY)
    keys = Keys({KEY: AccessKey(caller, SECRET, "session-token")})
    entry = AccessEntrySpec(f"arn:aws:iam::{ACCOUNT}:role/team/dev")
    tokens = door(Access("API", (entry,)), keys)
    found = tokens.user_of(get_token("shop", session_token="session-token"))
    assert found is not None
    assert found.user.name == f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/bob-corp"
    assert dict(found.user.extra)["sessionName"] == ("bob@corp",)


def test_other_tokens_are_left_to_others() -> None:
    assert door().user_of("eyJhbGciOiJSUzI1NiJ9.e30.x") is None
    assert door().user_of(get_token("shop"), ["vault"]) is None
    assert door().user_of(get_token("shop"), ["https://kubernetes.default.svc"]) is not None


def test_token_of_another_cluster_is_refused_by_sts() -> None:
    told = refused(get_token("other"), door())
    assert told.startswith(
        "sts getCallerIdentity failed: error from AWS (expected 200, got 403) on"
        ' sts.eu-central-1.amazonaws.com endpoint. Body: {"Error":{"Code":"SignatureDoesNotMatch"'
    )


@pytest.mark.parametrize(
    ("tokens", "token", "told"),
    [
        (door(Access("API")), get_token("shop"), "Identity is not mapped"),
        (door(now=NOW + 901 * SECOND), get_token("shop"), "X-Amz-Date parameter is expired"),
        (door(keys=Keys({})), get_token("shop"), "InvalidClientTokenId"),
        (door(), "k8s-aws-v1.x", "input token was not properly formatted: illegal base64"),
        (
            door(keys=Keys({KEY: AccessKey(replace(ALICE, arn="arn:aws:iam::1:group/x"), SECRET)})),
            get_token("shop"),
            "unrecognized resource group/x for service iam",
        ),
    ],
    ids=["unmapped", "expired", "unknown-key", "malformed", "no-identity"],
)
def test_refusal(tokens: IamTokens, token: str, told: str) -> None:
    assert told in refused(token, tokens)


def test_refusal_is_told_with_the_chains() -> None:
    with pytest.raises(TokenRefused, match=r"\[invalid bearer token, Identity is not mapped\]"):
        BearerTokens([door(Access("API"))]).user_of(get_token("shop"))
