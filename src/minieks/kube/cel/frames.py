"""What the closures of an expression share: the values in sight, and how far they may go."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from minieks.kube.cel.errors import CostExceeded, no_overload

Frame: TypeAlias = dict[str, Any]
Step: TypeAlias = Callable[[Frame], Any]

BUDGET: Final = " steps"
"""In a frame, beside the names (which have no blank): how many steps may still be taken."""


class Steps:
    """How many steps of loops an evaluation may still take."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, count: int) -> None:
        """Take some; raises CostExceeded when none are left."""
        self.left -= count
        if self.left < 0:
            raise CostExceeded


def truth(value: Any) -> bool:
    """A truth value; raises EvaluationError for anything else."""
    if value is True or value is False:
        return bool(value)
    raise no_overload()
