"""What each use costs: pure, one function for each kind of usage record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from minieks.cost.billed_time import Period, whole_seconds
from minieks.cost.money import exact
from minieks.cost.rates import Rate, Rates, paid_iops, paid_throughput
from minieks.cost.usage import (
    FARGATE_FREE_STORAGE_GIB,
    ControlPlaneUsage,
    FargatePodUsage,
    InstanceUsage,
    PodOnNodeUsage,
    Usage,
    VolumeUsage,
)
from minieks.data.kubernetes_versions import find_version
from minieks.engine.clock import SECOND, Micros

EXTENDED_SUPPORT_CHARGED_FROM: Micros = 1_711_929_600 * SECOND
"""2024-04-01T00:00:00Z: before, extended support was free (AWS containers blog)."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What a charge is for. ``node`` is the instance whose node's cost it is part of, if any."""

    kind: Literal["cluster", "pod", "instance", "volume"]
    name: str
    namespace: str = ""
    workload: str = ""
    group: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one resource costs at one rate. ``unit_seconds`` is things times seconds, exactly."""

    rate: Rate
    unit_seconds: Decimal
    amount: Decimal
    resource: Resource


def charges(usage: Usage, rates: Rates, period: Period) -> Iterator[Charge]:
    """The charges of one use in a period; none if it was not in use then."""
    return _OF[type(usage)](usage, rates, period)


def _charge(
    rate: Rate, things: Decimal | int, seconds: Decimal | int, resource: Resource
) -> Iterator[Charge]:
    """One charge, or none for nothing."""
    unit_seconds = Decimal(things) * seconds
    if unit_seconds:
        amount = exact(unit_seconds * rate.price.amount / rate.unit_seconds)
        yield Charge(rate, unit_seconds, amount, resource)


def _control_plane(usage: ControlPlaneUsage, rates: Rates, period: Period) -> Iterator[Charge]:
    """Fractional hours, no rounding up; extended support on its own line from its first day."""
    resource = Resource("cluster", usage.cluster)
    start, end = period.clip(usage.start, usage.end)
    yield from _charge(rates.hourly("eks_cluster_hour"), 1, _fraction(start, end), resource)
    version = find_version(usage.version)
    if usage.extended_support and version.extended_ends > version.standard_ends:
        # In the cluster's own period: nothing is charged for time before the end of support.
        paid_from = max(start, version.standard_ends, EXTENDED_SUPPORT_CHARGED_FROM)
        yield from _charge(
            rates.hourly("eks_extended_support_hour"), 1, _fraction(paid_from, end), resource
        )


def _fraction(start: Micros, end: Micros) -> Decimal:
    """Seconds from start to end, to the microsecond; 0 if the end is before."""
    return Decimal(max(0, end - start)) / SECOND


def _fargate_pod(usage: FargatePodUsage, rates: Rates, period: Period) -> Iterator[Charge]:
    seconds = whole_seconds(usage.start, usage.end, period)
    resource = Resource("pod", usage.pod, usage.namespace, usage.workload, usage.profile)
    paid_storage = max(Decimal(0), usage.ephemeral_gib - FARGATE_FREE_STORAGE_GIB)
    yield from _charge(rates.hourly("fargate_vcpu_hour"), usage.vcpu, seconds, resource)
    yield from _charge(rates.hourly("fargate_gb_hour"), usage.memory_gib, seconds, resource)
    if paid_storage:
        yield from _charge(
            rates.hourly("fargate_ephemeral_gb_hour"), paid_storage, seconds, resource
        )


def _instance(usage: InstanceUsage, rates: Rates, period: Period) -> Iterator[Charge]:
    seconds = whole_seconds(usage.start, usage.end, period)
    resource = Resource(
        "instance", usage.instance_id, group=usage.node_group, node=usage.instance_id
    )
    yield from _charge(rates.instance(usage), 1, seconds, resource)


def _volume(usage: VolumeUsage, rates: Rates, period: Period) -> Iterator[Charge]:
    seconds = whole_seconds(usage.start, usage.end, period)
    kind = usage.volume_type
    node = usage.instance_id if usage.kind == "root" else ""
    resource = Resource("volume", usage.volume_id, usage.namespace, usage.owner, node=node)
    yield from _charge(rates.volume("ebs_gb_month", kind), usage.gib, seconds, resource)
    if iops := paid_iops(kind, usage.iops):
        yield from _charge(rates.volume("ebs_iops_month", kind), iops, seconds, resource)
    if throughput := paid_throughput(kind, usage.throughput):
        yield from _charge(
            rates.volume("ebs_throughput_mibps_month", kind), throughput, seconds, resource
        )


def _pod_on_node(_usage: PodOnNodeUsage, _rates: Rates, _period: Period) -> Iterator[Charge]:
    """Nothing of its own: it shares its node's cost (see `sharing`)."""
    return iter(())


_Charger: TypeAlias = Callable[[Any, Rates, Period], Iterator[Charge]]

_OF: dict[type, _Charger] = {
    ControlPlaneUsage: _control_plane,
    FargatePodUsage: _fargate_pod,
    InstanceUsage: _instance,
    VolumeUsage: _volume,
    PodOnNodeUsage: _pod_on_node,
}
