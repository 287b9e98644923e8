"""Sends the recorded requests, and reads our answers back in the form of the records."""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, quote

from golden.api.world import ADMIN_TOKEN
from minieks.engine.clock import SECOND
from minieks.kube.rest.awaiting import Awaiting
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Answer, Request, Response, Stream

Json = dict[str, Any]

_STEP = re.compile(r"\$\{(\d+):([^}]*)\}")
_REPEAT = re.compile(r"<REPEAT x (\d+)>")
_NOTED = (
    *("Warning", "Content-Type", "Retry-After", "Location", "Allow", "WWW-Authenticate"),
    *("ETag", "Vary", "Cache-Control"),
)
_WATCHED = 3600 * SECOND


class Sender:
    """Sends the steps of one case in order; later ones may refer to the answers of earlier ones."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._answers: list[Any] = []

    def as_recorded(self, raw: Json, response: Json) -> Json:
        """The request with what its record leaves out: an ETag, a document's present hash."""
        headers = raw.get("headers") or {}
        if "If-None-Match" in headers:
            rest = {key: headers[key] for key in headers if key != "If-None-Match"}
            first = self._handler.handle(self._request({**raw, "headers": rest}))
            tag = first.header("ETag") if isinstance(first, Response) else ""
            return {**raw, "headers": {**rest, "If-None-Match": tag}}
        cached = (response.get("headers") or {}).get("Cache-Control") == "public, immutable"
        if not cached:
            return raw
        index = self._handler.handle(self._request({"method": "GET", "path": "/openapi/v3"}))
        assert isinstance(index, Response)
        found = json.loads(index.body)["paths"][raw["path"].removeprefix("/openapi/v3/")]
        return {**raw, "path": found["serverRelativeURL"]}

    def send(self, raw: Json, during: Sequence[Json] = ()) -> Json:
        """The answer to a recorded request, in the form of the records.

        ``during`` are requests that are made while a watch is open.
        """
        answer = self._answer(self._request(raw))
        if isinstance(answer, Response):
            body = _body(answer)
            self._answers.append(body)
            return {"status": answer.status, "headers": _headers(answer), "body": body}
        events = self._watched(answer, during)
        return {"status": answer.status, "headers": _headers(answer), "body": events}

    def _answer(self, request: Request) -> Answer:
        """The answer, for which the server may wait some seconds."""
        found = self._handler.handle(request)
        if not isinstance(found, Awaiting):
            return found
        told: list[Answer] = []
        found.wait(told.append)
        engine = self._handler.api.engine
        while not told:
            engine.run(engine.now() + SECOND)
        return told[0]

    def _watched(self, stream: Stream, during: Sequence[Json]) -> Any:
        chunks: list[bytes] = []
        ended: list[bool] = []
        stop = stream.start(chunks.append, lambda: ended.append(True))
        for step in during:
            self.send(step["request"])
        engine = self._handler.api.engine
        until = engine.now() + _WATCHED
        while not ended and engine.now() < until:
            engine.run(engine.now() + SECOND)
        stop()
        text = b"".join(chunks).decode()
        if ("Content-Type", "text/plain") in stream.headers:
            return text
        return [json.loads(line) for line in text.splitlines()]

    def _request(self, raw: Json) -> Request:
        path = self._filled(raw["path"])
        query = tuple(
            (key, self._filled(_text(value)))
            for key, values in (raw.get("query") or {}).items()
            for value in (values if isinstance(values, list) else [values])
        )
        headers = {"user-agent": "golden/1.0", "accept": "application/json"}
        body = self._bytes(raw)
        if body is not None:
            headers["content-type"] = "application/json"
        for name, value in (raw.get("headers") or {}).items():
            text = ",".join(value) if isinstance(value, list) else value
            headers[name.lower()] = self._filled(text)
        if not raw.get("anonymous"):
            headers.setdefault("authorization", f"Bearer {ADMIN_TOKEN}")
        at = path.find("?")
        if at >= 0:
            query = (*parse_qsl(path[at + 1 :], keep_blank_values=True), *query)
            path = path[:at]
        path = quote(path, safe="/:%!$&'()*+,;=@~")
        return Request(raw["method"], path, query, headers, body or b"")

    def _bytes(self, raw: Json) -> bytes | None:
        if "rawBody" in raw:
            return self._filled(raw["rawBody"]).encode()
        if raw.get("body") is None:
            return None
        text = json.dumps(raw["body"], ensure_ascii=False)
        return self._filled(text).encode()

    def _filled(self, text: str) -> str:
        text = _STEP.sub(self._look_up, text)
        return _REPEAT.sub(lambda found: "a" * int(found[1]), text)

    def _look_up(self, found: re.Match[str]) -> str:
        value = self._answers[int(found[1]) - 1]
        for key in found[2].split("."):
            if isinstance(value, dict) and key not in value:
                return found[0]  # sent as it stands
            value = value[int(key)] if isinstance(value, list) else value[key]
        return str(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _body(answer: Response) -> Any:
    if not answer.body:
        return ""
    if answer.header("Content-Type").startswith("application/json") or answer.body[:1] == b"{":
        return json.loads(answer.body)
    return answer.body.decode(errors="replace")


def _headers(answer: Response | Stream) -> Json:
    found: Json = {}
    for name, value in answer.headers:
        if name == "Warning":
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return {name: found[name] for name in found if name in _NOTED}
