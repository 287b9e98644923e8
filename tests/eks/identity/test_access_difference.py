"""What a change of access does: every standing is the authenticator's own answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_aws import ACCOUNT
from minieks.eks.identity import awsauth
from minieks.eks.identity.difference import Difference, differences, locks_out, standing, warnings
from minieks.eks.identity.users import Access
from minieks.eks.spec import AccessEntrySpec, AccessPolicySpec

OPS = f"arn:aws:iam::{ACCOUNT}:role/ops"
WITH_PATH = OPS.replace("/ops", "/team/ops")
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
VIEW = AccessPolicySpec(
    "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "namespace", ("a", "b")
)


def by_map(roles: str = "", people: str = "", accounts: str = "") -> Access:
    data = {"mapRoles": roles, "mapUsers": people, "mapAccounts": accounts}
    return Access("CONFIG_MAP", aws_auth=awsauth.parse(data))


def row(arn: str = OPS, groups: str = "[ops]", key: str = "rolearn") -> str:
    return f"- {key}: {arn}\n  username: x\n  groups: {groups}\n"


def only(before: Access, after: Access) -> Difference:
    (found,) = differences(before, after)
    return found


def test_same_access_is_no_difference_however_it_is_written() -> None:
    entry = AccessEntrySpec(OPS, username="x", groups=("ops",))
    assert differences(by_map(row()), Access("API", (entry,))) == []


@pytest.mark.parametrize(
    ("before", "after", "effect", "gained", "lost"),
    [
        (by_map(), by_map(row()), "let in", ("group ops",), ()),
        (by_map(row()), by_map(), "locked out", (), ("group ops",)),
        (
            by_map(row(groups="[ops, dev]")),
            by_map(row(groups="[dev, web]")),
            "changed",
            ("group web",),
            ("group ops",),
        ),
        (by_map(row()), by_map(row() + "\tbroken"), "locked out", (), ("group ops",)),
        (by_map(row()), by_map(row(WITH_PATH)), "locked out", (), ("group ops",)),
        (by_map(row()), by_map(row(groups="ops")), "changed", (), ("group ops",)),
        (
            Access("API", (AccessEntrySpec(OPS, username="x"),)),
            Access("API", (AccessEntrySpec(OPS, username="x", policies=(VIEW,)),)),
            "changed",
            ("policy AmazonEKSViewPolicy in a, b",),
            (),
        ),
        (
            Access("API_AND_CONFIG_MAP", aws_auth=awsauth.parse({"mapRoles": row()})),
            Access("API", aws_auth=awsauth.parse({"mapRoles": row()})),
            "locked out",
            (),
            ("group ops",),
        ),
        (
            Access("CONFIG_MAP", creator=OPS),
            Access("API", creator=OPS),
            "locked out",
            (),
            ("group system:masters",),
        ),
    ],
    ids=[
        *("new-row", "row-gone", "groups", "tab", "path", "groups-text", "policy", "mode"),
        "creator",
    ],
)  # fmt: skip
def test_effect(
    before: Access, after: Access, effect: str, gained: tuple[str, ...], lost: tuple[str, ...]
) -> None:
    found = only(before, after)
    assert (found.effect, found.gained, found.lost) == (effect, gained, lost)
    assert locks_out([found]) == (effect == "locked out")


def test_whole_account_is_one_principal() -> None:
    found = only(by_map(), by_map(accounts=f"- '{ACCOUNT}'"))
    assert found.principal == f"everybody of account {ACCOUNT}"
    assert found.after is not None
    assert found.after.username == "each one's own ARN"


@pytest.mark.parametrize(
    ("access", "told"),
    [
        (by_map(row()), ""),
        (by_map(row(WITH_PATH)), "fits nobody: a session's ARN has no path"),
        (by_map(row(f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/x")), "fits nobody: name the role"),
        (by_map(row(BOB)), "is a user: it belongs into mapUsers"),
        (by_map(people=row(key="userarn")), "is a role: it belongs into mapRoles"),
        (by_map(f"- rolearn: {OPS}\n"), "has no username"),
        (by_map("\t"), ""),
        (by_map("- x: [\n"), "cannot read: error parsing config map: [yaml: line 2"),
    ],
    ids=["right", "path", "session", "user", "role", "nameless", "blank", "yaml"],
)
def test_row_that_does_not_do_what_it_seems_to_is_told(access: Access, told: str) -> None:
    found = "; ".join(warnings(access))
    assert told in found
    assert bool(found) == bool(told)


_ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from([OPS, BOB, f"{OPS}2", WITH_PATH]),
        st.sampled_from(["[a]", "[a, b]", "[]", "a"]),
    ),
    max_size=4,
).map("".join)


@given(_ROWS, _ROWS)
def test_way_back_undoes_every_effect(one: str, other: str) -> None:
    there = {found.principal: found for found in differences(by_map(one), by_map(other))}
    back = {found.principal: found for found in differences(by_map(other), by_map(one))}
    assert list(there) == list(back)
    for principal, found in there.items():
        assert (found.gained, found.lost) == (back[principal].lost, back[principal].gained)
        assert found.before == standing(by_map(one), principal)


@given(_ROWS)
def test_no_change_makes_no_difference(rows: str) -> None:
    assert differences(by_map(rows), by_map(rows)) == []
