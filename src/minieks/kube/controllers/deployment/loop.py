"""The Deployment controller: which of the ways to go a Deployment takes now.

Source: kubernetes pkg/controller/deployment/deployment_controller.go.
"""

from collections.abc import Iterable, Mapping

from minieks.engine.clock import SECOND
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes, podstate
from minieks.kube.controllers.deployment import status
from minieks.kube.controllers.deployment.rollout import REPLICA_SETS, Rollout
from minieks.kube.controllers.deployment.sets import Survey, Surveys
from minieks.kube.controllers.deployment.writer import COMPONENT
from minieks.kube.controllers.owned import Claims, claim
from minieks.kube.controllers.wakes import adopters, controller_key, controllers_of, itself
from minieks.kube.words.objects import Obj, controller_ref, is_deleting, split_key

COLLECTION = "deployments.apps"
SELECTING_ALL = "This deployment is selecting all pods. A non-empty selector is required."


class DeploymentLoop:
    """Brings each Deployment one step nearer to its template and size."""

    name = "deployment"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._claims = Claims(api, REPLICA_SETS)
        self._surveys = Surveys()
        indexes.add_owner_indexes(api, REPLICA_SETS)
        indexes.add_owner_indexes(api, "pods")

    def watches(self) -> Mapping[str, Wakes]:
        """Its own changes, its ReplicaSets', and the end of old pods that Recreate waits for."""
        inactive = aspects.WENT | aspects.DELETION | aspects.PHASE
        return {
            COLLECTION: itself,
            REPLICA_SETS: self._of_set,
            "pods": Minding(self._of_ended_pod, inactive, of=aspects.OF_REPLICA_SET),
        }

    def _of_set(self, change: Change) -> Iterable[str]:
        if controller_ref(change.value) is None and change.type != "DELETED":
            return adopters(self._api, COLLECTION, change.value)
        return controllers_of(change, "Deployment")

    def _of_ended_pod(self, change: Change) -> Iterable[str]:
        if change.type != "DELETED" and podstate.is_active(change.value):
            return ()
        set_key = controller_key(change.value, "ReplicaSet")
        replica_set = self._api.store.get(REPLICA_SETS, set_key) if set_key else None
        owner = controller_key(replica_set, "Deployment")
        return (owner,) if owner and self._recreates(owner) else ()

    def _recreates(self, key: str) -> bool:
        deployment = self._api.store.get(COLLECTION, key)
        return (
            deployment is not None
            and (deployment["spec"].get("strategy") or {}).get("type") == "Recreate"
        )

    def reconcile(self, key: str) -> Result | None:
        """One step; a rollout that is under way is looked at again when its deadline passes."""
        deployment = self._api.get(COLLECTION, *split_key(key))
        if deployment is None:
            self._claims.forget(key)
            self._surveys.forget(key)
            return None
        if deployment["spec"].get("selector") == {}:
            self._refuse(deployment)
            return None
        rollout = Rollout(self._api, deployment, self._survey(deployment))
        self._step(rollout)
        return Result(self._wait(rollout.deployment), settled=rollout.is_settled())

    def _survey(self, deployment: Obj) -> Survey:
        if is_deleting(deployment):
            owned = claim(self._api, deployment, REPLICA_SETS)
        else:
            owned = self._claims.claim(deployment)
        return self._surveys.survey(deployment, owned)

    @staticmethod
    def _step(rollout: Rollout) -> None:
        if is_deleting(rollout.deployment):
            rollout.write_status()
            return
        rollout.note_pause()
        spec = rollout.deployment["spec"]
        if spec.get("paused") or rollout.is_scaling():
            rollout.scale()
        elif (spec.get("strategy") or {}).get("type") == "Recreate":
            rollout.recreate()
        else:
            rollout.roll()

    def _refuse(self, deployment: Obj) -> None:
        self._api.record_event(
            deployment, "Warning", "SelectingAll", SELECTING_ALL, component=COMPONENT
        )

    def _wait(self, deployment: Obj) -> float | None:
        """Seconds until a rollout counts as stuck; None if none is under way."""
        current = deployment.get("status") or {}
        due = status.deadline(deployment, current)
        if due is None or deployment["spec"].get("paused"):
            return None
        if status.is_complete(deployment, current):
            return None
        return (due - self._api.engine.now()) / SECOND + 1
