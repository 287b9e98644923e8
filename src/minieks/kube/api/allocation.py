"""Cluster IPs and node ports of Services, given out by chance from their ranges.

Source: kubernetes pkg/registry/core/service/{ipallocator,portallocator}.
"""

from ipaddress import IPv4Network, ip_address
from itertools import chain
from random import Random

from minieks.kube.api import errors
from minieks.kube.api.fields import FieldError, invalid
from minieks.kube.words.objects import Obj

USUAL_RANGE = IPv4Network("10.100.0.0/16")
"""EKS's usual range."""
NODE_PORTS = range(30000, 32768)

_FEWEST, _MOST = 16, 256
_WITH_NODE_PORTS = ("NodePort", "LoadBalancer")


class ServiceAllocator:
    """Remembers which addresses and ports are taken in one cluster."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.range = USUAL_RANGE
        """Where cluster IPs come from."""
        self._addresses: set[str] = set()
        self._ports: set[int] = set()

    def use(self, cidr: str) -> None:
        """Give out addresses of this range from now on; what was given stays."""
        self.range = IPv4Network(cidr, strict=False)

    @property
    def first(self) -> str:
        """The address of the Service of the API itself."""
        return str(self.range[1])

    def problems(self, service: Obj) -> list[FieldError]:
        """Why a new Service cannot have the cluster IP that it asks for."""
        asked = service["spec"].get("clusterIP")
        if not asked or asked == "None" or service["spec"].get("type") == "ExternalName":
            return []
        if ip_address(asked) not in self.range:
            why = "the provided network does not match the current range"
        elif asked in self._addresses:
            why = "provided IP is already allocated"
        else:
            return []
        text = f"failed to allocate IP {asked}: {why}"
        return [invalid("spec.clusterIPs", [asked], text)]

    def allocated(self, service: Obj) -> Obj:
        """The Service with a cluster IP and node ports where its type wants them."""
        spec = service["spec"]
        if spec.get("type") == "ExternalName":
            return service
        address = spec.get("clusterIP") or self._free_address()
        if address != "None":
            self._addresses.add(address)
        given = {**spec, "clusterIP": address, "clusterIPs": [address]}
        given.setdefault("ipFamilies", ["IPv4"])
        given.setdefault("ipFamilyPolicy", "SingleStack")
        if self._wants_ports(spec):
            given["ports"] = [self._with_node_port(port) for port in spec.get("ports") or ()]
        if spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local":
            given["healthCheckNodePort"] = spec.get("healthCheckNodePort") or self._free_port()
            self._ports.add(given["healthCheckNodePort"])
        return {**service, "spec": given}

    def taken(self, service: Obj) -> None:
        """Note what a Service has that was there before."""
        spec = service["spec"]
        self._addresses.add(spec.get("clusterIP", ""))
        self._ports.update(port.get("nodePort", 0) for port in spec.get("ports") or ())

    def released(self, service: Obj) -> None:
        """Take back what a deleted Service had."""
        spec = service["spec"]
        self._addresses.discard(spec.get("clusterIP", ""))
        for port in spec.get("ports") or ():
            self._ports.discard(port.get("nodePort", 0))

    @staticmethod
    def _wants_ports(spec: Obj) -> bool:
        if spec.get("type") == "LoadBalancer":
            return spec.get("allocateLoadBalancerNodePorts", True) is not False
        return spec.get("type") in _WITH_NODE_PORTS

    def _with_node_port(self, port: Obj) -> Obj:
        number = port.get("nodePort") or self._free_port()
        self._ports.add(number)
        return {**port, "nodePort": number}

    def _free_address(self) -> str:
        """An unused address; the first ones are for Services that ask for theirs, and the rest."""
        last, kept = self.range.num_addresses - 1, max(reserved(self.range.num_addresses), 1)
        begin = self._random.randrange(kept, last)
        for number in chain(range(begin, last), range(kept, begin), range(1, kept)):
            address = str(self.range[number])
            if address not in self._addresses:
                return address
        raise errors.InternalError("failed to allocate a serviceIP: range is full")

    def _free_port(self) -> int:
        free = [port for port in NODE_PORTS if port not in self._ports]
        return self._random.choice(free)


def reserved(size: int) -> int:
    """How many addresses of a range are given out last: a sixteenth, 16 at least and 256 at most.

    Of a range with no more than 16 there are none. Source: ipallocator, calculateRangeOffset.
    """
    return 0 if size <= _FEWEST else min(max(_FEWEST, size // 16), _MOST)
