"""Whatever a client sends is answered: with what it asked for, or with a refusal that says why."""

import json
from collections.abc import Iterator
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.api.server import Api
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.awaiting import Awaiting
from minieks.kube.rest.gojson import DEEPEST
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Answer, Request, Response

JSON = "application/json"
YAML = "application/yaml"
PATCHES = (
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)
SPACE = "/api/v1/namespaces/default/configmaps"
# The 5xx that the real server gives for what a client has done wrong, by words of their messages.
KNOWN = (
    "strconv.ParseUint: parsing",
    "failed to create typed patch object",
    "does not contain declared merge key",
    "merging lists cannot yet be specified",
    "list element types are not identical",
    "unknown patch type",
    "lists of lists are not supported",
    "doesn't match $setElementOrder list",
    "target.name: Required value",
    "target.kind: Unsupported value",
    "Too large resource version",
    'scheme \\"k8s.io/apimachinery/pkg/apis/meta/internalversion',
    "replicas field",
    "is not possible in minieks",
)
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
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}


class World:
    """A handler with a namespace, a few objects, and a kind of the user's own."""

    def __init__(self) -> None:
        self.api = Api(Engine(VirtualClock(1_700_000_000 * SECOND), 1), "1.34")
        self.handler: Handler = assembled(self.api, metrics=True)
        for obj in (
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}},
            {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
                "metadata": {"name": "default", "namespace": "default"},
            },
            DEFINITION,
        ):
            self.api.create(obj)
        self.resources = sorted(
            self.handler.backend.resources, key=lambda one: (one.group, one.version, one.plural)
        )

    def send(self, request: Request) -> Response | None:
        """The answer; None if it is one that goes on, which is begun and ended."""
        answer = self.handler.handle(request)
        if isinstance(answer, Awaiting):
            answer = self._awaited(answer)
        if isinstance(answer, Response):
            return answer
        chunks: list[bytes] = []
        answer.start(chunks.append, lambda: None)()
        for chunk in chunks:
            assert json.loads(chunk)["type"] in ("ADDED", "BOOKMARK", "ERROR")
        return None

    def _awaited(self, awaiting: Awaiting) -> Answer:
        told: list[Answer] = []
        awaiting.wait(told.append)
        self.api.engine.run(self.api.engine.now() + 3 * SECOND)
        return told[0]

    def create(self, body: Any, path: str = SPACE, type_: str = JSON) -> Response:
        found = self.send(request("POST", path, body, type_))
        assert found is not None
        return found


def request(method: str, path: str, body: Any = b"", type_: str = JSON, **query: str) -> Request:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": type_, "user-agent": "test/1"}
    return Request(method, path, tuple(query.items()), headers, data)


def config_map(**fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cm"}, **fields}


def base(resource: Resource) -> str:
    group = f"/apis/{resource.group}" if resource.group else "/api"
    space = "/namespaces/default" if resource.namespaced else ""
    return f"{group}/{resource.version}{space}/{resource.plural}"


def check(answer: Response | None) -> None:
    """An answer is well formed, and no complaint about ourselves."""
    if answer is None:
        return
    assert 200 <= answer.status < 600
    text = answer.body.decode()
    if answer.header("Content-Type") == YAML:  # Its long texts are broken into lines.
        text = json.dumps(yaml.safe_load(text))
    if answer.status >= 500:
        assert any(words in text for words in KNOWN), text
    if answer.header("Content-Type") != JSON or not answer.body:
        return
    found = json.loads(text)
    if answer.status >= 400:
        assert (found["kind"], found["status"], found["code"]) == (
            "Status",
            "Failure",
            answer.status,
        )
        assert found["message"]


@pytest.fixture(scope="module")
def world() -> World:
    return World()


# --- numbers, depths, lengths ---

OBJECT = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":%b}'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(OBJECT % (b"1" * 5000), "of type float64", id="an endless number"),
        pytest.param(OBJECT % b"1e999", "number 1e999 into Go value", id="an endless exponent"),
        pytest.param(
            OBJECT % b"NaN", "invalid character 'N' looking for beginning of value", id="NaN"
        ),
        pytest.param(
            OBJECT % b"-Infinity", "invalid character 'I' in numeric literal", id="minus infinity"
        ),
        pytest.param(b"\x1f\x8b\x08\x00", "invalid character '\\\\x1f' looking", id="gzip"),
        pytest.param(b"\xff\xfe{\x00}\x00", "invalid character", id="UTF-16"),
        pytest.param(OBJECT % (b'{"a":' * 10_000 + b"1" + b"}" * 10_000), "max depth", id="deep"),
        pytest.param(b"[" * 1_000_000, "max depth", id="deep, and no end"),
        pytest.param(b'"' + b'\\"' * 1_000_000 + b"[" * 200, "JSON input", id="a text, no end"),
    ],
)
def test_a_body_that_nobody_means_is_a_bad_request(world: World, body: bytes, words: str) -> None:
    answer = world.create(body)

    assert answer.status == 400
    assert words in answer.body.decode()


