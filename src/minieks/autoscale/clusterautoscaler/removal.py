"""Whether a node can go: its pods are taken off it and placed on other nodes, as a trial.

Source: kubernetes/autoscaler cluster-autoscaler/simulator/{cluster,drain}.go and
simulator/scheduling/hinting_simulator.go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from minieks.autoscale.clusterautoscaler.drainability import Context, Verdict, drainable
from minieks.autoscale.clusterautoscaler.podgroups import are_alike
from minieks.autoscale.clusterautoscaler.snapshot import Snapshot, unbound
from minieks.kube.kinds import pods
from minieks.kube.scheduler.arrays import Bools
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.words.objects import controller_ref


class Leaving(NamedTuple):
    """The pods of a node that is to go."""

    moving: Sequence[PodInfo]
    """Those that need another place."""
    daemons: Sequence[PodInfo]
    blocked: Verdict | None = None
    """The first pod's verdict that keeps the node."""
    by: PodInfo | None = None
    """That pod."""


def leaving(members: Iterable[PodInfo], context: Context) -> Leaving:
    """What becomes of the pods of a node; ends with the first that keeps it."""
    moving: list[PodInfo] = []
    daemons: list[PodInfo] = []
    for info in members:
        verdict = drainable(info.pod, context)
        if verdict.outcome == "block":
            return Leaving([], [], verdict, info)
        if verdict.outcome == "move":
            (daemons if pods.is_daemon(info.pod) else moving).append(info)
    return Leaving(moving, daemons)


@dataclass(slots=True)
class Rescheduling:
    """Places pods in a snapshot, first where they went last time."""

    snapshot: Snapshot
    _hints: dict[str, str] = field(default_factory=dict)
    _old: dict[str, str] = field(default_factory=dict)

    def forget_old(self) -> None:
        """Forget the places that were not used again since this was called last."""
        self._old, self._hints = self._hints, {}

    def place_all(
        self, infos: Iterable[PodInfo], among: Bools | None, *, until_failure: bool
    ) -> set[str]:
        """Place pods; gives the keys of those that found a place.

        Of pods that are alike the second is not tried if the first found none.
        """
        placed: set[str] = set()
        failed: dict[str, list[PodInfo]] = {}
        for info in infos:
            if self._place(info, among, failed):
                placed.add(info.key)
            elif until_failure:
                break
        return placed

    def _place(self, info: PodInfo, among: Bools | None, failed: dict[str, list[PodInfo]]) -> bool:
        if self._as_hinted(info, among):
            return True
        owner = controller_ref(info.pod)
        alike = failed.setdefault(str(owner["uid"]), []) if owner is not None else []
        if any(are_alike(one, info) for one in alike):
            return False
        found = self.snapshot.place(info, among)
        if found is None:
            alike.append(info)
            return False
        self._hints[info.key] = found
        return True

    def _as_hinted(self, info: PodInfo, among: Bools | None) -> bool:
        hint = self._hints.get(info.key) or self._old.get(info.key)
        slot = self.snapshot.state.nodes.slots.get(hint) if hint else None
        if hint is None or slot is None or (among is not None and not among[slot]):
            return False
        if not self.snapshot.fits(info, hint):
            return False
        self.snapshot.add_pod(info, hint)
        self._hints[info.key] = hint
        return True


def remove(
    rescheduling: Rescheduling, node_name: str, moving: Sequence[PodInfo], among: Bools
) -> bool:
    """Try a node's removal: whether all pods find a place. If so the snapshot stays without it.

    The node itself is not ``among`` those where places are looked for.
    """
    snapshot = rescheduling.snapshot
    snapshot.fork()
    for info in moving:
        snapshot.remove_pod(info)
    snapshot.hide_node(node_name)
    free = [unbound(info) for info in moving]
    placed = rescheduling.place_all(free, among, until_failure=True)
    if len(placed) == len(moving):
        snapshot.commit()
        return True
    snapshot.revert()
    return False
