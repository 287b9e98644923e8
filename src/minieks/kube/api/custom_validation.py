"""Validation of a custom resource: its schema, its lists, and then its rules.

Source: kubernetes apiextensions-apiserver pkg/registry/customresource/{strategy,validator}.go.
"""

from itertools import islice
from typing import Any, Final

from minieks.kube.api import structural_validation
from minieks.kube.api.fields import (
    MOST_ERRORS,
    NOT_SUPPORTED,
    REQUIRED,
    TOO_LONG,
    TOO_MANY,
    TYPE_INVALID,
    FieldError,
    invalid,
)
from minieks.kube.api.rules.correlation import NOTHING
from minieks.kube.api.structural import Node

# After these mistakes a value may not be of the types that the rules expect.
_BLOCKING: Final = frozenset({NOT_SUPPORTED, REQUIRED, TOO_LONG, TOO_MANY, TYPE_INVALID})
_NOT_CHECKED: Final = (
    "some validation rules were not checked because the object was invalid; correct the existing "
    "errors to complete validation"
)


def problems(
    node: Node, value: Any, old: Any = NOTHING, warnings: list[str] | None = None
) -> list[FieldError]:
    """All that is wrong with a value; ``old`` is the one that it replaces.

    What only warns, because it was wrong before, goes to ``warnings``.
    """
    found = list(islice(structural_validation.problems(node, value, "", old), MOST_ERRORS))
    if node.has_sets:
        found += structural_validation.repeated(node, value)
    if not node.has_rules:
        return found
    if any(error.type in _BLOCKING for error in found):
        return [*found, invalid("<nil>", None, _NOT_CHECKED)]
    # Imported late: most kinds have no rules.
    from minieks.kube.api.rules import evaluating  # noqa: PLC0415

    return [*found, *evaluating.problems(node, value, old, warnings)]
