"""The expectation about what a run costs."""

from dataclasses import dataclass

from minieks.scenario.script.facts import Facts, Miss
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.values import NUMBER
from minieks.scenario.summary.report import bill_of


@dataclass(frozen=True, slots=True)
class Cost:
    """In US dollars: a month of 730 h that goes on like the run, and the run itself."""

    month_at_most: float | None = None
    at_most: float | None = None

    @property
    def wording(self) -> str:
        """What is expected."""
        month = [f"a month costs at most ${self.month_at_most:,.2f}"] if self.month_at_most else []
        run = [f"the run costs at most ${self.at_most:,.2f}"] if self.at_most else []
        return ", ".join(month + run)

    def misses(self, facts: Facts) -> list[Miss]:
        """What is exceeded."""
        bill = bill_of(facts.simulation)
        found = (
            (self.month_at_most, bill.monthly(bill.total), "a month"),
            (self.at_most, bill.total, "the run"),
        )
        return [
            Miss(f"{what} costs ${amount:,.2f}")
            for most, amount, what in found
            if most is not None and amount > most
        ]


COST = Table(
    "cost",
    "What is paid, in US dollars.",
    (
        Field("month_at_most", NUMBER, "for a month of 730 h that goes on like the run"),
        Field("at_most", NUMBER, "for the run"),
    ),
    Cost,
    "cost = { month_at_most = 400 }",
)
