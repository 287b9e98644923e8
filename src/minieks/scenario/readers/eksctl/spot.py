"""How a group mixes Spot with On-Demand.

Checks and words as in eksctl pkg/apis/eksctl.io/v1alpha5/validation.go
(validateInstancesDistribution); defaults are those of Auto Scaling's InstancesDistribution.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from minieks.eks.spec import Distribution
from minieks.scenario.readers.eksctl.reading import Group

_STRATEGIES = (
    "lowest-price",
    "diversified",
    "capacity-optimized",
    "capacity-optimized-prioritized",
    "price-capacity-optimized",
)
_FIELD = "instancesDistribution"


def read_distribution(group: Group) -> Distribution | None:
    """The mix of a self-managed group; None if it is On-Demand throughout."""
    given = group.fields.get(_FIELD)
    if given is None:
        return None
    _check(group, given)
    price = given.get("maxPrice")
    return Distribution(
        on_demand_base=given.get("onDemandBaseCapacity", 0),
        on_demand_percent_above_base=given.get("onDemandPercentageAboveBaseCapacity", 100),
        spot_pools=given.get("spotInstancePools"),
        spot_allocation_strategy=given.get("spotAllocationStrategy", ""),
        max_price=None if price is None else Decimal(str(price)),
        capacity_rebalance=given.get("capacityRebalance", False),
    )


def _check(group: Group, given: Mapping[str, Any]) -> None:
    _range(group, given, "onDemandBaseCapacity", 0, None)
    _range(group, given, "onDemandPercentageAboveBaseCapacity", 0, 100)
    _range(group, given, "spotInstancePools", 1, 20)
    if given.get("maxPrice", 1) <= 0:
        raise group.error(
            f"{_FIELD}.maxPrice", "is not above zero", "leave it out to pay at most On-Demand"
        )
    strategy = given.get("spotAllocationStrategy")
    if strategy is None:
        return
    path = (*group.path, _FIELD, "spotAllocationStrategy")
    group.reading.one_of(path, strategy, _STRATEGIES)
    if "spotInstancePools" in given and strategy.startswith("capacity-optimized"):
        raise group.error(
            f"{_FIELD}.spotInstancePools",
            f"cannot be specified when also specifying spotAllocationStrategy: {strategy}",
            "remove spotInstancePools",
        )


def _range(
    group: Group, given: Mapping[str, Any], field: str, lowest: int, highest: int | None
) -> None:
    value = given.get(field, lowest)
    if value < lowest or (highest is not None and value > highest):
        wanted = f"{lowest} or more" if highest is None else f"between {lowest} and {highest}"
        raise group.error(f"{_FIELD}.{field}", f"{value}: should be {wanted}", "correct it")
