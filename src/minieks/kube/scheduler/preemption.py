"""Making room: which less important pods to remove so that a pod fits.

Source: kubernetes pkg/scheduler/framework/preemption/preemption.go and plugins/defaultpreemption.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from minieks.kube.kinds import pods
from minieks.kube.scheduler.filtering import Diagnosis
from minieks.kube.scheduler.framework import Cycle, Status
from minieks.kube.scheduler.messages import histogram
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.victims import NO_VICTIMS, Candidate, on_node

_LEAST_CANDIDATES: Final = 100
_CANDIDATE_PERCENT: Final = 10
_OFFSET: Final = 2**31
"""Added to each priority in a sum, so that negative ones do not make more victims look better."""
_NOT_HELPFUL: Final = "Preemption is not helpful for scheduling"
_NEVER: Final = "not eligible due to preemptionPolicy=Never."
_WAITING: Final = "not eligible due to a terminating pod on the nominated node."


@dataclass(frozen=True, slots=True)
class Preemption:
    """What making room came to."""

    chosen: Candidate | None = None
    best: tuple[Candidate, ...] = ()
    """The candidates that the last criterion left equal."""
    message: str = ""
    """Why there is none."""
    barred: bool = False
    """Whether the pod may not make others go, or has done so and waits."""
    candidates: tuple[Candidate, ...] = ()
    """All that were found, in the order of looking."""


def preempt(cycle: Cycle, diagnosis: Diagnosis, rng: random.Random) -> Preemption:
    """Choose the node whose pods are to make room, if any can."""
    barred = _barred(cycle, diagnosis)
    if barred:
        return Preemption(message=barred, barred=True)
    slots = [int(slot) for status, group in diagnosis.groups if not status.final for slot in group]
    candidates, failed = _candidates(cycle, sorted(slots), rng)
    if not candidates:
        return Preemption(message=_no_candidates(cycle, failed))
    best = least_harm(candidates)
    chosen = best[rng.randrange(len(best))]
    return Preemption(chosen, tuple(best), candidates=tuple(candidates))


def _barred(cycle: Cycle, diagnosis: Diagnosis) -> str:
    """Why the pod may not make others go; empty if it may."""
    if (cycle.info.pod.get("spec") or {}).get("preemptionPolicy") == "Never":
        return _NEVER
    name = cycle.state.nomination(cycle.info.key)
    slot = None if name is None else cycle.state.nodes.slots.get(name)
    if name is None or slot is None or _is_final_at(diagnosis, slot):
        return ""
    going = (i for i in cycle.state.pods_on(name) if i.priority < cycle.info.priority)
    return _WAITING if any(_is_being_preempted(info) for info in going) else ""


def _is_final_at(diagnosis: Diagnosis, slot: int) -> bool:
    if diagnosis.everywhere is not None:
        return True
    return any(status.final and slot in group for status, group in diagnosis.groups)


def _is_being_preempted(info: PodInfo) -> bool:
    cause = pods.condition(info.pod, "DisruptionTarget")
    return (
        info.leaving
        and cause is not None
        and cause.get("status") == "True"
        and cause.get("reason") == "PreemptionByScheduler"
    )


def _candidates(
    cycle: Cycle, slots: Sequence[int], rng: random.Random
) -> tuple[list[Candidate], list[list[Status]]]:
    """Nodes where removing pods helps, from a random one on, until there are enough."""
    if not cycle.state.has_less_important(cycle.info.priority):
        return [], [[NO_VICTIMS]] * len(slots)
    if not slots:
        return [], []
    enough = min(max(len(slots) * _CANDIDATE_PERCENT // 100, _LEAST_CANDIDATES), len(slots))
    offset = rng.randrange(len(slots))
    found: list[Candidate] = []
    failed = []
    for slot in (*slots[offset:], *slots[:offset]):
        outcome = on_node(cycle, slot)
        if not isinstance(outcome, Candidate):
            failed.append(outcome)
            continue
        found.append(outcome)
        if len(found) >= enough and any(not candidate.violations for candidate in found):
            break
    return found, failed


def _no_candidates(cycle: Cycle, failed: Sequence[Sequence[Status]]) -> str:
    counts = Counter(
        reason for statuses in failed for status in statuses for reason in status.reasons
    )
    total = len(cycle.state.nodes.slots)
    if total > len(failed):
        counts[_NOT_HELPFUL] += total - len(failed)
    return f"0/{total} nodes are available: {histogram(counts)}."


def least_harm(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that are best by each criterion in turn."""
    criteria: tuple[Callable[[Candidate], Any], ...] = (
        lambda c: c.violations,
        lambda c: c.victims[0].priority,
        lambda c: sum(info.priority + _OFFSET for info in c.victims),
        lambda c: len(c.victims),
        lambda c: -_earliest_start(c),
    )
    best = list(candidates)
    for criterion in criteria:
        values = [criterion(candidate) for candidate in best]
        least = min(values)
        best = [c for c, value in zip(best, values, strict=True) if value == least]
        if len(best) == 1:
            break
    return best


def _earliest_start(candidate: Candidate) -> int:
    """The earliest start among the victims of the highest priority."""
    highest = max(info.priority for info in candidate.victims)
    return min(info.start_time for info in candidate.victims if info.priority == highest)
