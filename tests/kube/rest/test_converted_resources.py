"""Custom resources in a version that a webhook converts to, with answers in place of calls.

Source: kubernetes apiextensions-apiserver pkg/apiserver/conversion/webhook_converter.go.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from conversion_objects import V1, V2, convert, definition, server
from minieks.engine.engine import Engine
from minieks.kube.api.attempts import Attempt
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.api.webhookcalls import WebhookAnswer, WebhookCall, WebhookNeeded
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.http import Request, Response

LIST_V1 = "/apis/stable.example.com/v1/namespaces/default/servers"
LIST_V2 = "/apis/stable.example.com/v2/namespaces/default/servers"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
APPLY = "application/apply-patch+yaml"
CLIENT = {"url": "https://127.0.0.1:1/convert"}


class Cluster:
    """A cluster whose webhooks answer at once, unless they are held."""

    def __init__(self, **said: Any) -> None:
        self.api = Api(Engine(), "1.34")
        bootstrap(self.api)
        self.handler = assembled(self.api)
        self.reviews: list[Any] = []
        self.held: list[WebhookCall] | None = None
        self.reply: Callable[[Any], Any] = convert
        self.api.call_webhooks(self._perform)
        self.define(**said)

    def define(self, **said: Any) -> None:
        path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        status, _ = self.ask("POST", path, definition(CLIENT, **said))
        assert status == 201

    def _perform(self, call: WebhookCall) -> None:
        if call.review["kind"] == "ConversionReview":
            self.reviews.append(call.review["request"])
        if self.held is None:
            self.release(call)
        else:
            self.held.append(call)

    def release(self, call: WebhookCall) -> None:
        found = self.reply(call.review)
        answer = found if isinstance(found, WebhookAnswer) else WebhookAnswer(found)
        self.api.webhooks.answered(call, answer)

    def release_all(self) -> None:
        held, self.held = self.held, []
        for call in held or ():
            self.release(call)

    def answer(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        raw = b"" if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        asked = tuple(tuple(one.split("=", 1)) for one in query.split("&") if one)
        request = Request(method, path, asked, headers, raw)  # type: ignore[arg-type]
        self.api.attempt = Attempt()
        for _ in range(20):
            try:
                with self.api.attempt.run():
                    return self.handler.handle(request)
            except WebhookNeeded:
                continue
        raise AssertionError("it needs webhooks for ever")

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.answer(method, path, body, **headers)
        assert isinstance(answer, Response)
        return answer.status, json.loads(answer.body)

    def watch(self, path: str) -> tuple[list[tuple[str, Any]], list[bool]]:
        events: list[tuple[str, Any]] = []
        ended: list[bool] = []

        def send(chunk: bytes) -> None:
            told = json.loads(chunk)
            events.append((told["type"], told["object"].get("spec") or told["object"]))

        self.answer("GET", path).start(send, lambda: ended.append(True))
        return events, ended

    def stored(self, name: str = "a") -> Any:
        found = self.api.get("servers.stable.example.com", "default", name)
        assert found is not None
        return found

    def calls(self) -> int:
        found, self.reviews = len(self.reviews), []
        return found


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def test_an_object_of_another_version_is_stored_in_the_storage_version(cluster: Cluster) -> None:
    status, made = cluster.ask("POST", LIST_V2, server())
    assert (status, made["apiVersion"], made["spec"]) == (201, V2, {"address": "x:1"})
    stored = cluster.stored()
    assert (stored["apiVersion"], stored["spec"]) == (V1, {"host": "x", "port": "1"})
    assert cluster.reviews[0]["objects"][0]["metadata"]["uid"] == made["metadata"]["uid"]
    # To the stored version, and back for the answer.
    assert [one["desiredAPIVersion"] for one in cluster.reviews] == [V1, V2]


def test_what_is_in_the_storage_version_needs_no_webhook(cluster: Cluster) -> None:
    assert cluster.ask("POST", LIST_V1, server(version=V1))[0] == 201
    assert cluster.ask("GET", LIST_V1)[1]["items"][0]["spec"]["host"] == "x"
    assert cluster.calls() == 0


def test_a_list_is_converted_with_one_review_and_only_once(cluster: Cluster) -> None:
    for number in range(5):
        cluster.ask("POST", LIST_V1, server(f"s{number}", V1))
    found = cluster.ask("GET", LIST_V2)[1]["items"]
    assert [one["spec"]["address"] for one in found] == ["x:1"] * 5
    assert [len(one["objects"]) for one in cluster.reviews] == [5]
    assert all("resourceVersion" not in one["metadata"] for one in cluster.reviews[0]["objects"])
    assert cluster.ask("GET", f"{LIST_V2}/s3")[1] == found[3]
    assert cluster.ask("GET", LIST_V2)[1]["items"] == found
    assert cluster.calls() == 1
    cluster.ask("PATCH", f"{LIST_V1}/s3", {"spec": {"host": "y"}}, **_content("merge"))
    assert cluster.ask("GET", LIST_V2)[1]["items"][3]["spec"]["address"] == "y:1"
    assert [len(one["objects"]) for one in cluster.reviews] == [1]


def test_a_table_shows_the_version_that_is_asked_for(cluster: Cluster) -> None:
    cluster.ask("POST", LIST_V1, server(version=V1))
    for path in (LIST_V2 + "?includeObject=Object", f"{LIST_V2}/a?includeObject=Object"):
        (row,) = cluster.ask("GET", path, accept=TABLE)[1]["rows"]
        assert row["object"]["spec"] == {"address": "x:1"}


def test_fields_are_selected_by_as_they_are_served(cluster: Cluster) -> None:
    for name in "ab":
        cluster.ask("POST", LIST_V1, server(name, V1, host=name, port="1"))
    (found,) = cluster.ask("GET", f"{LIST_V2}?fieldSelector=spec.address=b:1")[1]["items"]
    assert found["metadata"]["name"] == "b"


def _content(kind: str) -> dict[str, str]:
    return {"content-type": f"application/{kind}-patch+json"}


def test_updates_and_patches_change_the_stored_object(cluster: Cluster) -> None:
    made = cluster.ask("POST", LIST_V2, server())[1]
    made["spec"] = {"address": "y:2"}
    assert cluster.ask("PUT", f"{LIST_V2}/a", made)[1]["spec"] == {"address": "y:2"}
    assert cluster.stored()["spec"] == {"host": "y", "port": "2"}
    patch = {"spec": {"address": "z:3"}}
    changed = cluster.ask("PATCH", f"{LIST_V2}/a", patch, **_content("merge"))[1]
    assert changed["spec"] == {"address": "z:3"}
    assert cluster.stored()["spec"] == {"host": "z", "port": "3"}
    assert changed["metadata"]["generation"] == 3
    again = cluster.ask("PATCH", f"{LIST_V2}/a", patch, **_content("merge"))[1]
    assert again == changed


def test_a_status_is_written_in_another_version(cluster: Cluster) -> None:
    made = cluster.ask("POST", LIST_V2, server())[1]
    made["status"] = {"seen": "yes"}
    assert cluster.ask("PUT", f"{LIST_V2}/a/status", made)[0] == 200
    assert cluster.stored()["spec"] == {"host": "x", "port": "1"}
    assert cluster.stored()["status"] == {"seen": "yes"}


def test_server_side_apply_knows_who_owns_what_in_each_version(cluster: Cluster) -> None:
    wanted = server()
    path, apply = f"{LIST_V2}/a?fieldManager=", {"content-type": APPLY}
    assert cluster.ask("PATCH", path + "one", wanted, **apply)[0] == 201
    wanted["spec"] = {"address": "y:1"}
    status, refusal = cluster.ask("PATCH", path + "two", wanted, **apply)
    assert (status, refusal["reason"]) == (409, "Conflict")
    older = server(version=V1, host="x", port="1")
    assert cluster.ask("PATCH", f"{LIST_V1}/a?fieldManager=three", older, **apply)[0] == 200
    assert cluster.ask("PATCH", path + "two&force=true", wanted, **apply)[0] == 200
    owners = {one["manager"]: one for one in cluster.stored()["metadata"]["managedFields"]}
    assert owners["two"]["apiVersion"] == V2
    assert owners["three"]["apiVersion"] == V1
    assert owners["three"]["fieldsV1"] == {"f:spec": {"f:port": {}}}
    assert "one" not in owners


def test_the_schema_of_the_version_that_is_sent_counts(cluster: Cluster) -> None:
    status, refusal = cluster.ask("POST", LIST_V2, server(address="none"))
    assert (status, refusal["details"]["causes"][0]["field"]) == (422, "spec.address")
    assert cluster.calls() == 0


def test_a_deletion_that_waits_for_a_finalizer_shows_the_version(cluster: Cluster) -> None:
    made = server()
    made["metadata"]["finalizers"] = ["a.example/b"]
    cluster.ask("POST", LIST_V2, made)
    status, left = cluster.ask("DELETE", f"{LIST_V2}/a")
    assert (status, left["spec"]) == (200, {"address": "x:1"})
    assert left["metadata"]["generation"] == 2
    cluster.ask("DELETE", LIST_V2)
    assert "deletionTimestamp" in cluster.stored()["metadata"]


def _admitting(cluster: Cluster, resource: str) -> list[Any]:
    """A validating webhook for v1 that allows everything; what it is told grows."""
    told: list[Any] = []

    def reply(review: Any) -> Any:
        if review["kind"] == "ConversionReview":
            return convert(review)
        told.append(review["request"])
        response = {"uid": review["request"]["uid"], "allowed": True}
        return {"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response}

    cluster.reply = reply
    rule = {
        "apiGroups": ["stable.example.com"],
        "apiVersions": ["v1"],
        "resources": [resource],
        "operations": ["*"],
    }
    hook = {
        "name": "a.b.example",
        "clientConfig": CLIENT,
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "rules": [rule],
    }
    path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    cluster.ask("POST", path, {"metadata": {"name": "w"}, "webhooks": [hook]})
    return told


def test_admission_webhooks_are_asked_once_in_a_version_that_they_name(cluster: Cluster) -> None:
    told = _admitting(cluster, "servers")
    made = cluster.ask("POST", LIST_V2, server())[1]
    cluster.ask("PUT", f"{LIST_V2}/a", {**made, "spec": {"address": "y:1"}})
    assert [one["operation"] for one in told] == ["CREATE", "UPDATE"]
    assert told[1]["object"]["spec"] == {"host": "y", "port": "1"}
    assert told[1]["oldObject"]["spec"] == {"host": "x", "port": "1"}
    assert (told[0]["kind"]["version"], told[0]["requestKind"]["version"]) == ("v1", "v2")


def test_the_scale_of_another_version_is_written_and_admitted(cluster: Cluster) -> None:
    told = _admitting(cluster, "servers/scale")
    cluster.ask("POST", LIST_V2, server())
    patch = {"spec": {"replicas": 3}}
    status, scale = cluster.ask("PATCH", f"{LIST_V2}/a/scale", patch, **_content("merge"))
    assert (status, scale["spec"]) == (200, {"replicas": 3})
    assert cluster.stored()["spec"] == {"host": "x", "port": "1", "replicas": 3}
    assert {one["kind"]["kind"] for one in told} == {"Scale"}


# --- watches ---


def test_a_watch_tells_all_in_its_version(cluster: Cluster) -> None:
    cluster.ask("POST", LIST_V1, server(version=V1))
    events, _ = cluster.watch(f"{LIST_V2}?watch=1")
    cluster.ask("PATCH", f"{LIST_V1}/a", {"spec": {"host": "y"}}, **_content("merge"))
    cluster.ask("DELETE", f"{LIST_V1}/a")
    assert events == [
        ("ADDED", {"address": "x:1"}),
        ("MODIFIED", {"address": "y:1"}),
        ("DELETED", {"address": "y:1"}),
    ]


def test_events_wait_in_order_for_the_webhook(cluster: Cluster) -> None:
    events, _ = cluster.watch(f"{LIST_V2}?watch=1")
    cluster.held = []
    for name in "abc":
        cluster.ask("POST", LIST_V1, server(name, V1, host=name, port="1"))
    cluster.ask("DELETE", f"{LIST_V1}/a")
    assert (events, [len(one["objects"]) for one in cluster.reviews]) == ([], [1])
    cluster.release_all()
    assert [len(one["objects"]) for one in cluster.reviews] == [1, 2]
    cluster.release_all()
    assert [(type_, spec["address"]) for type_, spec in events] == [
        *(("ADDED", "a:1"), ("ADDED", "b:1"), ("ADDED", "c:1"), ("DELETED", "a:1")),
    ]


def test_a_watch_goes_on_from_a_revision(cluster: Cluster) -> None:
    made = cluster.ask("POST", LIST_V1, server(version=V1))[1]
    cluster.ask("POST", LIST_V1, server("b", V1))
    since = made["metadata"]["resourceVersion"]
    events, _ = cluster.watch(f"{LIST_V2}?watch=1&resourceVersion={since}")
    assert events == [("ADDED", {"address": "x:1"})]


def test_a_watch_ends_with_the_webhooks_error(cluster: Cluster) -> None:
    events, ended = cluster.watch(f"{LIST_V2}?watch=1")
    cluster.reply = lambda review: WebhookAnswer(failure="EOF")
    cluster.ask("POST", LIST_V1, server(version=V1))
    ((type_, status),) = events
    assert (type_, status["code"], ended) == ("ERROR", 500, [True])


# --- refusals ---


def _response(**said: Any) -> Callable[[Any], Any]:
    return lambda review: {**convert(review), "response": {**convert(review)["response"], **said}}


def _object(**said: Any) -> Callable[[Any], Any]:
    return lambda review: _response(
        convertedObjects=[{**convert(review)["response"]["convertedObjects"][0], **said}]
    )(review)


def _meta(**said: Any) -> Callable[[Any], Any]:
    return lambda review: _object(metadata={**review["request"]["objects"][0]["metadata"], **said})(
        review
    )


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (
            lambda _: WebhookAnswer(failure="dial tcp 127.0.0.1:1: connect: connection refused"),
            'failed: Post "https://127.0.0.1:1/convert?timeout=30s": dial tcp 127.0.0.1:1: connect:'
            " connection refused",
        ),
        (
            lambda _: WebhookAnswer(status=500, refusal="no\n"),
            'failed: an error on the server ("no") has prevented the request from succeeding',
        ),
        (
            lambda review: {**convert(review), "kind": "Other"},
            "failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview,"
            " got apiextensions.k8s.io/v1, Kind=Other",
        ),
        (lambda review: {**convert(review), "response": None}, "failed: no response provided"),
        (_response(uid="other"), 'failed: expected response.uid="<uid>", got "other"'),
        (_response(result={"status": "Failure", "message": "too old"}), "failed: too old"),
        (_response(result={}), "failed: response.result.status was '', not 'Success'"),
        (_response(convertedObjects=[]), "returned 0 objects, expected 1"),
        (
            _object(apiVersion=V1),
            "returned invalid object at index 0: invalid groupVersion (expected"
            " stable.example.com/v2, received stable.example.com/v1)",
        ),
        (
            _object(kind="Other"),
            "returned invalid object at index 0: invalid kind (expected Server, received Other)",
        ),
        (_meta(name="b"), "returned invalid object: must have the same name: a != b"),
        (
            _meta(labels="x"),
            "returned invalid metadata: invalid metadata.labels of type string in converted object",
        ),
        (
            _meta(annotations={"a": 1}),
            "returned invalid metadata: metadata.annotations[a] must be a string, but is int64 in"
            " converted object",
        ),
        (
            _meta(labels={"a": "-"}),
            'returned invalid metadata: metadata.labels: Invalid value: "-": ',
        ),
    ],
)
def test_a_wrong_answer_is_the_requests_500(
    cluster: Cluster, reply: Callable[[Any], Any], text: str
) -> None:
    cluster.ask("POST", LIST_V1, server(version=V1))
    cluster.reply = reply
    status, refusal = cluster.ask("GET", f"{LIST_V2}/a")
    assert (status, refusal.get("reason")) == (500, None)
    wanted = text.replace("<uid>", cluster.reviews[0]["uid"])
    about = "conversion webhook for stable.example.com/v1, Kind=Server"
    assert refusal["message"].startswith(f"{about} {wanted}")
    cluster.reply = convert
    assert cluster.ask("GET", f"{LIST_V2}/a")[0] == 200


def test_nothing_is_stored_that_cannot_be_converted(cluster: Cluster) -> None:
    cluster.reply = lambda review: WebhookAnswer(failure="EOF")
    status, refusal = cluster.ask("POST", LIST_V2, server())
    assert status == 500
    assert refusal["message"].startswith(f"conversion webhook for {V2}, Kind=Server failed: Post")
    assert cluster.api.list("servers.stable.example.com") == []


def test_a_webhook_changes_nothing_of_metadata_but_labels_and_annotations(cluster: Cluster) -> None:
    made = cluster.ask("POST", LIST_V1, server(version=V1))[1]
    cluster.reply = _meta(labels={"a": "b"}, generation=7, finalizers=["x/y"])
    shown = cluster.ask("GET", f"{LIST_V2}/a")[1]["metadata"]
    assert shown == {**made["metadata"], "labels": {"a": "b"}}


# --- definitions ---


def test_without_a_webhook_the_version_alone_is_changed() -> None:
    cluster = Cluster(conversion={"strategy": "None"})
    made = cluster.ask("POST", LIST_V2, server())[1]
    assert made["apiVersion"] == V2
    assert cluster.stored()["apiVersion"] == V1
    assert cluster.ask("GET", LIST_V2)[1]["items"][0]["apiVersion"] == V2
    assert cluster.calls() == 0


def test_what_is_stored_moves_to_a_new_storage_version_when_it_is_written(cluster: Cluster) -> None:
    cluster.ask("POST", LIST_V1, server(version=V1))
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/servers.stable.example.com"
    present = cluster.ask("GET", path)[1]
    spec = definition(CLIENT, storage="v2")["spec"]
    changed = cluster.ask("PUT", path, {**present, "spec": spec})[1]
    assert changed["status"]["storedVersions"] == ["v1", "v2"]
    assert cluster.stored()["apiVersion"] == V1
    assert cluster.ask("GET", f"{LIST_V2}/a")[1]["spec"] == {"address": "x:1"}
    patch = {"metadata": {"labels": {"a": "b"}}}
    cluster.ask("PATCH", f"{LIST_V1}/a", patch, **_content("merge"))
    stored = cluster.stored()
    assert (stored["apiVersion"], stored["spec"]) == (V2, {"address": "x:1"})
