"""Records as an operation's answer shows them: some members, with moments in seconds."""

from collections.abc import Iterable
from typing import Any, Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.words.objects import Obj

MOMENTS: Final = frozenset(
    (
        *("createdAt", "modifiedAt", "activatedAt", "associatedAt", "startedAt", "endedAt"),
        *("effectiveDate", "expirationDate", "activationExpiry"),
    )
)
"""Members that hold a moment."""


def moment(at: Micros) -> float:
    """Seconds since the epoch, to the millisecond, as the service sends it."""
    return round(at / SECOND, 3)


def shown(record: Obj, members: Iterable[str]) -> dict[str, Any]:
    """The members of a record that are there, in the order given."""
    return {
        member: moment(record[member]) if member in MOMENTS else record[member]
        for member in members
        if record.get(member) is not None
    }


def given(**members: object) -> dict[str, Any]:
    """What there is of some members: those that are None are left out."""
    return {name: value for name, value in members.items() if value is not None}
