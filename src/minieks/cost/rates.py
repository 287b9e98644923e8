"""Which price applies to which use in one region, and what AWS calls it in a bill."""

from collections.abc import Callable
from dataclasses import dataclass

from minieks.cost.usage import InstanceUsage
from minieks.data.instance_types import find
from minieks.data.prices import HOURS_PER_MONTH, Price, PriceList
from minieks.data.regions import find_region
from minieks.engine.errors import UserError

HOUR_SECONDS = 3600
MONTH_SECONDS = int(HOURS_PER_MONTH) * HOUR_SECONDS

EKS = "Amazon EKS"
FARGATE = "AWS Fargate"
EC2 = "Amazon EC2"
EBS = "Amazon EBS"
SERVICES = (EKS, FARGATE, EC2, EBS)
"""The services of a bill, in the order in which it lists them."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One kind of bill line: a usage type as AWS writes it, its unit and its price.

    ``unit_seconds`` is how long one thing has to run for one unit: an hour, or a month of 730.
    """

    service: str
    usage_type: str
    description: str
    unit: str
    unit_seconds: int
    price: Price


# Item of the price list -> service, usage type, description, unit. Usage types: AmazonEKS price
# list; units: Cost and Usage Report.
_HOURLY = {
    "eks_cluster_hour": (EKS, "AmazonEKS-Hours:perCluster", "EKS control plane", "Hours"),
    "eks_extended_support_hour": (
        EKS,
        "AmazonEKS-Hours:extendedSupport",
        "EKS extended support",
        "Hours",
    ),
    "fargate_vcpu_hour": (
        FARGATE,
        "Fargate-vCPU-Hours:perCPU",
        "Fargate vCPU",
        "vCPU-Hours",
    ),
    "fargate_gb_hour": (FARGATE, "Fargate-GB-Hours", "Fargate memory", "GB-Hours"),
    "fargate_ephemeral_gb_hour": (
        FARGATE,
        "Fargate-EphemeralStorage-GB-Hours",
        "Fargate ephemeral storage",
        "GB-Hours",
    ),
}

# Item of the price list -> usage type, description, unit. Usage types: AmazonEC2 price list.
_MONTHLY = {
    "ebs_gb_month": ("EBS:VolumeUsage", "storage", "GB-Mo"),
    "ebs_iops_month": ("EBS:VolumeP-IOPS", "IOPS", "IOPS-Mo"),
    "ebs_throughput_mibps_month": ("EBS:VolumeP-Throughput", "throughput", "MiBps-Mo"),
}


@dataclass(frozen=True, slots=True)
class _VolumeType:
    """How usage types end for a volume type, and what its size includes."""

    ending: str
    sells_iops: bool = False
    sells_throughput: bool = False
    free_iops: int = 0
    free_throughput: int = 0


# Amazon EBS pricing page and the AmazonEC2 price list.
_VOLUME_TYPES = {
    "gp3": _VolumeType(".gp3", True, True, free_iops=3000, free_throughput=125),
    "gp2": _VolumeType(".gp2"),
    "io1": _VolumeType(".piops", sells_iops=True),
    "io2": _VolumeType(".io2", sells_iops=True),
    "st1": _VolumeType(".st1"),
    "sc1": _VolumeType(".sc1"),
    "standard": _VolumeType(""),
}


class Rates:
    """The rates of one region; each is looked up once."""

    def __init__(self, prices: PriceList, region: str) -> None:
        self._prices = prices
        self._region = region
        self._prefix = f"{find_region(region).usage_prefix}-"
        # EC2 and EBS leave the prefix out in us-east-1; EKS and Fargate keep it.
        self._ec2_prefix = "" if region == "us-east-1" else self._prefix
        self._known: dict[tuple[str, ...], Rate] = {}

    def hourly(self, item: str) -> Rate:
        """An EKS or Fargate item of the price list, such as ``fargate_vcpu_hour``."""
        return self._once((item,), lambda: self._hourly(item))

    def instance(self, usage: InstanceUsage) -> Rate:
        """An EC2 instance of that type, purchase option and operating system."""
        key = (usage.instance_type, usage.purchase, "Windows" if usage.windows else "Linux")
        return self._once(key, lambda: self._instance(usage, ", ".join(key)))

    def volume(self, item: str, volume_type: str) -> Rate:
        """An EBS item, such as ``ebs_gb_month``, of a volume type; UserError if there is none."""
        return self._once((item, volume_type), lambda: self._volume(item, volume_type))

    def _once(self, key: tuple[str, ...], make: Callable[[], Rate]) -> Rate:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def _hourly(self, item: str) -> Rate:
        service, usage_type, description, unit = _HOURLY[item]
        price = self._prices.of(item, self._region)
        name = self._prefix + usage_type
        return Rate(service, name, description, unit, HOUR_SECONDS, price)

    def _instance(self, usage: InstanceUsage, description: str) -> Rate:
        box = "SpotUsage" if usage.purchase == "spot" else "BoxUsage"
        name = f"{self._ec2_prefix}{box}:{usage.instance_type}"
        return Rate(EC2, name, description, "Hrs", HOUR_SECONDS, self._instance_price(usage))

    def _instance_price(self, usage: InstanceUsage) -> Price:
        is_spot = usage.purchase == "spot"
        look_up = self._prices.spot_hour if is_spot else self._prices.instance_hour
        price = look_up(self._region, usage.instance_type)
        if not usage.windows:
            return price
        license_ = self._prices.windows_license_vcpu_hour(self._region)
        amount = price.amount + find(usage.instance_type).vcpu * license_.amount
        return Price(amount, True, f"{price.source}; plus Windows licence, {license_.source}")

    def _volume(self, item: str, volume_type: str) -> Rate:
        usage_type, description, unit = _MONTHLY[item]
        name = self._ec2_prefix + usage_type + _volume_type(volume_type).ending
        price = self._prices.of(f"{item}.{volume_type}", self._region)
        return Rate(EBS, name, f"{volume_type} {description}", unit, MONTH_SECONDS, price)


def _volume_type(name: str) -> _VolumeType:
    if name not in _VOLUME_TYPES:
        hint = f"use one of {', '.join(_VOLUME_TYPES)}"
        raise UserError(f"there is no EBS volume type {name!r}", hint=hint)
    return _VOLUME_TYPES[name]


def paid_iops(volume_type: str, iops: int) -> int:
    """Provisioned IOPS above those that a volume of this type has without charge."""
    found = _volume_type(volume_type)
    return max(0, iops - found.free_iops) if found.sells_iops else 0


def paid_throughput(volume_type: str, mibps: int) -> int:
    """Provisioned MiB/s above those that a volume of this type has without charge."""
    found = _volume_type(volume_type)
    return max(0, mibps - found.free_throughput) if found.sells_throughput else 0
