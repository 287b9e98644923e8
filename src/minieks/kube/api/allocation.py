"""Cluster IPs and node ports of Services, given out by chance from their ranges.

Source: kubernetes pkg/registry/core/service/{ipallocator,portallocator}; the range is EKS's
default 10.100.0.0/16.
"""

from ipaddress import IPv4Network, ip_address
from random import Random

from minieks.kube.api.fields import FieldError, invalid
from minieks.kube.words.objects import Obj

SERVICE_RANGE = IPv4Network("10.100.0.0/16")
NODE_PORTS = range(30000, 32768)

_WITH_NODE_PORTS = ("NodePort", "LoadBalancer")


class ServiceAllocator:
    """Remembers which addresses and ports are taken in one cluster."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._addresses: set[str] = set()
        self._ports: set[int] = set()

    def problems(self, service: Obj) -> list[FieldError]:
        """Why a new Service cannot have the cluster IP that it asks for."""
        asked = service["spec"].get("clusterIP")
        if not asked or asked == "None" or service["spec"].get("type") == "ExternalName":
            return []
        if ip_address(asked) not in SERVICE_RANGE:
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
        """An unused address; the first 256 are left for Services that ask for theirs."""
        size = SERVICE_RANGE.num_addresses
        while True:
            address = str(SERVICE_RANGE[self._random.randrange(256, size - 1)])
            if address not in self._addresses:
                return address

    def _free_port(self) -> int:
        free = [port for port in NODE_PORTS if port not in self._ports]
        return self._random.choice(free)
