"""An EC2 instance of a node group, as moto shows it; what is done to it is done to the cluster.

Source: Amazon EC2 API reference, Instance, InstanceState.
"""

from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime
from typing import Any, Final

from moto.ec2.models.instances import Instance, InstanceState, Reservation, StateReason
from moto.ec2.utils import random_reservation_id

from minieks.aws.moto.shown import network
from minieks.eks.nodegroups import orders
from minieks.eks.nodegroups.world import World
from minieks.engine.clock import SECOND, Micros
from minieks.kube.words.objects import Obj

CODES: Final = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48}
"""The codes of the states that an instance of a node group has."""
ROOT: Final = "/dev/xvda"
_GONE: Final = StateReason("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown")


class Machine(Instance):  # type: ignore[misc]  # moto has no types
    """One instance; ``group`` is moto's own Auto Scaling group of it."""

    def __init__(self, ec2: Any, world: World, record: Obj, group: Any) -> None:
        self._record = record
        super().__init__(
            ec2,
            record["imageId"],
            None,
            network.security_groups(ec2, world),
            subnet_id=record["subnetId"],
            private_ip=record["privateIpAddress"],
            instance_type=record["instanceType"],
            region_name=world.region,
            lifecycle="spot" if record["lifecycle"] == "spot" else None,
        )
        self._world = world
        self.id = record["instanceId"]
        self.autoscaling_group = group
        self.architecture = "arm64" if record["architecture"] == "arm64" else "x86_64"
        self.platform = "windows" if record["platform"] == "windows" else None
        self.virtualization_type = "hvm"
        self.root_device_name = ROOT
        self.launch_time = _moment(record["launchedAt"])
        self._join(group)

    def _join(self, group: Any) -> None:
        """Be found by EC2, with a root volume and tags."""
        reservation = Reservation(random_reservation_id(), self.owner_id)
        reservation.instances.append(self)
        self.ec2_backend.reservations[reservation.id] = reservation
        self._reservation = reservation.id
        root = self._record["rootVolume"]
        self.add_block_device(root["sizeGiB"], ROOT, None, False, True, None, root["type"])
        if group is not None:
            self.add_tags(group.tags_of_instances(self._record["launchTemplateVersion"]))

    def prep_nics(self, nic_spec: Any, private_ip: str | None = None, **_: Any) -> None:
        """Have the one interface that the cluster knows of, with the address that it gave."""
        self.nics: dict[int, Any] = {}
        groups = [one.id for one in self.security_groups]
        made = self.ec2_backend.create_network_interface(
            self.ec2_backend.get_subnet(self._record["subnetId"]),
            private_ip,
            group_ids=groups,
            delete_on_termination=True,
        )
        self.attach_eni(made, 0)

    @property
    def private_dns_name(self) -> str:
        """The name that is the node's."""
        return str(self._record["privateDnsName"])

    def show(self, record: Obj) -> None:
        """Be what the record says."""
        was, self._record = self.state, record
        self._state = InstanceState(record["state"], CODES[record["state"]])
        if record["state"] in ("shutting-down", "terminated"):
            self.state_reason = _GONE
        if record["state"] == "terminated" and was != "terminated":
            self._release()

    @property
    def world(self) -> World:
        """The node groups that it is of."""
        return self._world

    @property
    def record(self) -> Obj:
        """What the cluster last said of it."""
        return self._record

    def _release(self) -> None:
        """Give back what ends with an instance: its volume and its address."""
        self.teardown_defaults()
        for interface in self.nics.values():
            self.ec2_backend.enis.pop(interface.id, None)

    def vanish(self) -> None:
        """Be forgotten by EC2."""
        if self.state != "terminated":
            self._release()
        self.ec2_backend.reservations.pop(self._reservation, None)
        self.ec2_backend.tags.pop(self.id, None)

    def terminate(self) -> InstanceState:
        """TerminateInstances: returns the state before."""
        before = copy(self._state)
        orders.terminate(self._world, self.id)
        return before


def machines_in(ec2: Any) -> Iterator[Machine]:
    """The instances of node groups that EC2 shows."""
    for reservation in list(ec2.reservations.values()):
        yield from (one for one in reservation.instances if isinstance(one, Machine))


def _moment(at: Micros) -> datetime:
    """As moto has moments: of UTC, without saying so."""
    return datetime.fromtimestamp(at / SECOND, UTC).replace(tzinfo=None)
