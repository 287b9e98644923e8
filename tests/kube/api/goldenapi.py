"""Replays recorded requests to a real API server against ours."""

import json
import re
from functools import lru_cache
from typing import Any

from minieks.engine.clock import VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.api.crd import kind_of_definition
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.kinds.registry import Kind
from minieks.kube.words.objects import Obj
from shared import SHARED

GOLDEN = SHARED / "golden" / "api"
_START = 1_795_000_000_000_000
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_REPEAT = re.compile(r"<REPEAT x (\d+)>")
_STEP = re.compile(r"\$\{(\d+):([^}]*)\}")


@lru_cache(maxsize=8)
def records(name: str) -> list[dict[str, Any]]:
    """The recorded cases of one file; none if the recordings are not there."""
    path = GOLDEN / f"{name}.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def fresh_api(namespace: str | None) -> Api:
    """An API as the recordings began: a namespace with its default account."""
    api = Api(Engine(VirtualClock(_START)), "1.34")
    for space in ("default", namespace):
        if space:
            api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
            account = {"name": "default", "namespace": space}
            api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    return api


def is_write(record: dict[str, Any], api: Api) -> bool:
    """Whether the request creates or replaces an object of a kind that the path names."""
    request = record["request"]
    if not request or request["method"] not in ("POST", "PUT") or request.get("query"):
        return False
    if not isinstance(request.get("body"), dict) or request.get("headers"):
        return False
    kind = _kind(record, api)
    parts = request["path"].split("/")
    at = -1 if request["method"] == "POST" else -2
    return kind is not None and parts[at] == kind.plural and kind.group in (*parts, "")


def _kind(record: dict[str, Any], api: Api) -> Kind | None:
    """The kind of the request's object, built in or defined in the setup."""
    body = record["request"]["body"]
    found = api.kinds.kind_of(body)
    if found is not None:
        return found
    for step in record.get("setup") or ():
        made = step["request"].get("body")
        if isinstance(made, dict) and made.get("kind") == "CustomResourceDefinition":
            defined = kind_of_definition(made)
            versions = [defined.qualified(version) for version in defined.versions]
            if defined.kind == body.get("kind") and body.get("apiVersion") in versions:
                return defined
    return None


def send(api: Api, request: dict[str, Any], answers: list[Obj], warnings: list[str]) -> Obj:
    """What our API answers to a recorded request: the object, or a Status."""
    body = _body(request, answers)
    space = re.search(r"/namespaces/([^/]+)/", request["path"])
    if space and isinstance(body.get("metadata", {}), dict):
        body["metadata"] = {"namespace": space[1], **(body.get("metadata") or {})}
    try:
        decoded = api.decode(body, warnings)
        if request["method"] == "POST":
            return api.create(decoded, warnings=warnings)
        return api.update(decoded, warnings=warnings)
    except ApiError as refusal:
        return refusal.to_status()


def _body(request: dict[str, Any], answers: list[Obj]) -> Obj:
    text = json.dumps(request["body"])
    text = _STEP.sub(lambda found: _look_up(answers, found), text)
    found: Obj = json.loads(_REPEAT.sub(lambda count: "x" * int(count[1]), text))
    return found


def _merged(old: Any, patch: Any) -> Any:
    """A JSON merge patch applied."""
    if not isinstance(patch, dict):
        return patch
    base = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            base.pop(key, None)
        else:
            base[key] = _merged(base.get(key), value)
    return base


def _set_up(api: Api, request: dict[str, Any], answers: list[Obj]) -> Obj:
    """One earlier step: a write, a patch, a deletion, or something that changes nothing."""
    parts = request["path"].split("/")
    if request["method"] in ("POST", "PUT") and isinstance(request.get("body"), dict):
        return send(api, request, answers, [])
    is_status = parts[-1] == "status"
    if is_status:
        parts.pop()
    space = parts[parts.index("namespaces") + 1] if "namespaces" in parts[:-2] else ""
    place = next((kind for kind in api.kinds if kind.plural == parts[-2]), None)
    if place is None or api.get(place.collection, space, parts[-1]) is None:
        return {}
    if request["method"] == "DELETE":
        return api.delete(place.collection, space, parts[-1])
    if request["method"] == "PATCH":
        old = api.get(place.collection, space, parts[-1])
        merged = _merged(old, _body(request, answers))
        return api.update_status(merged) if is_status else api.update(merged)
    return {}


def _look_up(answers: list[Obj], found: re.Match[str]) -> str:
    value: Any = answers[int(found[1]) - 1]
    for key in found[2].split("."):
        value = value[key]
    return str(value)


def replay(record: dict[str, Any]) -> tuple[Obj, list[str]]:
    """Our answer to a case, after its setup, and the warnings that came with it."""
    api = fresh_api(record.get("namespace"))
    answers: list[Obj] = []
    for step in record.get("setup") or ():
        answers.append(_set_up(api, step["request"], answers))
    warnings: list[str] = []
    return send(api, record["request"], answers, warnings), warnings


def comparable(answer: Obj) -> Any:
    """What must agree: the message and the causes of a refusal; that it was none."""
    if not isinstance(answer, dict):
        return "not served"
    if answer.get("kind") != "Status" or "code" not in answer:
        return "accepted"
    details = answer.get("details") or {}
    causes = [
        (cause.get("reason"), cause.get("field"), anonymous(cause.get("message", "")))
        for cause in details.get("causes") or ()
    ]
    return answer["code"], anonymous(answer["message"]), causes


def anonymous(text: str) -> str:
    """The text without ids that differ from run to run."""
    return _UID.sub("<uid>", text)


def warnings_of(record: dict[str, Any]) -> list[str]:
    """The texts of the recorded Warning headers."""
    sent = record["response"]["headers"].get("Warning") or []
    return [json.loads(text.removeprefix("299 - ")) for text in sent]
