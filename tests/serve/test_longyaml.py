"""Long YAML keeps no other client waiting."""

import asyncio
import errno
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import yaml

from minieks.kube.api.errors import ApiError
from minieks.kube.rest import bodies, goyaml
from minieks.kube.rest.answers import json_answer
from minieks.kube.rest.http import Answer, Request, Response
from minieks.serve import longyaml, yamlchild
from minieks.serve.listener import Listener
from minieks.serve.turn import Turn

LONG = b"a:\n" + b"- x\n" * 10_000
YAML = {"content-type": "application/yaml"}

Run = Callable[[str, bytes], Coroutine[Any, Any, tuple[int, bytes]]]


class Still:
    """A cluster without time."""

    def catch_up(self) -> None:
        """No time has passed."""

    def nudge(self) -> None:
        """Nothing is due."""


class Handler:
    """Tells how many values a body has, and counts how often it is asked."""

    def __init__(self, answer: Response | None = None) -> None:
        self.answer = answer
        self.asked = 0

    def handle(self, request: Request) -> Answer:
        self.asked += 1
        if self.answer is not None:
            return self.answer
        try:
            value = bodies.read(request, "ConfigMap").value
        except ApiError as error:
            return json_answer(error.code, error.message.encode())
        return json_answer(200, b"%d" % len(value["a"]))


def asked(handler: Handler, *requests: Request) -> list[tuple[int, bytes]]:
    """The requests' answers, in the order in which they were told."""

    async def main() -> list[tuple[int, bytes]]:
        loop = asyncio.get_running_loop()
        still: Any = Still()
        listener = Listener(loop, handler, still, Turn(loop))
        told: list[tuple[int, bytes]] = []
        over = asyncio.Event()

        def reply(answer: Answer) -> None:
            assert isinstance(answer, Response)
            told.append((answer.status, answer.body))
            if len(told) == len(requests):
                over.set()

        for request in requests:
            listener.ask(request, reply)
        await over.wait()
        await listener.stop()
        return told

    return asyncio.run(main())


def at_once(code: int = 0) -> Run:
    """Work that is done in this process, or that fails with an exit code."""

    async def run(work: str, given: bytes) -> tuple[int, bytes]:
        await asyncio.sleep(0)
        return code, b"" if code else yamlchild.done(work, given)

    return run


def test_a_long_body_is_read_by_another_process() -> None:
    handler = Handler()
    assert asked(handler, Request("POST", "/", headers=YAML, body=LONG)) == [(200, b"10000")]
    assert handler.asked == 2, "once more when it is read"


def test_others_are_answered_while_a_long_body_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(longyaml, "_run", at_once())
    requests = [Request("POST", "/", headers=YAML, body=one) for one in (LONG, b"a: [1, 2]")]
    assert asked(Handler(), *requests) == [(200, b"2"), (200, b"10000")]


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        pytest.param(LONG + b"\t: [", 400, "error converting YAML to JSON: yaml: line", id="wrong"),
        pytest.param(b"- " * 20_000, 400, "exceeded max depth", id="deep"),
    ],
)
def test_what_is_wrong_in_a_long_body_is_told_as_in_a_short_one(
    monkeypatch: pytest.MonkeyPatch, body: bytes, code: int, text: str
) -> None:
    monkeypatch.setattr(longyaml, "_run", at_once())
    ((status, message),) = asked(Handler(), Request("POST", "/", headers=YAML, body=body))
    assert (status, text in message.decode()) == (code, True)


def test_a_body_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(longyaml, "_run", at_once(-24))
    ((status, message),) = asked(Handler(), Request("POST", "/", headers=YAML, body=LONG))
    assert (status, b"send JSON" in message) == (413, True)


def test_a_machine_without_room_for_a_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(work: str, given: bytes) -> tuple[int, bytes]:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(longyaml, "_run", run)
    ((status, message),) = asked(Handler(), Request("POST", "/", headers=YAML, body=LONG))
    assert (status, b"Too many open files" in message) == (429, True)


def test_many_long_bodies_do_not_wait_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(longyaml, "_run", at_once())
    told = asked(Handler(), *[Request("POST", "/", headers=YAML, body=LONG)] * 12)
    assert sorted(status for status, _ in told) == [200] * 8 + [429] * 4


def test_a_long_answer_is_written_by_another_process() -> None:
    handler = Handler(Response(200, (), b'{"a":[1,"on"]}', unwritten=True))
    ((status, body),) = asked(handler, Request("GET", "/"))
    assert (status, yaml.safe_load(body)) == (200, {"a": [1, "on"]})


def test_an_answer_that_takes_too_long_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(longyaml, "_run", at_once(-24))
    handler = Handler(Response(200, (), b"{}", unwritten=True))
    ((status, _),) = asked(handler, Request("GET", "/"))
    assert status == 504


def test_a_short_body_is_read_at_once() -> None:
    request = longyaml.readable(Request("POST", "/", headers=YAML, body=b"a: 1"))
    assert request.read_yaml(request.body) == goyaml.load(b"a: 1")
