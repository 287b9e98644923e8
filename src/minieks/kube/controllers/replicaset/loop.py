"""The ReplicaSet controller: creates and deletes pods until as many are active as wanted.

Source: kubernetes pkg/controller/replicaset/replica_set.go.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes, podstate, templates
from minieks.kube.controllers.owned import claim
from minieks.kube.controllers.replicaset import ranking, status
from minieks.kube.controllers.slowstart import burst, is_for_good, slow_start
from minieks.kube.controllers.wakes import by_replica, itself
from minieks.kube.words.objects import (
    Obj,
    controller_ref,
    is_deleting,
    labels,
    name,
    namespace,
    split_key,
)

COLLECTION = "replicasets.apps"
# No single pass creates or deletes more pods than this.
BURST = 500
# All but the status, which only this loop writes.
_OWN = (
    aspects.LIFE
    | aspects.SPEC
    | aspects.LABELS
    | aspects.ANNOTATIONS
    | aspects.OWNERS
    | aspects.FINALIZERS
    | aspects.DELETION
)
_KINDS = aspects.OF_REPLICA_SET | aspects.UNCONTROLLED
# Of phases only the last ones count, and of finalizers none.
_COUNTED = (podstate.COUNTED | aspects.ENDED) & ~(aspects.PHASE | aspects.FINALIZERS)


class ReplicaSetLoop:
    """Keeps the pods of each ReplicaSet."""

    name = "replicaset"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._by_replica = by_replica(api, "ReplicaSet", COLLECTION)
        indexes.add_owner_indexes(api, "pods")
        indexes.add_owner_indexes(api, COLLECTION)

    def watches(self) -> Mapping[str, Wakes]:
        """Its own changes and its pods'."""
        return {
            COLLECTION: Minding(itself, _OWN),
            "pods": Minding(self._of_pod, _COUNTED, of=_KINDS),
        }

    def _of_pod(self, change: Change) -> Iterable[str]:
        return () if _is_past(change) else self._by_replica(change)

    def reconcile(self, key: str) -> Result | None:
        """Create or delete what is too few or too many, then write the status."""
        replica_set = self._api.get(COLLECTION, *split_key(key))
        if replica_set is None:
            return None
        claimed = claim(self._api, replica_set, "pods", may_adopt=podstate.is_active)
        active = [pod for pod in claimed if podstate.is_active(pod)]
        failure = None
        if not is_deleting(replica_set) and len(active) != int(replica_set["spec"]["replicas"]):
            failure = self._manage(replica_set, active)
            # What managing changed is visible at once: the status is of the pods as they are now.
            present = indexes.controlled(self._api, "pods", replica_set)
            active = [pod for pod in present if podstate.is_active(pod)]
        now = self._api.engine.now()
        new = status.calculate(replica_set, active, now, failure)
        if new != replica_set.get("status"):
            self._api.update_status({**replica_set, "status": new})
        if failure is not None:
            raise failure[1]
        spec = replica_set["spec"]
        min_ready = int(spec.get("minReadySeconds") or 0)
        # Beyond a burst its own writes have to wake it for the rest.
        settled = len(active) == int(spec["replicas"])
        return Result(podstate.available_in(active, min_ready, now), settled)

    def _manage(
        self, replica_set: Obj, active: Sequence[Obj]
    ) -> tuple[status.FailureReason, ApiError] | None:
        wanted = int(replica_set["spec"]["replicas"])
        if len(active) < wanted:
            missing = min(wanted - len(active), BURST)
            _, error = slow_start(range(missing), lambda _: self._create(replica_set))
            return ("FailedCreate", error) if error else None
        if len(active) > wanted:
            return self._delete(replica_set, active, min(len(active) - wanted, BURST))
        return None

    def _create(self, replica_set: Obj) -> None:
        try:
            pod = self._api.create(templates.pod_from(replica_set["spec"]["template"], replica_set))
        except ApiError as error:
            if not is_for_good(error):
                self._event(
                    replica_set, "Warning", "FailedCreate", f"Error creating: {error.message}"
                )
            raise
        self._event(replica_set, "Normal", "SuccessfulCreate", f"Created pod: {name(pod)}")

    def _delete(
        self, replica_set: Obj, active: Sequence[Obj], count: int
    ) -> tuple[status.FailureReason, ApiError] | None:
        now = self._api.engine.now()
        doomed = ranking.to_delete(active, count, self._related(replica_set), now)
        for pod in burst(doomed):
            try:
                self._api.delete("pods", namespace(pod), name(pod))
            except ApiError as error:
                text = f"Error deleting: {error.message}"
                self._event(replica_set, "Warning", "FailedDelete", text)
                return "FailedDelete", error
            self._event(replica_set, "Normal", "SuccessfulDelete", f"Deleted pod: {name(pod)}")
        return None

    def _related(self, replica_set: Obj) -> Iterator[Obj]:
        """The pods of all ReplicaSets with the same controller; none for one without.

        They are only looked for when they are asked for: not when all pods go.
        """
        owner = controller_ref(replica_set)
        if owner is None:
            return
        for sibling in indexes.controlled_by_uid(self._api, COLLECTION, str(owner["uid"])):
            yield from indexes.controlled(self._api, "pods", sibling)

    def _event(self, about: Obj, type_: str, reason: str, message: str) -> None:
        self._api.record_event(about, type_, reason, message, component="replicaset-controller")


def _is_past(change: Change) -> bool:
    """Whether the pod counted no more already, and belongs to whom it belonged."""
    before, after = change.previous, change.value
    if before is None or podstate.is_active(before) or podstate.is_active(after):
        return False
    return labels(before) == labels(after) and controller_ref(before) == controller_ref(after)
