"""Idempotency: a repeated request with the same ``clientRequestToken`` gets the same answer.

Source: Amazon EKS API reference, ``clientRequestToken`` (valid for 24 hours). A token that comes
again with other parameters is refused; the service's words for that are not documented. What was
made and is deleted again is made anew.
"""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from minieks.eks.operations import tags
from minieks.eks.operations.collections import REQUEST_TOKENS
from minieks.eks.operations.errors import invalid_parameter
from minieks.eks.operations.regional import Regional
from minieks.engine.clock import SECOND, Micros
from minieks.engine.store import Store

VALID_FOR: Final[Micros] = 24 * 3600 * SECOND
MEMBER: Final = "clientRequestToken"


def once(
    at: Regional,
    operation: str,
    asked: Mapping[str, Any],
    perform: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Perform an operation, or answer as before if this very request has been here already."""
    token = asked.get(MEMBER)
    if not token:
        return perform()
    store = at.services.store
    key = at.key(f"{operation}/{token}")
    _forget_old(store, at.now())
    said = _digest(asked)
    before = store.get(REQUEST_TOKENS, key)
    if before is not None and _is_gone(at, before["answer"]):
        store.remove(REQUEST_TOKENS, key)
        before = None
    if before is not None:
        if before["said"] != said:
            text = "The clientRequestToken was used before with different parameters."
            raise invalid_parameter(text)
        return dict(before["answer"])
    answer = perform()
    store.create(REQUEST_TOKENS, key, {"key": key, "said": said, "answer": answer, "at": at.now()})
    return answer


def _is_gone(at: Regional, answer: Mapping[str, Any]) -> bool:
    """Whether the answer shows a resource that is not there any more."""
    for kind, shown in answer.items():
        arn = (shown.get("arn") or shown.get(f"{kind}Arn")) if isinstance(shown, dict) else None
        if arn:
            return not tags.is_there(at, arn)
    return False


def _digest(asked: Mapping[str, Any]) -> str:
    return sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def _forget_old(store: Store, now: Micros) -> None:
    """Tokens are kept in the order in which they came, so that the first young one ends it."""
    for one in store.values(REQUEST_TOKENS):
        if now - one["at"] < VALID_FOR:
            return
        store.remove(REQUEST_TOKENS, one["key"])
