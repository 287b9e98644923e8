"""Subnets as the AWS side keeps them, and the private addresses that machines get in them.

Source: Amazon VPC user guide, "Subnet CIDR blocks": the first four addresses and the last one of a
subnet are AWS' own. Which free address a machine gets is not documented; here it is any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from random import Random

from minieks.data.regions import find_region
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj

COLLECTION = "subnets.ec2"
MACHINES = ("instances.ec2", "microvms.fargate")
"""Collections whose records hold a ``privateIpAddress``."""

_FIRST, _LAST = 4, 1
_TRIES = 64


@dataclass(frozen=True, slots=True)
class Subnet:
    """One subnet: its id, zone and IPv4 range; without ``egress`` no image can be pulled in it."""

    id: str
    zone: str
    cidr: str
    public: bool = False
    egress: bool = True


def from_object(obj: Obj) -> Subnet:
    """The subnet that a record describes."""
    return Subnet(
        id=obj["subnetId"],
        zone=obj["availabilityZone"],
        cidr=obj["cidrBlock"],
        public=bool(obj.get("public")),
        egress=bool(obj.get("egress", True)),
    )


class Addresses:
    """Who has which private address in one world's subnets."""

    def __init__(self, aws: Store) -> None:
        self._aws = aws
        for collection in MACHINES:
            aws.add_index(collection, "address", _address_of)

    def free(self, subnet: Subnet, chance: Random) -> str | None:
        """An address of the subnet that no machine has; None if it is full."""
        return free_address(subnet.cidr, self.is_taken, chance)

    def is_taken(self, address: str) -> bool:
        """Whether a machine has the address."""
        return any(self._aws.lookup(collection, "address", address) for collection in MACHINES)


def _address_of(record: Obj) -> list[str]:
    address = record.get("privateIpAddress")
    return [address] if address and record.get("state") != "terminated" else []


def free_address(cidr: str, is_taken: Callable[[str], bool], chance: Random) -> str | None:
    """Any free address of a range, drawn by chance; None if there is none."""
    first, count = _range(cidr)
    for _ in range(_TRIES):
        found = str(IPv4Address(first + chance.randrange(count)))
        if not is_taken(found):
            return found
    ordered = (str(IPv4Address(first + index)) for index in range(count))
    return next((one for one in ordered if not is_taken(one)), None)


@lru_cache(maxsize=256)
def _range(cidr: str) -> tuple[int, int]:
    """The first address that a machine may get, and how many there are."""
    network = IPv4Network(cidr)
    return int(network.network_address) + _FIRST, network.num_addresses - _FIRST - _LAST


def private_dns_name(address: str, region: str) -> str:
    """The private DNS name of an address, such as ``ip-10-0-0-5.ec2.internal``."""
    return f"ip-{address.replace('.', '-')}.{find_region(region).private_dns_suffix}"
