"""What people do to nodes: cordon, uncordon, drain."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from minieks.engine.errors import UserError
from minieks.kube.api.errors import InternalError, NotFound, TooManyRequests
from minieks.kube.controllers.indexes import pods_on
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import Obj, is_deleting, key, name, namespace
from minieks.scenario.script.actions.targets import TARGET, Target, counted
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.values import BOOLEAN
from minieks.scenario.simulation import Simulation

RETRY_AFTER: Final = 5.0
"""Seconds until kubectl tries an eviction again that a budget refused.

Source: kubernetes k8s.io/kubectl pkg/drain/drain.go.
"""


@dataclass(frozen=True, slots=True)
class Cordon:
    """Nodes take no more pods, or take some again."""

    target: Target
    unschedulable: bool

    def perform(self, stage: Simulation) -> str:
        """Write it on the nodes."""
        found = self.target.nodes(stage)
        for node in found:
            set_unschedulable(stage, node, self.unschedulable)
        verb = "cordoned" if self.unschedulable else "uncordoned"
        return f"{verb} {counted(len(found), 'node')}"


@dataclass(frozen=True, slots=True)
class Drain:
    """Nodes are cordoned and emptied, as by ``kubectl drain --ignore-daemonsets``.

    Budgets are waited for, without end. With ``force`` pods without a controller go as well.
    """

    target: Target
    force: bool = False

    def perform(self, stage: Simulation) -> str:
        """Cordon them and begin to evict."""
        found = self.target.nodes(stage)
        for node in found:
            self._check(stage, node)
        for node in found:
            set_unschedulable(stage, node, True)
            self._evict(stage, name(node))
        return f"drains {counted(len(found), 'node')}"

    def _check(self, stage: Simulation, node: Obj) -> None:
        if self.force:
            return
        for pod in _evictable(stage, name(node)):
            if not pod["metadata"].get("ownerReferences"):
                text = f"cannot delete Pods that declare no controller: {key(pod)}"
                raise UserError(text, hint="drain with force = true")

    def _evict(self, stage: Simulation, node: str) -> None:
        """Evict what can be evicted, and come again for the others."""
        left = [pod for pod in _evictable(stage, node) if not is_deleting(pod)]
        refused = [pod for pod in left if not _try_eviction(stage, pod)]
        if refused:
            stage.engine.after(RETRY_AFTER, partial(self._evict, stage, node))


def set_unschedulable(stage: Simulation, node: Obj, unschedulable: bool) -> None:
    """Let a node take no pods, or take some."""
    if nodes.is_unschedulable(node) == unschedulable:
        return
    spec = {key: value for key, value in node["spec"].items() if key != "unschedulable"}
    if unschedulable:
        spec["unschedulable"] = True
    stage.api.update({**node, "spec": spec})


def _evictable(stage: Simulation, node: str) -> list[Obj]:
    return [
        pod
        for pod in pods_on(stage.api, node)
        if not (pods.is_daemon(pod) or pods.is_mirror(pod) or pods.is_terminal(pod))
    ]


def _try_eviction(stage: Simulation, pod: Obj) -> bool:
    try:
        stage.api.evict(namespace(pod), name(pod))
    except (TooManyRequests, InternalError):
        return False
    except NotFound:
        return True
    return True


def _cordon(**target: Any) -> Cordon:
    return Cordon(Target(**target), unschedulable=True)


def _uncordon(**target: Any) -> Cordon:
    return Cordon(Target(**target), unschedulable=False)


def _drain(force: bool = False, **target: Any) -> Drain:
    return Drain(Target(**target), force)


CORDON = Table(
    "cordon", "Nodes take no more pods.", TARGET, _cordon, 'cordon = { zone = "eu-central-1a" }'
)
UNCORDON = Table(
    "uncordon", "Nodes take pods again.", TARGET, _uncordon, 'uncordon = { group = "general" }'
)
DRAIN = Table(
    "drain",
    "Nodes are cordoned and their pods evicted, as with `kubectl drain --ignore-daemonsets`;"
    " budgets are waited for.",
    (*TARGET, Field("force", BOOLEAN, "also pods without a controller")),
    _drain,
    'drain = { group = "general", count = 1 }',
)
