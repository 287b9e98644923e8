"""What a list or a watch asks for, read from the query and checked.

Source: kubernetes apimachinery pkg/apis/meta/internalversion/validation and apiserver
pkg/storage/continue.go.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final

import orjson

from minieks.kube.api.errors import BadRequest, Invalid
from minieks.kube.api.fields import FieldError, forbidden, not_supported
from minieks.kube.rest.bodies import json_kind
from minieks.kube.rest.gojson import GoSyntaxError, loads
from minieks.kube.rest.http import Request

MATCH: Final = "resourceVersionMatch"
_INT64: Final = 2**63
_UINT64: Final = 2**64
_LONGEST_NUMBER: Final = 100
"""Digits, with leading zeros, of a number that is looked at."""
_FALSE: Final = ("false", "0")
_TOKEN_VERSION: Final = "meta.k8s.io/v1"


@dataclass(frozen=True, slots=True)
class ListOptions:
    """The options of a list or a watch; None or empty where nothing is said."""

    label_selector: str = ""
    field_selector: str = ""
    limit: int = 0
    continue_from: str = ""
    resource_version: str = ""
    match: str = ""
    timeout_seconds: int | None = None
    bookmarks: bool = False
    send_initial_events: bool | None = None

    @property
    def revision(self) -> int:
        """The resourceVersion as a number, 0 if unset; raises ValueError with Go's text."""
        return parse_revision(self.resource_version)


def read(request: Request, *, watch: bool) -> ListOptions:
    """The options in the query; raises BadRequest or Invalid."""
    asked = request.asked
    initial = asked("sendInitialEvents")
    found = ListOptions(
        label_selector=asked("labelSelector"),
        field_selector=asked("fieldSelector"),
        limit=integer(asked("limit")) or 0,
        continue_from=asked("continue"),
        resource_version=asked("resourceVersion"),
        match=asked(MATCH),
        timeout_seconds=integer(asked("timeoutSeconds")),
        bookmarks=truth(asked("allowWatchBookmarks")),
        send_initial_events=truth(initial) if initial else None,
    )
    problems = _watch_problems(found) if watch else _list_problems(found)
    if problems:
        raise Invalid("ListOptions", "meta.k8s.io", "", problems)
    return found


def parse_revision(text: str) -> int:
    """A resourceVersion as a number; raises ValueError with Go's text."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise ValueError(
            f'resourceVersion: Invalid value: "{text}": '
            f'strconv.ParseUint: parsing "{text}": invalid syntax'
        )
    if len(text) > _LONGEST_NUMBER or int(text) >= _UINT64:
        raise ValueError(
            f'resourceVersion: Invalid value: "{text}": '
            f'strconv.ParseUint: parsing "{text}": value out of range'
        )
    return int(text)


def truth(text: str) -> bool:
    """A boolean of a query: any value is true but "false", "0" and none."""
    return bool(text) and text.lower() not in _FALSE


def integer(text: str) -> int | None:
    """An int64 of a query, None if it is empty; raises BadRequest with Go's text."""
    if not text:
        return None
    digits = text[1:] if text[0] in "+-" else text
    if not (digits.isascii() and digits.isdigit()):
        raise BadRequest(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    number = int(text) if len(digits) <= _LONGEST_NUMBER else _INT64
    if not -_INT64 <= number < _INT64:
        raise BadRequest(f'strconv.ParseInt: parsing "{text}": value out of range')
    return number


def _list_problems(found: ListOptions) -> list[FieldError]:
    if found.send_initial_events is not None:
        return [forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")]
    match = found.match
    if not match:
        return []
    problems = []
    if not found.resource_version:
        why = f"{MATCH} is forbidden unless resourceVersion is provided"
        problems.append(forbidden(MATCH, why))
    if found.continue_from:
        problems.append(forbidden(MATCH, f"{MATCH} is forbidden when continue is provided"))
    if match not in ("Exact", "NotOlderThan"):
        problems.append(not_supported(MATCH, match, ("Exact", "NotOlderThan", "")))
    if match == "Exact" and found.resource_version == "0":
        why = f'{MATCH} "exact" is forbidden for resourceVersion "0"'
        problems.append(forbidden(MATCH, why))
    return problems


def _watch_problems(found: ListOptions) -> list[FieldError]:
    problems = []
    match = found.match
    if found.send_initial_events is None:
        if match:
            why = f"{MATCH} is forbidden for watch unless sendInitialEvents is provided"
            problems.append(forbidden(MATCH, why))
    elif match != "NotOlderThan":
        why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        problems.append(forbidden(MATCH, why))
    if found.send_initial_events is not None and match and match != "NotOlderThan":
        problems.append(not_supported(MATCH, match, ("NotOlderThan",)))
    if found.continue_from:
        problems.append(forbidden(MATCH, f"{MATCH} is forbidden when continue is provided"))
    return problems


def continue_token(revision: int, last_key: str) -> str:
    """The token with which the next page begins after ``last_key``, at the same revision."""
    raw = orjson.dumps({"v": _TOKEN_VERSION, "rv": revision, "start": f"{last_key}\x00"})
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_continue(token: str) -> tuple[int, str]:
    """The revision and the key that a token says; raises BadRequest."""
    prefix = "invalid continue token: continue key is not valid: "
    try:
        raw = base64.b64decode(
            (token + "=" * (-len(token) % 4)).replace("-", "+").replace("_", "/"), validate=True
        )
    except (binascii.Error, ValueError):
        place = next((at for at, char in enumerate(token) if not _in_base64(char)), len(token))
        raise BadRequest(f"{prefix}illegal base64 data at input byte {place}") from None
    try:
        found = loads(raw)
    except GoSyntaxError as error:
        raise BadRequest(f"{prefix}{error}") from None
    if not isinstance(found, dict) or found.get("v") != _TOKEN_VERSION:
        version = found.get("v", "") if isinstance(found, dict) else ""
        raise BadRequest(f"{prefix}server does not recognize this encoded version {version}")
    start, revision = found.get("start") or "", found.get("rv") or 0
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise BadRequest(f"{prefix}{_no_go('rv', revision, 'int64')}")
    if not isinstance(start, str):
        raise BadRequest(f"{prefix}{_no_go('start', start, 'string')}")
    if not revision:
        raise BadRequest(
            f"{prefix}incorrect encoded start resourceVersion (version meta.k8s.io/v1)"
        )
    if not start or ".." in start.split("/"):
        raise BadRequest(f"{prefix}{start}")
    return revision, start


def _no_go(field: str, value: Any, type_: str) -> str:
    struct = "continueToken"
    return (
        f"json: cannot unmarshal {json_kind(value)} into Go struct field {struct}.{field} of type"
        f" {type_}"
    )


def _in_base64(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "-_")
