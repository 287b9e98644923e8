"""The bill: usage and prices in, lines and everybody's part out. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeVar

from minieks.cost.billed_time import Period
from minieks.cost.charges import Charge, charges
from minieks.cost.rates import HOUR_SECONDS, SERVICES, Rate, Rates
from minieks.cost.sharing import split
from minieks.cost.usage import InstanceUsage, PodOnNodeUsage, Usage
from minieks.data.prices import HOURS_PER_MONTH, REFRESH, PriceList
from minieks.engine.clock import SECOND, Micros

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line: all use of one usage type, as AWS would write it.

    ``estimated``: the price is not the region's own published one; ``source`` says whose it is.
    ``resources`` counts the things that used it. ``amount`` is the sum of what each costs.
    """

    service: str
    usage_type: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    estimated: bool
    source: str
    resources: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Whose a part of the bill is.

    ``pod``: on Fargate, or its share of a node. ``volume``: a claim's. ``idle``: what is left of
    the node or volume ``name``. ``control-plane``: the cluster ``name``.
    """

    kind: Literal["pod", "volume", "idle", "control-plane"]
    name: str
    amount: Decimal
    namespace: str = ""
    workload: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """A priced period. Its lines and its allocations each add up to `total` exactly.

    ``by_group`` has what each Fargate profile, ``("fargate", name)``, and each node group,
    ``("nodegroup", name)``, costs: machines and root volumes, used or idle.
    """

    region: str
    period: Period
    lines: tuple[LineItem, ...]
    allocations: tuple[Allocation, ...]
    by_group: Mapping[tuple[str, str], Decimal]

    @property
    def total(self) -> Decimal:
        """What the period costs, in US dollars."""
        return sum((line.amount for line in self.lines), _ZERO)

    @property
    def estimated(self) -> bool:
        """Whether any line is built on a price that is not the region's own."""
        return any(line.estimated for line in self.lines)

    def by_service(self) -> dict[str, Decimal]:
        """The total of each service that costs something, in the order of the lines."""
        return _sums(self.lines, lambda line: line.service, lambda line: line.amount)

    def by_namespace(self) -> dict[str, Decimal]:
        """What each namespace's pods and claims cost, by name. Without idle and control plane."""
        owned = [part for part in self.allocations if part.namespace]
        found = _sums(owned, lambda part: part.namespace, lambda part: part.amount)
        return dict(sorted(found.items()))

    def by_owner(self) -> dict[str, Decimal]:
        """The namespaces, then ``(idle)`` and ``(control plane)``: adds up to the total."""
        rest = {"(idle)": self.of_kind("idle"), "(control plane)": self.of_kind("control-plane")}
        return self.by_namespace() | {name: amount for name, amount in rest.items() if amount}

    def by_workload(self) -> dict[tuple[str, str], Decimal]:
        """The same for each (namespace, workload)."""
        owned = [part for part in self.allocations if part.namespace]
        found = _sums(owned, lambda part: (part.namespace, part.workload), lambda part: part.amount)
        return dict(sorted(found.items()))

    def by_pod(self) -> dict[tuple[str, str], Decimal]:
        """What each (namespace, pod) costs, in the order they began."""
        pods = [part for part in self.allocations if part.kind == "pod"]
        return _sums(pods, lambda part: (part.namespace, part.name), lambda part: part.amount)

    def of_kind(self, kind: str) -> Decimal:
        """The sum of the allocations of one kind, such as ``idle``."""
        return sum((part.amount for part in self.allocations if part.kind == kind), _ZERO)

    def monthly(self, amount: Decimal) -> Decimal:
        """What an amount of this period makes in a month of 730 hours at the same pace."""
        hours = Decimal(self.period.end - self.period.start) / (HOUR_SECONDS * SECOND)
        return amount * HOURS_PER_MONTH / hours if hours else _ZERO

    def warnings(self) -> list[str]:
        """What the reader should know about the prices, and how to mend it."""
        guessed = [line for line in self.lines if line.estimated]
        modelled = [line.usage_type for line in guessed if _is_modelled(line)]
        others = [line.usage_type for line in guessed if not _is_modelled(line)]
        said = []
        if others:
            names = ", ".join(others)
            said.append(f"estimated, for want of a price of {self.region}: {names}; {REFRESH}")
        if modelled:
            names = ", ".join(modelled)
            said.append(f"estimated, by a model (Spot discount, Windows licence): {names}")
        return said


