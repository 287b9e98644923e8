"""Groups and versions in the order in which clients are to prefer them."""

import pytest

from minieks.kube.kinds.resources import Resource
from minieks.kube.rest.discovery.groups import group_priority, grouped, version_priority


def _resource(group: str, version: str, plural: str = "things") -> Resource:
    return Resource(group, version, plural, "Thing", True)


def test_groups_come_by_priority_and_then_by_name() -> None:
    found = grouped(_resource(name, "v1") for name in ("z.example", "batch", "a.example", "apps"))
    assert list(found) == ["apps", "batch", "a.example", "z.example"]


# Source: kubernetes apimachinery pkg/version/helpers_test.go.
def test_versions_come_with_the_most_stable_and_newest_first() -> None:
    versions = ["v1alpha1", "foo1", "v2", "v1beta2", "v10", "v1beta1", "v1"]
    found = grouped(_resource("a.example", version) for version in versions)
    assert list(found["a.example"].versions) == [
        *("v10", "v2", "v1", "v1beta2", "v1beta1", "v1alpha1", "foo1"),
    ]


# Source: kubernetes pkg/controlplane/apiserver/aggregator.go.
@pytest.mark.parametrize(
    ("group", "version", "priorities"),
    [
        ("", "v1", (18000, 1)),
        ("apps", "v1", (17800, 15)),
        ("autoscaling", "v2", (17500, 30)),
        ("a.example", "v1", (1000, 100)),
    ],
)
def test_a_version_has_two_priorities(
    group: str, version: str, priorities: tuple[int, int]
) -> None:
    assert (group_priority(group), version_priority(group, version)) == priorities
