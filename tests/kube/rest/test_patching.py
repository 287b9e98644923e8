import json
from typing import Any

import pytest

from minieks.engine.clock import VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.api.server import Api
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Request, Response

JSON = "application/json-patch+json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"
SPACE = "/api/v1/namespaces/default/configmaps"
OBJECT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cm"}, "data": {"a": "1"}}

DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {
                                    "tags": {
                                        "type": "array",
                                        "items": {"type": "string"},
                                        "x-kubernetes-list-type": "set",
                                    }
                                },
                            }
                        },
                    }
                },
            }
        ],
    },
}


class Client:
    """Sends requests to a server with one namespace."""

    def __init__(self) -> None:
        self.api = Api(Engine(VirtualClock(0)), "1.34")
        self._handler = Handler(self.api)
        self.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})

    def send(self, method: str, path: str, body: Any, type_: str = "", **query: str) -> Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"user-agent": "test/1", "content-type": type_} if type_ else {}
        answer = self._handler.handle(
            Request(method, path, tuple(query.items()), headers or {"user-agent": "test/1"}, data)
        )
        assert isinstance(answer, Response)
        return answer

    def patch(self, body: Any, type_: str, name: str = "cm", **query: str) -> Response:
        return self.send("PATCH", f"{SPACE}/{name}", body, type_, **query)


@pytest.fixture
def client() -> Client:
    found = Client()
    assert found.send("POST", SPACE, OBJECT).status == 201
    return found


def body(answer: Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)
    return found


@pytest.mark.parametrize(
    ("type_", "patch"),
    [
        (JSON, [{"op": "add", "path": "/data/b", "value": "2"}]),
        (MERGE, {"data": {"b": "2"}}),
        (STRATEGIC, {"data": {"b": "2"}}),
        (APPLY, {**OBJECT, "data": {"b": "2"}}),
        (APPLY, b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {b: '2'}\n"),
    ],
)
def test_each_kind_of_patch_changes_the_object(client: Client, type_: str, patch: Any) -> None:
    answer = client.patch(patch, type_, fieldManager="m")
    assert answer.status == 200
    assert body(answer)["data"] == {"a": "1", "b": "2"}
    managers = [entry["manager"] for entry in body(answer)["metadata"]["managedFields"]]
    assert sorted(managers) == ["m", "test"]


def test_only_an_apply_makes_what_is_not_there(client: Client) -> None:
    config = {**OBJECT, "metadata": {"name": "new"}}
    assert client.patch({"data": {}}, MERGE, "new").status == 404
    assert client.patch(config, APPLY, "new", fieldManager="m").status == 201
    assert client.patch(config, APPLY, "new", fieldManager="m").status == 200


def test_an_apply_of_the_same_makes_no_new_version(client: Client) -> None:
    first = body(client.patch(OBJECT, APPLY, fieldManager="m"))
    again = body(client.patch(OBJECT, APPLY, fieldManager="m"))
    assert again == first


def test_a_dry_run_stores_nothing(client: Client) -> None:
    before = client.api.get("configmaps", "default", "cm")
    answer = client.patch({"data": {"b": "2"}}, MERGE, dryRun="All")
    assert body(answer)["data"] == {"a": "1", "b": "2"}
    assert client.api.get("configmaps", "default", "cm") is before


def test_a_custom_resource_has_no_strategic_merge_patch_but_its_lists_are_known() -> None:
    client = Client()
    client.api.create(DEFINITION)
    path = "/apis/example.com/v1/namespaces/default/widgets/w"
    config = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}
    client.send("PATCH", path, {**config, "spec": {"tags": ["a"]}}, APPLY, fieldManager="m1")
    answer = client.send(
        "PATCH", path, {**config, "spec": {"tags": ["b"]}}, APPLY, fieldManager="m2"
    )
    assert body(answer)["spec"] == {"tags": ["a", "b"]}
    refused = client.send("PATCH", path, {}, STRATEGIC)
    assert refused.status == 415
    assert body(refused)["message"].endswith(
        "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
    )


