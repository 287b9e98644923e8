"""What a plugin is: how it rejects nodes, with which words, and how it scores them.

Source of the model: kubernetes pkg/scheduler/framework (PreFilter, Filter, PreScore, Score and
NormalizeScore in one place each).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from minieks.kube.scheduler.arrays import Bools, Ints, Rows
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.state import ClusterState


class Status(NamedTuple):
    """Why a node, or every node, is rejected."""

    reasons: tuple[str, ...]
    final: bool
    """Whether preempting other pods cannot help: UnschedulableAndUnresolvable."""
    plugin: str = ""


class Cycle(NamedTuple):
    """One attempt to place one pod."""

    state: ClusterState
    info: PodInfo


Statuses = Iterator[tuple[Status, Bools]]
"""Each status with the rejected rows (of those asked about) that have it."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a filter plugin has prepared for one pod."""

    passes: Callable[[Rows], Bools]
    """Which of the rows the pod may go to."""
    statuses: Callable[[Ints], Statuses]
    """Why rejected rows are rejected; only asked about rows that ``passes`` rejects."""


@dataclass(frozen=True, slots=True)
class Only:
    """Only nodes of these names can be meant; all others are not looked at."""

    names: frozenset[str]
    check: Check


class FilterPlugin(Protocol):
    """Rejects nodes."""

    @property
    def name(self) -> str:
        """The plugin's own name."""

    def prepare(self, cycle: Cycle) -> Check | Only | Status | None:
        """A check; or a status that rejects all nodes; or None if it does not concern the pod."""


class ScorePlugin(Protocol):
    """Ranks the nodes that passed."""

    @property
    def name(self) -> str:
        """The plugin's own name."""

    @property
    def weight(self) -> int:
        """What its scores are multiplied with."""

    def score(self, cycle: Cycle, slots: Ints) -> Ints | None:
        """0 to 100 for each of the slots; None if it does not concern the pod."""


def one_reason(passes: Bools, status: Status) -> Check:
    """A check whose rejections all have the same status; ``passes`` has a row for each slot."""

    def why(rejected: Ints) -> Statuses:
        yield status, np.ones(len(rejected), dtype=np.bool_)

    return Check(lambda rows: passes[rows], why)


def default_normalize(raw: Ints, *, reverse: bool = False) -> Ints:
    """Scores as a share of the highest; reversed, the lowest raw score is best.

    Source: kubernetes plugins/helper/normalize_score.go.
    """
    most = int(raw.max())
    if most == 0:
        return np.full(len(raw), 100 if reverse else 0, dtype=np.int64)
    shares = 100 * raw // most
    return 100 - shares if reverse else shares
