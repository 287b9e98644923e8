"""The API's description: whole, without loose ends, and true of what is served."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson
import pytest

from minieks.kube.api.schema import SchemaSet
from minieks.kube.kinds import resources
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest.discovery.groups import grouped
from minieks.kube.rest.http import Request, Response
from minieks.kube.rest.openapi.documents import Documents
from minieks.kube.rest.openapi.paths import OpenApi
from minieks.kube.rest.requestinfo import request_info

CUSTOM = Resource(
    *("a.example", "v1", "things", "Thing", True),
    list_kind="ThingList",
    collection="things.a.example",
    custom=True,
)


def _definition(told: str = "A thing.") -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "description": told,
                "x-kubernetes-preserve-unknown-fields": True,
            },
            "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}]},
        },
    }
    return {"spec": {"versions": [{"name": "v1", "schema": {"openAPIV3Schema": schema}}]}}


def _documents(version: str = "1.34", definition: Any = None) -> Documents:
    schemas = SchemaSet.for_version(version)
    groups = grouped([*resources.built_in(schemas.has, schemas.minor), CUSTOM])
    found = definition or _definition()
    return Documents(lambda: groups, schemas, lambda collection: found, f"v{version}.1")


@lru_cache(maxsize=64)
def _v3(name: str, version: str = "1.34") -> dict[str, Any]:
    return _documents(version).v3(name)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


@pytest.mark.parametrize("version", ["1.30", "1.34", "1.35"])
def test_every_reference_leads_to_a_definition(version: str) -> None:
    documents = _documents(version)
    for name in documents.names():
        found = documents.v3(name)
        known = {f"#/components/schemas/{one}" for one in found["components"]["schemas"]}
        assert set(_references(found)) <= known, name
    whole = documents.v2()
    assert set(_references(whole)) <= {f"#/definitions/{one}" for one in whole["definitions"]}


def test_no_two_operations_have_one_name() -> None:
    names = [
        operation["operationId"]
        for path in _documents().v2()["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    ]
    assert len(names) == len(set(names))


def test_nothing_stands_beside_a_reference_in_openapi_3() -> None:
    def alone(value: Any) -> bool:
        if isinstance(value, list):
            return all(map(alone, value))
        if not isinstance(value, dict):
            return True
        if isinstance(value.get("$ref"), str) and len(value) > 1:
            return False
        return all(map(alone, value.values()))

    assert alone(_v3("apis/apps/v1"))


# Source: kubectl pkg/util/openapi and cli-runtime pkg/resource/query_param_verifier_v3.go.
def test_kubectl_finds_that_fields_are_validated_and_how_to_patch() -> None:
    path = _v3("apis/apps/v1")["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]
    patch = path["patch"]
    kind = {"group": "apps", "version": "v1", "kind": "Deployment"}
    assert patch["x-kubernetes-group-version-kind"] == kind
    assert "fieldValidation" in [one["name"] for one in patch["parameters"]]
    assert "application/strategic-merge-patch+json" in patch["requestBody"]["content"]


def test_lists_say_by_what_they_are_merged() -> None:
    spec = _v3("api/v1")["components"]["schemas"]["io.k8s.api.core.v1.PodSpec"]
    containers = spec["properties"]["containers"]
    assert containers["x-kubernetes-patch-merge-key"] == "name"
    assert containers["x-kubernetes-list-map-keys"] == ["name"]
    assert containers["type"] == "array"


def test_an_api_version_is_open() -> None:
    found = _v3("apis/apps/v1")["components"]["schemas"]["io.k8s.api.apps.v1.Deployment"]
    assert "enum" not in found["properties"]["apiVersion"]


def test_custom_resources_have_their_schema() -> None:
    found = _v3("apis/a.example/v1")["components"]["schemas"]["example.a.v1.Thing"]
    assert found["properties"]["spec"]["description"] == "A thing."
    assert found["properties"]["spec"]["x-kubernetes-preserve-unknown-fields"] is True
    meta = "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
    assert found["properties"]["metadata"]["allOf"] == [{"$ref": meta}]


def test_custom_resources_are_not_patched_strategically() -> None:
    paths = _v3("apis/a.example/v1")["paths"]
    content = paths["/apis/a.example/v1/namespaces/{namespace}/things/{name}"]["patch"][
        "requestBody"
    ]["content"]
    assert "application/merge-patch+json" in content
    assert "application/strategic-merge-patch+json" not in content
    whole = _documents().v2()["paths"]["/apis/a.example/v1/namespaces/{namespace}/things/{name}"]
    assert "application/strategic-merge-patch+json" not in whole["patch"]["consumes"]


def test_openapi_2_leaves_out_what_it_has_no_words_for() -> None:
    properties = _documents().v2()["definitions"]["example.a.v1.Thing"]["properties"]
    assert properties["spec"] == {"description": "A thing.", "type": "object"}
    assert properties["port"] == {"x-kubernetes-int-or-string": True}


@pytest.mark.parametrize(
    ("version", "there"), [("1.31", False), ("1.32", True)], ids=["before", "since"]
)
def test_parameters_are_those_of_the_version(version: str, there: bool) -> None:
    path = _v3("api/v1", version)["paths"]["/api/v1/nodes/{name}"]
    names = [one["name"] for one in path["delete"]["parameters"]]
    assert ("ignoreStoreReadErrorWithClusterBreakingPotential" in names) is there


def test_a_hash_changes_with_the_definition_alone() -> None:
    one, other = _documents().names(), _documents(definition=_definition("Another.")).names()
    assert {name for name in one if one[name] != other[name]} == {"apis/a.example/v1"}


def _ask(path: str, accept: str = "application/json", **query: str) -> Response:
    request = Request("GET", path, tuple(query.items()), {"accept": accept})
    found = OpenApi(_documents)(request, request_info(request))
    assert found is not None
    return found


def test_a_document_under_its_hash_is_for_ever() -> None:
    place = orjson.loads(_ask("/openapi/v3").body)["paths"]["api"]["serverRelativeURL"]
    path, _, tag = place.partition("?hash=")
    assert _ask(path, hash=tag).header("Cache-Control") == "public, immutable"


def test_a_hash_of_old_leads_to_the_present_one() -> None:
    found = _ask("/openapi/v3/apis/batch/v1", hash="0")
    assert found.status == 301
    assert found.header("Location").startswith("/openapi/v3/apis/batch/v1?hash=")


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/openapi/v2", "application/json", 200),
        ("/openapi/v2", "*/*", 200),
        ("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", 200),
        ("/openapi/v2", "application/yaml", 406),
        ("/openapi/v3/api", "application/com.github.proto-openapi.spec.v3@v1.0+protobuf", 406),
        ("/openapi/v3/api", "text/html", 406),
    ],
)
def test_a_document_can_be_had_in_few_forms(path: str, accept: str, status: int) -> None:
    assert _ask(path, accept).status == status
