"""How many nodes a group has, as eksctl fills in what is not said.

eksctl pkg/apis/eksctl.io/v1alpha5/validation.go (ValidateManagedNodeGroup) and
pkg/cfn/builder/nodegroup.go: the same rule for both kinds of group.
"""

from typing import NamedTuple

from minieks.scenario.readers.eksctl.reading import Group

_DEFAULT_NODES = 2
_MOST_NODES = 450  # Amazon EKS service quotas, nodes per managed node group (adjustable)


class Sizes(NamedTuple):
    """Sizes of an Auto Scaling group."""

    minimum: int
    maximum: int
    desired: int


def read_sizes(group: Group) -> Sizes:
    """The group's sizes; UserError if they contradict each other."""
    for field in ("minSize", "maxSize", "desiredCapacity"):
        if group.fields.get(field, 0) < 0:
            raise group.error(field, "cannot be negative", "use 0 or more")
    minimum, maximum, desired = (
        group.fields.get(field) for field in ("minSize", "maxSize", "desiredCapacity")
    )
    sizes = fill_in(minimum, maximum, desired, managed=group.managed)
    _check(group, sizes)
    return sizes


def fill_in(
    minimum: int | None, maximum: int | None, desired: int | None, *, managed: bool
) -> Sizes:
    """What is not said: all two, or what desired says; desired itself is the minimum."""
    low = minimum if minimum is not None else _DEFAULT_NODES if desired is None else desired
    high = maximum if maximum is not None else low if desired is None else desired
    if managed and maximum is None:
        high = max(high, 1)  # EKS takes no managed group with maxSize 0
    return Sizes(low, high, low if desired is None else desired)


def _check(group: Group, sizes: Sizes) -> None:
    given = group.fields
    if sizes.minimum > sizes.maximum and ("maxSize" in given or "desiredCapacity" not in given):
        raise group.error(
            "minSize" if "minSize" in given else "maxSize",
            f"minSize {sizes.minimum} is greater than maxSize {sizes.maximum}",
            "raise maxSize or lower minSize"
            + ("" if "minSize" in given else f"; minSize is {sizes.minimum} if not set"),
        )
    if not sizes.minimum <= sizes.desired <= sizes.maximum:
        raise group.error(
            "desiredCapacity",
            f"{sizes.desired} is outside minSize {sizes.minimum} to maxSize "
            f"{max(sizes.minimum, sizes.maximum)}",
            "choose a number between them",
        )
    if group.managed and sizes.maximum < 1:
        raise group.error("maxSize", "must be at least 1 in a managed group", "set maxSize: 1")
    if group.managed and sizes.maximum > _MOST_NODES:
        group.warn(
            "maxSize",
            f"{sizes.maximum} is above the quota of {_MOST_NODES} nodes in a managed group",
            "AWS raises it on request",
        )
