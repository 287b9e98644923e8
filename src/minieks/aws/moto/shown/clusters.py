"""Keeps moto's EC2 and Auto Scaling of each account and region up with the clusters there."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from minieks.aws.asked import Asked
from minieks.eks.operations.ports import Running

if TYPE_CHECKING:
    from minieks.aws.moto.shown.cluster import ShownCluster

SERVICES = frozenset({"ec2", "autoscaling", "elasticloadbalancing", "tagging", "cloudformation"})
"""The services by whose answers one sees what clusters have in EC2."""


class ShownClusters:
    """Shows clusters; ``running`` are those that run, by account, region and name."""

    def __init__(self, running: Mapping[str, Running]) -> None:
        self._running = running
        self._shown: dict[str, ShownCluster] = {}

    def prepare(self, asked: Asked) -> None:
        """Bring moto up to the clusters that an answer to this request may show."""
        if asked.scope.service in SERVICES:
            self.refresh(asked.account, asked.scope.region)

    def refresh(self, account: str, region: str) -> None:
        """Bring what moto knows up to what the clusters there are now."""
        scope = f"{account}/{region}/"
        for key in [one for one in self._shown if one.startswith(scope)]:
            if self._running.get(key) is not self._shown[key].running:
                self._shown.pop(key).end()
        for key, running in self._running.items():
            if key.startswith(scope):
                self._of(key, running).refresh()

    def _of(self, key: str, running: Running) -> "ShownCluster":
        found = self._shown.get(key)
        if found is None:
            from minieks.aws.moto.shown.cluster import ShownCluster  # noqa: PLC0415 - moto is slow

            account, region, _ = key.split("/", 2)
            found = self._shown[key] = ShownCluster(account, region, running)
        return found
