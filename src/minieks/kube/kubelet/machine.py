"""What the kubelet keeps for each node: its images, and what the pods that it took hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from minieks.engine.clock import Micros
from minieks.kube.kinds import pods
from minieks.kube.kinds.pods import Amounts, HostPort
from minieks.kube.kubelet.admission import Usage
from minieks.kube.words.objects import Obj


@dataclass(slots=True)
class Machine:
    """One node's machine, from its registration until its Node object goes."""

    images: dict[str, Micros] = field(default_factory=dict)
    _held: dict[str, tuple[Amounts, tuple[HostPort, ...]]] = field(default_factory=dict)
    _total: Amounts = field(default_factory=dict)

    def usage(self) -> Usage:
        """What is held now."""
        ports = (port for _, taken in self._held.values() for port in taken)
        return Usage(self._total, len(self._held), ports)

    def usage_without(self, uid: str) -> Usage:
        """What the other pods hold."""
        own = self._held.get(uid, ({}, ()))[0]
        rest = {name: amount - own.get(name, 0) for name, amount in self._total.items()}
        others = [held for key, held in self._held.items() if key != uid]
        return Usage(rest, len(others), (port for _, taken in others for port in taken))

    def take(self, uid: str, pod: Obj, requested: Amounts) -> None:
        """Count a pod that the node accepted, or accepted anew."""
        self.release(uid)
        self._held[uid] = (requested, tuple(pods.host_ports(pod)))
        self._add(requested, 1)

    def release(self, uid: str) -> None:
        """Count the pod no more; nothing happens if it was not counted."""
        held = self._held.pop(uid, None)
        if held is not None:
            self._add(held[0], -1)

    def _add(self, amounts: Mapping[str, int], sign: int) -> None:
        for name, amount in amounts.items():
            self._total[name] = self._total.get(name, 0) + sign * amount
