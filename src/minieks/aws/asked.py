"""A request to AWS of which it is known whom it is for and who asks; and what performs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from minieks.aws.scope import Scope
from minieks.eks.identity.podidentity import Inside
from minieks.eks.identity.ports import CallerIdentity
from minieks.eks.operations.call import Call
from minieks.kube.rest.http import Request


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``caller`` is None for one that nobody has signed."""

    request: Request
    scope: Scope
    account: str
    caller: CallerIdentity | None = None


class Performs(Protocol):
    """What performs operations: `minieks.eks.operations.service.EksService`."""

    def perform(self, operation: str, parameters: Mapping[str, Any], call: Call) -> dict[str, Any]:
        """Perform an operation by its name in the model; raises EksError."""


class Insides(Protocol):
    """The clusters that run."""

    def inside(self, account: str, region: str, name: str) -> Inside | None:
        """The cluster of this name as Pod Identity sees it, or None."""
