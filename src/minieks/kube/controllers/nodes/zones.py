"""How fast the nodes of a zone may be tainted for eviction, by how many of them are not ready.

Source: kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go (ComputeZoneState,
handleDisruption) and its default flags.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

ZoneState: TypeAlias = Literal["Normal", "PartialDisruption", "FullDisruption"]

RATE: Final = 0.1
SLOW_RATE: Final = 0.01
_LARGE: Final = 50
_UNHEALTHY: Final = 0.55


def zone_state(ready: int, not_ready: int) -> ZoneState:
    """The state of a zone with so many nodes."""
    if ready == 0 and not_ready > 0:
        return "FullDisruption"
    if not_ready > 2 and not_ready / (ready + not_ready) >= _UNHEALTHY:
        return "PartialDisruption"
    return "Normal"


def rate(state: ZoneState, size: int, all_states: Iterable[ZoneState]) -> float:
    """Nodes per second that may be tainted; 0 for none.

    When every zone is fully disrupted it is more likely our view that is broken: none is tainted.
    """
    if all(one == "FullDisruption" for one in all_states):
        return 0.0
    if state == "PartialDisruption":
        return SLOW_RATE if size > _LARGE else 0.0
    return RATE


def rates(zones: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """The rate of each zone, from how many of its nodes are ready and not."""
    states = {zone: zone_state(*counts) for zone, counts in zones.items()}
    return {
        zone: rate(states[zone], sum(counts), states.values()) for zone, counts in zones.items()
    }
