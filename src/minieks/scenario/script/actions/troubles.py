"""What AWS does to a cluster: failures, interruptions, patches, and what it cannot give."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from minieks.eks import shortages
from minieks.eks.fargate import impaired as fargate
from minieks.eks.fargate import microvm, patching
from minieks.eks.nodegroups import impaired, orders, spot
from minieks.eks.shortages import Shortage
from minieks.engine.clock import SECOND, Micros
from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj
from minieks.scenario.script.actions.targets import TARGET, Target, counted
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.times import lasting
from minieks.scenario.script.values import (
    BOOLEAN,
    GROUP,
    INSTANCE_TYPE,
    LENGTH,
    LIFECYCLE,
    PROFILE,
    WHOLE,
    ZONE,
)
from minieks.scenario.simulation import Simulation


@dataclass(frozen=True, slots=True)
class SpotInterruption:
    """Spot instances are interrupted: a recommendation, later a notice, the end 2 minutes on."""

    target: Target
    rebalance: Micros = 0

    def perform(self, stage: Simulation) -> str:
        """Recommend to rebalance now."""
        found = self.target.instances(stage, shortages.SPOT)
        for one in found:
            spot.interrupt(stage.cluster.node_groups, one, self.rebalance)
        warned = f", notice in {lasting(self.rebalance)}" if self.rebalance else ""
        return f"interrupts {counted(len(found), 'Spot instance')}{warned}"


@dataclass(frozen=True, slots=True)
class InstanceFailure:
    """Instances stop working, or are terminated by somebody."""

    target: Target
    terminate: bool = False

    def perform(self, stage: Simulation) -> str:
        """Let them fail."""
        world, found = stage.cluster.node_groups, self.target.instances(stage)
        for one in found:
            if self.terminate:
                orders.terminate(world, one["instanceId"])
            else:
                impaired.impair(world, one)
        verb = "terminates" if self.terminate else "fails"
        return f"{verb} {counted(len(found), 'instance')} ({_zones(found)})"


@dataclass(frozen=True, slots=True)
class ZoneOutage:
    """Everything in a zone fails, and nothing can be launched in it for a while."""

    zone: str
    lasts: Micros | None = None

    def perform(self, stage: Simulation) -> str:
        """Begin it, and plan its end."""
        world, aws = stage.cluster.node_groups, stage.cluster.aws
        name = f"outage/{self.zone}"
        shortages.begin(aws, name, Shortage(zone=self.zone))
        machines = [
            one for one in aws.values(microvm.COLLECTION) if one["availabilityZone"] == self.zone
        ]
        instances = [one for one in world.everything() if _zone(one) == self.zone]
        for one in instances:
            impaired.impair(world, one)
        for one in machines:
            fargate.impair(aws, one, world.now())
        _end_later(stage, self.lasts, name, f"zone {self.zone} is back")
        lost = f"{counted(len(instances), 'instance')} and {counted(len(machines), 'Fargate pod')}"
        return f"zone {self.zone} fails, and with it {lost}"


@dataclass(frozen=True, slots=True)
class CapacityError:
    """Launches fail for want of capacity, for a while."""

    shortage: Shortage
    lasts: Micros | None = None

    def perform(self, stage: Simulation) -> str:
        """Begin it, and plan its end."""
        own = self.shortage
        said = [one for one in (own.type, own.lifecycle, own.group, own.zone) if one]
        what = " ".join(said) or "anything"
        shortages.begin(stage.cluster.aws, f"capacity/{what}", own)
        _end_later(stage, self.lasts, f"capacity/{what}", f"there is capacity for {what} again")
        return f"there is no capacity for {what}"


@dataclass(frozen=True, slots=True)
class Quota:
    """The account may have so many vCPUs: what is more cannot be launched."""

    on_demand: int | None = None
    spot: int | None = None
    fargate: int | None = None
    lasts: Micros | None = None

    def perform(self, stage: Simulation) -> str:
        """Set them, and plan their end."""
        limits = {
            shortages.ON_DEMAND: self.on_demand,
            shortages.SPOT: self.spot,
            shortages.FARGATE: self.fargate,
        }
        given = {kind: limit for kind, limit in limits.items() if limit is not None}
        for kind, limit in given.items():
            shortages.set_quota(stage.cluster.aws, kind, limit)
        if self.lasts is not None:
            stage.engine.after(self.lasts / SECOND, partial(_lift, stage, tuple(given)))
        listed = ", ".join(f"{limit} {kind}" for kind, limit in given.items())
        return f"the account's vCPUs are limited: {listed}"


@dataclass(frozen=True, slots=True)
class FargatePatch:
    """Fargate recycles pods for a patch: it evicts them, zone by zone."""

    profile: str = ""

    def perform(self, stage: Simulation) -> str:
        """Give the notice."""
        now = stage.engine.now()
        count = patching.begin(stage.cluster.aws, self.profile, now)
        if not count:
            raise UserError("there is no pod on Fargate then")
        return f"Fargate patches {counted(count, 'pod')}"


def _end_later(stage: Simulation, lasts: Micros | None, name: str, text: str) -> None:
    if lasts is not None:
        stage.engine.after(lasts / SECOND, partial(_end, stage, name, text))


def _end(stage: Simulation, name: str, text: str) -> None:
    shortages.end(stage.cluster.aws, name)
    stage.moments.step("end", text)


def _lift(stage: Simulation, kinds: Iterable[str]) -> None:
    for kind in kinds:
        shortages.set_quota(stage.cluster.aws, kind, None)
    stage.moments.step("end", "the account's limits are lifted")


def _zone(instance: Obj) -> str:
    return str(instance["placement"]["availabilityZone"])


def _zones(instances: Iterable[Obj]) -> str:
    return ", ".join(sorted({_zone(one) for one in instances}))


def _spot(rebalance: Micros = 0, **target: Any) -> SpotInterruption:
    return SpotInterruption(Target(**target), rebalance)


def _failure(terminate: bool = False, **target: Any) -> InstanceFailure:
    return InstanceFailure(Target(**target), terminate)


def _outage(**given: Any) -> ZoneOutage:
    return ZoneOutage(given["zone"], given.get("for"))


def _capacity(fargate: bool = False, **given: Any) -> CapacityError:
    lasts = given.pop("for", None)
    lifecycle = shortages.FARGATE if fargate else given.pop("lifecycle", "")
    return CapacityError(Shortage(lifecycle=lifecycle, **given), lasts)


def _quota(**given: Any) -> Quota:
    lasts = given.pop("for", None)
    return Quota(**given, lasts=lasts)


_FOR = Field("for", LENGTH, "for how long; by default until the end")
SPOT_INTERRUPTION = Table(
    "spot_interruption",
    "Spot instances get a rebalance recommendation, then the notice, and end two minutes after it.",
    (*TARGET, Field("rebalance", LENGTH, "how long the recommendation comes before the notice")),
    _spot,
    'spot_interruption = { group = "spot", count = 2 }',
)
INSTANCE_FAILURE = Table(
    "instance_failure",
    "Instances stop working: their nodes fall silent, and their group replaces them some minutes"
    " later.",
    (*TARGET, Field("terminate", BOOLEAN, "they are terminated instead, at once")),
    _failure,
    'instance_failure = { group = "general", count = 1 }',
)
AZ_OUTAGE = Table(
    "az_outage",
    "All instances and Fargate pods of a zone fail, and nothing can be launched in it.",
    (Field("zone", ZONE, "the zone", required=True), _FOR),
    _outage,
    'az_outage = { zone = "eu-central-1a", for = "2h" }',
)
CAPACITY_ERROR = Table(
    "capacity_error",
    "Launches fail with InsufficientInstanceCapacity: those of which all that is given here is so.",
    (
        Field("type", INSTANCE_TYPE, "of this instance type"),
        Field("zone", ZONE, "in this zone"),
        Field("group", GROUP, "of this node group"),
        Field("lifecycle", LIFECYCLE, "On-Demand or Spot only"),
        Field("fargate", BOOLEAN, "Fargate pods instead of instances"),
        _FOR,
    ),
    _capacity,
    'capacity_error = { type = "m5.large", zone = "eu-central-1a", for = "1h" }',
)
QUOTA = Table(
    "quota",
    "The account may have so many vCPUs of instances or of Fargate; what is more is not launched.",
    (
        Field("on_demand", WHOLE, "vCPUs of On-Demand instances"),
        Field("spot", WHOLE, "vCPUs of Spot instances"),
        Field("fargate", WHOLE, "vCPUs of Fargate pods"),
        _FOR,
    ),
    _quota,
    "quota = { on_demand = 16 }",
)
FARGATE_PATCH = Table(
    "fargate_patch",
    "Fargate evicts its pods for a patch, zone by zone; where a budget forbids that, it"
    " deletes them days later.",
    (Field("profile", PROFILE, "only those of this profile"),),
    FargatePatch,
    'fargate_patch = { profile = "fp-shop" }',
)
