"""One container as it is measured: samples of cpu go in as they come, of memory one per day.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/model/container.go.
"""

from collections.abc import Callable
from typing import Final

from minieks.autoscale.vpa.aggregate import Aggregate
from minieks.autoscale.vpa.amounts import scaled
from minieks.engine.clock import DAY, Micros

WINDOW: Final[Micros] = DAY
"""In each window only the highest use of memory counts."""
OOM_RATIO: Final = 1.2
OOM_LEAST: Final = 100 * 1024 * 1024
"""A container that was killed for memory is taken to need so much more than it had."""


class Measured:
    """A container. ``aggregate`` is asked for anew each time, as it may have been forgotten; it is
    told when, in case it has to begin again."""

    __slots__ = ("_aggregate", "_last_cpu", "_last_memory", "oom_peak", "usage_peak", "window_end")

    def __init__(self, aggregate: Callable[[Micros], Aggregate]) -> None:
        self._aggregate = aggregate
        self._last_cpu: Micros | None = None
        self._last_memory: Micros | None = None
        self.usage_peak = 0
        self.oom_peak = 0
        self.window_end: Micros | None = None

    @property
    def peak(self) -> int:
        """The highest use of memory in this window, that guessed from an OOM kill included."""
        return max(self.usage_peak, self.oom_peak)

    def add_cpu(self, millicores: int, at: Micros) -> None:
        """Take in a sample, unless it is not later than the last one."""
        if millicores < 0 or (self._last_cpu is not None and at <= self._last_cpu):
            return
        self._aggregate(at).add_cpu(millicores, at)
        self._last_cpu = at

    def add_memory(self, memory: int, at: Micros) -> None:
        """Take in a sample in bytes, unless it is earlier than the last one."""
        if memory >= 0 and (self._last_memory is None or at >= self._last_memory):
            self._add_memory(memory, at, is_oom=False)

    def repeat(self, cpu: int, memory: int, first: Micros, step: Micros, count: int) -> None:
        """Take in equal samples at regular times, all later than those before.

        Memory counts only where a window begins.
        """
        self._aggregate(first).add_cpu_series(cpu, first, step, count)
        self._last_cpu = last = first + step * (count - 1)
        at = first
        while at <= last:
            self._add_memory(memory, at, is_oom=False)
            assert self.window_end is not None, "it was set with the first sample"
            at += max(1, -(-(self.window_end - at) // step)) * step
        self._last_memory = last

    def record_oom(self, at: Micros, requested: int) -> None:
        """Learn that the container was killed for want of memory, with this request in bytes.

        A kill before the window is too old to count.
        """
        if self.window_end is not None and at < self.window_end - WINDOW:
            return
        used = max(requested, self.usage_peak)
        needed = max(used + OOM_LEAST, scaled(used, OOM_RATIO))
        self._add_memory(needed, at, is_oom=True)

    def _add_memory(self, memory: int, at: Micros, *, is_oom: bool) -> None:
        self._last_memory = at
        end = at if self.window_end is None else self.window_end
        if at >= end:
            self.window_end = end + (at - end) // WINDOW * WINDOW + WINDOW
            self.usage_peak = self.oom_peak = 0
        elif self.peak and memory > self.peak:
            self._aggregate(at).subtract_peak(self.peak, end)
        else:
            return
        assert self.window_end is not None, "it was set with the first sample"
        self._aggregate(at).add_peak(memory, self.window_end)
        if is_oom:
            self.oom_peak = memory
        else:
            self.usage_peak = memory
