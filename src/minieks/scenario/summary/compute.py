"""A row per node group and Fargate profile: how many, how much of it was asked for, its cost."""

from decimal import Decimal

from minieks.cost.bill import Bill
from minieks.eks.spec import ClusterSpec, FargateProfileSpec, NodeGroupSpec
from minieks.engine.clock import Micros
from minieks.scenario.observe.utilisation import Level, Utilisation
from minieks.scenario.observe.utilisation import Usage as Levels
from minieks.scenario.result import ComputeRow


class ComputeRows:
    """Makes the rows of one run."""

    def __init__(self, utilisation: Utilisation, bill: Bill, now: Micros) -> None:
        self._utilisation = utilisation
        self._bill = bill
        self._now = now

    def rows(self, spec: ClusterSpec) -> tuple[ComputeRow, ...]:
        """The node groups and then the profiles, in the order of the configuration."""
        groups = [
            self._row("node group", ("nodegroup", group.name), _node_detail(group))
            for group in spec.node_groups
        ]
        profiles = [
            self._row("Fargate profile", ("fargate", profile.name), _selectors(profile))
            for profile in spec.fargate_profiles
        ]
        return (*groups, *profiles)

    def _row(self, kind: str, place: tuple[str, str], detail: str) -> ComputeRow:
        levels = self._utilisation.groups.get(":".join(place), Levels())
        return ComputeRow(
            kind=kind,
            name=place[1],
            detail=detail,
            count_min=levels.count.low,
            count_max=levels.count.high,
            count_end=levels.count.value,
            cpu_percent=_percent(levels.cpu_asked, levels.cpu_offered, self._now),
            memory_percent=_percent(levels.memory_asked, levels.memory_offered, self._now),
            cost=self._bill.by_group.get(place, Decimal(0)),
        )


def _node_detail(group: NodeGroupSpec) -> str:
    types = ", ".join(group.instance_types)
    how = " Spot" if group.spot else ""
    zones = ", ".join(zone[-2:] for zone in group.zones)
    managed = "" if group.managed else ", self-managed"
    return f"{types}{how} in {zones}{managed}"


def _selectors(profile: FargateProfileSpec) -> str:
    parts = []
    for selector in profile.selectors:
        labels = ",".join(f"{key}={value}" for key, value in selector.labels.items())
        parts.append(f"{selector.namespace}{{{labels}}}" if labels else selector.namespace)
    return " or ".join(parts)


def _percent(asked: Level, offered: Level, now: Micros) -> float | None:
    whole = offered.until(now)
    return round(100 * asked.until(now) / whole, 1) if whole else None
