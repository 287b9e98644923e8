"""Volume expansion: a claim that asks for more gets it, first the volume, then its file system.

Source: kubernetes pkg/controller/volume/expand/expand_controller.go, kubernetes-csi
external-resizer, pkg/volume/util/resize_util.go.
"""

from collections.abc import Iterable, Mapping, Sequence

from minieks.engine.clock import SECOND, Micros, micros
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import indexes
from minieks.kube.controllers.volumes.provisioning import Provisioner, ProvisioningError
from minieks.kube.kinds import csi, pods, storage
from minieks.kube.kinds.storage import CLAIMS, VOLUMES
from minieks.kube.words import conditions, quantity, times
from minieks.kube.words.objects import Obj, key, name, split_key

EXPANDER = "volume_expand"
_PENDING_FS = "FileSystemResizePending"
_PENDING_TEXT = (
    "Waiting for user to (re-)start a pod to finish file system resize of volume on node."
)


class VolumeExpander:
    """The loop; its keys are claims."""

    name = "volume-expand"

    def __init__(self, api: Api, provisioners: Sequence[Provisioner]) -> None:
        self._api = api
        self._drivers = {one.driver: one for one in provisioners}
        self._begun: dict[str, Micros] = {}
        indexes.add_indexes(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Claims, and the pods that use them."""
        return {CLAIMS: _changed_claim, "pods": indexes.OF_CHANGED_POD}

    def reconcile(self, claim_key: str) -> Result | None:
        """Bring a claim to the size that it asks for."""
        claim = self._api.get(CLAIMS, *split_key(claim_key))
        if claim is None or not storage.is_bound(claim) or not _wants_more(claim):
            self._begun.pop(claim_key, None)
            return None
        volume = self._api.get(VOLUMES, "", storage.volume_name(claim))
        source = csi.volume(volume)
        provisioner = self._drivers.get(source.driver) if source else None
        if volume is None or provisioner is None or not provisioner.is_running():
            return None
        if storage.capacity(volume) < storage.requested(claim):
            return self._grow(claim, volume, provisioner)
        self._finish(claim, volume)
        return None

    def _grow(self, claim: Obj, volume: Obj, provisioner: Provisioner) -> Result | None:
        due = self._begin(claim, volume, provisioner)
        now = self._api.engine.now()
        if now < due:
            return Result((due - now) / SECOND)
        self._begun.pop(key(claim), None)
        try:
            size = provisioner.grow(volume, storage.requested(claim))
        except ProvisioningError as error:
            text = (
                f'resize volume "{name(volume)}" by resizer "{provisioner.driver}" failed: {error}'
            )
            self._tell(claim, _resizer(provisioner), "Warning", "VolumeResizeFailed", text)
            return None
        capacity = {"storage": quantity.text_of(size, "binary")}
        larger = {**volume, "spec": {**volume["spec"], "capacity": capacity}}
        volume = self._api.update(larger)
        text = "Require file system resize of volume on node"
        self._tell(claim, _resizer(provisioner), "Normal", "FileSystemResizeRequired", text)
        self._finish(claim, volume)
        return None

    def _begin(self, claim: Obj, volume: Obj, provisioner: Provisioner) -> Micros:
        found = self._begun.get(key(claim))
        if found is None:
            found = self._api.engine.now() + micros(provisioner.make_time())
            self._begun[key(claim)] = found
            text = "waiting for an external controller to expand this PVC"
            self._tell(claim, EXPANDER, "Normal", "ExternalExpanding", text)
            text = f"External resizer is resizing volume {name(volume)}"
            self._tell(claim, _resizer(provisioner), "Normal", "Resizing", text)
        return found

    def _finish(self, claim: Obj, volume: Obj) -> None:
        """The file system grows on the node of a running pod, or when one comes."""
        running = [
            pod for pod in indexes.users_of(self._api, name(volume)) if pods.phase(pod) == "Running"
        ]
        status = claim.get("status") or {}
        if not running:
            condition = {"type": _PENDING_FS, "status": "True", "message": _PENDING_TEXT}
            now = times.rfc3339(self._api.engine.now())
            waiting = conditions.with_condition(status, condition, now)
            self._api.update_status({**claim, "status": waiting})
            return
        grown = conditions.without_condition(status, _PENDING_FS)
        grown = {**grown, "capacity": volume["spec"]["capacity"]}
        if not grown["conditions"]:
            del grown["conditions"]
        self._api.update_status({**claim, "status": grown})
        text = f'MountVolume.NodeExpandVolume succeeded for volume "{name(volume)}" '
        self._tell(claim, "kubelet", "Normal", "FileSystemResizeSuccessful", text)

    def _tell(self, claim: Obj, component: str, type_: str, reason: str, message: str) -> None:
        self._api.record_event(claim, type_, reason, message, component=component)


def _wants_more(claim: Obj) -> bool:
    return storage.requested(claim) > storage.capacity(claim)


def _resizer(provisioner: Provisioner) -> str:
    return f"external-resizer {provisioner.driver}"


def _changed_claim(change: Change) -> Iterable[str]:
    if change.type == "DELETED" or not storage.is_bound(change.value):
        return ()
    return (change.key,)
