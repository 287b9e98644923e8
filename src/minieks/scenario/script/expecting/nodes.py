"""Expectations about nodes."""

from dataclasses import dataclass

from minieks.engine.clock import Micros
from minieks.scenario.observe.series import Series
from minieks.scenario.script.expecting.bounds import outside, worded
from minieks.scenario.script.facts import Facts, Miss
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.times import WHOLE_RUN, WINDOW, Window, elapsed
from minieks.scenario.script.values import GROUP, WHOLE


@dataclass(frozen=True, slots=True)
class Nodes:
    """The ready nodes of a node group, or of all of them together, are within bounds."""

    min: int | None = None
    max: int | None = None
    group: str = ""
    window: Window = WHOLE_RUN

    @property
    def wording(self) -> str:
        """What is expected."""
        whose = f" of {self.group}" if self.group else ""
        return f"ready nodes{whose} are {worded(self.min, self.max)}{self.window.wording}"

    def misses(self, facts: Facts) -> list[Miss]:
        """The first time out of bounds."""
        window = self.window.ends(facts.start, facts.end)
        found = outside(self._series(facts), window, (self.min, self.max))
        if found is None:
            return []
        text = f"{found.value:g} at {elapsed(found.begins - facts.start)}"
        return [Miss(text, found.begins)]

    def _series(self, facts: Facts) -> Series:
        utilisation = facts.simulation.utilisation
        if not self.group:
            return utilisation.nodes.series
        usage = utilisation.groups.get(f"nodegroup:{self.group}")
        return usage.count.series if usage else Series()


def _nodes(
    min: int | None = None,
    max: int | None = None,
    group: str = "",
    **window: Micros,
) -> Nodes:
    return Nodes(min, max, group, Window(**window))


NODES = Table(
    "nodes",
    "The number of ready nodes in node groups stays within bounds.",
    (
        Field("min", WHOLE, "at least so many"),
        Field("max", WHOLE, "at most so many"),
        Field("group", GROUP, "of this group; by default of all together"),
        *WINDOW,
    ),
    _nodes,
    "nodes = { min = 2, max = 6 }",
)
