"""Addresses for pods, given out in a fixed order so that a run can be repeated.

A node with ``spec.podCIDR`` gives from that. A node for one pod (capacity of one pod) shares its
own address with it. Every other node gives from the upper quarter of its network, the 64 × 256
addresses behind ``a.b.192.0`` where ``a.b`` begins its own address: nodes and pods of one network
then never get the same address, as long as the machines' own are below.
"""

from collections import deque
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_network

from minieks.kube.words.objects import Obj

_FALLBACK = "10.0"


def internal_ip(node: Obj) -> str:
    """The node's InternalIP; empty while it has none."""
    for address in (node.get("status") or {}).get("addresses") or ():
        if address.get("type") == "InternalIP":
            return str(address["address"])
    return ""


@dataclass(slots=True)
class _Range:
    """Addresses from ``first`` to ``last``: fresh ones in order, then those that came back."""

    first: int
    last: int
    given: int = 0
    back: deque[int] = field(default_factory=deque)

    def take(self) -> str:
        """The next address; when all are in use they are given out again from the first on."""
        size = self.last - self.first + 1
        if self.given >= size and self.back:
            return str(IPv4Address(self.back.popleft()))
        self.given += 1
        return str(IPv4Address(self.first + (self.given - 1) % size))

    def keep(self, address: int) -> None:
        """Count an address, and those before it, as given."""
        if self.first <= address <= self.last:
            self.given = max(self.given, address - self.first + 1)


class PodAddresses:
    """The addresses of all pods of a cluster."""

    def __init__(self) -> None:
        self._ranges: dict[str, _Range] = {}

    def take(self, node: Obj) -> str:
        """An address for a pod on this node."""
        own = internal_ip(node)
        if own and (node.get("status") or {}).get("capacity", {}).get("pods") == "1":
            return own
        return self._range(_network(node, own)).take()

    def keep(self, node: Obj, address: str) -> str:
        """The address that a pod on this node has already; a new one if it has none."""
        if not address:
            return self.take(node)
        if address != internal_ip(node):
            self._range(_network(node, internal_ip(node))).keep(int(IPv4Address(address)))
        return address

    def give_back(self, node: Obj, address: str) -> None:
        """The pod is gone; its address may be used again, after all others."""
        own = internal_ip(node)
        found = self._ranges.get(_network(node, own))
        if found is not None and address and address != own:
            found.back.append(int(IPv4Address(address)))

    def _range(self, network: str) -> _Range:
        found = self._ranges.get(network)
        if found is None:
            whole = ip_network(network)
            first, last = int(whole.network_address), int(whole.broadcast_address)
            found = self._ranges[network] = _Range(first + 1, last - 1)
        return found


def _network(node: Obj, own: str) -> str:
    cidr = (node.get("spec") or {}).get("podCIDR")
    if cidr and ":" not in cidr:
        return str(cidr)
    head = ".".join(own.split(".")[:2]) if own.count(".") == 3 else _FALLBACK
    return f"{head}.192.0/18"
