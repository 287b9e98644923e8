"""Reads of a revision that is still to come (apiserver pkg/storage/cacher/watch_cache.go)."""

import json

import pytest

from minieks.engine.clock import SECOND
from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.awaiting import Awaiting
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Answer, Request, Response

MAPS = "/api/v1/namespaces/default/configmaps"
NAMED = "/api/v1/namespaces/default"


@pytest.fixture
def handler() -> Handler:
    api = Api(Engine(), "1.34")
    bootstrap(api)
    return assembled(api)


class Client:
    """Reads at a revision that is so many writes ahead."""

    def __init__(self, handler: Handler, path: str, ahead: int) -> None:
        self._engine = handler.api.engine
        query = (("resourceVersion", str(handler.api.store.revision + ahead)),)
        answer = handler.handle(Request("GET", path, query, {"audit-id": "mine"}))
        assert isinstance(answer, Awaiting)
        self.told: list[Answer] = []
        answer.wait(self.told.append)

    def after(self, seconds: int) -> Response | None:
        """What was told when the seconds have gone by."""
        self._engine.run(self._engine.now() + seconds * SECOND)
        assert len(self.told) < 2
        found = self.told[0] if self.told else None
        assert found is None or isinstance(found, Response)
        return found


def write(handler: Handler, called: str) -> None:
    meta = {"name": called, "namespace": "default"}
    handler.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta})


@pytest.mark.parametrize("path", [MAPS, NAMED], ids=["list", "get"])
def test_a_revision_that_does_not_come_is_refused_after_three_seconds(
    handler: Handler, path: str
) -> None:
    client = Client(handler, path, 2)
    assert client.after(2) is None
    write(handler, "one")
    present = handler.api.store.revision
    answer = client.after(1)
    assert answer is not None
    assert (answer.status, answer.header("Retry-After")) == (504, "1")
    assert answer.header("Audit-Id") == "mine"
    assert json.loads(answer.body) == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f"Timeout: Too large resource version: {present + 1}, current: {present}",
        "reason": "Timeout",
        "details": {
            "causes": [
                {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
            ],
            "retryAfterSeconds": 1,
        },
        "code": 504,
    }


@pytest.mark.parametrize("path", [MAPS, NAMED], ids=["list", "get"])
def test_a_revision_that_comes_is_answered_at_once(handler: Handler, path: str) -> None:
    client = Client(handler, path, 2)
    write(handler, "one")
    assert client.after(0) is None
    write(handler, "two")
    answer = client.after(0)
    assert answer is not None
    assert answer.status == 200
    assert client.after(10) is answer


def test_a_list_that_waited_shows_what_it_waited_for(handler: Handler) -> None:
    client = Client(handler, MAPS, 1)
    write(handler, "one")
    answer = client.after(0)
    assert answer is not None
    found = json.loads(answer.body)
    assert [one["metadata"]["name"] for one in found["items"]] == ["one"]
    assert found["metadata"]["resourceVersion"] == str(handler.api.store.revision)
