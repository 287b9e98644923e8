"""AssumeRole: who gets a session of a role, and for how long."""

from dataclasses import replace
from typing import Any

import pytest

from identity_aws import ACCOUNT, ALICE, NOW, Aws
from minieks.eks.identity import assuming
from minieks.eks.identity.ports import CallerIdentity, Role
from minieks.eks.identity.stserrors import StsRefused

ARN = f"arn:aws:iam::{ACCOUNT}:role/team/deploy"
ROOT = CallerIdentity(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT)
OTHER_ROOT = CallerIdentity("arn:aws:iam::444455556666:root", "444455556666", "444455556666")
CI = CallerIdentity(f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/run", ACCOUNT, "AROACI:run")
ASKED = assuming.Request(ARN, "me")
LONG = replace(ASKED, seconds=7200)


def check(
    caller: CallerIdentity, asked: assuming.Request, principal: Any, **condition: Any
) -> StsRefused | None:
    """What a role that trusts the principal answers; None if it lets itself be assumed."""
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    policy = {"Statement": [{**statement, "Condition": condition}]}
    role = Role(ARN, "deploy", "AROADEPLOY", policy, max_session=7200)
    try:
        assuming.check(asked, caller, Aws(roles={ARN: role}), NOW)
    except StsRefused as refused:
        return refused
    return None


EXTERNAL = {"StringEquals": {"sts:ExternalId": "s3cret"}}


@pytest.mark.parametrize(
    ("caller", "asked", "principal", "condition"),
    [
        pytest.param(ALICE, ASKED, ALICE.arn, {}, id="the user himself"),
        pytest.param(ALICE, LONG, ROOT.arn, {}, id="everybody of the account"),
        pytest.param(CI, ASKED, f"arn:aws:iam::{ACCOUNT}:role/ci", {}, id="the session's role"),
        pytest.param(OTHER_ROOT, ASKED, "444455556666", {}, id="another account"),
        pytest.param(
            ALICE, replace(ASKED, external_id="s3cret"), ALICE.arn, EXTERNAL, id="external id"
        ),
        pytest.param(ROOT, ASKED, "arn:aws:iam::1:root", {}, id="the account's own root user"),
    ],
)
def test_whom_the_role_trusts_gets_a_session(
    caller: CallerIdentity, asked: assuming.Request, principal: str, condition: dict[str, Any]
) -> None:
    assert check(caller, asked, principal, **condition) is None


@pytest.mark.parametrize(
    ("caller", "asked", "principal", "condition", "why"),
    [
        pytest.param(ALICE, ASKED, CI.arn, {}, "it trusts AWS", id="trusts another"),
        pytest.param(OTHER_ROOT, ASKED, ROOT.arn, {}, "it trusts AWS", id="another account"),
        pytest.param(
            ALICE, ASKED, ALICE.arn, EXTERNAL, "wants 's3cret', but it is not", id="external id"
        ),
        pytest.param(
            ALICE, replace(ASKED, role_arn=f"{ARN}s"), "*", {}, "there is no role", id="no role"
        ),
        pytest.param(
            *(ALICE, replace(ASKED, tags={"team": "a"}), "*", {}, "does not allow the action"),
            id="tags need sts:TagSession",
        ),
    ],
)
def test_who_is_not_trusted_is_denied_with_the_reason_beside(
    caller: CallerIdentity,
    asked: assuming.Request,
    principal: str,
    condition: dict[str, Any],
    why: str,
) -> None:
    refused = check(caller, asked, principal, **condition)

    assert refused is not None
    about = f"sts:AssumeRole on resource: {asked.role_arn}"
    assert refused.message == f"User: {caller.arn} is not authorized to perform: {about}"
    assert (refused.code, refused.status) == ("AccessDenied", 403)
    assert why in refused.why


@pytest.mark.parametrize(
    ("caller", "asked", "text"),
    [
        (ALICE, replace(ASKED, seconds=7201), "exceeds the MaxSessionDuration set for this role."),
        (CI, LONG, "exceeds the 1 hour session limit for roles assumed by role chaining"),
        (ALICE, replace(ASKED, role_arn="role/deploy"), "Request ARN is invalid"),
    ],
    ids=["longer than the role says", "role chaining", "no ARN"],
)
def test_what_cannot_be_asked_is_a_validation_error(
    caller: CallerIdentity, asked: assuming.Request, text: str
) -> None:
    refused = check(caller, asked, "*")

    assert refused is not None
    assert (refused.code, refused.status) == ("ValidationError", 400)
    assert refused.message.endswith(text)
