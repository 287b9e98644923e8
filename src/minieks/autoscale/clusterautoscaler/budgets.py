"""PodDisruptionBudgets, and what is left of them while several nodes are thought away.

Source: kubernetes/autoscaler cluster-autoscaler/core/scaledown/pdb/basic.go.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from minieks.kube.words.objects import Obj, labels, namespace
from minieks.kube.words.selectors import Selector, compile_selector


@dataclass(slots=True)
class Budget:
    """One budget: whom it protects, and how many of them may go at present."""

    namespace: str
    selector: Selector
    allowed: int


@dataclass(slots=True)
class Budgets:
    """All budgets of a cluster."""

    budgets: list[Budget] = field(default_factory=list)

    def matching(self, pod: Obj) -> list[Budget]:
        """The budgets that protect a pod."""
        space = namespace(pod)
        return [
            one
            for one in self.budgets
            if one.namespace == space and one.selector.matches(labels(pod))
        ]

    def allow_at_once(self, members: Iterable[Obj]) -> bool:
        """Whether all of these pods may go at the same time."""
        taken: dict[int, int] = {}
        for pod in members:
            for one in self.matching(pod):
                taken[id(one)] = taken.get(id(one), 0) + 1
                if taken[id(one)] > one.allowed:
                    return False
        return True

    def take(self, members: Iterable[Obj]) -> None:
        """Count these pods as gone."""
        for pod in members:
            for one in self.matching(pod):
                one.allowed -= 1


def budgets_of(objects: Iterable[Obj]) -> Budgets:
    """The budgets as their status stands; one without a selector protects nobody."""
    return Budgets(
        [
            Budget(
                namespace(one),
                compile_selector(one["spec"]["selector"]),
                int((one.get("status") or {}).get("disruptionsAllowed") or 0),
            )
            for one in objects
            if one["spec"].get("selector") is not None
        ]
    )
