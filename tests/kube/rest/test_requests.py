"""Lists, watches, logs and selectors as clients ask for them."""

import json
from typing import Any

import pytest

from minieks.engine.clock import MINUTE, SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.rest import loglines
from minieks.kube.rest.awaiting import Awaiting
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Request, Response, Stream
from minieks.kube.rest.requestinfo import request_info

MAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"


@pytest.fixture
def handler() -> Handler:
    api = Api(Engine(VirtualClock(1_795_000_000_000_000)), "1.34")
    bootstrap(api)
    account = {"name": "default", "namespace": "default"}
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    return Handler(api)


def _ask(handler: Handler, method: str, path: str, body: Any = None, **query: str) -> Any:
    raw = b"" if body is None else json.dumps(body).encode()
    answer = handler.handle(Request(method, path, tuple(query.items()), {}, raw))
    assert isinstance(answer, Response)
    return json.loads(answer.body)


def _open(handler: Handler, path: str, **query: str) -> tuple[list[Any], list[str]]:
    """The events of a watch and whether it has ended; both grow."""
    stream = handler.handle(Request("GET", path, (("watch", "1"), *query.items())))
    assert not isinstance(stream, Response | Awaiting)
    events: list[Any] = []
    ended: list[str] = []
    stream.start(lambda line: events.append(json.loads(line)), lambda: ended.append("ended"))
    return events, ended


def _map(name: str, **labels: str) -> Any:
    return {"metadata": {"name": name, "labels": labels}}


def test_all_pages_are_of_the_revision_of_the_first(handler: Handler) -> None:
    for name in "abcd":
        _ask(handler, "POST", MAPS, _map(name))
    first = _ask(handler, "GET", MAPS, limit="2")
    _ask(handler, "DELETE", f"{MAPS}/c")
    _ask(handler, "POST", MAPS, _map("bb"))
    second = _ask(handler, "GET", MAPS, limit="2", **{"continue": first["metadata"]["continue"]})
    assert first["metadata"]["remainingItemCount"] == 2
    assert [item["metadata"]["name"] for item in second["items"]] == ["c", "d"]
    assert second["metadata"] == {"resourceVersion": first["metadata"]["resourceVersion"]}


def test_a_list_can_be_had_as_it_was(handler: Handler) -> None:
    old = _ask(handler, "POST", MAPS, _map("a"))["metadata"]["resourceVersion"]
    _ask(handler, "PUT", f"{MAPS}/a", {**_map("a"), "data": {"x": "1"}})
    _ask(handler, "POST", MAPS, _map("b"))
    asked = {"resourceVersion": old, "resourceVersionMatch": "Exact"}
    (item,) = _ask(handler, "GET", MAPS, **asked)["items"]
    assert "data" not in item
    assert item["metadata"]["resourceVersion"] == old


def test_a_watch_tells_what_begins_and_ceases_to_match(handler: Handler) -> None:
    events, _ = _open(handler, MAPS, labelSelector="a=1")
    _ask(handler, "POST", MAPS, _map("m", a="2"))
    _ask(handler, "PUT", f"{MAPS}/m", _map("m", a="1"))
    _ask(handler, "PUT", f"{MAPS}/m", {**_map("m", a="1"), "data": {"x": "1"}})
    last = _ask(handler, "PUT", f"{MAPS}/m", _map("m", a="2"))
    assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    assert events[-1]["object"]["metadata"]["labels"] == {"a": "1"}
    revisions = [one["metadata"]["resourceVersion"] for one in (events[-1]["object"], last)]
    assert revisions[0] == revisions[1]


def test_a_watch_ends_in_time_and_is_told_the_revision_before(handler: Handler) -> None:
    events, ended = _open(handler, MAPS, timeoutSeconds="90", allowWatchBookmarks="true")
    engine = handler.api.engine
    engine.run(engine.now() + 89 * SECOND)
    assert [event["type"] for event in events] == ["BOOKMARK", "BOOKMARK"]
    assert not ended
    engine.run(engine.now() + SECOND)
    assert ended


def test_a_watch_from_before_the_beginning_is_told_so(handler: Handler) -> None:
    api = handler.api
    late = Handler(api)
    _ask(late, "POST", MAPS, _map("a"))
    events, ended = _open(late, MAPS, resourceVersion="1")
    assert [(event["type"], event["object"]["code"]) for event in events] == [("ERROR", 410)]
    assert ended


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("a", ["m", "n"]),
        ("!a", ["o"]),
        ("a in (1, 3)", ["m"]),
        ("a notin (1)", ["n", "o"]),
        ("a!=1,a", ["n"]),
        ("a>1", ["n"]),
    ],
)
def test_labels_select(handler: Handler, selector: str, found: list[str]) -> None:
    for one in (_map("m", a="1"), _map("n", a="2"), _map("o")):
        _ask(handler, "POST", MAPS, one)
    items = _ask(handler, "GET", MAPS, labelSelector=selector)["items"]
    assert [item["metadata"]["name"] for item in items] == found


