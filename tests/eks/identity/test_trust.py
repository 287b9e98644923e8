"""Trust policies (AWS IAM user guide, "Policy evaluation logic", "Principal")."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.eks.identity import trust
from minieks.eks.identity.trust import ASSUME, WEB_IDENTITY, Asked, Principal

PROVIDER = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC"
SERVICE = Principal("Service", "pods.eks.amazonaws.com")
SESSION = Principal("AWS", "arn:aws:sts::111122223333:assumed-role/node/i-1")


def statement(**changes: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": WEB_IDENTITY}
    return {**found, **changes}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


FEDERATED = Asked(Principal("Federated", PROVIDER), WEB_IDENTITY, {"k": ("v",)})


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (policy(statement()), ""),
        ({"Statement": statement()}, ""),
        (policy(statement(Action=["sts:TagSession", "STS:assumerolewithwebidentity"])), ""),
        (policy(statement(Action="sts:*")), ""),
        (policy(statement(Principal="*")), ""),
        (policy(statement(Condition={"StringEquals": {"k": "v"}})), ""),
        (policy(), "no statement that allows anything"),
        (policy(statement(), statement(Effect="Deny")), "statement 2 denies it explicitly"),
        (
            policy(statement(Sid="Shop", Condition={"StringEquals": {"k": "w"}})),
            "statement 1 (Shop): StringEquals on k: wants 'w', but it is 'v'",
        ),
        (
            policy(statement(Principal={"Federated": PROVIDER + "D"})),
            f"statement 1 does not trust Federated {PROVIDER}; it trusts Federated {PROVIDER}D",
        ),
        (policy(statement(Action=ASSUME)), f"does not allow the action {WEB_IDENTITY}"),
        (
            policy(statement(Principal={"Service": "ec2.amazonaws.com"}, Action=ASSUME), statement(
                Condition={"StringEquals": {"other": "x"}})),
            "statement 2: StringEquals on other: wants 'x', but it is not in the request",
        ),
        (policy(statement(NotAction=ASSUME, Action=None)), ""),
        (policy(statement(NotPrincipal={"Federated": PROVIDER}, Principal=None)), "does not trust"),
    ],
)  # fmt: skip
def test_web_identity(document: dict[str, Any], told: str) -> None:
    found = trust.decide(document, FEDERATED)
    assert found.allowed == (not told)
    assert told in found.reason


@pytest.mark.parametrize(
    ("principal", "asked", "allowed"),
    [
        ({"Service": "pods.eks.amazonaws.com"}, SERVICE, True),
        ({"Service": ["ec2.amazonaws.com", "pods.eks.amazonaws.com"]}, SERVICE, True),
        ({"Service": "ec2.amazonaws.com"}, SERVICE, False),
        ({"AWS": "111122223333"}, SESSION, True),
        ({"AWS": "arn:aws:iam::111122223333:root"}, SESSION, True),
        ({"AWS": "arn:aws:iam::111122223333:role/node"}, SESSION, True),
        ({"AWS": "arn:aws:iam::111122223333:role/with/path/node"}, SESSION, True),
        ({"AWS": SESSION.name}, SESSION, True),
        ({"AWS": "*"}, SESSION, True),
        ({"AWS": "arn:aws:iam::111122223333:role/other"}, SESSION, False),
        ({"AWS": "444455556666"}, SESSION, False),
        ({"Federated": SESSION.name}, SESSION, False),
        ("nobody", SESSION, False),
    ],
)
def test_principal(principal: Any, asked: Principal, *, allowed: bool) -> None:
    document = policy(statement(Principal=principal, Action=ASSUME))
    assert trust.decide(document, Asked(asked, ASSUME)).allowed == allowed


_STATEMENTS = st.lists(
    st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(["Allow", "Deny"]),
            "Principal": st.sampled_from(["*", {"Federated": PROVIDER}, {"AWS": "1"}]),
            "Action": st.sampled_from([WEB_IDENTITY, ASSUME, "*"]),
            "Condition": st.sampled_from([{}, {"StringEquals": {"k": "v"}}, {"Bool": {"k": "x"}}]),
        }
    ),
    max_size=5,
)


@given(_STATEMENTS)
def test_deny_wins_wherever_it_stands(statements: list[dict[str, Any]]) -> None:
    assert not trust.decide(policy(*statements, statement(Effect="Deny")), FEDERATED).allowed
    assert not trust.decide(policy(statement(Effect="Deny"), *statements), FEDERATED).allowed


@given(_STATEMENTS)
def test_order_of_statements_does_not_matter(statements: list[dict[str, Any]]) -> None:
    forward = trust.decide(policy(*statements), FEDERATED)
    backward = trust.decide(policy(*reversed(statements)), FEDERATED)
    assert forward.allowed == backward.allowed
    assert forward.allowed == (forward.reason == "")


@given(_STATEMENTS)
def test_nothing_is_allowed_without_an_allow(statements: list[dict[str, Any]]) -> None:
    only = [one for one in statements if one["Effect"] == "Deny"]
    assert not trust.decide(policy(*only), FEDERATED).allowed
