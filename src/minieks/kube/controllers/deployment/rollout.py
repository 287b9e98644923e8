"""One pass over one Deployment: find or make its new ReplicaSet, take one step, write the status.

Source: kubernetes pkg/controller/deployment/{sync,rolling,recreate,progress}.go.
"""

from minieks.kube.api import errors
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.deployment import newset, proportional, rolling, sets, status
from minieks.kube.controllers.deployment.bounds import bounds
from minieks.kube.controllers.deployment.writer import Writer
from minieks.kube.kinds import pods
from minieks.kube.words.conditions import find
from minieks.kube.words.objects import Obj, annotations, name, namespace, with_metadata

REPLICA_SETS = "replicasets.apps"


class Rollout:
    """A Deployment with its ReplicaSets, as of one moment."""

    def __init__(self, api: Api, deployment: Obj, found: sets.Survey) -> None:
        self._api = api
        self._write = Writer(api, deployment)
        self._new, self._old, self._busy_old, self._latest_revision = found
        self._noted_pause = False
        self._changed = False
        self._was_complete = status.is_complete(deployment)

    @property
    def deployment(self) -> Obj:
        """The Deployment as last written."""
        return self._write.deployment

    def is_settled(self) -> bool:
        """Whether another pass would do nothing: only the status was written, and no rollout ended.

        The pass that finds a rollout complete by the status of the former one cleans up.
        """
        if self._changed or self._write.scaled or self._noted_pause:
            return False
        return self._was_complete or not status.is_complete(self._write.deployment)

    def note_pause(self) -> None:
        """Progressing becomes Unknown when a Deployment is paused, and when it is resumed."""
        if not status.has_deadline(self._write.deployment):
            return
        current = find(self._status(), "Progressing")
        reason = current["reason"] if current else ""
        paused = bool(self._write.deployment["spec"].get("paused"))
        if reason == "ProgressDeadlineExceeded" or paused == (reason == "DeploymentPaused"):
            return
        word = "paused" if paused else "resumed"
        noted = status.condition(
            "Progressing", "Unknown", f"Deployment{word.title()}", f"Deployment is {word}"
        )
        self._write.status(status.with_condition(self._status(), noted, self._now()))
        self._noted_pause = True

    def is_scaling(self) -> bool:
        """Whether the Deployment's size changed since an active ReplicaSet got its own."""
        wanted = int(self._write.deployment["spec"]["replicas"])
        noted = (sets.noted(one, sets.DESIRED) for one in sets.active(self._busy()))
        return any(size is not None and size != wanted for size in noted)

    def scale(self) -> None:
        """Bring all ReplicaSets to the Deployment's size, each by its share; no new template."""
        self._sync_new(create=False)
        for target in self._proportions():
            self._resize(target)
        if self._write.deployment["spec"].get("paused"):
            self._forget()
        self.write_status()

    def write_status(self) -> None:
        """The counts and the availability; the rollout is not judged."""
        self._write.status(self._calculated())

    def roll(self) -> None:
        """One step of a rolling update."""
        self._sync_new(create=True)
        assert self._new is not None
        old = [sets.size(one) for one in self._busy_old]
        for target in rolling.next_step(bounds(self._write.deployment), sets.size(self._new), old):
            self._resize(target)
        self._conclude()

    def recreate(self) -> None:
        """Old pods first go, all of them; then the new ones come."""
        self._sync_new(create=False)
        alive = sets.active(self._old)
        for replica_set in alive:
            self._resize(rolling.Scale(name(replica_set), 0))
        if not alive and not self._old_pods_run():
            self._sync_new(create=True)
            assert self._new is not None
            wanted = int(self._write.deployment["spec"]["replicas"])
            self._resize(rolling.Scale(name(self._new), wanted))
        self._conclude()

    def _conclude(self) -> None:
        if status.is_complete(self._write.deployment):
            self._forget()
        judged = status.rollout(self._write.deployment, self._calculated(), self._new, self._now())
        found = status.with_replica_failure(judged, self._new, self._busy(), self._now())
        self._write.status(found)

    # the new ReplicaSet

    def _sync_new(self, *, create: bool) -> None:
        """Find the ReplicaSet of the template, or create it; note its revision on both."""
        wanted = self._latest_revision + 1
        if self._new is not None:
            self._adjust_new(self._new, wanted)
        elif create:
            self._create_new(wanted)

    def _adjust_new(self, found: Obj, wanted: int) -> None:
        noted = sets.new_annotations(self._write.deployment, annotations(found), wanted)
        min_ready = self._write.deployment["spec"].get("minReadySeconds") or 0
        if noted != annotations(found) or (found["spec"].get("minReadySeconds") or 0) != min_ready:
            spec = {**found["spec"], "minReadySeconds": min_ready}
            self._changed = True
            found = self._api.update({**with_metadata(found, annotations=noted), "spec": spec})
            self._new = found
        current = self._status()
        if status.has_deadline(self._write.deployment) and find(current, "Progressing") is None:
            text = f'Found new replica set "{name(found)}"'
            known = status.condition("Progressing", "True", "FoundNewReplicaSet", text)
            current = status.with_condition(current, known, self._now())
        self._write.status(current, sets.revision(found))

    def _create_new(self, wanted: int) -> None:
        self._changed = True
        limits = bounds(self._write.deployment)
        size = limits.replicas
        if (self._write.deployment["spec"].get("strategy") or {}).get("type") != "Recreate":
            size = rolling.new_size(limits, 0, sum(sets.replicas(one) for one in self._old))
        built = newset.build(self._write.deployment, wanted, size)
        try:
            self._new = self._api.create(built)
        except errors.AlreadyExists as error:
            self._take_existing(name(built), error)
            return
        except errors.ApiError as error:
            self._note_refusal(name(built), error)
            raise
        if size > 0:
            text = f"Scaled up replica set {name(self._new)} from 0 to {size}"
            self._write.event("Normal", "ScalingReplicaSet", text)
        current = self._status()
        # After noting a resumption the real controller's next status write of the same pass meets
        # a conflict, and the pass after it finds the ReplicaSet there already.
        if status.has_deadline(self._write.deployment) and not self._noted_pause:
            text = f'Created new replica set "{name(self._new)}"'
            made = status.condition("Progressing", "True", "NewReplicaSetCreated", text)
            current = status.with_condition(current, made, self._now())
        self._write.status(current, wanted)

    def _take_existing(self, found_name: str, error: errors.AlreadyExists) -> None:
        """A ReplicaSet of that name is ours, or the next try takes another name."""
        found = self._api.get(REPLICA_SETS, namespace(self._write.deployment), found_name)
        if found is not None and newset.is_the_same(found, self._write.deployment):
            self._new = found
            return
        collisions = int(self._status().get("collisionCount") or 0) + 1
        self._write.status({**self._status(), "collisionCount": collisions})
        raise error

    def _note_refusal(self, built_name: str, error: errors.ApiError) -> None:
        text = f'Failed to create new replica set "{built_name}": {error.message}'
        if status.has_deadline(self._write.deployment):
            failed = status.condition("Progressing", "False", "ReplicaSetCreateError", text)
            self._write.status(status.with_condition(self._status(), failed, self._now()))
        self._write.event("Warning", "ReplicaSetCreateError", text)

    # sizes

    def _proportions(self) -> list[rolling.Scale]:
        limits = bounds(self._write.deployment)
        single = self._active_or_latest()
        if single is not None:
            return [rolling.Scale(name(single), limits.replicas)]
        if self._is_saturated():
            return [rolling.Scale(name(one), 0) for one in sets.active(self._old)]
        if (self._write.deployment["spec"].get("strategy") or {}).get("type") == "Recreate":
            return []
        current = int(self._status().get("replicas") or 0)
        shares = [
            proportional.Share(name(one), sets.replicas(one), sets.noted(one, sets.MAX) or current)
            for one in sets.active(sets.oldest_first(self._busy()))
        ]
        return proportional.proportional(limits, shares)

    def _active_or_latest(self) -> Obj | None:
        """The only active ReplicaSet; the newest if none is active; None if several are."""
        alive = sets.active(self._busy())
        if len(alive) > 1:
            return None
        if alive:
            return alive[0]
        return self._new or (self._old[-1] if self._old else None)

    def _is_saturated(self) -> bool:
        """Whether the new ReplicaSet has all the pods there should be, and they are available."""
        new, wanted = self._new, int(self._write.deployment["spec"]["replicas"])
        return new is not None and (
            sets.replicas(new) == wanted
            and sets.noted(new, sets.DESIRED) == wanted
            and sets.count(new, "availableReplicas") == wanted
        )

    def _resize(self, target: rolling.Scale) -> None:
        if self._new is not None and name(self._new) == target.name:
            self._new = self._write.scale(self._new, target.replicas)
            return
        for index in reversed(range(len(self._old))):  # Mostly it is the one before the new one.
            if name(self._old[index]) == target.name:
                self._old[index] = self._write.scale(self._old[index], target.replicas)
                self._busy_old = sets.busy(self._old)
                return

    def _old_pods_run(self) -> bool:
        """Whether a pod of an old ReplicaSet has not ended; one that is terminating still runs."""
        return any(
            not pods.is_terminal(pod)
            for replica_set in self._old
            for pod in indexes.controlled(self._api, "pods", replica_set)
        )

    def _forget(self) -> None:
        limit = self._write.deployment["spec"].get("revisionHistoryLimit")
        if limit is None:
            return
        for replica_set in sets.to_forget(self._old, int(limit)):
            self._api.delete(REPLICA_SETS, namespace(replica_set), name(replica_set))

    # status

    def _calculated(self) -> Obj:
        return status.calculate(self._write.deployment, self._busy(), self._new, self._now())

    def _status(self) -> Obj:
        return dict(self._write.deployment.get("status") or {})

    def _busy(self) -> list[Obj]:
        """The ReplicaSets that count, which most of a history do not; the new one is last."""
        return self._busy_old if self._new is None else [*self._busy_old, self._new]

    def _now(self) -> int:
        return self._api.engine.now()