# Source of the texts: kubernetes apiserver pkg/endpoints/handlers/patch.go, as a server of 1.34
# answers.
@pytest.mark.parametrize(
    ("type_", "patch", "query", "code", "text"),
    [
        pytest.param(JSON, b"[{", {}, 400, "error decoding patch: unexpected end", id="no-json"),
        pytest.param(STRATEGIC, b"{", {}, 400, "unexpected end of JSON input", id="no-map"),
        pytest.param(MERGE, [], {}, 400, "json: cannot unmarshal array into Go value", id="list"),
        pytest.param(
            APPLY, b"a: [", {"fieldManager": "m"}, 400, "error decoding YAML: ", id="no-yaml"
        ),
        pytest.param(
            APPLY, OBJECT, {}, 422, "fieldManager: Required value: is required", id="no-manager"
        ),
        pytest.param(MERGE, {}, {"force": "true"}, 422, "force: Forbidden: may not be", id="force"),
        pytest.param(
            MERGE, {"metadata": {"name": "z"}}, {}, 400, "the name of the object (z)", id="name"
        ),
        pytest.param(
            MERGE, {"metadata": {"uid": "z"}}, {}, 422, "metadata.uid: Invalid value", id="uid"
        ),
        pytest.param(
            MERGE,
            {"metadata": {"resourceVersion": "1"}},
            {},
            409,
            "the object has been modified",
            id="old-version",
        ),
        pytest.param(
            MERGE,
            {"metadata": {"resourceVersion": "abc"}},
            {},
            500,
            'strconv.ParseUint: parsing "abc": invalid syntax',
            id="no-version",
        ),
        pytest.param(
            JSON,
            [{"op": "replace", "path": "/apiVersion", "value": "v2"}],
            {},
            422,
            'no kind "ConfigMap" is registered for version "v2"',
            id="kind",
        ),
        pytest.param(
            MERGE, {"data": 5}, {}, 422, "json: cannot unmarshal number into Go", id="type"
        ),
        pytest.param(
            STRATEGIC,
            {"metadata": {"finalizers": {"a": 1}}},
            {},
            422,
            'map[metadata:map[finalizers:map[a:1]]]": cannot restore slice from map',
            id="type-of-a-strategic-patch",
        ),
        pytest.param(
            MERGE,
            {"foo": 1},
            {"fieldValidation": "Strict"},
            422,
            'strict decoding error: unknown field "foo"',
            id="strict",
        ),
        pytest.param(
            APPLY,
            b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata:\n  a: x\n  a: y\n",
            {"fieldManager": "m", "fieldValidation": "Strict"},
            400,
            'line 6: key "a" already set in map',
            id="twice",
        ),
    ],
)
def test_a_patch_that_is_wrong_is_refused(
    client: Client, type_: str, patch: Any, query: dict[str, str], code: int, text: str
) -> None:
    answer = client.patch(patch, type_, **query)
    assert answer.status == code
    assert text in body(answer)["message"]


def test_unknown_fields_are_warned_of(client: Client) -> None:
    answer = client.patch([{"op": "add", "path": "/foo", "value": 1, "bar": 2}], JSON)
    warnings = [value for name, value in answer.headers if name == "Warning"]
    assert warnings == [
        '299 - "json patch unknown field \\"[0].bar\\""',
        '299 - "unknown field \\"foo\\""',
    ]


def test_an_apply_with_a_uid_needs_its_object(client: Client) -> None:
    config = {**OBJECT, "metadata": {"name": "new", "uid": "u"}}
    answer = client.patch(config, APPLY, "new", fieldManager="m")
    assert answer.status == 409
    assert "uid mismatch: the provided object specified uid u" in body(answer)["message"]


def test_a_service_keeps_its_address_through_an_update() -> None:
    client = Client()
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s"},
        "spec": {"type": "NodePort", "ports": [{"port": 80}]},
    }
    path = "/api/v1/namespaces/default/services"
    made = body(client.send("POST", path, service))
    kept = body(client.send("PUT", f"{path}/s", service))
    assert kept["spec"] == made["spec"]
