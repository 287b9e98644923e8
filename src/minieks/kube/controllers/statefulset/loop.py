"""The StatefulSet controller.

Source: kubernetes pkg/controller/statefulset/{stateful_set,stateful_set_control,
stateful_pod_control}.go.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from minieks.engine.loop import Minding, Result, Wakes
from minieks.kube.api import aspects, errors
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes, podstate, revisions
from minieks.kube.controllers.owned import claim
from minieks.kube.controllers.slowstart import slow_start
from minieks.kube.controllers.statefulset import identity, retention, status
from minieks.kube.controllers.statefulset.status import Revisions
from minieks.kube.controllers.statefulset.steps import (
    Seen,
    Wanted,
    next_steps,
    revision_for,
)
from minieks.kube.controllers.wakes import by_replica, itself
from minieks.kube.kinds import pods
from minieks.kube.words.objects import (
    Obj,
    is_deleting,
    metadata,
    name,
    namespace,
    split_key,
    with_metadata,
)

COLLECTION: Final = "statefulsets.apps"
CLAIMS: Final = "persistentvolumeclaims"
COMPONENT: Final = "statefulset-controller"


class StatefulSetLoop:
    """Keeps the numbered pods of each StatefulSet, and their claims."""

    name = "statefulset"

    def __init__(self, api: Api) -> None:
        self._api = api
        indexes.add_owner_indexes(api, "pods")
        indexes.add_owner_indexes(api, revisions.COLLECTION)

    def watches(self) -> Mapping[str, Wakes]:
        """Its own changes and its pods'."""
        replicas = by_replica(self._api, "StatefulSet", COLLECTION)
        kinds = aspects.OF_STATEFUL_SET | aspects.UNCONTROLLED
        return {COLLECTION: itself, "pods": Minding(replicas, podstate.COUNTED, of=kinds)}

    def reconcile(self, key: str) -> Result | None:
        """Take the steps that are due, then write the status."""
        stateful_set = self._api.get(COLLECTION, *split_key(key))
        if stateful_set is None:
            return None
        owned = self._pods(stateful_set)
        history = revisions.History(self._api, stateful_set)
        names = self._revisions(stateful_set, history)
        wanted = _wanted(stateful_set, names)
        failure = None
        if not is_deleting(stateful_set):
            failure = self._act(stateful_set, owned, names, wanted)
        return self._finish(stateful_set, history, names, failure)

    def _pods(self, stateful_set: Obj) -> list[Obj]:
        return claim(
            self._api,
            stateful_set,
            "pods",
            may_adopt=lambda pod: identity.ordinal(pod, stateful_set) is not None,
        )

    @staticmethod
    def _revisions(stateful_set: Obj, history: revisions.History) -> Revisions:
        before = stateful_set.get("status") or {}
        data = revisions.template_data(stateful_set["spec"]["template"])
        update, collisions = history.current(data, int(before.get("collisionCount") or 0))
        known = {name(one) for one in history.history}
        current = before.get("currentRevision")
        return Revisions(current if current in known else name(update), name(update), collisions)

    def _act(
        self, stateful_set: Obj, owned: Sequence[Obj], names: Revisions, wanted: Wanted
    ) -> errors.ApiError | None:
        self._own_claims(stateful_set, owned)
        by_number = {
            number: pod
            for pod in owned
            if (number := identity.ordinal(pod, stateful_set)) is not None
        }
        now = self._api.engine.now()
        min_ready = int(stateful_set["spec"].get("minReadySeconds") or 0)
        seen = {number: _seen(pod, min_ready, now) for number, pod in by_number.items()}
        steps = next_steps(wanted, seen)
        creations = [step.number for step in steps if step.action == "create"]
        _, failure = slow_start(
            creations, lambda number: self._create(stateful_set, names, wanted, number)
        )
        for step in steps:
            if step.action == "delete":
                failure = failure or self._delete(stateful_set, by_number[step.number])
        self._own_claims(stateful_set, indexes.controlled(self._api, "pods", stateful_set))
        return failure

    def _finish(
        self,
        stateful_set: Obj,
        history: revisions.History,
        names: Revisions,
        failure: errors.ApiError | None,
    ) -> Result | None:
        owned = indexes.controlled(self._api, "pods", stateful_set)
        now = self._api.engine.now()
        new = status.calculate(stateful_set, owned, names, _wanted(stateful_set, names), now)
        self._api.update_status({**stateful_set, "status": new})
        live = {names.current, names.update, *(identity.revision_of(pod) for pod in owned)}
        limit = stateful_set["spec"].get("revisionHistoryLimit")
        most = 10 if limit is None else int(limit)
        history.forget(revisions.idle_surplus(history.history, live, most))
        if failure is not None:
            raise failure
        min_ready = int(stateful_set["spec"].get("minReadySeconds") or 0)
        # The real controller does not work out when a pod becomes available: as long as not all
        # are, it comes back after so many seconds.
        awaits = min_ready and new["availableReplicas"] != int(stateful_set["spec"]["replicas"])
        return Result(min_ready if awaits else None)

    # pods

    def _create(self, stateful_set: Obj, names: Revisions, wanted: Wanted, number: int) -> None:
        revision = revision_for(wanted, number, names.current)
        template = self._template(stateful_set, revision)
        pod = identity.build(stateful_set, template, revision, number)
        about = f"create Pod {name(pod)} in StatefulSet {name(stateful_set)}"
        try:
            self._create_claims(stateful_set, name(pod), number)
            self._api.create(pod)
        except errors.AlreadyExists:
            raise
        except errors.ApiError as error:
            text = f"{about} failed error: {error.message}"
            self._event(stateful_set, "Warning", "FailedCreate", text)
            raise
        self._event(stateful_set, "Normal", "SuccessfulCreate", f"{about} successful")

    def _template(self, stateful_set: Obj, revision: str) -> Obj:
        stored = self._api.get(revisions.COLLECTION, namespace(stateful_set), revision)
        return stateful_set["spec"]["template"] if stored is None else revisions.template_of(stored)

    def _delete(self, stateful_set: Obj, pod: Obj) -> errors.ApiError | None:
        about = f"delete Pod {name(pod)} in StatefulSet {name(stateful_set)}"
        try:
            self._api.delete("pods", namespace(pod), name(pod))
        except errors.ApiError as error:
            text = f"{about} failed error: {error.message}"
            self._event(stateful_set, "Warning", "FailedDelete", text)
            return error
        self._event(stateful_set, "Normal", "SuccessfulDelete", f"{about} successful")
        return None

    # claims

    def _create_claims(self, stateful_set: Obj, pod_name: str, number: int) -> None:
        for template in identity.claim_templates(stateful_set):
            built = identity.claim(stateful_set, template, number)
            if self._api.get(CLAIMS, namespace(built), name(built)) is not None:
                continue
            about = f"create Claim {name(built)} Pod {pod_name} in StatefulSet {name(stateful_set)}"
            try:
                self._api.create(built)
            except errors.ApiError as error:
                text = f"{about} failed error: {error.message}"
                self._event(stateful_set, "Warning", "FailedCreate", text)
                raise
            self._event(stateful_set, "Normal", "SuccessfulCreate", f"{about} success")

    def _own_claims(self, stateful_set: Obj, owned: Sequence[Obj]) -> None:
        """Give each existing pod's claims the owners that the retention policy wants."""
        claim_templates = identity.claim_templates(stateful_set)
        for pod in owned if claim_templates else ():
            number = identity.ordinal(pod, stateful_set)
            for template in claim_templates if number is not None else ():
                self._own_claim(stateful_set, pod, template, number or 0)

    def _own_claim(self, stateful_set: Obj, pod: Obj, template: Obj, number: int) -> None:
        claim_name = identity.claim_name(stateful_set, template, number)
        found = self._api.get(CLAIMS, namespace(pod), claim_name)
        if found is None:
            return
        owners = retention.owners(stateful_set, pod, found, number)
        if owners != list(metadata(found).get("ownerReferences") or ()):
            self._api.update(with_metadata(found, ownerReferences=owners or None))

    def _event(self, about: Obj, type_: str, reason: str, message: str) -> None:
        self._api.record_event(about, type_, reason, message, component=COMPONENT)


def _wanted(stateful_set: Obj, names: Revisions) -> Wanted:
    spec = stateful_set["spec"]
    strategy = spec.get("updateStrategy") or {}
    return Wanted(
        start=identity.first_ordinal(stateful_set),
        replicas=int(spec["replicas"]),
        update_revision=names.update,
        ordered=spec.get("podManagementPolicy") != "Parallel",
        rolling=strategy.get("type") != "OnDelete",
        partition=int((strategy.get("rollingUpdate") or {}).get("partition") or 0),
    )


def _seen(pod: Obj, min_ready: int, now: int) -> Seen:
    return Seen(
        revision=identity.revision_of(pod),
        ended=pods.is_terminal(pod),
        terminating=is_deleting(pod),
        ready=status.is_running_and_ready(pod),
        available=podstate.is_available(pod, min_ready, now),
    )
