"""What an Auto Scaling group launches and terminates next, and where.

Source: Amazon EC2 Auto Scaling user guide: "Availability Zone distribution", "Configure
termination policies", "Allocation strategies for multiple instance types". Where the guide says
"at random" the order of the group's own lists decides, so that a run can be repeated.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from minieks.engine.clock import Micros

Lifecycle: TypeAlias = Literal["on-demand", "spot"]

ON_DEMAND: Lifecycle = "on-demand"
SPOT: Lifecycle = "spot"


@dataclass(frozen=True, slots=True)
class Member:
    """One instance of a group, as far as its place in the group goes."""

    instance_id: str
    zone: str
    lifecycle: Lifecycle = ON_DEMAND
    launched_at: Micros = 0
    template_version: int = 1
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Mix:
    """How many instances are On-Demand: a base, then a share in percent of the others."""

    base: int = 0
    percent_above_base: int = 100

    def on_demand_of(self, total: int) -> int:
        """How many of ``total`` instances are On-Demand; the share is rounded up."""
        above = max(total - self.base, 0)
        return min(total, self.base) + math.ceil(Decimal(above * self.percent_above_base) / 100)


ALL_ON_DEMAND = Mix()
ALL_SPOT = Mix(0, 0)


def count_by_zone(zones: Sequence[str], members: Iterable[Member]) -> dict[str, int]:
    """How many members each of the group's zones has, in the order of the zones."""
    counts = Counter(member.zone for member in members)
    return {zone: counts[zone] for zone in zones}


def zones_to_launch(zones: Sequence[str], members: Iterable[Member]) -> list[str]:
    """The zones, those with the fewest members first."""
    counts = count_by_zone(zones, members)
    return sorted(zones, key=lambda zone: counts[zone])


def is_unbalanced(zones: Sequence[str], members: Iterable[Member]) -> bool:
    """Whether AZRebalance would move an instance: two zones differ by more than one."""
    counts = count_by_zone(zones, members).values()
    return len(counts) > 1 and max(counts) - min(counts) > 1


def to_terminate(
    zones: Sequence[str], members: Iterable[Member], mix: Mix = ALL_ON_DEMAND
) -> Member | None:
    """The member to give up: in the fullest zone, of the surplus lifecycle, the oldest template's
    oldest instance. None if every member is protected.
    """
    everyone = list(members)
    free = [member for member in everyone if not member.protected]
    if not free:
        return None
    counts = count_by_zone(zones, everyone)
    fullest = max(counts.get(member.zone, 0) for member in free)
    there = [member for member in free if counts.get(member.zone, 0) == fullest]
    surplus = _surplus(everyone, mix)
    return min(there, key=lambda member: (member.lifecycle != surplus, *_age(member)))


def _age(member: Member) -> tuple[int, Micros, str]:
    return member.template_version, member.launched_at, member.instance_id


def _surplus(members: Sequence[Member], mix: Mix) -> Lifecycle:
    """Of which lifecycle there is one too many when one member has to go."""
    on_demand = sum(member.lifecycle == ON_DEMAND for member in members)
    return ON_DEMAND if on_demand > mix.on_demand_of(len(members) - 1) else SPOT


def lifecycle_to_launch(members: Iterable[Member], mix: Mix) -> Lifecycle:
    """Whether the next instance is On-Demand or Spot."""
    lifecycles = Counter(member.lifecycle for member in members)
    wanted = mix.on_demand_of(lifecycles.total() + 1)
    return ON_DEMAND if lifecycles[ON_DEMAND] < wanted else SPOT


def types_to_launch(
    types: Sequence[str], lifecycle: Lifecycle, spot_price: Callable[[str], Decimal]
) -> list[str]:
    """The instance types in the order in which they are tried: On-Demand as they are named
    (``prioritized``); on Spot the cheapest first (``price-capacity-optimized``, every pool that
    has something being deep).
    """
    return list(types) if lifecycle == ON_DEMAND else sorted(types, key=spot_price)