def _is_modelled(line: LineItem) -> bool:
    return "SpotUsage:" in line.usage_type or line.description.endswith("Windows")


def price(
    usages: Sequence[Usage], prices: PriceList, region: str, start: Micros, end: Micros
) -> Bill:
    """Price what was used in ``region`` from ``start`` to ``end``.

    UserError for an unknown region, and for an instance or volume type without a price.
    """
    period = Period(start, max(start, end))
    rates = Rates(prices, region)
    charged = [charge for usage in usages for charge in charges(usage, rates, period)]
    nodes = {usage.instance_id: usage for usage in usages if isinstance(usage, InstanceUsage)}
    pods = [usage for usage in usages if isinstance(usage, PodOnNodeUsage)]
    of_nodes = [charge for charge in charged if charge.resource.node in nodes]
    alone = [charge for charge in charged if charge.resource.node not in nodes]
    allocations = (*_direct(alone), *_shared(of_nodes, nodes, pods, period))
    return Bill(region, period, _lines(charged), allocations, _groups(charged, nodes))


def _lines(charged: Sequence[Charge]) -> tuple[LineItem, ...]:
    grouped = _grouped(charged, lambda charge: charge.rate)
    lines = [_line(rate, members) for rate, members in grouped.items()]
    lines.sort(key=lambda line: (SERVICES.index(line.service), line.usage_type, line.description))
    return tuple(lines)


def _line(rate: Rate, members: Sequence[Charge]) -> LineItem:
    unit_seconds = sum((charge.unit_seconds for charge in members), _ZERO)
    return LineItem(
        service=rate.service,
        usage_type=rate.usage_type,
        description=rate.description,
        quantity=unit_seconds / rate.unit_seconds,
        unit=rate.unit,
        unit_price=rate.price.amount,
        amount=sum((charge.amount for charge in members), _ZERO),
        estimated=rate.price.estimated,
        source=rate.price.source,
        resources=len({charge.resource for charge in members}),
    )


def _direct(charged: Sequence[Charge]) -> Iterator[Allocation]:
    """Charges of a cluster, a Fargate pod or a claim's volume belong to it alone."""
    amounts = _sums(charged, lambda charge: charge.resource, lambda charge: charge.amount)
    for resource, amount in amounts.items():
        if resource.kind == "cluster":
            yield Allocation("control-plane", resource.name, amount)
        elif not resource.namespace:
            yield Allocation("idle", resource.name, amount)
        else:
            kind: Literal["pod", "volume"] = "pod" if resource.kind == "pod" else "volume"
            yield Allocation(kind, resource.name, amount, resource.namespace, resource.workload)


def _shared(
    charged: Sequence[Charge],
    nodes: Mapping[str, InstanceUsage],
    pods: Sequence[PodOnNodeUsage],
    period: Period,
) -> Iterator[Allocation]:
    """A node's charges (instance and root volume) go to its pods by share, the rest is idle."""
    pods_of = _grouped(pods, lambda pod: pod.instance_id)
    amounts = _sums(charged, lambda charge: charge.resource.node, lambda charge: charge.amount)
    for instance_id, amount in amounts.items():
        its_pods = pods_of.get(instance_id, [])
        parts = split(amount, nodes[instance_id], its_pods, period)
        for pod, part in zip(its_pods, parts, strict=True):
            if part:
                yield Allocation("pod", pod.pod, part, pod.namespace, pod.workload)
        yield Allocation("idle", instance_id, amount - sum(parts, _ZERO))


def _groups(
    charged: Sequence[Charge], nodes: Mapping[str, InstanceUsage]
) -> dict[tuple[str, str], Decimal]:
    totals: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for charge in charged:
        if charge.resource.kind == "pod":
            totals["fargate", charge.resource.group] += charge.amount
        elif charge.resource.node in nodes:
            totals["nodegroup", nodes[charge.resource.node].node_group] += charge.amount
    return dict(sorted(totals.items()))


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    groups: defaultdict[Key, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)


def _sums(
    items: Iterable[Item], key: Callable[[Item], Key], amount: Callable[[Item], Decimal]
) -> dict[Key, Decimal]:
    totals: defaultdict[Key, Decimal] = defaultdict(Decimal)
    for item in items:
        totals[key(item)] += amount(item)
    return dict(totals)
