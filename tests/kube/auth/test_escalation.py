"""Nobody gives what he has not (kubernetes pkg/registry/rbac/validation/rule.go)."""

import pytest

from minieks.kube.api.errors import ApiError
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.rbac import covers
from minieks.kube.auth.rbac.authorizer import RbacAuthorizer
from minieks.kube.auth.rbac.escalation import EscalationCheck
from minieks.kube.auth.rbac.grants import CLUSTER_ROLES, ROLE_BINDINGS, ROLES
from minieks.kube.words.objects import Obj
from rbac_objects import binding, role, store_of, subject

U1 = UserInfo("u1", groups=("g1", "system:authenticated"))
PODS: Obj = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
EVERYTHING: Obj = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
ROLES_ANY_VERB: Obj = {
    "apiGroups": ["rbac.authorization.k8s.io"],
    "resources": ["roles", "rolebindings"],
    "verbs": ["*"],
}


def check_of(*owned: Obj) -> EscalationCheck:
    bound = binding("b", ("Role", "own"), subject("User", "u1"), space="ns")
    authorizer = RbacAuthorizer(
        store_of(role("own", *owned, space="ns"), bound, role("all", EVERYTHING))
    )
    return EscalationCheck(authorizer, authorizer.grants)


def refused(check: EscalationCheck, collection: str, obj: Obj, old: Obj | None = None) -> str:
    with pytest.raises(ApiError) as caught:
        check.check(U1, collection, obj, old)
    return caught.value.message


def test_a_role_with_more_than_its_writer_has_is_refused_with_what_is_missing() -> None:
    rule = {"apiGroups": ["", "apps"], "resources": ["secrets", "pods"], "verbs": ["get", "delete"]}
    assert refused(check_of(PODS), ROLES, role("n", rule, space="ns")) == (
        'roles.rbac.authorization.k8s.io "n" is forbidden: user "u1"'
        ' (groups=["g1" "system:authenticated"]) is attempting to grant RBAC permissions not'
        " currently held:\n"
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n'
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}\n'
        '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "delete"]}\n'
        '{APIGroups:["apps"], Resources:["secrets"], Verbs:["get" "delete"]}'
    )


@pytest.mark.parametrize(
    ("owned", "user"),
    [
        pytest.param([PODS], U1, id="no-more-than-he-has"),
        pytest.param([ROLES_ANY_VERB], U1, id="any-verb-includes-escalate-and-bind"),
        pytest.param([], UserInfo("x", groups=("system:masters",)), id="masters"),
    ],
)
def test_a_role_and_a_binding_are_allowed(owned: list[Obj], user: UserInfo) -> None:
    check = check_of(*owned)
    check.check(user, ROLES, role("n", PODS, space="ns"))
    own = binding("n", ("Role", "own"), subject("User", "u2"), space="ns")
    check.check(user, ROLE_BINDINGS, own)


def test_a_binding_to_a_role_with_more_is_refused() -> None:
    more = binding("n", ("ClusterRole", "all"), subject("User", "u1"), space="ns")
    assert refused(check_of(PODS), ROLE_BINDINGS, more).endswith(
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'
    )


def test_a_binding_to_a_missing_role_is_not_found_in_the_name_of_the_binding() -> None:
    lost = binding("n", ("Role", "missing"), subject("User", "u1"), space="ns")
    assert refused(check_of(PODS), ROLE_BINDINGS, lost) == (
        'rolebindings.rbac.authorization.k8s.io "missing" not found'
    )


def test_an_aggregation_rule_needs_everything() -> None:
    aggregating = {**role("n"), "aggregationRule": {"clusterRoleSelectors": []}}
    assert refused(check_of(PODS), CLUSTER_ROLES, aggregating) == (
        'clusterroles.rbac.authorization.k8s.io "n" is forbidden:'
        " must have cluster-admin privileges to use the aggregationRule"
    )


def test_an_update_of_what_the_garbage_collector_writes_is_allowed() -> None:
    old = role("n", EVERYTHING, space="ns")
    new = {**old, "metadata": {**old["metadata"], "finalizers": ["x"], "resourceVersion": "7"}}
    check_of(PODS).check(U1, ROLES, new, old)


@pytest.mark.parametrize(
    ("owned", "wanted", "lacks"),
    [
        pytest.param(PODS, PODS, False, id="the-same"),
        pytest.param(EVERYTHING, PODS, False, id="everything"),
        pytest.param(PODS, EVERYTHING, True, id="not-everything"),
        pytest.param({**PODS, "resourceNames": ["a"]}, PODS, True, id="all-names-from-one"),
        pytest.param(PODS, {**PODS, "resourceNames": ["a"]}, False, id="one-name-from-all"),
        pytest.param(
            {**PODS, "resources": ["*/log"]}, {**PODS, "resources": ["pods/log"]}, False, id="sub"
        ),
        pytest.param(
            {"nonResourceURLs": ["/api*"], "verbs": ["get"]},
            {"nonResourceURLs": ["/api/v1"], "verbs": ["get"]},
            False,
            id="path",
        ),
        pytest.param(
            {"nonResourceURLs": ["/api"], "verbs": ["get"]},
            {"nonResourceURLs": ["*"], "verbs": ["get"]},
            True,
            id="not-every-path",
        ),
    ],
)
def test_rules_include_others(owned: Obj, wanted: Obj, lacks: bool) -> None:
    assert bool(covers.missing([owned], [wanted])) is lacks
