"""Replays recorded requests to a real API server against ours."""

from collections.abc import Iterator, Sequence
from typing import Any

from golden.api.compare import Tokens, differences
from golden.api.documents import is_left_out, summary
from golden.api.send import Sender
from golden.api.world import world
from golden.outcome import Difference, Json

_SHORT = 600


def parts(case: Json) -> int:
    """The answers of a case: those of its setup and the one that it is about."""
    return len(case.get("setup") or ()) + 1


def replay(case: Json) -> Iterator[Sequence[Difference]]:
    """What differs in each answer of a case."""
    sender, tokens = Sender(world(case)), Tokens()
    for position, step in enumerate(case.get("setup") or (), 1):
        yield list(_compared(f"step {position}", tokens, step, sender.send(step["request"])))
    request = sender.as_recorded(case["request"], case["response"])
    got = sender.send(request, case.get("during") or ())
    yield list(_compared("the answer", tokens, case, got))


def _compared(about: str, tokens: Tokens, step: Json, got: Json) -> Iterator[Difference]:
    wanted = step["response"]
    compared = {"status": wanted["status"], "headers": wanted.get("headers") or {}}
    compared["body"] = _without_clocks(wanted.get("body"))
    answer = {**got, "body": _without_clocks(got["body"])}
    if "summary" in wanted:
        compared["body"] = wanted["summary"]
        answer["body"] = summary(got["body"], wanted["summary"])
    if is_left_out(compared["body"]):
        answer["body"] = compared["body"]
    if not compared["headers"]:
        answer["headers"] = {}
    else:
        extra = set(answer["headers"]) - set(compared["headers"]) - {"Warning", "Retry-After"}
        answer["headers"] = {k: v for k, v in answer["headers"].items() if k not in extra}
    for found in differences(tokens, compared, answer):
        place, _, values = found.partition(": ")
        expected, _, ours = values.partition(", got ")
        yield Difference(f"{about}{place}", expected[:_SHORT], ours[:_SHORT])


def _without_clocks(body: Any) -> Any:
    """A stream without the bookmarks whose moment the server's clock decides."""
    if not isinstance(body, list):
        return body
    if not body:
        return ""
    return [
        event
        for event in body
        if event.get("type") != "BOOKMARK" or "annotations" in event["object"]["metadata"]
    ]
