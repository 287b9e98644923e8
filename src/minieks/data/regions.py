"""AWS regions: their zones, names and how their usage is called in a bill."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count

from minieks.data.files import read_rows
from minieks.data.nearest import did_you_mean
from minieks.engine.errors import UserError

_COMPASS: Mapping[str, str] = {
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "central": "c",
    "gov": "g",
}
_WITHOUT_EKS: Mapping[str, int] = {
    "us-east-1": 3,
    "us-west-1": 2,
    "ca-central-1": 3,
    "ap-northeast-1": 3,
}
"""The number of the zone ID that takes no cluster (Amazon EKS user guide, network requirements)."""


@dataclass(frozen=True, slots=True)
class Region:
    """One region. ``zones`` and ``other_zones`` are full names, such as ``us-east-1a``.

    ``zones`` take an EKS cluster. ``other_zones`` are names that some accounts have but in which
    EKS refuses a cluster's subnets (UnsupportedAvailabilityZoneException).
    """

    name: str
    display_name: str
    usage_prefix: str
    zones: tuple[str, ...]
    other_zones: tuple[str, ...]
    has_fargate: bool

    @property
    def private_dns_suffix(self) -> str:
        """What follows ``ip-10-0-0-1.`` in a private DNS name (source: Amazon VPC user guide)."""
        return "ec2.internal" if self.name == "us-east-1" else f"{self.name}.compute.internal"

    @property
    def partition(self) -> str:
        """The first part of an ARN after ``arn:``."""
        if self.name.startswith("us-gov-"):
            return "aws-us-gov"
        return "aws-cn" if self.name.startswith("cn-") else "aws"

    def zone_id(self, zone: str) -> str:
        """An ID such as ``use1-az1`` for one of the region's zones.

        Which ID a name stands for differs between accounts: here they follow one another, and the
        one that EKS does not take belongs to a zone that it does not take.
        """
        geography, *rest, number = self.name.split("-")
        words = "".join(rest)
        for word, letter in _COMPASS.items():
            words = words.replace(word, letter)
        return f"{geography}{words}{number}-az{self._zone_numbers()[zone]}"

    def _zone_numbers(self) -> dict[str, int]:
        closed = _WITHOUT_EKS.get(self.name)
        free = (number for number in count(1) if number != closed)
        numbers = dict(zip(self.zones, free, strict=False))
        left = (number for number in (closed, *range(1, 10)) if number not in numbers.values())
        return numbers | dict(zip(self.other_zones, filter(None, left), strict=False))

    def has_zone(self, zone: str) -> bool:
        """Whether some account sees a zone of this name here."""
        return zone in self.zones or zone in self.other_zones


def _region(row: dict[str, str]) -> Region:
    name = row["region"]
    return Region(
        name=name,
        display_name=row["name"],
        usage_prefix=row["prefix"],
        zones=tuple(name + suffix for suffix in row["zones"]),
        other_zones=tuple(name + suffix for suffix in row["other_zones"]),
        has_fargate=row["fargate"] == "yes",
    )


@cache
def _by_name() -> dict[str, Region]:
    return {row["region"]: _region(row) for row in read_rows("regions.csv")}


def all_regions() -> tuple[Region, ...]:
    """Every region that offers EKS."""
    return tuple(_by_name().values())


def find_region(name: str) -> Region:
    """The region called ``name``; UserError with the nearest names if there is none."""
    known = _by_name()
    if name in known:
        return known[name]
    hint = did_you_mean(name, known, "a region looks like us-east-1")
    raise UserError(f"there is no AWS region {name!r} with EKS", hint=hint)


def zones(region: str) -> tuple[str, ...]:
    """The zones of a region that take an EKS cluster, in order; UserError for an unknown region."""
    return find_region(region).zones
