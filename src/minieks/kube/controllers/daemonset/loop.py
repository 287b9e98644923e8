"""The DaemonSet controller.

Source: kubernetes pkg/controller/daemon/daemon_controller.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.errors import ApiError
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes, podstate, revisions, templates
from minieks.kube.controllers.daemonset.backoff import FailedPodBackoff
from minieks.kube.controllers.daemonset.lens import Lens, version
from minieks.kube.controllers.daemonset.placement import (
    Placement,
    generation_of,
    pod_for,
)
from minieks.kube.controllers.daemonset.update import Plan, limits, rolling_update
from minieks.kube.controllers.owned import Claims
from minieks.kube.controllers.slowstart import is_for_good, slow_start
from minieks.kube.controllers.wakes import by_replica, itself
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import (
    Obj,
    is_deleting,
    key,
    labels,
    metadata,
    name,
    namespace,
    split_key,
)

COLLECTION: Final = "daemonsets.apps"
COMPONENT: Final = "daemonset-controller"
BURST: Final = 250


class DaemonSetLoop:
    """Keeps one pod of each DaemonSet on each node where it belongs."""

    name = "daemonset"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._backoff = FailedPodBackoff()
        self._placements: IdentityMemo[Placement] = IdentityMemo(256)
        self._lenses: dict[str, Lens] = {}
        self._claims = Claims(api, "pods")
        indexes.add_owner_indexes(api, "pods")
        indexes.add_owner_indexes(api, revisions.COLLECTION)

    def watches(self) -> Mapping[str, Wakes]:
        """Its own changes, its pods', and nodes that come, go or change what decides placement."""
        of_pod = by_replica(self._api, "DaemonSet", COLLECTION)
        kinds = aspects.OF_DAEMON_SET | aspects.UNCONTROLLED
        return {
            COLLECTION: itself,
            "pods": Minding(of_pod, podstate.COUNTED, of=kinds),
            "nodes": Minding(self._of_node, aspects.LIFE | aspects.LABELS | aspects.SPEC),
        }

    def _of_node(self, change: Change) -> Iterable[str]:
        before = change.previous if change.type == "MODIFIED" else None
        if before is not None and _face(before) == _face(change.value):
            return ()
        return [
            key(daemon_set)
            for daemon_set in self._api.store.values(COLLECTION)
            if self._is_concerned(daemon_set, change.value, before)
        ]

    def _is_concerned(self, daemon_set: Obj, node: Obj, before: Obj | None) -> bool:
        """Whether the node belongs to the set or no longer does, or has its pods all the same."""
        placement = self._placement(daemon_set)
        fit = placement.fit
        if before is not None:
            if labels(before) is labels(node) and not placement.means(node):
                return False
            return fit(before) != fit(node)
        lens = self._lenses.get(key(daemon_set))
        return fit(node).runs or (lens is not None and name(node) in lens.by_node)

    def _placement(self, daemon_set: Obj) -> Placement:
        template = daemon_set["spec"]["template"]
        known = self._placements.get(template)
        return known or self._placements.put(template, Placement(template))

    def reconcile(self, key: str) -> Result | None:
        """Manage the pods, take a step of an update, write the status."""
        daemon_set = self._api.get(COLLECTION, *split_key(key))
        if daemon_set is None:
            self._lenses.pop(key, None)
            self._claims.forget(key)
            return None
        if daemon_set["spec"].get("selector") == {}:
            return None
        if is_deleting(daemon_set):
            # Its pods are the garbage collector's by now, and its status is nobody's.
            return None
        self._claims.claim(daemon_set)
        history = revisions.History(self._api, daemon_set)
        before = int((daemon_set.get("status") or {}).get("collisionCount") or 0)
        data = revisions.template_data(daemon_set["spec"]["template"])
        current, collisions = history.current(data, before)
        digest = labels(current)[templates.REVISION_LABEL]
        work = _Pass(self._api, daemon_set, self._lens(daemon_set, digest))
        wait, failure = self._manage(work)
        if failure is None and work.is_rolling():
            failure = work.apply(work.update_plan())
        self._truncate(history, daemon_set, digest)
        return self._finish(work, collisions, wait, failure)

    def _lens(self, daemon_set: Obj, digest: str) -> Lens:
        known = self._lenses.get(key(daemon_set))
        if known is None or known.version != version(daemon_set, digest):
            known = Lens(daemon_set, digest, self._placement(daemon_set))
            self._lenses[key(daemon_set)] = known
        return known

    def _manage(self, work: "_Pass") -> tuple[Micros | None, ApiError | None]:
        total, wait = Plan([], []), None
        for node, view in work.lens().loud():
            if view.fit.stays:
                failed, waiting = self._ended(work, node, view.pods)
                total.delete.extend(failed)
                wait = min(waiting, wait or waiting) if waiting else wait
            total.delete.extend(view.plan.delete)
            total.create.extend(view.plan.create)
        total.delete.extend(work.pods_of_gone_nodes())
        return wait, work.apply(total)

    def _ended(
        self, work: "_Pass", node: str, here: Sequence[Obj]
    ) -> tuple[list[str], Micros | None]:
        """Pods of the node that ended: their names if they may go now, else how long to wait."""
        gone: list[str] = []
        wait: Micros | None = None
        now = self._api.engine.now()
        for pod in here:
            if is_deleting(pod) or not pods.is_terminal(pod):
                continue
            if pods.phase(pod) == "Succeeded":
                work.tell_ended(pod, node)
                gone.append(name(pod))
                continue
            backoff_key = f"{metadata(work.daemon_set)['uid']}/{node}"
            waiting = self._backoff.remaining(backoff_key, now)
            if waiting:
                wait = min(waiting, wait or waiting)
                continue
            self._backoff.note(backoff_key, now)
            work.tell_ended(pod, node)
            gone.append(name(pod))
        return gone, wait

    def _truncate(self, history: revisions.History, daemon_set: Obj, digest: str) -> None:
        limit = daemon_set["spec"].get("revisionHistoryLimit")
        most = 10 if limit is None else int(limit)
        if len(history.history) <= most:
            return
        owner = name(daemon_set)
        live = {
            f"{owner}-{labels(pod).get(templates.REVISION_LABEL, '')}"
            for pod in indexes.controlled(self._api, "pods", daemon_set)
        }
        current = f"{owner}-{digest}"
        history.forget(revisions.old_surplus(history.history, current, live, most))

    def _finish(
        self, work: "_Pass", collisions: int, wait: Micros | None, failure: ApiError | None
    ) -> Result | None:
        status = work.status()
        if collisions:
            status["collisionCount"] = collisions
        self._api.update_status({**work.daemon_set, "status": status})
        if failure is not None:
            raise failure
        due = work.available_in()
        waits = [seconds for seconds in (due, wait / SECOND if wait else None) if seconds]
        return Result(min(waits)) if waits else None