def test_a_dry_run_stores_nothing(handler: Handler) -> None:
    made = _ask(handler, "POST", MAPS, _map("a"), dryRun="All")
    assert "uid" in made["metadata"]
    assert _ask(handler, "GET", MAPS)["items"] == []


def test_a_field_that_stands_twice_is_refused_when_asked_for(handler: Handler) -> None:
    body = b'{"metadata":{"name":"a"},"data":{"x":"1","x":"2"}}'
    answer = handler.handle(Request("POST", MAPS, (("fieldValidation", "Strict"),), {}, body))
    assert isinstance(answer, Response)
    assert answer.status == 400
    assert b'duplicate field \\"data.x\\"' in answer.body


def _pod(handler: Handler) -> None:
    spec = {"nodeName": "n", "containers": [{"name": "c", "image": "i"}]}
    _ask(handler, "POST", PODS, {"metadata": {"name": "p"}, "spec": spec})


def _state(handler: Handler, **state: Any) -> None:
    status = {"name": "c", "image": "i", "imageID": "", "ready": True, "restartCount": 0}
    body = {"status": {"containerStatuses": [{**status, "state": state}]}}
    merge = {"content-type": "application/merge-patch+json"}
    raw = json.dumps(body).encode()
    answer = handler.handle(Request("PATCH", f"{PODS}/p/status", (), merge, raw))
    assert isinstance(answer, Response)
    assert answer.status == 200


def test_a_log_is_followed_until_its_container_ends(handler: Handler) -> None:
    _pod(handler)
    _state(handler, running={"startedAt": "2026-11-18T11:06:40Z"})
    stream = handler.handle(Request("GET", f"{PODS}/p/log", (("follow", "true"),)))
    assert not isinstance(stream, Response | Awaiting)
    chunks, ended = _followed(stream)
    engine = handler.api.engine
    engine.run(engine.now() + 2 * MINUTE)
    end = {"startedAt": "2026-11-18T11:06:40Z", "finishedAt": "2026-11-18T11:08:40Z"}
    _state(handler, terminated={**end, "exitCode": 3})
    assert b"".join(chunks).decode().splitlines() == [
        "c: started i (a container modelled by minieks)",
        "c: running for 1m",
        "c: running for 2m",
        "c: exited with code 3",
    ]
    assert ended


def _followed(stream: Stream) -> tuple[list[bytes], list[str]]:
    chunks: list[bytes] = []
    ended: list[str] = []
    stream.start(chunks.append, lambda: ended.append("ended"))
    return chunks, ended


def test_a_run_that_has_ended_writes_no_more() -> None:
    run = loglines.Run("c", "i", 0, 90 * SECOND, 0)
    texts = [line.text for line in loglines.lines(run, 1000 * SECOND)]
    assert texts[1:] == ["c: running for 1m", "c: exited with code 0"]


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/api/v1/namespaces/a/pods/p/log", ("get", "a", "pods", "p", "log")),
        ("GET", "/api/v1/namespaces/a", ("get", "a", "namespaces", "a", "")),
        ("PUT", "/api/v1/namespaces/a/finalize", ("update", "a", "namespaces", "a", "finalize")),
        ("GET", "/apis/apps/v1/deployments", ("list", "", "deployments", "", "")),
        ("DELETE", "/api/v1/nodes", ("deletecollection", "", "nodes", "", "")),
        ("GET", "/api/v1/watch/pods", ("watch", "", "pods", "", "")),
        ("GET", "/apis/apps/v1", ("get", "", "", "", "")),
    ],
)
def test_a_path_says_what_it_is_about(method: str, path: str, found: tuple[str, ...]) -> None:
    info = request_info(Request(method, path))
    assert (info.verb, info.namespace, info.resource, info.name, info.subresource) == found


def test_a_list_follows_what_is_written(handler: Handler) -> None:
    def names() -> list[str]:
        return [item["metadata"]["name"] for item in _ask(handler, "GET", MAPS)["items"]]

    assert names() == []
    for name in ("b", "a", "c"):
        _ask(handler, "POST", MAPS, _map(name))
        assert name in names()
    assert names() == ["a", "b", "c"]
    _ask(handler, "DELETE", f"{MAPS}/b")
    assert names() == ["a", "c"]


def test_watches_of_different_kinds_of_events_are_told_their_own(handler: Handler) -> None:
    _ask(handler, "POST", MAPS, _map("a", app="x"))
    all_, _ = _open(handler, MAPS)
    some, _ = _open(handler, MAPS, labelSelector="app=x")
    _ask(handler, "PUT", f"{MAPS}/a", {**_map("a", app="y"), "data": {"k": "v"}})
    _ask(handler, "PUT", f"{MAPS}/a", {**_map("a", app="x"), "data": {"k": "w"}})
    assert [event["type"] for event in all_] == ["ADDED", "MODIFIED", "MODIFIED"]
    assert [event["type"] for event in some] == ["ADDED", "DELETED", "ADDED"]
    assert all_[2]["object"] == some[2]["object"]
