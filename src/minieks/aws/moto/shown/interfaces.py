"""The network interfaces of pods on Fargate, as ``ec2:DescribeNetworkInterfaces`` shows them."""

from typing import Any, Final

from minieks.aws.moto.shown import network
from minieks.eks.fargate.microvm import COLLECTION as MICROVMS
from minieks.eks.nodegroups.world import World
from minieks.kube.words.objects import Obj

_POD: Final = "pod_of_node_groups"
"""The attribute in which an interface of moto has its pod, and the node groups beside it."""


class Interfaces:
    """One interface for each pod's machine, as long as that is there."""

    def __init__(self, ec2: Any, world: World) -> None:
        self._ec2 = ec2
        self._world = world
        self._shown: dict[str, Any] = {} if ec2 is None else self._found()

    def _found(self) -> dict[str, Any]:
        """Those that were shown before."""
        places = ((getattr(one, _POD, None), one) for one in self._ec2.enis.values())
        return {of[0]: one for of, one in places if of is not None and of[1] is self._world}

    def pods(self) -> list[str]:
        """The pods whose interfaces are there."""
        return list(self._shown)

    def show(self, pod: str) -> None:
        """Bring what EC2 shows for a pod up to what it has."""
        record = self._world.aws.get(MICROVMS, pod)
        shown = self._shown.get(pod)
        if shown is not None and (record is None or shown.private_ip_address != _address(record)):
            self._remove(pod)
        if record is not None and pod not in self._shown:
            self._shown[pod] = self._make(pod, record)

    def _make(self, pod: str, record: Obj) -> Any:
        groups = network.security_groups(self._ec2, self._world)
        made = self._ec2.create_network_interface(
            self._ec2.get_subnet(record["subnetId"]),
            _address(record),
            group_ids=[one.id for one in groups],
        )
        made.status, made.requester_managed = "in-use", True
        setattr(made, _POD, (pod, self._world))
        return made

    def _remove(self, pod: str) -> None:
        self._ec2.enis.pop(self._shown.pop(pod).id, None)

    def vanish(self) -> None:
        """No pod is left."""
        for pod in list(self._shown):
            self._remove(pod)


def _address(record: Obj) -> str:
    return str(record["privateIpAddress"])
