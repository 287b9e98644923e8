"""aws-auth, access entries and modes: who is who, and whom a mistake locks out.

Source: aws-iam-authenticator pkg/mapper/configmap, pkg/server (renderTemplate, doMapping); EKS user
guide, "Grant IAM users and roles access to Kubernetes APIs".
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_aws import ACCOUNT, ALICE
from minieks.eks.identity import awsauth, users
from minieks.eks.identity.accessentries import completed
from minieks.eks.identity.arns import BadArn
from minieks.eks.identity.mapping import Identity, NotMapped, identified
from minieks.eks.identity.ports import CallerIdentity
from minieks.eks.identity.users import Access
from minieks.eks.spec import AccessEntrySpec

ADMIN_ROLE = f"arn:aws:iam::{ACCOUNT}:role/admin"
GOOD_USERS = f"- userarn: {ALICE.arn}\n  username: alice\n  groups: [system:masters]\n"
NODE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/node"
NODES = (
    f"- rolearn: {NODE_ROLE}\n  username: system:node:{{{{EC2PrivateDNSName}}}}\n"
    "  groups: [system:bootstrappers, system:nodes]\n"
)


def session(role: str, name: str, role_id: str = "AROAEXAMPLE") -> Identity:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"
    return identified(CallerIdentity(arn, ACCOUNT, f"{role_id}:{name}", "ASIAEXAMPLE"))


def no_instance(instance: str) -> str | None:
    return {"i-0123456789abcdef0": "ip-10-0-0-1.ec2.internal"}.get(instance)


def who(access: Access, identity: Identity) -> tuple[str, tuple[str, ...]] | str:
    try:
        found = users.mapped(access, identity, no_instance)
    except NotMapped as error:
        return str(error)
    return found.username, found.groups


def by_config_map(roles: str = "", people: str = "", accounts: str = "") -> Access:
    data = {"mapRoles": roles, "mapUsers": people, "mapAccounts": accounts}
    return Access("CONFIG_MAP", aws_auth=awsauth.parse(data))


UNMAPPED = "Identity is not mapped"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("admin:{{SessionName}}", "admin:bob-corp"),
        ("admin:{{SessionNameRaw}}", "admin:bob@corp"),
        ("{{AccountID}}:{{AccessKeyID}}", f"{ACCOUNT}:ASIAEXAMPLE"),
        ("plain", "plain"),
    ],
)
def test_templates_are_filled_in(template: str, expected: str) -> None:
    row = f"- rolearn: {ADMIN_ROLE}\n  username: '{template}'\n  groups: ['g-{template}']\n"
    assert who(by_config_map(row), session("admin", "bob@corp")) == (expected, (f"g-{expected}",))


def test_node_is_called_after_its_instance() -> None:
    node = session("node", "i-0123456789abcdef0")
    groups = ("system:bootstrappers", "system:nodes")
    assert who(by_config_map(NODES), node) == ("system:node:ip-10-0-0-1.ec2.internal", groups)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bob", "SessionName did not contain an instance id"),
        ("i-00000000", "The instance ID 'i-00000000' does not exist"),
    ],
)
def test_session_of_a_node_role_that_is_no_node_is_refused(name: str, told: str) -> None:
    found = who(by_config_map(NODES), session("node", name))
    assert isinstance(found, str)
    assert told in found


# Each mistake: who still comes in (alice by mapUsers, the admin by mapRoles), and what is logged.
@pytest.mark.parametrize(
    ("roles", "admin", "logged"),
    [
        (f"- rolearn: {ADMIN_ROLE}\n  username: admin\n  groups:\n  - ops\n", ("ops",), ""),
        (f"- roleARN: {ADMIN_ROLE.upper()}\n  UserName: admin\n  groups: [ops]\n", ("ops",), ""),
        (f"- rolearn: {ADMIN_ROLE}\n  username: admin\n", (), ""),
        (
            f"- rolearn: {ADMIN_ROLE}\n  username: admin\n  groups: ops\n",
            (),
            "json: cannot unmarshal string into Go struct field RoleMapping.groups of type",
        ),
        (
            f"- rolearn: {ADMIN_ROLE}\n\tusername: admin\n  groups: [ops]\n",
            None,
            "found character that cannot start any token",
        ),
        (
            f"- rolearn: {ADMIN_ROLE}\n   username: admin\n  groups: [ops]\n",
            None,
            "mapping values are not allowed in this context",
        ),
        (
            f"- rolearn: {ADMIN_ROLE}\n  username: admin\n groups: [ops]\n",
            None,
            "yaml: line 3: did not find expected",
        ),
        (
            f"rolearn: {ADMIN_ROLE}\nusername: admin\n",
            None,
            "cannot unmarshal object into Go value",
        ),
        (f"- rolarn: {ADMIN_ROLE}\n  username: admin\n", None, "one of rolearn or SSO must be"),
        (f"- {ADMIN_ROLE}\n", None, "cannot unmarshal string into Go value"),
        (f"- rolearn: arn:aws:iam::{ACCOUNT}:role/team/admin\n  username: a\n", None, ""),
        (f"- rolearn: arn:aws:sts::{ACCOUNT}:assumed-role/admin/x\n  username: a\n", None, ""),
        ("", None, ""),
        ("[" * 5000, None, "exceeded max depth"),
    ],
    ids=[
        *("good", "case", "no-groups", "groups-text", "tab", "too-deep", "too-shallow", "no-list"),
        *("typo", "text-entry", "path-in-arn", "session-arn", "empty", "endless"),
    ],
)
def test_mistake_in_map_roles_locks_out_whom_it_would(
    roles: str, admin: tuple[str, ...] | None, logged: str
) -> None:
    access = by_config_map(roles, GOOD_USERS)
    found = who(access, session("admin", "x"))
    assert found == (UNMAPPED if admin is None else ("admin", admin))
    assert who(access, identified(ALICE)) == ("alice", ("system:masters",))
    complaint = awsauth.complaint(access.aws_auth)
    assert logged in complaint
    assert bool(complaint) == bool(logged)


def test_entry_beside_a_bad_one_counts() -> None:
    rows = f"- username: nobody\n- rolearn: {ADMIN_ROLE}\n  username: admin\n"
    assert who(by_config_map(rows), session("admin", "x")) == ("admin", ())


def test_last_entry_of_an_arn_counts() -> None:
    rows = f"- rolearn: {ADMIN_ROLE}\n  username: one\n- rolearn: {ADMIN_ROLE}\n  username: two\n"
    assert who(by_config_map(rows), session("admin", "x")) == ("two", ())


@pytest.mark.parametrize("account", [f'- "{ACCOUNT}"', f"- {ACCOUNT}", f"[{ACCOUNT}]"])
def test_account_lets_everybody_of_it_in_under_the_own_arn(account: str) -> None:
    assert who(by_config_map(accounts=account), session("any", "x")) == (
        f"arn:aws:iam::{ACCOUNT}:role/any",
        (),
    )


def test_account_with_a_leading_zero_keeps_it() -> None:
    found = awsauth.parse({"mapAccounts": "- 012345678901\n"})
    assert found.accounts == ("012345678901",)


@given(st.text(max_size=60))
def test_any_text_is_read_or_reported(text: str) -> None:
    awsauth.parse({"mapRoles": text, "mapUsers": text, "mapAccounts": text})


# access entries and modes

ENTRY = AccessEntrySpec(f"arn:aws:iam::{ACCOUNT}:role/team/admin", username="boss", groups=("ops",))
IN_MAP = f"- rolearn: {ADMIN_ROLE}\n  username: by-map\n"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("CONFIG_MAP", ("by-map", ())),
        ("API_AND_CONFIG_MAP", ("boss", ("ops",))),
        ("API", ("boss", ("ops",))),
    ],
)
def test_entry_counts_before_the_config_map_where_entries_count(
    mode: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    access = Access(mode, (ENTRY,), awsauth.parse({"mapRoles": IN_MAP}))
    assert who(access, session("admin", "x")) == expected


def test_config_map_counts_for_nobody_in_mode_api() -> None:
    access = Access("API", (), awsauth.parse({"mapRoles": IN_MAP}))
    assert who(access, session("admin", "x")) == UNMAPPED


def test_role_that_was_made_anew_has_no_entry() -> None:
    access = Access("API", (replace(ENTRY, principal_id="AROAOLD"),))
    assert who(access, session("admin", "x", "AROANEW")) == UNMAPPED
    assert who(access, session("admin", "x", "AROAOLD")) == ("boss", ("ops",))


@pytest.mark.parametrize(
    ("entry", "username", "groups"),
    [
        (
            AccessEntrySpec(f"arn:aws:iam::{ACCOUNT}:role/team/admin"),
            f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/{{{{SessionName}}}}",
            (),
        ),
        (AccessEntrySpec(ALICE.arn, groups=("ops",)), ALICE.arn, ("ops",)),
        (
            AccessEntrySpec(NODE_ROLE, "EC2_LINUX"),
            "system:node:{{EC2PrivateDNSName}}",
            ("system:nodes",),
        ),
        (
            AccessEntrySpec(NODE_ROLE, "EC2_WINDOWS"),
            "system:node:{{EC2PrivateDNSName}}",
            ("system:nodes", "eks:kube-proxy-windows"),
        ),
        (
            AccessEntrySpec(NODE_ROLE, "FARGATE_LINUX"),
            "system:node:{{SessionName}}",
            ("system:nodes", "system:node-proxier"),
        ),
    ],
    ids=["role", "user", "linux", "windows", "fargate"],
)
def test_entry_gets_its_default_names(
    entry: AccessEntrySpec, username: str, groups: tuple[str, ...]
) -> None:
    found = completed(entry)
    assert (found.username, found.groups) == (username, groups)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("CONFIG_MAP", ("kubernetes-admin", ("system:masters",))), ("API_AND_CONFIG_MAP", UNMAPPED)],
)
def test_creator_is_a_hidden_master_only_without_entries(mode: str, expected: object) -> None:
    access = Access(mode, creator=f"arn:aws:iam::{ACCOUNT}:role/team/admin")
    assert who(access, session("admin", "x")) == expected


@pytest.mark.parametrize(
    ("arn", "told"),
    [
        ("x", "arn: invalid prefix"),
        ("arn:aws:iam", "arn: not enough sections"),
        ("arn:azure:iam::1:role/x", "does not have a recognized partition"),
        ("arn:aws:sts::1:assumed-role/x", "does not have a role"),
        ("arn:aws:sts::1:other/x", "unrecognized resource other/x for service sts"),
        ("arn:aws:s3:::bucket", "service s3 in arn arn:aws:s3:::bucket is not a valid service"),
        ("arn:aws:iam::1:group/x", "unrecognized resource group/x for service iam"),
    ],
)
def test_caller_without_a_usable_arn_is_refused(arn: str, told: str) -> None:
    with pytest.raises(BadArn) as refused:
        identified(CallerIdentity(arn, "1", "X"))
    assert told in str(refused.value)
