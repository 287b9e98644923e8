"""What containers use at a moment: the seam where a model of load goes."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from minieks.engine.clock import Micros
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj

_LEAST_CPU: Final = "2m"
_LEAST_MEMORY: Final = "16Mi"
_NOTHING: Final[Mapping[str, Any]] = {}


class Usage(NamedTuple):
    """Nanocores, and bytes of working set."""

    cpu: int
    memory: int


class Demand(Protocol):
    """What the running containers of pods use; it stays the same between changes.

    The past is known for a minute at least, the future not.
    """

    def used(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        """What a container (of ``spec.containers``) of a pod uses at a moment."""

    def needed(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        """What it would use without limits: above its CPU it is slow, above its memory killed."""

    def unchanged_since(self, pod: Obj, at: Micros) -> Micros:
        """Since when the pod's containers use what they use at a moment; 0 for ever."""

    def group(self, pod: Obj) -> str:
        """Which changes concern the pod: the name that subscribers hear; empty if none ever do."""

    def twins(self, pod: Obj) -> str:
        """A name that pods share which use the same if their containers ask for the same.

        Empty if it is not known that there are others. It stays as long as the pod's object.
        """

    def members(self, group: str) -> Iterable[str]:
        """The keys ``namespace/name`` of the pods that a group's changes concern."""

    def is_moving(self, group: str) -> bool:
        """Whether metrics of a group change all the time now, as a queue does that grows."""


class HalfOfRequests:
    """Half of what a container requests, always; a little if it requests nothing."""

    def used(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        """The same at any time."""
        del pod, at
        return half_of_requests(container)

    def needed(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        """What it uses."""
        return self.used(pod, container, at)

    def unchanged_since(self, pod: Obj, at: Micros) -> Micros:
        """For ever."""
        del pod, at
        return 0

    def group(self, pod: Obj) -> str:
        """None: nothing changes."""
        del pod
        return ""

    def twins(self, pod: Obj) -> str:
        """All pods: what they use depends on their containers alone."""
        del pod
        return "all"

    def members(self, group: str) -> Iterable[str]:
        """None."""
        del group
        return ()

    def is_moving(self, group: str) -> bool:
        """Never."""
        del group
        return False


def half_of_requests(container: Mapping[str, Any]) -> Usage:
    """Half of a container's requests, in whole KiB."""
    requests = (container.get("resources") or _NOTHING).get("requests") or _NOTHING
    cpu = quantity.milli(requests.get("cpu", _LEAST_CPU)) * 1_000_000 // 2
    memory = quantity.value(requests.get("memory", _LEAST_MEMORY)) // 1024 // 2 * 1024
    return Usage(cpu, memory)
