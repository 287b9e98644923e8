"""Syncs at which only metrics can differ from those of the last one.

That are nearly all: pods, target and spec are the very same, and load has moved a little. What
the metrics ask for is computed as ever; if it is the same as before, so is all else but the
numbers that are shown. Where all pods are ready and use the same, one of them is asked for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from minieks.engine.clock import Micros
from minieks.kube.hpa import podgroups
from minieks.kube.hpa.calculator import Sync
from minieks.kube.hpa.decision import Decision, judging
from minieks.kube.hpa.metrics import Proposal, computed
from minieks.kube.hpa.observed import Observed, Reading
from minieks.kube.hpa.podgroups import Groups, Moment
from minieks.kube.hpa.settings import Settings
from minieks.kube.usage.sampling import SCRAPE_PERIOD
from minieks.kube.words.objects import Obj, namespace


class Steady(NamedTuple):
    """What a sync saw, for those after it; ``asked`` are the pods whose metrics tell of all."""

    sync: Sync
    asked: tuple[Obj, ...]

    def at(self, now: Micros, readings: Sequence[Reading]) -> "Steady":
        """The same with the metrics of a later moment."""
        seen = self.sync.observed
        observed = Observed(now, seen.scale, seen.pods, readings, seen.selected_by)
        return self._replace(sync=replace(self.sync, observed=observed))


def steady(
    autoscaler: Obj, observed: Observed, decision: Decision, settings: Settings
) -> Steady | None:
    """What holds until something else than metrics changes; None if the sync shows nothing."""
    if not decision.proposals or decision.failed or decision.rescales:
        return None
    sync = judging(autoscaler, observed, settings)
    return Steady(sync, tuple(observed.pods))


def with_one_for_all(known: Steady) -> Steady:
    """The same, told by the first pod alone if the pods are alike and will not be looked upon
    otherwise as time goes by."""
    groups = _alike(known.sync)
    if groups is None:
        return known
    return Steady(replace(known.sync, alike=groups), known.asked[:1])


def repeated(known: Steady, autoscaler: Obj, last: Decision) -> Decision | None:
    """The last decision with what metrics are now; None if they ask for something else."""
    sync, space = known.sync, namespace(autoscaler)
    metrics, readings = autoscaler["spec"]["metrics"], sync.observed.readings
    found = [
        computed(sync, space, metric, reading)
        for metric, reading in zip(metrics, readings, strict=True)
    ]
    proposals = [one for one in found if isinstance(one, Proposal)]
    if tuple(one.replicas for one in proposals) != last.proposals:
        return None
    status = {**last.status, "currentMetrics": [one.status for one in proposals]}
    return replace(last, status=status, memory=last.memory.still(sync.observed.now))


def _alike(sync: Sync) -> Groups | None:
    """The pods as they count, if all are ready and have the same metrics and requests."""
    pods, readings = sync.pods, sync.observed.readings
    if len(pods) < 2 or not all(_is_one_for_all(one, len(pods)) for one in readings):
        return None
    first = pods[0]["spec"]
    if any(_beside(pod["spec"]) != _beside(first) for pod in pods):
        return None
    moment, metrics = Moment(sync.observed.now, sync.settings), readings[0]
    assert isinstance(metrics, Mapping), "only metrics of pods are one for all"
    groups = podgroups.grouped(pods, metrics, moment, of_cpu=True)
    return groups if groups.ready == len(pods) else None


def _is_one_for_all(reading: Reading, count: int) -> bool:
    """Whether so many pods have the very same metric, measured over a whole period."""
    if not isinstance(reading, Mapping) or len(reading) != count:
        return False
    first, *others = reading.values()
    return first.window == SCRAPE_PERIOD and all(one is first for one in others)


def _beside(spec: Obj) -> tuple[object, object]:
    """What pods request beside what their containers do."""
    return spec.get("resources"), spec.get("initContainers")