def test_half_of_a_character_is_none() -> None:
    world = World()
    answer = world.create(OBJECT % b'{"a":"<\\ud800>\\ud83d\\ude00"}')

    assert json.loads(answer.body)["data"] == {"a": "<\ufffd>\U0001f600"}


@pytest.mark.parametrize("type_", [JSON, *PATCHES])
def test_depth_is_limited_in_every_format(world: World, type_: str) -> None:
    deep = b'{"a":' * 500 + b"1" + b"}" * 500
    body = b'[{"op":"add","path":"/data","value":%b}]' % deep if "json-patch" in type_ else deep
    method = "POST" if type_ == JSON else "PATCH"
    path = SPACE if type_ == JSON else f"{SPACE}/cm"
    world.create(config_map())

    answer = world.send(request(method, path, body, type_, fieldManager="x"))

    assert answer is not None
    assert answer.status == 400
    assert b"exceeded max depth" in answer.body


def test_what_is_stored_can_be_shown_in_every_form() -> None:
    world = World()
    path = "/apis/example.com/v1/namespaces/default/widgets"
    levels = DEEPEST - 1
    deep = b'{"a":' * levels + b"1" + b"}" * levels
    body = b'{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"x":%b}' % deep
    assert world.create(body, path).status == 201
    for accept in (JSON, YAML, "application/json;as=Table;v=v1;g=meta.k8s.io"):
        listed = world.send(Request("GET", path, (), {"accept": accept}))
        assert listed is not None
        assert listed.status == 200, accept

    copy = [{"op": "copy", "from": "/x", "path": "/x" + "/a" * (levels - 1) + "/b"}]
    doubled = world.send(request("PATCH", f"{path}/w", copy, PATCHES[0]))
    assert doubled is not None
    assert doubled.status == 422
    for type_ in PATCHES[1:2] + PATCHES[3:]:
        patched = world.send(request("PATCH", f"{path}/w", body, type_, fieldManager="x"))
        assert patched is not None
        assert patched.status in (200, 409)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "9" * 5000},
        {"limit": "1e3"},
        {"resourceVersion": "9" * 5000},
        {"resourceVersion": "\u00b2"},
        {"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6IngiLCJzdGFydCI6ImEifQ"},
        {"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6e30sInN0YXJ0IjoiYSJ9"},
        {"continue": "W1tbW1tbW1tbW1tb"},
        {"labelSelector": "a in ("},
        {"labelSelector": "(" * 100_000},
        {"fieldSelector": "spec.foo=1"},
    ],
    ids=lambda query: str(query)[:60],
)
def test_a_query_that_cannot_be_read_is_a_bad_request(world: World, query: dict[str, str]) -> None:
    answer = world.send(request("GET", SPACE, **query))

    assert answer is not None
    assert answer.status == 400


