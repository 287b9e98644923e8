"""Which requests a FlowSchema is about (kubernetes apiserver pkg/util/flowcontrol/rule.go)."""

from typing import Any

import pytest

from minieks.kube.api.options import UserInfo
from minieks.kube.rest.fairness.rules import rules_for
from minieks.kube.rest.http import Request
from minieks.kube.rest.requestinfo import request_info
from minieks.kube.words.objects import Obj

JANE = UserInfo("jane", groups=("devs", "system:authenticated"))
ACCOUNT = UserInfo("system:serviceaccount:shop:bot")
EVERYTHING: Obj = {"verbs": ["*"], "nonResourceURLs": ["*"]}
PODS: Obj = {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}


def covers(user: UserInfo, method: str, path: str, **rule: Any) -> bool:
    schema = {"spec": {"rules": [rule]}}
    info = request_info(Request(method, path))
    return any(one.covers(info) for one in rules_for(schema, user))


@pytest.mark.parametrize(
    ("user", "subject", "meant"),
    [
        pytest.param(JANE, {"kind": "User", "user": {"name": "jane"}}, True, id="user"),
        pytest.param(JANE, {"kind": "User", "user": {"name": "john"}}, False, id="another"),
        pytest.param(JANE, {"kind": "User", "user": {"name": "*"}}, True, id="any-user"),
        pytest.param(JANE, {"kind": "Group", "group": {"name": "devs"}}, True, id="group"),
        pytest.param(JANE, {"kind": "Group", "group": {"name": "ops"}}, False, id="not-in-it"),
        pytest.param(JANE, {"kind": "Group", "group": {"name": "*"}}, True, id="any-group"),
        pytest.param(JANE, {"kind": "Group"}, False, id="no-group-named"),
        pytest.param(JANE, {"kind": "Robot"}, False, id="unknown-kind"),
        pytest.param(
            ACCOUNT,
            {"kind": "ServiceAccount", "serviceAccount": {"namespace": "shop", "name": "bot"}},
            True,
            id="service-account",
        ),
        pytest.param(
            ACCOUNT,
            {"kind": "ServiceAccount", "serviceAccount": {"namespace": "shop", "name": "*"}},
            True,
            id="any-account-of-a-namespace",
        ),
        pytest.param(
            ACCOUNT,
            {"kind": "ServiceAccount", "serviceAccount": {"namespace": "sho", "name": "*"}},
            False,
            id="of-a-namespace-with-a-shorter-name",
        ),
    ],
)
def test_a_rule_is_about_its_subjects(user: UserInfo, subject: Obj, meant: bool) -> None:
    rule = {"subjects": [subject], "nonResourceRules": [EVERYTHING]}
    assert covers(user, "GET", "/version", **rule) is meant


@pytest.mark.parametrize(
    ("method", "path", "rule", "meant"),
    [
        pytest.param("GET", "/api/v1/namespaces/a/pods", {"namespaces": ["a"]}, True, id="list"),
        pytest.param("POST", "/api/v1/namespaces/a/pods", {"namespaces": ["a"]}, False, id="verb"),
        pytest.param("GET", "/api/v1/namespaces/b/pods", {"namespaces": ["a"]}, False, id="space"),
        pytest.param("GET", "/api/v1/namespaces/b/pods", {"namespaces": ["*"]}, True, id="spaces"),
        pytest.param("GET", "/api/v1/pods", {"namespaces": ["*"]}, False, id="no-space"),
        pytest.param("GET", "/api/v1/pods", {"clusterScope": True}, True, id="cluster"),
        pytest.param(
            "GET", "/api/v1/namespaces/a/pods", {"clusterScope": True}, False, id="cluster-only"
        ),
        pytest.param(
            "GET", "/api/v1/namespaces/a/pods/p/status", {"namespaces": ["*"]}, False, id="part"
        ),
        pytest.param(
            "GET",
            "/api/v1/namespaces/a/pods/p/status",
            {"namespaces": ["*"], "resources": ["pods/status"]},
            True,
            id="part-named",
        ),
        pytest.param(
            "GET",
            "/apis/apps/v1/namespaces/a/deployments/d/scale",
            {"namespaces": ["*"], "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
            True,
            id="everything",
        ),
        pytest.param("GET", "/version", {"clusterScope": True}, False, id="a-path"),
    ],
)
def test_a_rule_of_resources_names_verbs_groups_resources_and_namespaces(
    method: str, path: str, rule: Obj, meant: bool
) -> None:
    subjects = [{"kind": "User", "user": {"name": "*"}}]
    assert covers(JANE, method, path, subjects=subjects, resourceRules=[PODS | rule]) is meant


@pytest.mark.parametrize(
    ("path", "named", "meant"),
    [
        pytest.param("/healthz", "/healthz", True, id="itself"),
        pytest.param("/healthz/etcd", "/healthz", True, id="below"),
        pytest.param("/healthzz", "/healthz", False, id="begins-alike"),
        pytest.param("/openapi/v2", "/openapi/*", True, id="with-a-star"),
        pytest.param("/openapi", "/openapi/*", False, id="star-is-below"),
        pytest.param("/version", "*", True, id="all"),
        pytest.param("/api/v1/pods", "*", False, id="a-resource"),
    ],
)
def test_a_rule_of_paths_is_also_about_what_is_below_them(
    path: str, named: str, meant: bool
) -> None:
    subjects = [{"kind": "User", "user": {"name": "*"}}]
    rule = {"verbs": ["get"], "nonResourceURLs": [named]}
    assert covers(JANE, "GET", path, subjects=subjects, nonResourceRules=[rule]) is meant
