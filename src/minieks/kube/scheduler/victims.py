"""Which pods would have to go from one node for another to fit there.

Source: kubernetes plugins/defaultpreemption/default_preemption.go SelectVictimsOnNode.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from minieks.kube.scheduler.filtering import fit_with_rivals
from minieks.kube.scheduler.framework import Cycle, Status
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.words import objects, selectors
from minieks.kube.words.objects import Obj

NO_VICTIMS: Final = Status(("No preemption victims found for incoming pod",), True)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node with the pods that would have to go, the most important first."""

    node: str
    victims: tuple[PodInfo, ...]
    violations: int
    """How many of them a PodDisruptionBudget protects."""


def importance(info: PodInfo) -> tuple[int, int]:
    """Sort key: higher priority first, then the earlier start."""
    return -info.priority, info.start_time


def on_node(cycle: Cycle, slot: int) -> Candidate | list[Status]:
    """The candidate that a node is, or why it is none.

    All less important pods are taken away; then, protected ones first, each is put back that the
    pod can do with.
    """
    name = cycle.state.nodes.names[slot]
    lower = [i for i in cycle.state.pods_on(name) if i.priority < cycle.info.priority]
    if not lower:
        return [NO_VICTIMS]
    with cycle.state.without(name, lower):
        failing = fit_with_rivals(cycle, slot)
        if failing:
            return failing
        return _reprieved(cycle, slot, sorted(lower, key=importance))


def _reprieved(cycle: Cycle, slot: int, lower: Sequence[PodInfo]) -> Candidate:
    protected, others = by_budget(lower, cycle.state.budgets.values())
    victims: list[PodInfo] = []
    back: list[PodInfo] = []
    for info in (*protected, *others):
        cycle.state.count_on(info, slot, 1)
        if not fit_with_rivals(cycle, slot):
            back.append(info)
            continue
        cycle.state.count_on(info, slot, -1)
        victims.append(info)
    violations = sum(info in protected for info in victims)
    for info in back:  # the caller puts all of them back
        cycle.state.count_on(info, slot, -1)
    victims.sort(key=importance)
    return Candidate(cycle.state.nodes.names[slot], tuple(victims), violations)


def by_budget(
    infos: Iterable[PodInfo], budgets: Iterable[Obj]
) -> tuple[list[PodInfo], list[PodInfo]]:
    """Pods whose going would violate a PodDisruptionBudget, and the others."""
    allowed = [(budget, _Allowance(budget)) for budget in budgets]
    violating: list[PodInfo] = []
    others: list[PodInfo] = []
    for info in infos:
        violated = [a.violated_by(info) for budget, a in allowed if _covers(budget, info)]
        (violating if any(violated) else others).append(info)
    return violating, others


class _Allowance:
    """How many more disruptions a budget allows."""

    def __init__(self, budget: Obj) -> None:
        self._left = int((budget.get("status") or {}).get("disruptionsAllowed") or 0)

    def violated_by(self, info: PodInfo) -> bool:
        """Whether one more is too many."""
        self._left -= 1
        return self._left < 0


def _covers(budget: Obj, info: PodInfo) -> bool:
    """Whether the budget counts the pod; those that it has let go already it does not."""
    if objects.namespace(budget) != info.namespace or not info.labels:
        return False
    wanted = selectors.compile_selector((budget.get("spec") or {}).get("selector"))
    if wanted.is_empty or not wanted.matches(info.labels):
        return False
    gone = (budget.get("status") or {}).get("disruptedPods") or {}
    return objects.name(info.pod) not in gone
