"""Access policies and scopes (EKS user guide, "Review access policy permissions")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_aws import ACCOUNT
from minieks.data.access_policies import rules
from minieks.eks.controlplane import CLUSTERS
from minieks.eks.identity.accesspolicies import AccessPolicies, allows
from minieks.eks.identity.records import ACCESS_ENTRIES
from minieks.eks.spec import AccessPolicySpec
from minieks.engine.store import Store
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.attributes import Attributes
from minieks.kube.auth.authorization import Union
from minieks.kube.words.objects import Obj

ARN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKS{}Policy"
NAMES = ("ClusterAdmin", "Admin", "Edit", "View", "AdminView")
PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:role/team/dev"


def wish(text: str, space: str = "shop") -> Attributes:
    """``get secrets``, ``create pods/exec``, ``list nodes``, ``get /metrics``."""
    verb, what = text.split()
    if what.startswith("/"):
        return Attributes(verb, path=what)
    kind, _, sub = what.partition("/")
    resource, _, group = kind.partition(".")
    return Attributes(verb, group, resource=resource, subresource=sub, namespace=space)


def allowed(name: str, text: str) -> bool:
    return allows(AccessPolicySpec(ARN.format(name), "cluster"), wish(text))


# In the order of NAMES: ClusterAdmin, Admin, Edit, View, AdminView.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("get pods", "yes yes yes yes yes"),
        ("get pods/log", "yes yes yes yes yes"),
        ("create pods", "yes yes yes no no"),
        ("create pods/exec", "yes yes yes no no"),
        ("get secrets", "yes yes yes no yes"),
        ("delete secrets", "yes yes yes no no"),
        ("patch deployments.apps", "yes yes yes no no"),
        ("get deployments.apps/scale", "yes yes yes yes yes"),
        ("list roles.rbac.authorization.k8s.io", "yes yes no no yes"),
        ("escalate roles.rbac.authorization.k8s.io", "yes yes no no no"),
        ("create clusterroles.rbac.authorization.k8s.io", "yes no no no no"),
        ("impersonate serviceaccounts", "yes yes yes no no"),
        ("create localsubjectaccessreviews.authorization.k8s.io", "yes yes no no no"),
        ("list nodes", "yes no no no yes"),
        ("list widgets.example.com", "yes no no no yes"),
        ("get /metrics", "yes no no no no"),
    ],
)
def test_policy_allows(text: str, expected: str) -> None:
    found = ["yes" if allowed(name, text) else "no" for name in NAMES]
    assert found == expected.split()


def test_policies_of_components_of_eks_have_no_rules() -> None:
    assert rules("AmazonEKSComputePolicy") == ()
    assert not allows(AccessPolicySpec(ARN.format("Compute"), "cluster"), wish("get pods"))


@pytest.mark.parametrize(
    ("space", "patterns", "expected"),
    [
        ("shop", ("shop",), True),
        ("shop", ("other", "shop"), True),
        ("shop", ("other",), False),
        ("dev-1", ("dev-*",), True),
        ("development", ("dev-*",), False),
        ("", ("*",), False),
    ],
)
def test_scope(space: str, patterns: tuple[str, ...], *, expected: bool) -> None:
    policy = AccessPolicySpec(ARN.format("View"), "namespace", patterns)
    assert allows(policy, wish("get pods", space)) == expected


def entry(policy: str, scope: str = "cluster", *namespaces: str) -> Obj:
    found = {
        "policyArn": ARN.format(policy),
        "accessScope": {"type": scope, "namespaces": list(namespaces)},
    }
    return {"principalArn": PRINCIPAL, "associatedAccessPolicies": [found]}


def store(mode: str = "API") -> Store:
    aws = Store()
    aws.create(CLUSTERS, "shop", {"accessConfig": {"authenticationMode": mode}})
    return aws


USER = UserInfo(
    "dev",
    extra=(
        ("canonicalArn", (f"arn:aws:iam::{ACCOUNT}:role/dev",)),
        ("principalId", ("AROAEXAMPLE",)),
    ),
)


def test_entry_is_found_by_the_role_without_its_path_and_the_reason_is_that_of_eks() -> None:
    aws = store()
    authorizer = Union([AccessPolicies(aws)])
    assert not authorizer.authorize(USER, wish("get pods")).allowed
    aws.create(ACCESS_ENTRIES, PRINCIPAL, entry("View"))
    found = authorizer.authorize(USER, wish("get pods"))
    assert found.allowed
    assert found.reason == (
        f'EKS Access Policy: allowed by ClusterRoleBinding "{PRINCIPAL}+{ARN.format("View")}" of'
        f' ClusterRole "{ARN.format("View")}" to User "AROAEXAMPLE"'
    )
    aws.remove(ACCESS_ENTRIES, PRINCIPAL)
    assert not authorizer.authorize(USER, wish("get pods")).allowed


def test_policy_for_a_namespace_names_it() -> None:
    aws = store()
    aws.create(ACCESS_ENTRIES, PRINCIPAL, entry("Edit", "namespace", "shop"))
    found = AccessPolicies(aws).authorize(USER, wish("create pods"))
    assert f'RoleBinding "{PRINCIPAL}+{ARN.format("Edit")}/shop"' in found.reason
    assert not AccessPolicies(aws).authorize(USER, wish("create pods", "other")).allowed


def test_entries_do_not_count_in_mode_config_map() -> None:
    aws = store("CONFIG_MAP")
    aws.create(ACCESS_ENTRIES, PRINCIPAL, entry("ClusterAdmin"))
    assert not AccessPolicies(aws).authorize(USER, wish("get pods")).allowed


def test_users_of_other_kinds_have_no_policies() -> None:
    aws = store()
    aws.create(ACCESS_ENTRIES, PRINCIPAL, entry("ClusterAdmin"))
    found = AccessPolicies(aws)
    assert not found.authorize(
        UserInfo(f"arn:aws:iam::{ACCOUNT}:role/dev"), wish("get pods")
    ).allowed
    assert found.rules_for(UserInfo("x"), "shop").error == ""
    assert "does not support user rule resolution" in found.rules_for(USER, "shop").error


_WISHES = st.builds(
    wish,
    st.builds(
        "{} {}".format,
        st.sampled_from(["get", "list", "create", "delete", "escalate", "impersonate"]),
        st.sampled_from(["pods", "secrets", "roles.rbac.authorization.k8s.io", "jobs.batch"]),
    ),
)


@given(_WISHES)
def test_each_policy_allows_what_the_weaker_one_allows(asked: Attributes) -> None:
    weak_to_strong = ("View", "Edit", "Admin", "ClusterAdmin")
    found = [
        allows(AccessPolicySpec(ARN.format(name), "cluster"), asked) for name in weak_to_strong
    ]
    assert found == sorted(found)
