"""Performs the calls of webhooks, and runs the requests again that wait for them."""

import asyncio
import json
from collections.abc import Callable
from typing import TypeVar

import orjson

from minieks.kube.api.attempts import Attempt, NoAttempt
from minieks.kube.api.server import Api
from minieks.kube.api.webhookcalls import WebhookAnswer, WebhookCall
from minieks.serve.https import NotPosted, post

T = TypeVar("T")


class WebhookCaller:
    """The webhooks of one cluster: from now on they are called.

    ``woken`` is called when an answer is there: time may have stood still until then.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, api: Api, woken: Callable[[], None] = lambda: None
    ) -> None:
        self._loop = loop
        self._api = api
        self._woken = woken
        self._tasks: set[asyncio.Task[None]] = set()
        api.call_webhooks(self._perform)

    def run(self, attempt: Attempt, handle: Callable[[], T]) -> T:
        """Run a request, anew or again; raises WebhookNeeded."""
        self._api.attempt = attempt
        try:
            with attempt.run():
                return handle()
        finally:
            self._api.attempt = NoAttempt()

    def wait(self, call: WebhookCall, resume: Callable[[], None]) -> None:
        """Call ``resume`` when the answer to a call is there."""
        self._api.webhooks.wait(call, resume)

    def stop(self) -> None:
        """Wait for no answer any more."""
        for task in tuple(self._tasks):
            task.cancel()

    def _perform(self, call: WebhookCall) -> None:
        task = self._loop.create_task(self._call(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call(self, call: WebhookCall) -> None:
        answer = await _answer(call)
        self._woken()
        self._api.webhooks.answered(call, answer)


async def _answer(call: WebhookCall) -> WebhookAnswer:
    try:
        found = await post(
            call.url,
            orjson.dumps(call.review),
            ca_bundle=call.ca_bundle,
            server_name=call.server_name,
            within=call.timeout_seconds,
        )
    except NotPosted as error:
        return WebhookAnswer(failure=str(error))
    if found.status != 200:
        text = bytes(found.body).decode(errors="replace")
        return WebhookAnswer(status=found.status, refusal=text)
    try:
        return WebhookAnswer(body=json.loads(found.body))
    except ValueError:
        return WebhookAnswer(body=None)
