"""What a Node says, in values: resources, taints, conditions, where it stands."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.kube.words import objects, quantity
from minieks.kube.words.objects import Obj

HOSTNAME: Final = "kubernetes.io/hostname"
ZONE: Final = "topology.kubernetes.io/zone"
REGION: Final = "topology.kubernetes.io/region"
ZONE_OLD: Final = "failure-domain.beta.kubernetes.io/zone"
REGION_OLD: Final = "failure-domain.beta.kubernetes.io/region"

_NOTHING: Final[Mapping[str, Any]] = {}


def amounts(resources: Mapping[str, Any] | None) -> dict[str, int]:
    """A resource list in numbers: cpu in thousandths, everything else in whole units."""
    return {
        name: quantity.milli(text) if name == "cpu" else quantity.value(text)
        for name, text in (resources or _NOTHING).items()
    }


def capacity(node: Obj) -> dict[str, int]:
    """What the machine has: cpu in millicores, other resources in units."""
    return amounts((node.get("status") or _NOTHING).get("capacity"))


def allocatable(node: Obj) -> dict[str, int]:
    """What pods may use: cpu in millicores, other resources in units; capacity if not given."""
    status = node.get("status") or _NOTHING
    return amounts(status.get("allocatable") or status.get("capacity"))


def taints(node: Obj) -> Sequence[Mapping[str, Any]]:
    """The taints in their order."""
    return (node.get("spec") or _NOTHING).get("taints") or ()


def is_unschedulable(node: Obj) -> bool:
    """Whether the node is cordoned."""
    return bool((node.get("spec") or _NOTHING).get("unschedulable"))


def condition(node: Obj, type_: str) -> Mapping[str, Any] | None:
    """The condition of that type, if there is one."""
    for item in (node.get("status") or _NOTHING).get("conditions") or ():
        if item.get("type") == type_:
            return item  # type: ignore[no-any-return]  # JSON
    return None


def is_ready(node: Obj) -> bool:
    """Whether the condition Ready is True."""
    for item in (node.get("status") or _NOTHING).get("conditions") or ():
        if item.get("type") == "Ready":
            return bool(item.get("status") == "True")
    return False


def zone(node: Obj) -> str:
    """The zone label, in its present or its former spelling; empty without."""
    labels = objects.labels(node)
    return labels.get(ZONE) or labels.get(ZONE_OLD) or ""


def region(node: Obj) -> str:
    """The region label, in its present or its former spelling; empty without."""
    labels = objects.labels(node)
    return labels.get(REGION) or labels.get(REGION_OLD) or ""


def provider_id(node: Obj) -> str:
    """The cloud's name of the machine; empty before it is known."""
    return str((node.get("spec") or _NOTHING).get("providerID") or "")
