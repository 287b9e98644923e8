"""The roles that every cluster has (kubernetes 1.34 bootstrappolicy)."""

import json
from collections.abc import Iterator

import pytest

from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.options import UserInfo
from minieks.kube.api.server import Api
from minieks.kube.auth.attributes import Attributes
from minieks.kube.auth.rbac.aggregation import gathered
from minieks.kube.auth.rbac.authorizer import RbacAuthorizer
from minieks.kube.auth.rbac.defaults import default_objects, write_defaults
from minieks.kube.words.objects import Obj, name, namespace
from shared import GOLDEN, needs_shared

RECORDED = GOLDEN / "api" / "auth.jsonl"


@pytest.fixture(scope="module")
def api() -> Api:
    made = Api(Engine(), "1.34")
    bootstrap(made)
    write_defaults(made)
    return made


def test_writing_them_again_changes_nothing(api: Api) -> None:
    before = api.store.revision
    write_defaults(api)
    assert api.store.revision == before


def test_every_binding_binds_a_role_that_is_there() -> None:
    objects = default_objects()
    roles = {(one["kind"], namespace(one), name(one)) for one in objects if "rules" in one}
    for one in objects:
        if "roleRef" in one:
            assert (one["roleRef"]["kind"], namespace(one), one["roleRef"]["name"]) in roles


USERS = {
    "nobody": UserInfo("u", groups=("system:authenticated",)),
    "anonymous": UserInfo("system:anonymous", groups=("system:unauthenticated",)),
    "scheduler": UserInfo("system:kube-scheduler", groups=("system:authenticated",)),
    "controller": UserInfo("system:serviceaccount:kube-system:cronjob-controller"),
    "master": UserInfo("x", groups=("system:masters",)),
}


@pytest.mark.parametrize(
    ("user", "wish", "allowed"),
    [
        ("nobody", Attributes("get", path="/version"), True),
        ("nobody", Attributes("get", path="/metrics"), False),
        ("anonymous", Attributes("get", path="/healthz"), True),
        ("anonymous", Attributes("get", path="/apis"), False),
        ("nobody", Attributes("get", path="/apis/apps/v1"), True),
        (
            "nobody",
            Attributes("create", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"),
            True,
        ),
        ("nobody", Attributes("list", "", "v1", "pods", namespace="default"), False),
        ("scheduler", Attributes("create", "", "v1", "pods", "binding", "default", "p"), True),
        ("controller", Attributes("create", "batch", "v1", "jobs", namespace="default"), True),
        ("master", Attributes("delete", "", "v1", "nodes", name="n"), True),
    ],
)
def test_everybody_may_what_kubernetes_lets_him_by_default(
    api: Api, user: str, wish: Attributes, allowed: bool
) -> None:
    assert RbacAuthorizer(api.store).authorize(USERS[user], wish).allowed is allowed


def test_an_aggregated_role_gathers_each_rule_once_and_never_its_own() -> None:
    labels = {"x": "1"}
    rule: Obj = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}
    other: Obj = {**rule, "resources": ["nodes"]}
    role: Obj = {
        "metadata": {"name": "all", "labels": labels},
        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": labels}]},
        "rules": [{**rule, "resources": ["own"]}],
    }
    parts: list[Obj] = [
        {"metadata": {"name": "b", "labels": labels}, "rules": [other, rule]},
        {"metadata": {"name": "a", "labels": labels}, "rules": [rule]},
        {"metadata": {"name": "c"}, "rules": [{**rule, "resources": ["secrets"]}]},
    ]
    assert gathered(role, [role, *parts]) == [rule, other]


def _golden_roles() -> Iterator[Obj]:
    for line in RECORDED.read_text().splitlines():
        body = json.loads(line)["response"].get("body")
        if isinstance(body, dict) and body.get("kind") == "ClusterRole":
            yield body


@needs_shared
def test_roles_have_the_rules_of_the_real_server(api: Api) -> None:
    golden = list(_golden_roles())
    assert golden
    for role in golden:
        stored = api.get("clusterroles.rbac.authorization.k8s.io", "", name(role))
        assert stored is not None
        assert stored["rules"] == role["rules"], name(role)
        assert stored.get("aggregationRule") == role.get("aggregationRule")
        for field in ("labels", "annotations"):
            assert stored["metadata"][field] == role["metadata"][field]