@pytest.mark.parametrize(
    "body",
    [
        {"preconditions": "x"},
        {"preconditions": {"uid": 5}},
        {"dryRun": True},
        {"dryRun": [1]},
        {"gracePeriodSeconds": "x"},
        {"orphanDependents": "x"},
        {"propagationPolicy": 5},
    ],
    ids=str,
)
def test_delete_options_have_types(world: World, body: Any) -> None:
    answer = world.send(request("DELETE", f"{SPACE}/cm", body))

    assert answer is not None
    assert answer.status == 400
    assert b"cannot be handled as a DeleteOptions: json: cannot unmarshal" in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/default/../../nodes",
        "/api/v1/namespaces/default/configmaps/..%2f..%2fsecrets",
        "/api/v1/namespaces/default/configmaps/cm%00",
        "/api/v1/namespaces/default/configmaps/%2e%2e",
        "/api/v1/./nodes",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/apis//v1/deployments",
        "/openapi/v3/../v2",
        "/" + "a/" * 100_000,
    ],
    ids=lambda path: path[:60],
)
def test_tricks_in_paths_lead_nowhere(world: World, path: str) -> None:
    answer = world.send(request("GET", path))

    assert answer is not None
    assert answer.status == 404


# --- what takes longer the more of it there is, and no longer than that ---


def _owners(count: int) -> dict[str, Any]:
    owners = [
        {"apiVersion": "v1", "kind": "Pod", "name": f"p{n}", "uid": f"u{n}"} for n in range(count)
    ]
    return config_map(metadata={"name": "owners", "ownerReferences": owners})


def _repeated(count: int) -> bytes:
    twice = b",".join(b'"a%d":"1","a%d":"2"' % (n, n) for n in range(count))
    return OBJECT % (b"{%b}" % twice)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_owners(1200), id="owners"),
        pytest.param(_repeated(15_000), id="fields that stand twice"),
    ],
)
def test_many_of_something_do_not_stop_the_server(body: Any) -> None:
    world = World()
    begin = process_time()

    assert world.create(body).status == 201
    assert process_time() - begin < 5, "it takes a fraction of a second, or as the square of it"


# --- every resource, every verb, anything at all ---

ANYTHING: tuple[Any, ...] = (
    *({}, [], None, "x", 5, {"metadata": None}, {"metadata": []}, {"metadata": {"name": 5}}),
    *({"metadata": {"name": "x"}}, {"metadata": {"name": "x"}, "spec": []}),
    *({"metadata": {"name": "x"}, "spec": {}}, {"metadata": {"generateName": "x-"}, "spec": None}),
    {"metadata": {"name": "x", "labels": {"a": None}, "finalizers": [None]}, "status": {}},
    {"metadata": {"name": "x", "managedFields": [{}], "ownerReferences": [{}]}, "data": {}},
    {"apiVersion": {}, "kind": [], "metadata": {"name": "x"}},
)


def _everything(world: World) -> Iterator[Request]:
    for resource in world.resources:
        items = base(resource)
        parts = [f"{items}/x", *(f"{items}/x/{part.name}" for part in resource.subresources)]
        for body in ANYTHING:
            yield request("POST", items, body)
            for path in parts:
                yield request("POST", path, body)
                yield request("PUT", path, body)
                yield from (request("PATCH", path, body, one, fieldManager="m") for one in PATCHES)
            yield request("DELETE", parts[0], body)
        for path in (items, *parts):
            yield from (request(method, path) for method in ("GET", "DELETE", "OPTIONS", "BREW"))


def test_every_resource_answers_anything() -> None:
    world = World()
    asked = 0
    for one in _everything(world):
        asked += 1
        try:
            check(world.send(one))
        except Exception as error:
            error.add_note(f"{one.method} {one.path} {one.query} {one.body!r} {one.headers}")
            raise
    assert asked > 5000
    _check_invariants(world)


