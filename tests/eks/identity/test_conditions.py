"""Condition operators (AWS IAM user guide, "IAM JSON policy elements: Condition operators")."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.eks.identity.conditions import OPERATORS, failed

SUB = "oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub"
CONTEXT = {
    SUB.lower(): ("system:serviceaccount:shop:api",),
    "aws:sourceip": ("203.0.113.7",),
    "aws:currenttime": ("2026-11-23T12:00:00Z",),
    "aws:multifactorauthpresent": ("true",),
    "aws:tagkeys": ("team", "stage"),
    "aws:sourcearn": ("arn:aws:eks:eu-central-1:111122223333:cluster/shop",),
    "aws:username": ("alice",),
    "aws:principaltag/team": ("a*b",),
    "s3:max-keys": ("10",),
}


@pytest.mark.parametrize(
    ("operator", "key", "value", "holds"),
    [
        ("StringEquals", SUB, "system:serviceaccount:shop:api", True),
        ("StringEquals", SUB.upper(), "system:serviceaccount:shop:api", True),
        ("StringEquals", SUB, "system:serviceaccount:shop:*", False),
        ("StringEquals", SUB, ["x", "system:serviceaccount:shop:api"], True),
        ("StringEquals", SUB, [], False),
        ("StringEquals", "absent", "x", False),
        ("StringEqualsIfExists", "absent", "x", True),
        ("StringEqualsIfExists", SUB, "x", False),
        ("StringNotEquals", SUB, "x", True),
        ("StringNotEquals", SUB, ["x", "system:serviceaccount:shop:api"], False),
        ("StringNotEquals", "absent", "x", True),
        ("StringEqualsIgnoreCase", "aws:username", "ALICE", True),
        ("StringNotEqualsIgnoreCase", "aws:username", "ALICE", False),
        ("StringLike", SUB, "system:serviceaccount:shop:*", True),
        ("StringLike", SUB, "system:serviceaccount:*:api", True),
        ("StringLike", SUB, "system:serviceaccount:sho?:api", True),
        ("StringLike", SUB, "system:serviceaccount:other:*", False),
        ("StringLike", SUB, "System:serviceaccount:shop:*", False),
        ("StringNotLike", SUB, "*:api", False),
        ("StringLike", "aws:username", "${aws:username}", True),
        ("StringEquals", "aws:username", "${aws:username}", True),
        ("StringEquals", "aws:username", "${aws:userid}", False),
        ("StringEquals", "aws:username", "${aws:userid, 'alice'}", True),
        ("StringLike", "aws:username", "${*}", False),
        ("StringLike", "aws:username", "al${aws:PrincipalTag/team}", False),
        ("StringLike", "aws:principaltag/team", "a${*}b", True),
        ("ArnLike", "aws:SourceArn", "arn:aws:eks:*:111122223333:cluster/*", True),
        ("ArnLike", "aws:SourceArn", "arn:aws:eks:*:cluster/shop", False),
        ("ArnEquals", "aws:SourceArn", "arn:aws:eks:*:111122223333:cluster/sh?p", True),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:eks:*:111122223333:cluster/*", False),
        ("Bool", "aws:MultiFactorAuthPresent", True, True),
        ("Bool", "aws:MultiFactorAuthPresent", "false", False),
        ("BoolIfExists", "absent", "true", True),
        ("Null", "aws:username", "true", False),
        ("Null", "aws:username", False, True),
        ("Null", "absent", "true", True),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", True),
        ("IpAddress", "aws:SourceIp", "203.0.113.7", True),
        ("IpAddress", "aws:SourceIp", "nonsense", False),
        ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "203.0.113.0/24"], False),
        ("DateGreaterThan", "aws:CurrentTime", "2026-11-23", True),
        ("DateLessThan", "aws:CurrentTime", "2026-11-23T11:59:59Z", False),
        ("DateEquals", "aws:CurrentTime", "1795435200", True),
        ("DateNotEquals", "aws:CurrentTime", "1795435200", False),
        ("DateLessThan", "aws:CurrentTime", "someday", False),
        ("NumericLessThanEquals", "s3:max-keys", 10, True),
        ("NumericLessThan", "s3:max-keys", "10", False),
        ("NumericEquals", "s3:max-keys", "10.0", True),
        ("NumericNotEquals", "s3:max-keys", "10.0", False),
        ("NumericGreaterThanEquals", "s3:max-keys", "11", False),
        ("BinaryEquals", "aws:username", "alice", True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["team"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["other"], False),
        ("ForAnyValue:StringEquals", "absent", ["other"], False),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["team"], True),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["team", "stage"], False),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["team", "stage", "x"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["team"], False),
        ("ForAllValues:StringEquals", "absent", ["team"], True),
        ("ForAllValues:StringLike", "aws:TagKeys", ["t*", "s*"], True),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", ["team"], False),
        ("ForSome:StringEquals", "aws:TagKeys", ["team"], False),
        ("StringMatches", "aws:username", "alice", False),
    ],
)
def test_operator(operator: str, key: str, value: Any, *, holds: bool) -> None:
    failure = failed({operator: {key: value}}, CONTEXT)
    assert (failure is None) == holds


def test_all_conditions_must_hold_and_the_first_that_fails_is_told() -> None:
    block = {
        "StringEquals": {"aws:username": "alice", SUB: "system:serviceaccount:shop:web"},
        "Bool": {"absent": "true"},
    }
    failure = failed(block, CONTEXT)
    assert str(failure) == (
        f"StringEquals on {SUB}: wants 'system:serviceaccount:shop:web', but it is"
        " 'system:serviceaccount:shop:api'"
    )
    failure = failed({"Bool": {"absent": ["true"]}}, CONTEXT)
    assert str(failure) == "Bool on absent: wants 'true', but it is not in the request"


_PLAIN = st.text(st.characters(exclude_characters="*?$", codec="utf-8"))


@given(_PLAIN, _PLAIN)
def test_string_like_without_wildcard_is_string_equals(wanted: str, found: str) -> None:
    context = {"k": (found,)}
    equal = failed({"StringEquals": {"k": wanted}}, context) is None
    assert (failed({"StringLike": {"k": wanted}}, context) is None) == equal == (wanted == found)


@given(_PLAIN, _PLAIN, _PLAIN)
def test_star_stands_for_anything(head: str, middle: str, tail: str) -> None:
    context = {"k": (head + middle + tail,)}
    assert failed({"StringLike": {"k": f"{head}*{tail}"}}, context) is None


_VALUES = st.lists(st.sampled_from(["a", "b", "1", "10.0.0.1", "true", "2026-01-01"]), max_size=3)
_OPPOSITES = [
    *((f"{kind}Equals", f"{kind}NotEquals") for kind in ("String", "Arn", "Numeric", "Date")),
    *(("StringLike", "StringNotLike"), ("ArnLike", "ArnNotLike"), ("IpAddress", "NotIpAddress")),
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
]


@given(st.sampled_from(_OPPOSITES), _VALUES, _VALUES.filter(bool))
def test_negated_operator_holds_when_the_other_does_not(
    operators: tuple[str, str], wanted: list[str], found: list[str]
) -> None:
    context = {"k": tuple(found)}
    first, second = (failed({one: {"k": wanted}}, context) is None for one in operators)
    assert first != second


@given(st.sampled_from(OPERATORS), _VALUES)
def test_if_exists_lets_what_is_absent_pass(operator: str, wanted: list[str]) -> None:
    if operator != "Null":
        assert failed({f"{operator}IfExists": {"k": wanted}}, {}) is None
