"""The calls of webhooks, of admission and of conversion: performed by whoever serves the cluster.

    the pipeline needs an answer -> WebhookCalls.ask(call) -> WebhookNeeded
    whoever serves performs the call over HTTPS -> WebhookCalls.answered(call, answer)
    the request, or the loop, is run again -> ask(call) gives the answer

Nobody serving (``perform`` is None) means that no webhook is called. The same call is the same
question: it is recognised by what is asked, not by the uid that a new attempt of a loop gives.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from minieks.engine.clock import SECOND, Micros
from minieks.engine.errors import EngineError
from minieks.kube.words.objects import Obj

if TYPE_CHECKING:
    from minieks.engine.engine import Engine

_KEPT: Final = 600 * SECOND
# What differs each time that a loop tries to make the same object.
_BY_CHANCE: Final = ("uid", "creationTimestamp", "managedFields")


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One call: POST ``review`` as JSON to ``url``, within ``timeout_seconds``.

    ``failure`` is set where the call cannot be made at all, as for a service that is not there.
    ``ca_bundle`` is PEM in base64 as it stands in the configuration, empty for the system's.
    """

    key: str
    webhook: str
    url: str
    ca_bundle: str
    timeout_seconds: int
    review: Obj
    server_name: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """The body that a webhook answered with, or why there is none.

    With a ``status`` other than 200, ``refusal`` is the text of its answer.

    ``failure`` is worded as Go's HTTP client does, without the method and the URL:
    ``dial tcp 127.0.0.1:1: connect: connection refused``, ``context deadline exceeded``.
    """

    body: Any = None
    failure: str = ""
    status: int = 200
    refusal: str = ""


Perform: TypeAlias = Callable[[WebhookCall], None]


class WebhookNeeded(EngineError):
    """The request cannot go on before a webhook has answered; run it again then."""

    def __init__(self, call: WebhookCall) -> None:
        super().__init__(f"waiting for webhook {call.webhook}")
        self.call = call


class WebhookCalls:
    """The calls under way and the answers at hand, of one cluster."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self.perform: Perform | None = None
        # Whether a webhook of a configuration is a plugin of this process, and never called.
        self.answered_here: list[Callable[[Obj], bool]] = []
        self._pending: set[str] = set()
        self._answers: dict[str, tuple[WebhookAnswer, Obj, Micros]] = {}
        self._used: list[str] = []
        self._waiting: dict[str, list[Callable[[], None]]] = {}

    def ask(self, call: WebhookCall) -> tuple[WebhookAnswer, Obj]:
        """The answer, and the review that it is to; raises WebhookNeeded if it is not there yet."""
        if call.failure:
            return WebhookAnswer(failure=call.failure), call.review
        known = self._answers.get(call.key)
        if known is not None:
            self._used.append(call.key)
            return known[0], known[1]
        if self.perform is not None and call.key not in self._pending:
            self._pending.add(call.key)
            self.perform(call)
        raise WebhookNeeded(call)

    def wait(self, call: WebhookCall, resume: Callable[[], None]) -> None:
        """Call ``resume`` when the answer to a call is there: at once, if it is by now."""
        if call.key in self._pending:
            self._waiting.setdefault(call.key, []).append(resume)
        else:
            resume()

    def forget(self, call: WebhookCall) -> None:
        """The answer to a call is used up: who asks again is answered anew."""
        self._answers.pop(call.key, None)

    def answered(self, call: WebhookCall, answer: WebhookAnswer) -> None:
        """Keep an answer until the request that needs it has been decided on."""
        now = self._engine.now()
        self._pending.discard(call.key)
        self._answers = {key: kept for key, kept in self._answers.items() if kept[2] + _KEPT > now}
        self._answers[call.key] = (answer, call.review, now)
        for resume in self._waiting.pop(call.key, ()):
            resume()

    def begin(self) -> None:
        """A request begins to ask."""
        self._used.clear()

    def decided(self) -> None:
        """The request has been decided on: its answers are used up."""
        for key in self._used:
            self._answers.pop(key, None)
        self._used.clear()


def key_of(webhook: str, version: str, review: Obj) -> str:
    """What a call is recognised by; ``version`` is that of the webhook's configuration."""
    request = {key: value for key, value in review["request"].items() if key != "uid"}
    for part in ("object", "oldObject"):
        if isinstance(request.get(part), dict):
            request[part] = _without_chance(request[part])
    if (review["request"].get("object") or {}).get("metadata", {}).get("generateName"):
        request.pop("name", None)
    told = orjson.dumps([webhook, version, request], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()


def _without_chance(obj: Obj) -> Obj:
    meta = {key: value for key, value in obj["metadata"].items() if key not in _BY_CHANCE}
    if meta.get("generateName"):
        meta.pop("name", None)
    return {**obj, "metadata": meta}
