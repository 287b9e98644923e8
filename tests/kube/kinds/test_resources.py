"""What the API serves, by version, and of CustomResourceDefinitions."""

from typing import Any

import pytest

from minieks.engine.clock import VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.api.errors import BadRequest
from minieks.kube.api.schema import SchemaSet
from minieks.kube.api.server import Api
from minieks.kube.kinds import resources


def _served(version: str) -> dict[tuple[str, str], resources.Resource]:
    schemas = SchemaSet.for_version(version)
    found = resources.built_in(schemas.has, schemas.minor)
    return {(one.group_version, one.plural): one for one in found}


# Source: kubernetes CHANGELOG-1.30, -1.33 and -1.34: what became stable.
@pytest.mark.parametrize(
    ("group_version", "plural", "since"),
    [
        ("admissionregistration.k8s.io/v1", "validatingadmissionpolicies", 30),
        ("networking.k8s.io/v1", "servicecidrs", 33),
        ("resource.k8s.io/v1", "resourceclaims", 34),
        ("storage.k8s.io/v1", "volumeattributesclasses", 34),
    ],
)
def test_a_resource_is_served_since_it_is_stable(
    group_version: str, plural: str, since: int
) -> None:
    assert (group_version, plural) in _served(f"1.{since}")
    assert (group_version, plural) not in _served(f"1.{since - 1}")


def test_pods_are_resized_since_1_33() -> None:
    assert _served("1.32")["v1", "pods"].subresource("resize") is None
    assert _served("1.33")["v1", "pods"].subresource("resize") is not None


def test_events_are_stored_once_and_served_twice() -> None:
    found = _served("1.34")
    core, own = found["v1", "events"], found["events.k8s.io/v1", "events"]
    assert core.collection == own.collection == "events"
    assert core.storage_hash == own.storage_hash


def _definition(status: dict[str, Any]) -> dict[str, Any]:
    names = {"plural": "things", "kind": "Thing", "shortNames": ["th"], "categories": ["all"]}
    parts = {"status": {}, "scale": {"specReplicasPath": ".spec.replicas"}}
    versions = [
        {"name": "v2", "served": True, "storage": True, "subresources": parts},
        {"name": "v1", "served": True},
        {"name": "v0", "served": False},
    ]
    spec = {"group": "a.example", "names": names, "scope": "Cluster", "versions": versions}
    return {"spec": spec, "status": status}


ESTABLISHED = {"conditions": [{"type": "Established", "status": "True"}]}


def test_a_definition_serves_its_served_versions_once_it_is_established() -> None:
    assert resources.custom(_definition({})) == []
    newer, older = resources.custom(_definition(ESTABLISHED))
    assert [one.name for one in newer.subresources] == ["status", "scale"]
    assert older.subresources == ()
    assert not newer.namespaced
    assert newer.storage_hash == older.storage_hash
    assert (newer.list_kind, newer.singular) == ("ThingList", "thing")


def test_a_kind_that_a_version_has_no_schema_of_is_no_kind_there() -> None:
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": "p"},
        "spec": {},
    }
    assert Api(Engine(VirtualClock(0)), "1.36").decode(policy)["kind"] == policy["kind"]
    with pytest.raises(BadRequest, match='no matches for kind "MutatingAdmissionPolicy"'):
        Api(Engine(VirtualClock(0)), "1.34").decode(policy)
