"""What AWS cannot or will not give for a while: zones that fail, capacity errors, quotas.

Sources: Amazon EC2 user guide, "Troubleshoot instance launch issues" and "Amazon EC2 instance type
quotas"; activities of Auto Scaling groups in public issues; re:Post on Fargate's capacity.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from minieks.engine.store import Store
from minieks.kube.words.objects import Obj

COLLECTION: Final = "shortages.ec2"
"""Records of what cannot be launched, while that is so."""
QUOTAS: Final = "quotas.ec2"
"""How many vCPUs an account may have, by `ON_DEMAND`, `SPOT` or `FARGATE`."""

ON_DEMAND: Final = "on-demand"
SPOT: Final = "spot"
FARGATE: Final = "fargate"

NO_CAPACITY: Final = "InsufficientInstanceCapacity"
NO_VCPUS: Final = "VcpuLimitExceeded"
NO_SPOT: Final = "MaxSpotInstanceCountExceeded"
FARGATE_TEXT: Final = (
    "Fargate capacity is unavailable at this time. Please try again later or in a different "
    "availability zone"
)


class Launch(NamedTuple):
    """A machine that is to be launched; for Fargate there is no type and no group."""

    zone: str
    lifecycle: str
    type: str = ""
    group: str = ""


class LaunchError(NamedTuple):
    """Why nothing is launched: EC2's code and its words."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Shortage:
    """Launches that fail: those of which each field given here is the same. Empty means any."""

    zone: str = ""
    lifecycle: str = ""
    type: str = ""
    group: str = ""

    def concerns(self, launch: Launch) -> bool:
        """Whether this launch fails."""
        own = (self.zone, self.lifecycle, self.type, self.group)
        return all(mine in ("", its) for mine, its in zip(own, launch, strict=True))


def begin(aws: Store, name: str, shortage: Shortage) -> None:
    """Let such launches fail from now on; one of the same name is replaced."""
    record = {
        "zone": shortage.zone,
        "lifecycle": shortage.lifecycle,
        "type": shortage.type,
        "group": shortage.group,
    }
    write = aws.create if aws.get(COLLECTION, name) is None else aws.replace
    write(COLLECTION, name, record)


def end(aws: Store, name: str) -> None:
    """Let them succeed again; nothing happens if there is no such shortage."""
    if aws.get(COLLECTION, name) is not None:
        aws.remove(COLLECTION, name)


def present(aws: Store) -> list[Shortage]:
    """The shortages that there are now."""
    return [Shortage(**record) for record in aws.values(COLLECTION)]


def is_short(shortages: Iterable[Shortage], launch: Launch) -> bool:
    """Whether a launch fails for want of capacity."""
    return any(one.concerns(launch) for one in shortages)


def set_quota(aws: Store, kind: str, vcpus: int | None) -> None:
    """Let an account have at most so many vCPUs of a kind; None for as many as it likes."""
    known = aws.get(QUOTAS, kind)
    if vcpus is None:
        if known is not None:
            aws.remove(QUOTAS, kind)
        return
    (aws.create if known is None else aws.replace)(QUOTAS, kind, {"vcpus": vcpus})


def quota(aws: Store, kind: str) -> int | None:
    """How many vCPUs of a kind the account may have; None if there is no limit."""
    found = aws.get(QUOTAS, kind)
    return None if found is None else int(found["vcpus"])


def no_capacity(launch: Launch, others: Iterable[str]) -> LaunchError:
    """EC2's refusal for want of capacity; ``others`` are zones that may have it."""
    advice = "not specifying an Availability Zone in your request"
    choices = ", ".join(others)
    chosen = f" or choosing {choices}" if choices else ""
    text = (
        f"We currently do not have sufficient {launch.type} capacity in the Availability Zone you "
        f"requested ({launch.zone}). Our system will be working on provisioning additional "
        f"capacity. You can currently get {launch.type} capacity by {advice}{chosen}. "
        "Launching EC2 instance failed."
    )
    return LaunchError(NO_CAPACITY, text)


def over_quota(lifecycle: str, limit: int) -> LaunchError:
    """EC2's refusal of more vCPUs than the account may have."""
    if lifecycle == SPOT:
        return LaunchError(
            NO_SPOT, "Max spot instance count exceeded. Launching EC2 instance failed."
        )
    text = (
        f"You have requested more vCPU capacity than your current vCPU limit of {limit} allows for "
        "the instance bucket that the specified instance type belongs to. Please visit "
        "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit. "
        "Launching EC2 instance failed."
    )
    return LaunchError(NO_VCPUS, text)


def activity(error: LaunchError, lifecycle: str) -> Obj:
    """The failed activity of an Auto Scaling group, as DescribeScalingActivities shows it."""
    what = "Spot" if lifecycle == SPOT else "On-Demand"
    message = f"Could not launch {what} Instances. {error.code} - {error.message}"
    return {"statusCode": "Failed", "statusMessage": message, "errorCode": error.code}


def vcpus_in_use(vcpus: Mapping[str, int], instances: Iterable[Obj], lifecycle: str) -> int:
    """The vCPUs of the instances of a lifecycle that are there, by vCPUs of their types."""
    return sum(
        vcpus[one["instanceType"]]
        for one in instances
        if one["lifecycle"] == lifecycle and one["state"] in ("pending", "running")
    )