KEYS = st.sampled_from(
    [
        *("metadata", "name", "namespace", "labels", "finalizers", "ownerReferences", "uid"),
        *("resourceVersion", "managedFields", "spec", "status", "data", "containers", "ports"),
        *("selector", "template", "replicas", "items", "kind", "apiVersion", "$patch"),
        *("$setElementOrder/containers", "$retainKeys", "op", "path", "from", "value", "", "a/b"),
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["x", "default", "1", "1Gi", "delete", "replace", "add", "/metadata/name"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)
PARTS = st.sampled_from(
    [
        *("", ".", "..", "%2f", "%00", "%", "x", "api", "apis", "v1", "apps", "namespaces", "pods"),
        *("default", "nodes", "status", "scale", "log", "watch", "proxy", "deployments", "openapi"),
    ]
)
QUERIES = st.dictionaries(
    st.sampled_from(
        [
            *("limit", "continue", "resourceVersion", "resourceVersionMatch", "watch", "dryRun"),
            *("labelSelector", "fieldSelector", "timeoutSeconds", "fieldManager", "force"),
            *("fieldValidation", "sendInitialEvents", "allowWatchBookmarks", "pretty"),
            *("gracePeriodSeconds", "propagationPolicy", "includeObject", "container", "follow"),
        ]
    ),
    st.one_of(
        st.sampled_from(["", "0", "1", "-1", "true", "All", "Strict", "x", "a=b", "Exact"]),
        st.text(max_size=12),
    ),
    max_size=3,
)
HEADERS = st.fixed_dictionaries(
    {"content-type": st.sampled_from([JSON, YAML, *PATCHES, "", "a/b", ";;"])},
    optional={
        "accept": st.one_of(
            st.sampled_from(
                [
                    *(JSON, "*/*", YAML, "text/html", ";q=x"),
                    "application/json;as=Table;v=v1;g=meta.k8s.io",
                    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
                ]
            ),
            st.text(max_size=20),
        ),
        "user-agent": st.text(max_size=10),
    },
)


@st.composite
def requests(draw: st.DrawFn, resources: list[Resource]) -> Request:
    resource = draw(st.sampled_from(resources))
    name = draw(st.sampled_from(["", "/x", "/y", "/kubernetes", "/default"]))
    path = base(resource) + name
    if name and resource.subresources and draw(st.booleans()):
        path += "/" + draw(st.sampled_from(resource.subresources)).name
    if draw(st.integers(0, 9)) == 0:
        path = "/" + "/".join(draw(st.lists(PARTS, max_size=7)))
    body: Any = draw(VALUES)
    if isinstance(body, dict) and draw(st.booleans()):
        body = {"metadata": {"name": name.strip("/") or "x"}, **body}
    data = json.dumps(body).encode()
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=4)) + data[at:]
    return Request(
        draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "PATCH", "DELETE", "HEAD", "BREW"])),
        path,
        tuple(draw(QUERIES).items()),
        draw(HEADERS),
        data,
    )


def _check_invariants(world: World) -> None:
    """What is stored is of its kind, has a revision that was, and can be got and listed."""
    api, revision = world.api, world.api.store.revision
    for resource in world.resources:
        if not resource.collection:
            continue
        for obj in api.list(resource.collection):
            meta = obj["metadata"]
            assert meta["name"]
            assert bool(meta.get("namespace")) == resource.namespaced
            assert 0 < int(meta["resourceVersion"]) <= revision
            place = base(resource).replace("/default/", f"/{meta.get('namespace')}/")
            found = world.send(request("GET", f"{place}/{meta['name']}"))
            assert found is not None
            assert found.status == 200, found.body
        listed = world.send(Request("GET", base(resource), (), {"accept": JSON}))
        assert listed is not None
        assert listed.status == 200


def _campaign(number: int) -> None:
    world = World()

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(world.resources))
    def every_answer_is_one(one: Request) -> None:
        check(world.send(one))

    every_answer_is_one()
    _check_invariants(world)


def test_no_request_is_met_with_a_failure_of_ours() -> None:
    _campaign(500)


@pytest.mark.slow
def test_no_request_of_very_many_is_met_with_a_failure_of_ours() -> None:
    _campaign(3_000)
