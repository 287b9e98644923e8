"""Which rules allow which wishes (kubernetes pkg/apis/rbac/v1/evaluation_helpers.go)."""

from typing import Any

import pytest

from minieks.kube.auth.attributes import Attributes
from minieks.kube.auth.rbac.rules import compiled

GET_CM = Attributes("get", "", "v1", "configmaps", namespace="ns", name="x")
LOG = Attributes("get", "", "v1", "pods", "log", "ns", "p")
VERSION = Attributes("get", path="/version")


def rule(verbs: str = "get", groups: str | None = "", resources: str = "", **more: str) -> Any:
    raw: dict[str, Any] = {"verbs": verbs.split(), "resources": resources.split()}
    raw["apiGroups"] = [] if groups is None else groups.split(",")
    for field, value in more.items():
        raw[field] = value.split()
    return compiled(raw)


@pytest.mark.parametrize(
    ("given", "wish", "allowed"),
    [
        pytest.param(rule(resources="configmaps"), GET_CM, True, id="exact"),
        pytest.param(rule("list", resources="configmaps"), GET_CM, False, id="other-verb"),
        pytest.param(rule("*", resources="configmaps"), GET_CM, True, id="any-verb"),
        pytest.param(rule(resources="*"), GET_CM, True, id="any-resource"),
        pytest.param(rule(groups="apps", resources="*"), GET_CM, False, id="other-group"),
        pytest.param(rule(groups="*", resources="*"), GET_CM, True, id="any-group"),
        pytest.param(rule(groups=None, resources="*"), GET_CM, False, id="no-group"),
        pytest.param(rule(resources="configmaps", resourceNames="x"), GET_CM, True, id="name"),
        pytest.param(rule(resources="configmaps", resourceNames="y"), GET_CM, False, id="no-name"),
        pytest.param(
            rule("create", resources="configmaps", resourceNames="x"),
            Attributes("create", "", "v1", "configmaps", namespace="ns"),
            False,
            id="a-new-object-has-no-name",
        ),
        pytest.param(rule(resources="pods"), LOG, False, id="resource-is-not-its-subresource"),
        pytest.param(rule(resources="pods/log"), LOG, True, id="subresource"),
        pytest.param(rule(resources="*/log"), LOG, True, id="subresource-of-any"),
        pytest.param(rule(resources="*/scale"), LOG, False, id="other-subresource-of-any"),
        pytest.param(rule(resources="*"), LOG, True, id="any-resource-has-subresources"),
        pytest.param(rule(nonResourceURLs="/version"), VERSION, True, id="path"),
        pytest.param(rule(nonResourceURLs="*"), VERSION, True, id="any-path"),
        pytest.param(rule(nonResourceURLs="/ver*"), VERSION, True, id="prefix"),
        pytest.param(rule(nonResourceURLs="/version/*"), VERSION, False, id="below-only"),
        pytest.param(rule(resources="*"), VERSION, False, id="resources-are-no-paths"),
    ],
)
def test_a_rule_allows_what_all_its_parts_match(
    given: Any, wish: Attributes, allowed: bool
) -> None:
    assert given.allows(wish) is allowed
