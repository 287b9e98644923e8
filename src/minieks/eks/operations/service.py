"""The EKS service of all accounts and regions."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from minieks.eks.operations import clusters, tags, tokens
from minieks.eks.operations.call import Call
from minieks.eks.operations.catalogue import OPERATIONS
from minieks.eks.operations.collections import CLUSTERS
from minieks.eks.operations.ports import Running
from minieks.eks.operations.regional import Regional, Services
from minieks.eks.operations.transitions import follow


class EksService:
    """Performs operations; its state is in the store of ``services`` and in running clusters.

    Clusters that are in the store already run again.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        clusters.resume(services)
        steps = {CLUSTERS: partial(clusters.go_on, services)}
        follow(services.engine, services.store, steps)

    def perform(self, operation: str, parameters: Mapping[str, Any], call: Call) -> dict[str, Any]:
        """Perform an operation by its name in the model; raises EksError.

        Parameters are as the model's input shape allows: what is required is there, and types are
        right. Moments in the answer are seconds since the epoch.
        """
        at = Regional.of_call(self._services, call)
        act: Callable[[], dict[str, Any]] = partial(OPERATIONS[operation].perform, at, parameters)
        tags.check_keys(operation, parameters.get("tags") or {})
        return tokens.once(at, operation, parameters, act)

    def running(self, account: str, region: str, name: str) -> Running | None:
        """The running cluster of this name, or None while there is none."""
        return self._services.running.get(f"{account}/{region}/{name}")
