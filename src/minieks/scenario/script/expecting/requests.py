"""Expectations about requests: how many are dropped."""

from collections.abc import Iterator
from dataclasses import dataclass

from minieks.load.group import LoadedGroup
from minieks.scenario.script.facts import Facts, Miss
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.values import NAMED, NUMBER, PART, ObjectName


@dataclass(frozen=True, slots=True)
class Dropped:
    """So many requests of a load file are dropped at most, or such a part of all."""

    at_most: float | None = None
    share: float | None = None
    workload: ObjectName | None = None

    @property
    def wording(self) -> str:
        """What is expected."""
        whose = f" of {self.workload}" if self.workload else ""
        number = [f"{self.at_most:,g}"] if self.at_most is not None else []
        part = [f"{100 * self.share:g} % of all"] if self.share is not None else []
        return f"requests{whose} that are dropped: at most {' or '.join(number + part)}"

    def misses(self, facts: Facts) -> list[Miss]:
        """More are dropped, in all."""
        totals = {one.name: one.settled(facts.end) for one in self._groups(facts)}
        if not totals:
            return [Miss("the load file has no requests of it")]
        dropped = sum(one.dropped for one in totals.values())
        offered = sum(one.offered for one in totals.values())
        too_many = self.at_most is not None and dropped > self.at_most
        too_large = self.share is not None and dropped > self.share * offered
        if not (too_many or too_large):
            return []
        of_each = ", ".join(
            f"{name} {one.dropped:,.0f}" for name, one in totals.items() if one.dropped >= 1
        )
        return [Miss(f"{dropped:,.0f} of {offered:,.0f} were dropped: {of_each}")]

    def _groups(self, facts: Facts) -> Iterator[LoadedGroup]:
        load = facts.simulation.cluster.load
        for group in load.groups.values() if load else ():
            own = [ObjectName(one.kind, one.namespace, one.name) for one in group.workloads]
            if group.load.requests and (self.workload is None or self.workload in own):
                yield group


DROPPED = Table(
    "dropped",
    "Requests of the load file that nobody served.",
    (
        Field("at_most", NUMBER, "so many"),
        Field("share", PART, "such a part of all"),
        Field("workload", NAMED, "only its requests"),
    ),
    Dropped,
    'dropped = { share = "0.1%" }',
)
