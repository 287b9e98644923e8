"""The handler asks who a request is from, and what he may (kubernetes pkg/endpoints/filters)."""

import json
from typing import Any
from uuid import UUID

import pytest

from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.options import UserInfo
from minieks.kube.api.server import Api
from minieks.kube.auth.rbac.defaults import write_defaults
from minieks.kube.auth.services import Auth, AuthSettings
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.awaiting import Awaiting
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Request, Response
from minieks.kube.words.objects import Obj
from rbac_objects import binding, role, subject

RULE: Obj = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["update"]}
PATCH: Obj = {**RULE, "verbs": ["patch"]}
ROLES: Obj = {
    "apiGroups": ["rbac.authorization.k8s.io"],
    "resources": ["roles"],
    "verbs": ["create", "patch"],
}
LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases"


@pytest.fixture(scope="module")
def handler() -> Handler:
    api = Api(Engine(), "1.34")
    bootstrap(api)
    write_defaults(api)
    users = {"u1": UserInfo("u1"), "admin": UserInfo("admin", groups=("system:masters",))}
    auth = Auth(api, AuthSettings(tokens=users))
    api.create(role("r", RULE, PATCH, ROLES, space="default"))
    who = subject("User", "u1", apiGroup="rbac.authorization.k8s.io")
    api.create(binding("b", ("Role", "r"), who, space="default"))
    return assembled(api, auth=auth)


def asked(handler: Handler, method: str, path: str, body: Any = None, **headers: str) -> Response:
    found = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = b"" if body is None else json.dumps(body).encode()
    query = (("fieldManager", "m"),) if "apply" in found.get("content-type", "") else ()
    answer = handler.handle(Request(method, path, query, found, sent))
    assert isinstance(answer, Response)
    return answer


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        pytest.param("/api/v1/pods", {}, 401, id="nobody"),
        pytest.param("/healthz", {}, 200, id="health"),
        pytest.param("/api/v1/pods", {"authorization": "Bearer u1"}, 403, id="without-right"),
        pytest.param("/version", {"authorization": "Bearer u1"}, 200, id="discovery"),
        pytest.param("/api/v1/pods", {"authorization": "Bearer admin"}, 200, id="master"),
        pytest.param(
            "/api/v1/pods",
            {"authorization": "Bearer admin", "impersonate_user": "u1"},
            403,
            id="as-another",
        ),
        pytest.param(
            "/api/v1/pods",
            {"authorization": "Bearer admin", "impersonate_group": "g"},
            500,
            id="as-a-group-of-nobody",
        ),
    ],
)
def test_a_request_is_answered_by_who_sends_it(
    handler: Handler, path: str, headers: dict[str, str], status: int
) -> None:
    assert asked(handler, "GET", path, **headers).status == status


@pytest.mark.parametrize(
    ("method", "content_type"),
    [("PUT", "application/json"), ("PATCH", "application/apply-patch+yaml")],
)
def test_a_write_that_would_create_needs_the_right_to_create(
    handler: Handler, method: str, content_type: str
) -> None:
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"}}
    headers = {"authorization": "Bearer u1", "content-type": content_type}
    answer = asked(handler, method, f"{LEASES}/l", lease, **headers)
    assert answer.status == 403
    assert json.loads(answer.body)["message"] == (
        'leases.coordination.k8s.io "l" is forbidden: User "u1" cannot create resource "leases" in'
        ' API group "coordination.k8s.io" in the namespace "default"'
    )


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_role_with_more_than_its_writer_has_is_refused_however_it_is_written(
    handler: Handler, method: str
) -> None:
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles"
    wanted = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    body: Obj = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": wanted}
    headers = {"authorization": "Bearer u1"}
    if method == "PATCH":
        path += "/r"
        headers["content-type"] = "application/merge-patch+json"
    else:
        body["metadata"] = {"name": "n"}
    answer = asked(handler, method, path, body, **headers)
    assert answer.status == 403
    assert "attempting to grant RBAC permissions" in json.loads(answer.body)["message"]


def test_a_service_account_token_is_asked_for_and_used(handler: Handler) -> None:
    meta = {"name": "robot", "namespace": "default"}
    handler.api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
    path = "/api/v1/namespaces/default/serviceaccounts/robot/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    made = asked(handler, "POST", path, request, authorization="Bearer admin")
    assert made.status == 201
    token = json.loads(made.body)["status"]["token"]
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = asked(
        handler,
        "POST",
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        review,
        authorization=f"Bearer {token}",
    )
    user = json.loads(answer.body)["status"]["userInfo"]
    assert user["username"] == "system:serviceaccount:default:robot"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/healthz", {}, id="path"),
        pytest.param("/api/v1/pods", {}, id="unknown-user"),
        pytest.param("/api/v1/pods", {"authorization": "Bearer u1"}, id="without-right"),
        pytest.param("/nothing", {"authorization": "Bearer admin"}, id="nothing-there"),
    ],
)
def test_every_answer_has_an_audit_id(handler: Handler, path: str, headers: dict[str, str]) -> None:
    # kubernetes apiserver pkg/endpoints/filters/audit_init.go
    first, second = (asked(handler, "GET", path, **headers).header("Audit-Id") for _ in range(2))
    assert UUID(first).version == UUID(second).version == 4
    assert first != second


def test_the_audit_id_is_the_clients_own_if_it_sends_one(handler: Handler) -> None:
    answer = handler.handle(Request("GET", "/healthz", (), {"audit-id": "a\nb"}))
    assert isinstance(answer, Response)
    assert answer.header("Audit-Id") == "a"


def test_a_watch_has_an_audit_id(handler: Handler) -> None:
    headers = {"authorization": "Bearer admin", "audit-id": "mine"}
    answer = handler.handle(Request("GET", "/api/v1/pods", (("watch", "1"),), headers))
    assert not isinstance(answer, Awaiting)
    assert ("Audit-Id", "mine") in answer.headers
