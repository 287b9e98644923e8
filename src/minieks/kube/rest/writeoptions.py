"""The options of a write, read from the query and checked.

Source: kubernetes apimachinery pkg/apis/meta/v1/validation.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from minieks.kube.api.errors import Invalid
from minieks.kube.api.fields import FieldError, invalid, not_supported, too_long
from minieks.kube.api.options import FieldValidation, WriteOptions
from minieks.kube.rest.call import Call

_VALIDATIONS: Final[dict[str, FieldValidation]] = {
    "": "Warn",
    "Ignore": "Ignore",
    "Warn": "Warn",
    "Strict": "Strict",
}
_LONGEST_MANAGER: Final = 128
_UNPRINTABLE: Final = re.compile(r"[^\x20-\U0010FFFF]|[\x7f-\x9f]")


def read(call: Call, kind: str, *, subresource: str = "") -> WriteOptions:
    """The options of a create, update or patch; ``kind`` is theirs. Raises Invalid."""
    query = call.request.query
    dry_run = [value for key, value in query if key == "dryRun"]
    validation = call.request.asked("fieldValidation")
    manager = call.request.asked("fieldManager")
    problems = [*dry_run_problems(dry_run), *_manager_problems(manager)]
    if validation not in _VALIDATIONS:
        supported = ("", "Ignore", "Strict", "Warn")
        problems.append(not_supported("fieldValidation", validation, supported))
    if problems:
        raise Invalid(kind, "meta.k8s.io", "", problems)
    return WriteOptions(
        user=call.user,
        dry_run=bool(dry_run),
        field_manager=manager or default_manager(call.request.headers.get("user-agent", "")),
        field_validation=_VALIDATIONS[validation],
        subresource=subresource,
        warnings=call.warnings,
    )


def default_manager(user_agent: str) -> str:
    """The manager of a client that names none: its program, without its version."""
    return _UNPRINTABLE.sub("", user_agent.partition("/")[0])[:_LONGEST_MANAGER]


def dry_run_problems(values: Sequence[str]) -> Iterator[FieldError]:
    """What is wrong with the values of dryRun: only All is known."""
    if any(value != "All" for value in values):
        yield not_supported("dryRun", list(values), ("All",))


def _manager_problems(manager: str) -> Iterator[FieldError]:
    if len(manager) > _LONGEST_MANAGER:
        yield too_long("fieldManager", _LONGEST_MANAGER)
    for position, char in enumerate(manager):
        if _UNPRINTABLE.match(char):
            why = f"invalid character {_code(char)} (at position {position})"
            yield invalid("fieldManager", manager, why)


def _code(char: str) -> str:
    shown = f" '{char}'" if char.isprintable() else ""
    return f"U+{ord(char):04X}{shown}"
