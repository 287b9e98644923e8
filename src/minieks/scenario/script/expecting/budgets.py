"""The expectation that disruption budgets are kept."""

from dataclasses import dataclass

from minieks.scenario.observe.budgets import Breach
from minieks.scenario.script.facts import Facts, Miss
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.times import elapsed, lasting
from minieks.scenario.script.values import BOOLEAN, NAMES, ObjectName


@dataclass(frozen=True, slots=True)
class BudgetsKept:
    """No PodDisruptionBudget loses a healthy pod that it wants."""

    holds: bool = True
    leave_out: tuple[ObjectName, ...] = ()

    @property
    def wording(self) -> str:
        """What is expected."""
        return "no PodDisruptionBudget is broken" if self.holds else "a budget is broken"

    def misses(self, facts: Facts) -> list[Miss]:
        """Each time that a budget was not kept."""
        left_out = {f"{one.namespace}/{one.name}" for one in self.leave_out}
        breaches = [one for one in facts.simulation.budgets.breaches if one.budget not in left_out]
        if not self.holds:
            return [] if breaches else [Miss("none was")]
        return [_miss(facts, one) for one in breaches]


def _miss(facts: Facts, breach: Breach) -> Miss:
    took = lasting((breach.until or facts.end) - breach.since)
    found = (
        f"{breach.budget} wants {breach.desired} healthy pods and had {breach.least}"
        f" for {took} from {elapsed(breach.since - facts.start)}"
    )
    return Miss(found, breach.since)


def _kept(value: bool, leave_out: tuple[ObjectName, ...] = ()) -> BudgetsKept:
    return BudgetsKept(value, leave_out)


BUDGETS = Table(
    "no_pdb_broken",
    "No PodDisruptionBudget loses a healthy pod that it wants, whoever takes it.",
    (
        Field("value", BOOLEAN, "`false` expects that one is broken", required=True),
        Field("leave_out", NAMES, "not these budgets: `PodDisruptionBudget/namespace/name`"),
    ),
    _kept,
    "no_pdb_broken = true",
)
