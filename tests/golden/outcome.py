"""What came of replaying recorded cases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was recorded, from both sides."""

    about: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.about}\n  expected: {self.expected}\n  got:      {self.got}"


# A replay yields, part by part of its case, what differs there.
Replay: TypeAlias = Callable[[Json], Iterator[Sequence[Difference]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: how many of its parts agree, and what differs first."""

    case: str
    family: str
    parts: int
    agreeing: int
    first: Difference | None

    @property
    def agrees(self) -> bool:
        return self.first is None


@dataclass(frozen=True, slots=True)
class Share:
    """How many agree, of cases and of their parts."""

    cases: int
    agreeing_cases: int
    parts: int
    agreeing_parts: int


def share(outcomes: Sequence[Outcome]) -> Share:
    return Share(
        cases=len(outcomes),
        agreeing_cases=sum(one.agrees for one in outcomes),
        parts=sum(one.parts for one in outcomes),
        agreeing_parts=sum(one.agreeing for one in outcomes),
    )


def by_family(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    families = sorted({one.family for one in outcomes})
    return {family: share([one for one in outcomes if one.family == family]) for family in families}
