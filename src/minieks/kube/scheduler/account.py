"""What a decision looked at, told with names: for whoever asks why a pod is where it is.

Nothing here decides anything. The words are those of the decision's own diagnosis.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from minieks.kube.scheduler.filtering import Diagnosis, diagnose
from minieks.kube.scheduler.framework import Cycle, Status
from minieks.kube.scheduler.schedule import Decision
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.scheduler.victims import Candidate, on_node


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason, whose plugin gave it, and the nodes that it holds for.

    ``final``: whether making other pods go could not help. A node may have several reasons.
    """

    reason: str
    plugin: str
    final: bool
    nodes: tuple[str, ...]


@dataclass(slots=True)
class _Grouped:
    """Names by reason, in the order of their coming."""

    names: dict[tuple[str, str, bool], list[str]] = field(default_factory=dict)

    def add(self, status: Status, nodes: Iterable[str]) -> None:
        found = list(nodes)
        for reason in status.reasons if found else ():
            self.names.setdefault((reason, status.plugin, status.final), []).extend(found)

    def rejections(self) -> tuple[Rejection, ...]:
        rows = [(-len(nodes), key, nodes) for key, nodes in self.names.items()]
        return tuple(Rejection(*key, tuple(nodes)) for _, key, nodes in sorted(rows))


def rejections(cycle: Cycle, decision: Decision) -> tuple[Rejection, ...]:
    """Why the pod may not go to the other nodes; a reason for most nodes comes first.

    A decision for a node keeps no diagnosis: then one is made, of the same state.
    """
    diagnosis = decision.diagnosis or diagnose(cycle)
    grouped, rest = _Grouped(), dict.fromkeys(_all(cycle.state))
    for status, slots in diagnosis.groups:
        names = cycle.state.nodes.names_of(slots)
        grouped.add(status, names)
        for name in names:
            rest.pop(name, None)
    for name in decision.feasible:
        rest.pop(name, None)
    for general in (diagnosis.everywhere, diagnosis.unseen):
        if general is not None:
            grouped.add(general, rest)
    return grouped.rejections()


def passed_over(cycle: Cycle, decision: Decision, rejected: Iterable[Rejection]) -> tuple[str, ...]:
    """Nodes that were not needed: enough others had been found before."""
    known = {name for one in rejected for name in one.nodes} | set(decision.feasible)
    return tuple(name for name in _all(cycle.state) if name not in known)


def beyond_help(cycle: Cycle, diagnosis: Diagnosis) -> tuple[Rejection, ...]:
    """Why no pod that goes from a node would help there, for each node where some could go."""
    grouped = _Grouped()
    for slot in sorted(
        int(s) for status, group in diagnosis.groups if not status.final for s in group
    ):
        outcome = on_node(cycle, slot)
        for status in () if isinstance(outcome, Candidate) else outcome:
            grouped.add(status, [cycle.state.nodes.names[slot]])
    return grouped.rejections()


def _all(state: ClusterState) -> list[str]:
    return state.nodes.names_of(state.nodes.order())
