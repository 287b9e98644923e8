"""Updates of clusters, node groups, add-ons and capabilities, as DescribeUpdate shows them.

Source: Amazon EKS API reference, ``Update``: an update is in progress until it is Successful,
Failed or Cancelled, and is listed with the resource that it changes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.engine.store import Store
from minieks.kube.words.objects import Obj

UPDATES: Final = "updates.eks"
IN_PROGRESS: Final = "InProgress"
SUCCESSFUL: Final = "Successful"
FAILED: Final = "Failed"


@dataclass(frozen=True, slots=True)
class Owner:
    """What an update changes: a ``cluster``, ``nodegroup``, ``addon`` or ``capability``."""

    kind: str
    name: str


def params(values: Mapping[str, object]) -> list[dict[str, str]]:
    """The parameters of an update: each a text, or JSON; what is None was not asked for."""
    return [
        {"type": type_, "value": _text(value)}
        for type_, value in values.items()
        if value is not None
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def record(owner: Owner, update_id: str, type_: str, values: Mapping[str, object], now: int) -> Obj:
    """A new update in progress."""
    return {
        "id": update_id,
        "owner": {"kind": owner.kind, "name": owner.name},
        "type": type_,
        "status": IN_PROGRESS,
        "params": params(values),
        "createdAt": now,
        "errors": [],
    }


def finish(aws: Store, update_id: str, status: str, errors: Iterable[Mapping[str, Any]]) -> None:
    """Note how an update ended; nothing if it is not known."""
    found = aws.get(UPDATES, update_id)
    if found is None:
        return
    kept = {key: value for key, value in found.items() if key != "due"}
    aws.replace(UPDATES, update_id, {**kept, "status": status, "errors": list(errors)})


def of(aws: Store, owner: Owner) -> list[Obj]:
    """The updates of one resource, the oldest first."""
    wanted = {"kind": owner.kind, "name": owner.name}
    return [one for one in aws.values(UPDATES) if one["owner"] == wanted]


def running(aws: Store, owner: Owner) -> Obj | None:
    """The update that the resource is in, or None."""
    return next((one for one in of(aws, owner) if one["status"] == IN_PROGRESS), None)
