"""What an operation is: its name in the model, and the function that performs it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from minieks.eks.operations.regional import Regional

Asked: TypeAlias = Mapping[str, Any]
"""The parameters, as the model's input shape allows: what is required is there, types are right."""

Answer: TypeAlias = dict[str, Any]
"""The members of the model's output shape."""

Perform: TypeAlias = Callable[[Regional, Asked], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``recorded``: it is kept and shown, and changes nothing in a cluster."""

    name: str
    perform: Perform
    recorded: bool = False

    @property
    def summary(self) -> str:
        """What it does, in a line."""
        return (self.perform.__doc__ or "").strip().partition("\n")[0]
