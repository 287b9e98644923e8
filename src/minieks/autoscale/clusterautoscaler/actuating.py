"""Removes nodes: marks them, evicts their pods, and ends their machines, step by step in time.

Source: kubernetes/autoscaler cluster-autoscaler/core/scaledown/actuation/{actuator,drain,
delete_in_batch,group_deletion_scheduler}.go, utils/taints/taints.go.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from minieks.autoscale.clusterautoscaler.budgets import budgets_of
from minieks.autoscale.clusterautoscaler.drainability import Context
from minieks.autoscale.clusterautoscaler.nodetemplates import TO_BE_DELETED
from minieks.autoscale.clusterautoscaler.options import Options
from minieks.autoscale.clusterautoscaler.provider import Provider, ProviderError
from minieks.autoscale.clusterautoscaler.recording import Recorder, normal, warning
from minieks.autoscale.clusterautoscaler.registry import Note
from minieks.autoscale.clusterautoscaler.removal import leaving
from minieks.autoscale.clusterautoscaler.unneeded import Removable
from minieks.autoscale.clusterautoscaler.utilization import Utilization
from minieks.autoscale.clusterautoscaler.watching import DELETION_CANDIDATE
from minieks.engine.clock import SECOND, Micros
from minieks.kube.api.deletion import DeleteOptions
from minieks.kube.api.errors import ApiError, NotFound
from minieks.kube.api.eviction import evict
from minieks.kube.api.server import Api
from minieks.kube.controllers.indexes import add_node_index, pods_on
from minieks.kube.kinds import nodes, pods
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.podinfo import Compiler
from minieks.kube.words.objects import Obj, annotations, key, name, namespace

EVICT_DAEMONS: Final = "cluster-autoscaler.kubernetes.io/enable-ds-eviction"
_RETRY: Final = 10 * SECOND
_LOOK: Final = 5 * SECOND
_HEADROOM: Final = 30 * SECOND


@dataclass(slots=True)
class Deletion:
    """One node on its way out."""

    group: str
    node: Obj
    drains: bool
    due: Micros
    """When the next step is."""
    evicting: dict[str, str] = field(default_factory=dict)
    """Pods still to be evicted, with the last refusal."""
    awaited: list[Obj] = field(default_factory=list)
    """Pods that have been evicted and must be gone before the node."""
    give_up: Micros = 0
    """When evictions are tried no more, then when nobody waits for pods any more."""
    has_begun: bool = False


class _Failed(Exception):
    """A deletion that does not go on; the message says why."""


class Actuator:
    """All deletions that are under way."""

    def __init__(self, api: Api, provider: Provider, recorder: Recorder, options: Options) -> None:
        self._api = api
        self._provider = provider
        self._recorder = recorder
        self._options = options
        self.deletions: dict[str, Deletion] = {}
        """By the name of the node."""
        self.on_removed: Callable[[str], None] = lambda group: None
        """Hears of each group that has lost a node."""
        self._compiler = Compiler(features_of(api.version))
        add_node_index(api)

    # Questions -------------------------------------------------------------------------------

    def under_way(self) -> tuple[int, int]:
        """How many empty nodes and how many others are being removed."""
        drains = sum(one.drains for one in self.deletions.values())
        return len(self.deletions) - drains, drains

    def of_group(self, group: str) -> int:
        """How many nodes of a group are being removed."""
        return sum(one.group == group for one in self.deletions.values())

    def draining(self) -> list[str]:
        """The nodes whose pods are being evicted."""
        return [node for node, one in self.deletions.items() if one.drains]

    # Marks -----------------------------------------------------------------------------------

    def clean_up(self) -> None:
        """Take off marks that an earlier run of the program has left."""
        for node in self._api.list("nodes"):
            if _has(node, TO_BE_DELETED) and self._provider.group_of(node) is not None:
                self.unmark(name(node))

    def unmark(self, node_name: str) -> None:
        """Take the mark of deletion, and its cordon, off a node."""
        node = self._api.get("nodes", "", node_name)
        if node is None or not _has(node, TO_BE_DELETED):
            return
        spec = {**node["spec"], "taints": _without(node, TO_BE_DELETED)}
        if self._options["cordon-node-before-terminating"]:
            spec.pop("unschedulable", None)
        self._api.update({**node, "spec": spec})

    def _mark(self, node: Obj, now: Micros) -> Obj:
        taint = {"key": TO_BE_DELETED, "value": str(now // SECOND), "effect": "NoSchedule"}
        spec = {**node["spec"], "taints": [*_without(node, TO_BE_DELETED), taint]}
        if self._options["cordon-node-before-terminating"]:
            spec["unschedulable"] = True
        return self._api.update({**node, "spec": spec})

    def soften(self, node_name: str, *, is_candidate: bool) -> None:
        """Set or take off the soft taint of a candidate."""
        node = self._api.get("nodes", "", node_name)
        if node is None:
            return
        taints = _without(node, DELETION_CANDIDATE)
        if is_candidate:
            seconds = str(self._api.engine.now() // SECOND)
            effect = "PreferNoSchedule"
            taints.append({"key": DELETION_CANDIDATE, "value": seconds, "effect": effect})
        self._api.update({**node, "spec": {**node["spec"], "taints": taints}})

    # Start -----------------------------------------------------------------------------------

    def start(
        self,
        empty: Sequence[Removable],
        drained: Sequence[Removable],
        group_of: Callable[[str], str],
        used: Callable[[str], Utilization],
    ) -> list[str]:
        """Begin to remove nodes; gives their names."""
        delay = self._options["node-delete-delay-after-taint"]
        for batch, drains in ((empty, False), (drained, True)):
            marked = [self._marked(one) for one in batch]
            for one, node in zip(batch, marked, strict=True):
                self._recorder.log(_begins(one, used(one.name)))
                due = self._api.engine.now() + delay
                self.deletions[one.name] = Deletion(group_of(one.name), node, drains, due)
        return [one.name for one in (*empty, *drained)]

    def _marked(self, one: Removable) -> Obj:
        node = self._api.get("nodes", "", one.name)
        assert node is not None, "a node that was found unneeded is there"
        node = self._mark(node, self._api.engine.now())
        text = "marked the node as toBeDeleted/unschedulable"
        self._recorder.tell(node, normal("ScaleDown", text))
        return node

    # Steps -----------------------------------------------------------------------------------

    def step(self, node_name: str) -> Micros | None:
        """Bring a deletion a step further; gives the time of the next one, None after the last."""
        deletion = self.deletions[node_name]
        now = self._api.engine.now()
        if now < deletion.due:
            return deletion.due
        try:
            if not deletion.has_begun:
                self._begin(deletion, now)
            if deletion.evicting:
                self._evict(deletion, now)
            if deletion.evicting or not self._all_gone(deletion, now):
                return deletion.due
            self._end(deletion)
        except _Failed as error:
            self._fail(deletion, str(error))
        return None

    def _begin(self, deletion: Deletion, now: Micros) -> None:
        """Look again who is there, and what would hinder."""
        deletion.has_begun = True
        node_name = name(deletion.node)
        members = pods_on(self._api, node_name)
        found = (one for one in members if not pods.is_terminal(one))
        infos = [self._compiler.compile(one) for one in found]
        context = Context(now, self._options.drain)
        if deletion.drains:
            context.find = self._api.get
            context.budgets = budgets_of(self._api.list("poddisruptionbudgets.policy"))
        pods_leaving = leaving(infos, context)
        if pods_leaving.blocked is not None:
            message = pods_leaving.blocked.message
            raise _Failed(f'GetPodsToMove for "{node_name}" returned error: {message}')
        if pods_leaving.moving and not deletion.drains:
            raise _Failed(f'failed to delete empty node "{node_name}", new pods scheduled')
        self._plan_evictions(deletion, [info.pod for info in infos], now)

    def _plan_evictions(self, deletion: Deletion, members: Iterable[Obj], now: Micros) -> None:
        """All pods of a node that is drained; those of DaemonSets as they or the flags say."""
        kind = "occupied" if deletion.drains else "empty"
        with_daemons = self._options[f"daemonset-eviction-for-{kind}-nodes"]
        for pod in members:
            is_daemon = pods.is_daemon(pod)
            goes = _wants_eviction(pod, otherwise=with_daemons) if is_daemon else deletion.drains
            if pods.is_mirror(pod) or not goes:
                continue
            deletion.evicting[key(pod)] = ""
            if not is_daemon:
                deletion.awaited.append(pod)
            self._recorder.tell(pod, normal("ScaleDown", "deleting pod for node scale down"))
        deletion.give_up = now + self._options["max-pod-eviction-time"]

    def _evict(self, deletion: Deletion, now: Micros) -> None:
        """Try every eviction that is left; raises _Failed when the time for it is over."""
        for pod_key in list(deletion.evicting):
            refusal = self._try_eviction(pod_key)
            if refusal is None:
                del deletion.evicting[pod_key]
            else:
                deletion.evicting[pod_key] = refusal
        if not deletion.evicting:
            most = self._options["max-graceful-termination-sec"] * SECOND
            deletion.give_up = now + most + _HEADROOM
            return
        deletion.due = now + _RETRY
        if deletion.due >= deletion.give_up:
            self._give_up_evicting(deletion)
            deletion.evicting.clear()

    def _give_up_evicting(self, deletion: Deletion) -> None:
        """Raises _Failed unless only pods of DaemonSets are left."""
        wanted = {key(pod): pod for pod in deletion.awaited}
        errors = []
        for pod_key, refusal in deletion.evicting.items():
            if pod_key in wanted:
                text = "failed to delete pod for ScaleDown"
                self._recorder.tell(wanted[pod_key], warning("ScaleDownFailed", text))
                errors.append(
                    f"failed to evict pod {pod_key} within allowed timeout (last error: {refusal})"
                )
        if errors:
            about = f"Failed to drain node /{name(deletion.node)}"
            raise _Failed(f"{about}, due to following errors: [{' '.join(errors)}]")

    def _try_eviction(self, pod_key: str) -> str | None:
        """What the API says against it; None if the pod goes or is gone."""
        space, _, pod_name = pod_key.rpartition("/")
        pod = self._api.get("pods", space, pod_name)
        if pod is None:
            return None
        most = self._options["max-graceful-termination-sec"]
        grace = pod["spec"].get("terminationGracePeriodSeconds")
        shorter = grace is not None and 0 < most < grace
        options = DeleteOptions(grace_seconds=most) if shorter else None
        try:
            evict(self._api, space, pod_name, options)
        except NotFound:
            return None
        except ApiError as error:
            return error.message
        return None

    def _all_gone(self, deletion: Deletion, now: Micros) -> bool:
        """Whether no evicted pod is left on the node; raises _Failed when that takes too long."""
        node_name = name(deletion.node)
        for pod in deletion.awaited:
            found = self._api.get("pods", namespace(pod), name(pod))
            if found is not None and pods.node_name(found) == node_name:
                if now >= deletion.give_up:
                    text = f"Failed to drain node /{node_name}: pods remaining after timeout"
                    raise _Failed(text)
                deletion.due = now + _LOOK
                return False
        return True

    # End -------------------------------------------------------------------------------------

    def _end(self, deletion: Deletion) -> None:
        node_name = name(deletion.node)
        try:
            self._provider.delete(deletion.group, [nodes.provider_id(deletion.node)])
        except ProviderError as error:
            raise _Failed(f"failed to delete {node_name}: {error}") from None
        del self.deletions[node_name]
        text = "nodes removed by cluster autoscaler"
        self._recorder.tell(deletion.node, normal("ScaleDown", text))
        if deletion.drains:
            text = f"Scale-down: node {node_name} removed with drain"
            self._recorder.log(normal("ScaleDown", text))
        else:
            text = f"Scale-down: empty node {node_name} removed"
            self._recorder.log(normal("ScaleDownEmpty", text))
        self.on_removed(deletion.group)

    def _fail(self, deletion: Deletion, why: str) -> None:
        node_name = name(deletion.node)
        what = "drain and delete node" if deletion.drains else "delete empty node"
        self._recorder.tell(deletion.node, warning("ScaleDownFailed", f"failed to {what}: {why}"))
        del self.deletions[node_name]
        self.unmark(node_name)


def _begins(one: Removable, used: Utilization) -> Note:
    if not one.moving:
        return normal("ScaleDownEmpty", f'Scale-down: removing empty node "{one.name}"')
    moved = ",".join(name(info.pod) for info in one.moving)
    text = f"Scale-down: removing node {one.name}, utilization: {used}, "
    return normal("ScaleDown", f"{text}pods to reschedule: {moved}")


def _wants_eviction(daemon: Obj, *, otherwise: bool) -> bool:
    said = annotations(daemon).get(EVICT_DAEMONS)
    return otherwise if said is None else said == "true"


def _has(node: Obj, taint: str) -> bool:
    return any(one.get("key") == taint for one in nodes.taints(node))


def _without(node: Obj, taint: str) -> list[Obj]:
    return [dict(one) for one in nodes.taints(node) if one.get("key") != taint]
