"""What bindings give (kubernetes plugin/pkg/auth/authorizer/rbac/rbac.go)."""

import pytest

from minieks.kube.api.options import UserInfo
from minieks.kube.auth.attributes import Attributes, Decision
from minieks.kube.auth.authorization import Masters, Union
from minieks.kube.auth.rbac.authorizer import RbacAuthorizer
from minieks.kube.words.objects import Obj
from rbac_objects import CONFIG_MAPS, binding, put, role, store_of, subject

WISH = Attributes("get", "", "v1", "configmaps", namespace="ns", name="x")
ACCOUNT = UserInfo("system:serviceaccount:ns:default", groups=("system:serviceaccounts",))
U1 = UserInfo("u1", groups=("g1", "system:authenticated"))
IN_NS = role("r", CONFIG_MAPS, space="ns")


def bound(who: Obj) -> RbacAuthorizer:
    return RbacAuthorizer(store_of(IN_NS, binding("b", ("Role", "r"), who, space="ns")))


@pytest.mark.parametrize(
    ("who", "user", "allowed"),
    [
        pytest.param(subject("User", "u1"), U1, True, id="user"),
        pytest.param(subject("User", "u2"), U1, False, id="other-user"),
        pytest.param(subject("Group", "g1"), U1, True, id="group"),
        pytest.param(
            subject("ServiceAccount", "default", namespace="ns"), ACCOUNT, True, id="account"
        ),
        pytest.param(subject("ServiceAccount", "default"), ACCOUNT, True, id="account-of-here"),
        pytest.param(
            subject("ServiceAccount", "default", namespace="zz"), ACCOUNT, False, id="elsewhere"
        ),
        pytest.param(subject("Group", "system:serviceaccounts"), ACCOUNT, True, id="accounts"),
    ],
)
def test_a_binding_is_for_its_subjects(who: Obj, user: UserInfo, allowed: bool) -> None:
    assert bound(who).authorize(user, WISH).allowed is allowed


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        pytest.param(
            [IN_NS, binding("b", ("Role", "r"), subject("User", "u1"), space="ns")],
            'RBAC: allowed by RoleBinding "b/ns" of Role "r" to User "u1"',
            id="role-binding",
        ),
        pytest.param(
            [role("c", CONFIG_MAPS), binding("b", ("ClusterRole", "c"), subject("Group", "g1"))],
            'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "c" to Group "g1"',
            id="cluster-role-binding",
        ),
        pytest.param(
            [
                role("c", CONFIG_MAPS),
                binding("b", ("ClusterRole", "c"), subject("User", "u1"), space="ns"),
            ],
            'RBAC: allowed by RoleBinding "b/ns" of ClusterRole "c" to User "u1"',
            id="cluster-role-in-a-namespace",
        ),
    ],
)
def test_the_reason_names_binding_role_and_subject(objects: list[Obj], reason: str) -> None:
    assert RbacAuthorizer(store_of(*objects)).authorize(U1, WISH) == Decision(True, reason)


def test_the_reason_names_a_service_account_with_its_namespace() -> None:
    decision = bound(subject("ServiceAccount", "default")).authorize(ACCOUNT, WISH)
    assert decision.reason.endswith('to ServiceAccount "default/ns"')


def test_a_role_binding_gives_nothing_in_another_namespace() -> None:
    elsewhere = WISH._replace(namespace="other")
    assert bound(subject("User", "u1")).authorize(U1, elsewhere) == Decision(False)


def test_a_refusal_tells_of_roles_that_are_missing() -> None:
    authorizer = RbacAuthorizer(
        store_of(
            binding("a", ("Role", "r"), subject("User", "u1"), space="ns"),
            binding("b", ("ClusterRole", "c"), subject("User", "u1"), space="ns"),
        )
    )
    assert authorizer.authorize(U1, WISH) == Decision(
        False,
        'RBAC: [role.rbac.authorization.k8s.io "r" not found,'
        ' clusterrole.rbac.authorization.k8s.io "c" not found]',
    )


def test_a_decision_is_made_anew_when_a_role_changes() -> None:
    store = store_of(
        role("c", CONFIG_MAPS), binding("b", ("ClusterRole", "c"), subject("User", "u1"))
    )
    authorizer = RbacAuthorizer(store)
    assert authorizer.authorize(U1, WISH).allowed
    put(store, role("c"))
    assert not authorizer.authorize(U1, WISH).allowed


def test_masters_may_everything_and_no_reason_is_given() -> None:
    union = Union([Masters(), RbacAuthorizer(store_of())])
    assert union.authorize(UserInfo("x", groups=("system:masters",)), WISH) == Decision(True)
    assert union.authorize(U1, WISH) == Decision(False)


def test_all_rules_are_told_apart_by_what_they_are_about() -> None:
    paths: Obj = {"verbs": ["get"], "nonResourceURLs": ["/metrics"]}
    store = store_of(
        role("c", CONFIG_MAPS, paths), binding("b", ("ClusterRole", "c"), subject("User", "u1"))
    )
    rules = RbacAuthorizer(store).rules_for(U1, "ns")
    assert (rules.resource, rules.non_resource, rules.error) == ((CONFIG_MAPS,), (paths,), "")
