"""What a VerticalPodAutoscaler's resourcePolicy says of each container.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/utils/vpa/{api,capping}.go.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from minieks.autoscale.vpa.amounts import RESOURCES, Amounts
from minieks.kube.words import quantity

ALL: Final = "*"
"""The name of the policy of containers that have none of their own."""


@dataclass(frozen=True, slots=True)
class ContainerPolicy:
    """The policy of one container: what is recommended, and between which bounds."""

    container: str = ALL
    is_off: bool = False
    controlled_resources: tuple[str, ...] = RESOURCES
    requests_only: bool = False
    """Whether limits are left as they are (controlledValues RequestsOnly)."""
    min_allowed: Amounts = field(default_factory=dict)
    max_allowed: Amounts = field(default_factory=dict)

    def capped(self, amounts: Amounts) -> Amounts:
        """The amounts raised to the minimum, then lowered to the maximum; a bound of 0 is none."""
        return {
            resource: self._capped(resource, amount)
            for resource, amount in amounts.items()
            if resource in self.controlled_resources
        }

    def _capped(self, resource: str, amount: int) -> int:
        raised = max(amount, self.min_allowed.get(resource, 0))
        return min(raised, self.max_allowed.get(resource) or raised)

    def controlled(self, amounts: Amounts) -> Amounts:
        """The amounts of the resources that are recommended for this container."""
        return {one: amounts[one] for one in amounts if one in self.controlled_resources}


_DEFAULT: Final = ContainerPolicy()


def policy_of(policies: Iterable[ContainerPolicy], container: str) -> ContainerPolicy:
    """The container's own policy, else the one for all, else none in particular."""
    found = _DEFAULT
    for policy in policies:
        if policy.container == container:
            return policy
        if policy.container == ALL:
            found = policy
    return found


def container_policies(vpa: Mapping[str, Any]) -> tuple[ContainerPolicy, ...]:
    """The policies in a VerticalPodAutoscaler object; InvalidQuantity if a bound is none."""
    stated = (vpa["spec"].get("resourcePolicy") or {}).get("containerPolicies") or ()
    return tuple(_read(one) for one in stated)


def _read(stated: Mapping[str, Any]) -> ContainerPolicy:
    controlled = stated.get("controlledResources")
    return ContainerPolicy(
        container=stated.get("containerName", ""),
        is_off=stated.get("mode") == "Off",
        controlled_resources=RESOURCES if controlled is None else tuple(controlled),
        requests_only=stated.get("controlledValues") == "RequestsOnly",
        min_allowed=amounts_of(stated.get("minAllowed")),
        max_allowed=amounts_of(stated.get("maxAllowed")),
    )


def amounts_of(quantities: Mapping[str, Any] | None) -> Amounts:
    """Quantities of cpu and memory as whole millicores and bytes; others are left out."""
    read = {"cpu": quantity.milli, "memory": quantity.value}
    return {one: read[one](text) for one, text in (quantities or {}).items() if one in read}
