"""Keeps moto's services of each account and region up with the clusters there."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from minieks.aws.asked import Asked
from minieks.aws.moto import changes
from minieks.aws.moto.loaded import load_for_showing, of_partition
from minieks.data.regions import find_region
from minieks.eks.controlplane import CLUSTERS
from minieks.eks.operations.ports import Running

if TYPE_CHECKING:
    from minieks.aws.moto.shown.cluster import ShownCluster

_NETWORK: Final = frozenset(
    {"ec2", "autoscaling", "elasticloadbalancing", "tagging", "cloudformation", "eks"}
)
"""The services by whose answers one sees what clusters have in EC2, or that look there."""
_MADE: Final = "made_for_clusters"
"""The attribute of moto's IAM that says whose roles were made; it goes when IAM is emptied."""
_IAM: Final = frozenset({"iam", "sts", "eks", "eks-auth"})


class ShownClusters:
    """Shows clusters; ``running`` are those that run, by account, region and name."""

    def __init__(self, running: Mapping[str, Running]) -> None:
        self._running = running
        self._shown: dict[str, ShownCluster] = {}

    def prepare(self, asked: Asked) -> None:
        """Bring moto up to the clusters that the answer to a request may depend on."""
        service, account, region = asked.scope.service, asked.account, asked.scope.region
        if service in _IAM:
            self._make_roles(account)
        if service in _NETWORK:
            self.refresh(account, region)
        if service == "logs":
            self._make_logs(account, region)

    def refresh(self, account: str, region: str) -> None:
        """Bring what moto knows of EC2 up to what the clusters there are now."""
        scope = f"{account}/{region}/"
        for key in [one for one in self._shown if one.startswith(scope)]:
            if self._running.get(key) is not self._shown[key].running:
                self._shown.pop(key).end()
        for key, running in self._of(scope):
            self._show(key, running).refresh()

    def _of(self, scope: str) -> Iterator[tuple[str, Running]]:
        return ((key, one) for key, one in self._running.items() if key.startswith(scope))

    def _show(self, key: str, running: Running) -> "ShownCluster":
        found = self._shown.get(key)
        if found is None:
            load_for_showing()
            from minieks.aws.moto.shown.cluster import ShownCluster  # noqa: PLC0415 - moto is slow

            account, region, _ = key.split("/", 2)
            found = self._shown[key] = ShownCluster(account, region, running)
        return found

    def _make_roles(self, account: str) -> None:
        """Let IAM have what eksctl made there, once, and again after IAM has been emptied."""
        for key, running in self._of(f"{account}/"):
            if not _is_brought(running):
                continue
            partition = find_region(running.cluster.spec.region).partition
            made = vars(of_partition("iam", account, partition)).setdefault(_MADE, {})
            if key not in made:
                from minieks.aws.moto.shown import roles  # noqa: PLC0415 - moto is slow

                made[key] = None
                roles.make(running)
                changes.note()

    def _make_logs(self, account: str, region: str) -> None:
        for _, running in self._of(f"{account}/{region}/"):
            from minieks.aws.moto.shown import logs  # noqa: PLC0415 - moto is slow

            logs.make(account, region, running)


def _is_brought(running: Running) -> bool:
    """Whether a config made the cluster."""
    name = running.cluster.spec.name
    return bool((running.cluster.aws.get(CLUSTERS, name) or {}).get("brought"))
