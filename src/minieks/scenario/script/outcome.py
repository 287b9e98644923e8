"""What came of a scenario, as values: the schema of ``minieks test -o json``.

Moments are RFC 3339 texts in UTC, durations seconds, money decimal texts in USD. Fields are only
ever added within a version of the schema.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

SCHEMA = "minieks.dev/test/v1"

Status: TypeAlias = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True)
class StoryLine:
    """Something that happened ``count`` times around a failure, first at ``at``."""

    at: str
    elapsed: str
    about: tuple[str, ...]
    reason: str
    message: str
    source: str
    count: int


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that did not hold: what was found, when, and what happened around then.

    ``at`` is empty where no moment is to blame. ``story`` is what happened within a quarter of an
    hour, to the workloads that it is ``about`` and to the cluster.
    """

    expected: str
    found: str
    at: str
    about: tuple[str, ...]
    story: tuple[StoryLine, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a scenario could not be played: place, message and remedy."""

    where: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario: ``passed``, ``failed``, or with an ``error`` in its input.

    ``checked`` are the expectations in words. ``seconds`` are simulated; ``cost`` is the run's.
    """

    name: str
    file: str
    about: str
    status: Status
    seconds: int
    checked: tuple[str, ...]
    failures: tuple[Failure, ...]
    error: Problem | None
    pods: int
    nodes_max: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All scenarios of a run of ``minieks test``, in the order of their files."""

    schema: str
    minieks: str
    passed: int
    failed: int
    errors: int
    scenarios: tuple[Outcome, ...]