def _face(node: Obj) -> tuple[object, ...]:
    """What of a node decides whether daemon pods belong there."""
    return labels(node), nodes.taints(node)


def _waits(pod: Obj) -> bool:
    return not pods.node_name(pod) and not is_deleting(pod)


class _Pass:
    """One pass over one DaemonSet; reads the pods anew after each change."""

    def __init__(self, api: Api, daemon_set: Obj, lens: Lens) -> None:
        self._api = api
        self.daemon_set = daemon_set
        self.digest = lens.digest
        self.min_ready = lens.min_ready
        self._lens = lens
        self._read_at = -1

    def is_rolling(self) -> bool:
        """Whether old pods are replaced without being deleted by hand."""
        strategy = self.daemon_set["spec"].get("updateStrategy") or {}
        return strategy.get("type") != "OnDelete"

    def lens(self) -> Lens:
        """The nodes and pods as they are now."""
        store = self._api.store
        if self._read_at != store.revision:
            self._read_at = store.revision
            found = indexes.controlled(self._api, "pods", self.daemon_set)
            self._lens.look(store.values("nodes"), found, self._api.engine.now())
        return self._lens

    def available_in(self) -> float | None:
        """Seconds until the next ready pod becomes available; None if none is waiting."""
        if not self.min_ready:
            return None
        found = indexes.controlled(self._api, "pods", self.daemon_set)
        return podstate.available_in(found, self.min_ready, self._api.engine.now())

    def update_plan(self) -> Plan:
        """One step of the rolling update."""
        lens, now = self.lens(), self._api.engine.now()
        if not lens.tally.outdated and not any(
            not lens.pod(pod, now).updated for pod in lens.elsewhere()
        ):
            return Plan([], [])
        found = {node: view.seen for node, view in lens.views.items() if view.fit.runs}
        desired = len(found)
        for node, here in lens.grouped().items():
            if node and node not in found:
                found[node] = [lens.pod(pod, now) for pod in here]
        return rolling_update(limits(self.daemon_set, desired), found)

    def pods_of_gone_nodes(self) -> list[str]:
        """Pods that wait for a node that is no more, in the order of `Lens.grouped`."""
        waiting = {name(pod) for pod in self.lens().elsewhere() if _waits(pod)}
        if len(waiting) < 2:
            return list(waiting)
        ordered = (name(pod) for here in self.lens().grouped().values() for pod in here)
        return [one for one in ordered if one in waiting]

    def apply(self, plan: Plan) -> ApiError | None:
        """Create and delete; the first refusal, if there was one."""
        generation = generation_of(self.daemon_set)
        _, failure = slow_start(
            plan.create[:BURST],
            lambda node: self._create(pod_for(self.daemon_set, node, self.digest, generation)),
        )
        for pod_name in plan.delete[:BURST]:
            failure = self._delete(pod_name) or failure
        return failure

    def _create(self, pod: Obj) -> None:
        try:
            made = self._api.create(pod)
        except ApiError as error:
            if not is_for_good(error):
                self._event("Warning", "FailedCreate", f"Error creating: {error.message}")
            raise
        self._event("Normal", "SuccessfulCreate", f"Created pod: {name(made)}")

    def _delete(self, pod_name: str) -> ApiError | None:
        try:
            self._api.delete("pods", namespace(self.daemon_set), pod_name)
        except ApiError as error:
            self._event("Warning", "FailedDelete", f"Error deleting: {error.message}")
            return error
        self._event("Normal", "SuccessfulDelete", f"Deleted pod: {pod_name}")
        return None

    def tell_ended(self, pod: Obj, node: str) -> None:
        """Tell that an ended pod is going to be deleted."""
        about = f"daemon pod {namespace(pod)}/{name(pod)} on node {node}, will try to"
        if pods.phase(pod) == "Failed":
            self._event("Warning", "FailedDaemonPod", f"Found failed {about} kill it")
        else:
            self._event("Normal", "SucceededDaemonPod", f"Found succeeded {about} delete it")

    def status(self) -> Obj:
        """The counts: per node, the oldest pod speaks for it."""
        tally = self.lens().tally
        counts = {
            "updatedNumberScheduled": tally.updated,
            "numberAvailable": tally.available,
            "numberUnavailable": tally.desired - tally.available,
        }
        return {
            "currentNumberScheduled": tally.current,
            "numberMisscheduled": tally.misscheduled,
            "desiredNumberScheduled": tally.desired,
            "numberReady": tally.ready,
            "observedGeneration": metadata(self.daemon_set)["generation"],
            **{field: count for field, count in counts.items() if count},
        }

    def _event(self, type_: str, reason: str, message: str) -> None:
        self._api.record_event(self.daemon_set, type_, reason, message, component=COMPONENT)
