"""The volume binder: claims get volumes, volumes without claim are released.

Source: kubernetes pkg/controller/volume/persistentvolume/pv_controller.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.clock import MINUTE, SECOND, Micros
from minieks.engine.loop import Later, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import indexes, matching
from minieks.kube.controllers.volumes.writing import bound_claim, bound_volume, with_phase
from minieks.kube.kinds import csi, pods, storage
from minieks.kube.kinds.storage import CLAIMS, CLASSES, VOLUMES
from minieks.kube.words import times
from minieks.kube.words.objects import (
    Obj,
    annotations,
    is_deleting,
    key,
    metadata,
    name,
    split_key,
    with_metadata,
)

COMPONENT: Final = "persistentvolume-controller"
NO_CLASS: Final = "no persistent volumes available for this claim and no storage class is set"
FIRST_CONSUMER: Final = "waiting for first consumer to be created before binding"
# The controller looks at every claim again so often. After a while that only tells the same again:
# then a claim that waits is looked at seldom, or in the round after a volume or class came.
ROUND: Final[Micros] = 15 * SECOND
SLOW_ROUND: Final[Micros] = 300 * SECOND
_NEWS: Final = "*"


def until_round(now: Micros, period: Micros = ROUND) -> float:
    """Seconds until the next round; rounds are at the multiples of their period."""
    return (period - now % period) / SECOND


def external_provisioning(driver: str) -> str:
    """What is said of a claim that waits for a driver."""
    return (
        f"Waiting for a volume to be created either by the external provisioner '{driver}' or "
        "manually by the system administrator. If volume creation is delayed, please verify that "
        "the provisioner is running and correctly registered."
    )


class VolumeBinder:
    """The loop; its keys are claims (``namespace/name``), volumes (``name``), classes (``*name``).

    A class stands for the claims of that class that wait for a volume.
    """

    name = "persistentvolume-binder"

    def __init__(self, api: Api) -> None:
        self._api = api
        indexes.add_indexes(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Claims and volumes with their counterparts, and new classes."""
        return {
            CLAIMS: self._claim_changed,
            VOLUMES: self._volume_changed,
            CLASSES: self._class_changed,
        }

    def _claim_changed(self, change: Change) -> Iterable[str]:
        wanted = storage.volume_name(change.value)
        bound = (wanted,) if wanted else ()
        return bound if change.type == "DELETED" else (change.key, *bound)

    def _volume_changed(self, change: Change) -> Iterable[str | Later]:
        """The volume, its claim; when it became free, in the next round those who wait for one."""
        ref = storage.claim_ref(change.value)
        keys = [] if change.type == "DELETED" else [change.key]
        if ref:
            keys.append(f"{ref.get('namespace')}/{ref.get('name')}")
        elif storage.phase(change.value) == "Available":
            return [*keys, self._news(storage.class_name(change.value))]
        return keys

    def _class_changed(self, change: Change) -> Iterable[Later]:
        return (self._news(change.key),) if change.type == "ADDED" else ()

    def _news(self, class_name: str) -> Later:
        return Later(f"{_NEWS}{class_name}", until_round(self._api.engine.now()))

    def _look_at_pending(self, class_name: str) -> None:
        """Those whose own round this is look for themselves."""
        now = self._api.engine.now()
        for claim in self._api.list(CLAIMS):
            waits = not storage.is_bound(claim) and storage.class_name(claim) == class_name
            if waits and now % _round_of(claim, now):
                self._sync_claim(claim)

    def reconcile(self, obj_key: str) -> Result | None:
        """Look at one claim or one volume."""
        if obj_key.startswith(_NEWS):
            self._look_at_pending(obj_key.removeprefix(_NEWS))
            return None
        if "/" not in obj_key:
            volume = self._api.get(VOLUMES, "", obj_key)
            if volume is not None:
                self._sync_volume(volume)
            return None
        claim = self._api.get(CLAIMS, *split_key(obj_key))
        return None if claim is None else self._sync_claim(claim)

    def _sync_claim(self, claim: Obj) -> Result | None:
        if storage.BIND_COMPLETED in annotations(claim):
            self._sync_bound(claim)
            return None
        return self._sync_unbound(claim)

    # claims

    def _sync_unbound(self, claim: Obj) -> Result | None:
        if storage.volume_name(claim):
            return self._bind_requested(claim)
        delayed = self._is_delayed(claim)
        found = self._match(claim, only_reserved=delayed)
        if found is not None:
            self._bind(claim, found)
            return None
        if is_deleting(claim):
            return None
        if delayed and storage.SELECTED_NODE not in annotations(claim):
            self._tell_of_delay(claim)
        elif storage.class_name(claim):
            self._ask_provisioner(claim)
        else:
            self._normal(claim, "FailedBinding", NO_CLASS)
        return self._resync(claim)

    def _match(self, claim: Obj, *, only_reserved: bool) -> Obj | None:
        volumes = indexes.volumes_for(self._api, claim)
        return matching.best_match(claim, volumes, only_reserved=only_reserved)

    def _resync(self, claim: Obj) -> Result:
        now = self._api.engine.now()
        return Result(until_round(now, _round_of(claim, now)))

    def _class(self, claim: Obj) -> Obj | None:
        return self._api.get(CLASSES, "", storage.class_name(claim))

    def _is_delayed(self, claim: Obj) -> bool:
        return storage.waits_for_consumer(self._class(claim))

    def _bind_requested(self, claim: Obj) -> Result | None:
        """The claim names its volume; it waits until that is there and free."""
        volume = self._api.get(VOLUMES, "", storage.volume_name(claim))
        if volume is None:
            return self._resync(claim)
        if storage.claim_ref(volume) and not storage.refers_to(volume, claim):
            return self._resync(claim)
        wrong = matching.mismatch(volume, claim)
        if wrong and not storage.claim_ref(volume):
            text = f'Cannot bind to requested volume "{name(volume)}": {wrong}'
            self._warn(claim, "VolumeMismatch", text)
            return self._resync(claim)
        self._bind(claim, volume)
        return None

    def _bind(self, claim: Obj, volume: Obj) -> None:
        """The volume is bound first, then the claim; each step is seen by all."""
        volume = self._api.update(bound_volume(volume, claim))
        volume = self._api.update_status(with_phase(volume, "Bound"))
        claim = self._api.update(bound_claim(claim, volume))
        self._settle_claim(claim, volume)

    def _settle_claim(self, claim: Obj, volume: Obj) -> None:
        """The claim's status: Bound, with the volume's modes and (at first) its size."""
        status = claim.get("status") or {}
        if status.get("phase") == "Bound":
            return
        bound = {
            **status,
            "phase": "Bound",
            "accessModes": list(storage.access_modes(volume)),
            "capacity": volume["spec"]["capacity"],
        }
        self._api.update_status({**claim, "status": bound})

    def _sync_bound(self, claim: Obj) -> None:
        """A claim that was bound; without its volume it is lost for good."""
        if not storage.volume_name(claim):
            text = "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!"
            self._lose(claim, "ClaimLost", text)
            return
        volume = self._api.get(VOLUMES, "", storage.volume_name(claim))
        if volume is None:
            text = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
            self._lose(claim, "ClaimLost", text)
        elif not storage.claim_ref(volume):
            self._bind(claim, volume)
        elif matching.is_bound_to(volume, claim):
            self._settle_claim(claim, volume)
        else:
            text = "Two claims are bound to the same volume, this one is bound incorrectly"
            self._lose(claim, "ClaimMisbound", text)

    def _lose(self, claim: Obj, reason: str, message: str) -> None:
        if storage.phase(claim) != "Lost":
            self._api.update_status(with_phase(claim, "Lost"))
            self._warn(claim, reason, message)

    def _tell_of_delay(self, claim: Obj) -> None:
        waiting = [
            name(pod)
            for pod in indexes.pods_of_claim(self._api, key(claim))
            if not pods.node_name(pod) and not pods.is_terminal(pod)
        ]
        if not waiting:
            self._normal(claim, "WaitForFirstConsumer", FIRST_CONSUMER)
            return
        noun = "pod" if len(waiting) == 1 else "pods"
        text = f"waiting for {noun} {','.join(waiting)} to be scheduled"
        self._normal(claim, "WaitForPodScheduled", text)

    def _ask_provisioner(self, claim: Obj) -> None:
        """Let an external provisioner know that the claim is for it."""
        found = self._class(claim)
        if found is None:
            text = f'storageclass.storage.k8s.io "{storage.class_name(claim)}" not found'
            self._warn(claim, "ProvisioningFailed", text)
            return
        driver = csi.driver_of(found)
        if driver.startswith("kubernetes.io/"):
            text = f"no volume plugin matched name: {driver}"
            self._warn(claim, "ProvisioningFailed", text)
            return
        known = dict(annotations(claim))
        known |= {storage.STORAGE_PROVISIONER_OLD: driver, storage.STORAGE_PROVISIONER: driver}
        claim = self._api.update(with_metadata(claim, annotations=known))
        self._normal(claim, "ExternalProvisioning", external_provisioning(driver))

    # volumes

    def _sync_volume(self, volume: Obj) -> None:
        ref = storage.claim_ref(volume)
        if not ref.get("uid"):
            self._set_phase(volume, "Available")
            return
        claim = self._api.get(CLAIMS, str(ref["namespace"]), str(ref["name"]))
        if claim is None or not matching.is_bound_to(volume, claim):
            if storage.phase(volume) != "Failed":
                self._set_phase(volume, "Released")
        elif storage.volume_name(claim) == name(volume):
            self._set_phase(volume, "Bound")
        elif storage.volume_name(claim):
            self._unbind(volume)

    def _set_phase(self, volume: Obj, phase: str) -> None:
        self._api.update_status(with_phase(volume, phase))

    def _unbind(self, volume: Obj) -> None:
        """Its claim got another volume: one made for it is released, any other is free again."""
        made = annotations(volume).get(storage.PROVISIONED_BY)
        if made and storage.reclaim_policy(volume) == "Delete":
            self._set_phase(volume, "Released")
            return
        spec = {field: value for field, value in volume["spec"].items() if field != "claimRef"}
        volume = self._api.update({**volume, "spec": spec})
        self._set_phase(volume, "Available")

    # events

    def _normal(self, claim: Obj, reason: str, message: str) -> None:
        self._api.record_event(claim, "Normal", reason, message, component=COMPONENT)

    def _warn(self, claim: Obj, reason: str, message: str) -> None:
        self._api.record_event(claim, "Warning", reason, message, component=COMPONENT)


def _round_of(claim: Obj, now: Micros) -> Micros:
    """How often the claim is looked at."""
    age = now - times.parse(metadata(claim)["creationTimestamp"])
    return ROUND if age < 5 * MINUTE else SLOW_ROUND
