"""What is remembered of containers that are alike: their use of cpu and their peaks of memory.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/model/
aggregate_container_state.go.
"""

from typing import Final

from minieks.autoscale.vpa.buckets import CPU, MEMORY
from minieks.autoscale.vpa.histogram import Histogram
from minieks.engine.clock import DAY, Micros

CPU_WEIGHT: Final = 0.1
"""Each sample of cpu weighs the same since v1.4; before, as much as the container's request."""
EXPIRES_AFTER: Final[Micros] = 8 * DAY
"""Eight memory windows without a sample."""


class Aggregate:
    """Histograms of cores and bytes; counts and times are those of the samples of cpu."""

    __slots__ = ("count", "cpu", "created", "first", "last", "memory")

    def __init__(self, created: Micros) -> None:
        self.created = created
        self.cpu = Histogram(CPU)
        self.memory = Histogram(MEMORY)
        self.first: Micros | None = None
        self.last: Micros | None = None
        self.count = 0

    @property
    def is_empty(self) -> bool:
        """Whether there was no sample of cpu yet."""
        return self.count == 0

    def add_cpu(self, millicores: int, at: Micros) -> None:
        """Take in a sample of cpu."""
        self.cpu.add(millicores / 1000.0, CPU_WEIGHT, at)
        self.last = at if self.last is None else max(self.last, at)
        self.first = at if self.first is None else min(self.first, at)
        self.count += 1

    def add_cpu_series(self, millicores: int, first: Micros, step: Micros, count: int) -> None:
        """Take in equal samples at regular times, all later than those before."""
        self.cpu.add_series(millicores / 1000.0, CPU_WEIGHT, first, step, count)
        self.first = first if self.first is None else self.first
        self.last = first + step * (count - 1)
        self.count += count

    def add_peak(self, memory: int, at: Micros) -> None:
        """Take in a peak of memory, in bytes."""
        self.memory.add(float(memory), 1.0, at)

    def subtract_peak(self, memory: int, at: Micros) -> None:
        """Take out a peak of memory, because there is a higher one in its place."""
        self.memory.subtract(float(memory), 1.0, at)

    def merge(self, other: "Aggregate") -> None:
        """Take in what is remembered in another."""
        self.cpu.merge(other.cpu)
        self.memory.merge(other.memory)
        if other.first is not None:
            self.first = other.first if self.first is None else min(self.first, other.first)
        if other.last is not None:
            self.last = other.last if self.last is None else max(self.last, other.last)
        self.count += other.count

    def is_expired(self, now: Micros) -> bool:
        """Whether the last sample is too old to say anything."""
        since = self.created if self.last is None else self.last
        return now - since >= EXPIRES_AFTER

    def confidence(self) -> float:
        """Days of history: by the time from first to last sample, or by their number if less.

        A container that is measured every minute for a day has 1.
        """
        if self.first is None or self.last is None:
            return 0.0
        return min((self.last - self.first) / DAY, self.count / (60 * 24))
