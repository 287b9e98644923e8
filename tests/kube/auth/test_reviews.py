"""Questions about rights and users (kubernetes pkg/registry/{authorization,authentication})."""

from typing import Any

import pytest

from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.errors import ApiError
from minieks.kube.api.options import UserInfo
from minieks.kube.api.server import Api
from minieks.kube.auth.rbac.defaults import write_defaults
from minieks.kube.auth.services import Auth, AuthSettings
from minieks.kube.words.objects import Obj
from rbac_objects import CONFIG_MAPS, binding, role, subject

GROUP = "rbac.authorization.k8s.io"
U1 = UserInfo("u1", "7", ("g1", "system:authenticated"), (("k", ("v",)),))
MASTER = UserInfo("admin", groups=("system:masters",))
GET: Obj = {"namespace": "default", "verb": "get", "resource": "configmaps"}
BY_BINDING = 'RBAC: allowed by RoleBinding "b/default" of Role "r" to User "u1"'


@pytest.fixture(scope="module")
def auth() -> Auth:
    api = Api(Engine(), "1.34")
    bootstrap(api)
    write_defaults(api)
    made = Auth(api, AuthSettings(tokens={"secret": U1}))
    api.create(role("r", CONFIG_MAPS, space="default"))
    who = subject("User", "u1", apiGroup=GROUP)
    api.create(binding("b", ("Role", "r"), who, space="default"))
    return made


def review(kind: str, spec: Obj | None = None, **meta: Any) -> Obj:
    group = "authentication" if kind in ("TokenReview", "SelfSubjectReview") else "authorization"
    sent: Obj = {"apiVersion": f"{group}.k8s.io/v1", "kind": kind, "metadata": meta}
    return {**sent, "spec": spec} if spec is not None else sent


@pytest.mark.parametrize(
    ("user", "asked", "status"),
    [
        pytest.param(
            U1,
            review("SelfSubjectAccessReview", {"resourceAttributes": GET}),
            {"allowed": True, "reason": BY_BINDING},
            id="own-right",
        ),
        pytest.param(
            U1,
            review("SelfSubjectAccessReview", {"resourceAttributes": {**GET, "verb": "delete"}}),
            {"allowed": False},
            id="no-right",
        ),
        pytest.param(
            U1,
            review(
                "SelfSubjectAccessReview",
                {"nonResourceAttributes": {"path": "/metrics", "verb": "get"}},
            ),
            {"allowed": False},
            id="path",
        ),
        pytest.param(
            MASTER,
            review("SubjectAccessReview", {"user": "u1", "resourceAttributes": GET}),
            {"allowed": True, "reason": BY_BINDING},
            id="right-of-another",
        ),
        pytest.param(
            MASTER,
            review(
                "SubjectAccessReview", {"groups": ["system:masters"], "resourceAttributes": GET}
            ),
            {"allowed": True},
            id="right-of-a-group",
        ),
        pytest.param(
            MASTER,
            review(
                "LocalSubjectAccessReview",
                {"user": "u1", "resourceAttributes": GET},
                namespace="default",
            ),
            {"allowed": True, "reason": BY_BINDING},
            id="right-in-a-namespace",
        ),
        pytest.param(
            U1,
            review("SelfSubjectReview"),
            {
                "userInfo": {
                    "username": "u1",
                    "uid": "7",
                    "groups": ["g1", "system:authenticated"],
                    "extra": {"k": ["v"]},
                }
            },
            id="who-am-i",
        ),
        pytest.param(
            MASTER,
            review("TokenReview", {"token": "secret", "audiences": ["x"]}),
            {
                "authenticated": True,
                "audiences": ["x"],
                "user": {
                    "username": "u1",
                    "uid": "7",
                    "groups": ["g1", "system:authenticated"],
                    "extra": {"k": ["v"]},
                },
            },
            id="known-token",
        ),
        pytest.param(
            MASTER,
            review("TokenReview", {"token": "nope"}),
            {"user": {}, "error": "invalid bearer token"},
            id="unknown-token",
        ),
    ],
)
def test_a_review_is_answered(auth: Auth, user: UserInfo, asked: Obj, status: Obj) -> None:
    assert auth.reviews.answered(user, asked)["status"] == status


def test_all_rules_of_a_namespace_are_told(auth: Auth) -> None:
    asked = review("SelfSubjectRulesReview", {"namespace": "default"})
    status = auth.reviews.answered(U1, asked)["status"]
    assert CONFIG_MAPS in status["resourceRules"]
    assert {
        "verbs": ["get"],
        "nonResourceURLs": ["/healthz", "/livez", "/readyz", "/version", "/version/"],
    } in status["nonResourceRules"]
    assert status["incomplete"] is False


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param(
            review("SelfSubjectAccessReview", {}),
            '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null:'
            " exactly one of nonResourceAttributes or resourceAttributes must be specified",
            id="nothing-asked",
        ),
        pytest.param(
            review(
                "SelfSubjectAccessReview",
                {"resourceAttributes": GET, "nonResourceAttributes": {"path": "/", "verb": "get"}},
            ),
            '.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value:'
            ' {"Path":"/","Verb":"get"}: cannot be specified in combination with'
            " resourceAttributes",
            id="two-questions",
        ),
        pytest.param(
            review("SubjectAccessReview", {"resourceAttributes": GET}),
            '.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of'
            " user or group must be specified",
            id="nobody",
        ),
        pytest.param(
            review("SelfSubjectAccessReview", {"resourceAttributes": GET}, name="x"),
            '.authorization.k8s.io "" is invalid: metadata: Invalid value: {"name":"x"}: must be'
            " empty",
            id="name",
        ),
        pytest.param(
            review(
                "LocalSubjectAccessReview",
                {"user": "u", "resourceAttributes": GET},
                namespace="other",
            ),
            '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value:'
            ' "default": must match metadata.namespace',
            id="another-namespace",
        ),
        pytest.param(
            review("SelfSubjectAccessReview", {"resourceAttributes": {"fieldSelector": {}}}),
            '.authorization.k8s.io "" is invalid:'
            " spec.resourceAttributes.fieldSelector.requirements: Required value: when"
            " spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is"
            " required",
            id="empty-selector",
        ),
        pytest.param(
            review("SelfSubjectRulesReview", {}), "no namespace on request", id="no-namespace"
        ),
        pytest.param(
            review("TokenReview", {}),
            "token is required for TokenReview in authentication",
            id="no-token",
        ),
    ],
)
def test_a_bad_review_is_refused(auth: Auth, asked: Obj, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        auth.reviews.answered(MASTER, asked)
    assert caught.value.message == message
