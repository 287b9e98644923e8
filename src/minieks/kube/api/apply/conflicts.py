"""Two managers want different values of one field.

Source: kubernetes apimachinery pkg/util/managedfields/internal/conflict.go.
"""

from typing import TypeAlias

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.managed import Manager
from minieks.kube.api.apply.paths import Fields
from minieks.kube.api.errors import ApiError
from minieks.kube.api.fields import quoted

Conflicts: TypeAlias = dict[Manager, Fields]


class Refused(Exception):
    """An apply would change fields of others; ``conflicts`` says which of whom."""

    def __init__(self, conflicts: Conflicts) -> None:
        super().__init__(f"{len(conflicts)} managers own what is applied")
        self.conflicts = conflicts


def refusal(conflicts: Conflicts) -> ApiError:
    """The 409 that names the fields and their owners."""
    named = {_text(manager): paths.texts(conflicts[manager]) for manager in sorted(conflicts)}
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {name}", "field": path}
        for name, fields in named.items()
        for path in fields
    ]
    return ApiError(409, "Conflict", _message(named, len(causes)), {"causes": causes})


def _message(named: dict[str, list[str]], count: int) -> str:
    if count == 1:
        name, (path,) = next(iter(named.items()))
        return f"Apply failed with 1 conflict: conflict with {name}: {path}"
    lines = []
    for name, fields in named.items():
        lines.append(f"conflicts with {name}:")
        lines += [f"- {path}" for path in fields]
    return f"Apply failed with {count} conflicts: " + "\n".join(lines)


def _text(manager: Manager) -> str:
    name = quoted(manager.name)
    if manager.subresource:
        name = f"{name} with subresource {quoted(manager.subresource)}"
    return name if manager.applies else f"{name} using {manager.api_version}"
