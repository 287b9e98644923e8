"""Identity policies (AWS IAM user guide, "Policy evaluation logic", "access denied messages")."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.eks.identity.policies import Asking, Permissions, decide, message

GET = Asking("s3:GetObject", "arn:aws:s3:::shop/alice/1", {"aws:username": ("alice",)})


def policy(effect: str = "Allow", **more: Any) -> dict[str, Any]:
    found = {"Effect": effect, "Action": "s3:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [{**found, **more}]}


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({}, True),
        ({"Action": ["S3:getobject"]}, True),
        ({"Action": "s3:Get*"}, True),
        ({"Action": "s3:Put*"}, False),
        ({"NotAction": "s3:Put*", "Action": None}, True),
        ({"NotAction": "s3:Get*", "Action": None}, False),
        ({"Resource": "arn:aws:s3:::shop/*"}, True),
        ({"Resource": "arn:aws:s3:::shop/${aws:username}/*"}, True),
        ({"Resource": "arn:aws:s3:::shop/${aws:userid}/*"}, False),
        ({"Resource": "arn:aws:s3:::other/*"}, False),
        ({"NotResource": "arn:aws:s3:::other/*", "Resource": None}, True),
        ({"Condition": {"StringEquals": {"aws:username": "alice"}}}, True),
        ({"Condition": {"StringEquals": {"aws:username": "bob"}}}, False),
    ],
)
def test_statement(statement: dict[str, Any], *, allowed: bool) -> None:
    document = policy()
    inner = {**document["Statement"][0], **statement}
    kept = {key: value for key, value in inner.items() if value is not None}
    assert decide(Permissions([{"Statement": kept}]), GET).allowed == allowed


@pytest.mark.parametrize(
    ("permissions", "reason"),
    [
        (Permissions([policy()]), ""),
        (Permissions(), "because no identity-based policy allows the s3:GetObject action"),
        (
            Permissions([policy(), policy("Deny")]),
            "with an explicit deny in an identity-based policy",
        ),
        (
            Permissions([policy()], policy(Action="ec2:*")),
            "because no permissions boundary allows the s3:GetObject action",
        ),
        (Permissions([policy()], policy()), ""),
        (
            Permissions([policy()], None, [policy(Action="ec2:*")]),
            "because no session policy allows the s3:GetObject action",
        ),
        (
            Permissions([policy()], None, [policy(), policy("Deny")]),
            "with an explicit deny in a session policy",
        ),
    ],
    ids=["allow", "nothing", "deny", "boundary", "both", "session", "session-deny"],
)
def test_each_sort_of_policy_must_allow(permissions: Permissions, reason: str) -> None:
    found = decide(permissions, GET)
    assert (found.allowed, found.reason) == (not reason, reason)


def test_message_is_that_of_aws() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/app/x"
    assert message(arn, GET, decide(Permissions(), GET)) == (
        f"User: {arn} is not authorized to perform: s3:GetObject on resource:"
        " arn:aws:s3:::shop/alice/1 because no identity-based policy allows the s3:GetObject action"
    )
    listing = Asking("s3:ListAllMyBuckets")
    assert message(arn, listing, decide(Permissions(), listing)) == (
        f"User: {arn} is not authorized to perform: s3:ListAllMyBuckets because no identity-based"
        " policy allows the s3:ListAllMyBuckets action"
    )


_POLICIES = st.lists(
    st.builds(
        policy,
        st.sampled_from(["Allow", "Deny"]),
        Action=st.sampled_from(["s3:*", "ec2:*", "*"]),
        Resource=st.sampled_from(["*", "arn:aws:s3:::shop/*", "arn:aws:s3:::other/*"]),
    ),
    max_size=4,
)


@given(_POLICIES)
def test_deny_wins(documents: list[dict[str, Any]]) -> None:
    assert not decide(Permissions([*documents, policy("Deny")]), GET).allowed


@given(_POLICIES, _POLICIES)
def test_session_policies_only_take_away(
    own: list[dict[str, Any]], session: list[dict[str, Any]]
) -> None:
    if decide(Permissions(own, session=session), GET).allowed:
        assert decide(Permissions(own), GET).allowed
