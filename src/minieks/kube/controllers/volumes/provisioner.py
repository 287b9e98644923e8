"""The external provisioner: makes volumes for claims, and deletes released ones.

Source: kubernetes-csi external-provisioner, sig-storage-lib-external-provisioner controller.go.
"""

from collections.abc import Iterable, Mapping, Sequence

from minieks.engine.clock import SECOND, Micros, micros
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import indexes, provisioning
from minieks.kube.controllers.volumes.provisioning import (
    PROVISIONER_FINALIZER,
    Provisioner,
    ProvisioningError,
    VolumeRequest,
)
from minieks.kube.controllers.volumes.writing import without_finalizer
from minieks.kube.kinds import csi, storage
from minieks.kube.kinds.csi import ATTACHMENTS
from minieks.kube.kinds.storage import CLAIMS, CLASSES, VOLUMES
from minieks.kube.words.objects import (
    Obj,
    annotations,
    is_deleting,
    key,
    metadata,
    name,
    split_key,
)

# A claim that cannot be served is tried again so often (the library's default is 15 tries, 1 s
# doubling to 5 min; here the last of these waits at once, and every change of its node wakes it).
_RETRY = 300.0


class ExternalProvisioner:
    """The loop; its keys are claims (``namespace/name``) and volumes (``name``)."""

    name = "external-provisioner"

    def __init__(self, api: Api, provisioners: Sequence[Provisioner]) -> None:
        self._api = api
        self._drivers = {one.driver: one for one in provisioners}
        self._begun: dict[str, Micros] = {}
        indexes.add_indexes(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Claims and volumes, drivers' controllers, and nodes on which a driver registers."""
        return {
            CLAIMS: _itself,
            VOLUMES: _itself,
            "deployments.apps": self._controller_changed,
            csi.NODES: self._driver_registered,
            ATTACHMENTS: _detached,
        }

    def _controller_changed(self, change: Change) -> Iterable[str]:
        if not any(one.concerns(change) for one in self._drivers.values()):
            return ()
        return [*self._waiting(), *(name(volume) for volume in self._api.list(VOLUMES))]

    def _driver_registered(self, change: Change) -> Iterable[str]:
        """The claims that wait for that node, or for any."""
        return [
            one
            for one in self._waiting()
            if annotations(self._api.store.get(CLAIMS, one) or {}).get(
                storage.SELECTED_NODE, change.key
            )
            == change.key
        ]

    def _waiting(self) -> list[str]:
        return [
            key(claim)
            for claim in self._api.list(CLAIMS)
            if storage.STORAGE_PROVISIONER in annotations(claim) and not storage.volume_name(claim)
        ]

    def reconcile(self, obj_key: str) -> Result | None:
        """Look at one claim or one volume."""
        if "/" not in obj_key:
            volume = self._api.get(VOLUMES, "", obj_key)
            return None if volume is None else self._reclaim(volume)
        claim = self._api.get(CLAIMS, *split_key(obj_key))
        if claim is None or storage.volume_name(claim) or is_deleting(claim):
            self._begun.pop(obj_key, None)
            return None
        return self._provision(claim)

    def _running(self, driver: str) -> Provisioner | None:
        found = self._drivers.get(driver)
        return found if found is not None and found.is_running() else None

    # making

    def _provision(self, claim: Obj) -> Result | None:
        asked = annotations(claim).get(storage.STORAGE_PROVISIONER, "")
        provisioner = self._running(asked)
        storage_class = self._api.get(CLASSES, "", storage.class_name(claim))
        if provisioner is None or storage_class is None:
            return None
        selected = annotations(claim).get(storage.SELECTED_NODE)
        if storage.waits_for_consumer(storage_class) and selected is None:
            return None
        due = self._begin(claim, provisioner)
        if self._api.engine.now() < due:
            return Result((due - self._api.engine.now()) / SECOND)
        node = self._api.get("nodes", "", selected) if selected else None
        return self._make(provisioner, VolumeRequest(claim, storage_class, node))

    def _begin(self, claim: Obj, provisioner: Provisioner) -> Micros:
        """When the volume is there; the first time, say that it is being made."""
        found = self._begun.get(key(claim))
        if found is None:
            found = self._api.engine.now() + micros(provisioner.make_time())
            self._begun[key(claim)] = found
            text = f'External provisioner is provisioning volume for claim "{key(claim)}"'
            self._tell(claim, provisioner, "Normal", "Provisioning", text)
        return found

    def _make(self, provisioner: Provisioner, request: VolumeRequest) -> Result | None:
        claim = request.claim
        wanted = provisioning.volume_name(claim)
        if self._api.get(VOLUMES, "", wanted) is not None:
            return None
        try:
            made = provisioner.make(request)
        except ProvisioningError as error:
            text = f'failed to provision volume with StorageClass "{name(request.storage_class)}"'
            self._tell(claim, provisioner, "Warning", "ProvisioningFailed", f"{text}: {error}")
            return Result(_RETRY)
        self._api.create(provisioning.volume_object(request, made, provisioner.driver))
        text = f"Successfully provisioned volume {wanted}"
        self._tell(claim, provisioner, "Normal", "ProvisioningSucceeded", text)
        self._begun.pop(key(claim), None)
        return None

    # deleting

    def _reclaim(self, volume: Obj) -> Result | None:
        """Delete what was made for a claim that is gone; what is retained only loses its guard."""
        provisioner = self._running(annotations(volume).get(storage.PROVISIONED_BY, ""))
        if provisioner is None:
            return None
        kept = storage.reclaim_policy(volume) != "Delete"
        if kept and is_deleting(volume):
            self._unguard(volume)
        if kept or storage.phase(volume) != "Released" or _is_done(volume):
            return None
        if self._is_attached(volume, provisioner):
            return None
        provisioner.delete(volume)
        self._unguard(volume)
        left = self._api.get(VOLUMES, "", name(volume))
        if left is not None and not is_deleting(left):
            self._api.delete(VOLUMES, "", name(volume))
        return None

    def _is_attached(self, volume: Obj, provisioner: Provisioner) -> bool:
        found = indexes.attachments_of(self._api, name(volume))
        if found:
            node = found[0]["spec"]["nodeName"]
            text = f"persistentvolume {name(volume)} is still attached to node {node}"
            self._tell(volume, provisioner, "Warning", "VolumeFailedDelete", text)
        return bool(found)

    def _unguard(self, volume: Obj) -> None:
        if PROVISIONER_FINALIZER in (metadata(volume).get("finalizers") or ()):
            self._api.update(without_finalizer(volume, PROVISIONER_FINALIZER))

    def _tell(
        self, about: Obj, provisioner: Provisioner, type_: str, reason: str, message: str
    ) -> None:
        component = provisioner.component()
        self._api.record_event(about, type_, reason, message, component=component)


def _is_done(volume: Obj) -> bool:
    """Whether the driver has deleted it already; others still guard the object."""
    guarded = PROVISIONER_FINALIZER in (metadata(volume).get("finalizers") or ())
    return is_deleting(volume) and not guarded


def _itself(change: Change) -> Iterable[str]:
    return () if change.type == "DELETED" else (change.key,)


def _detached(change: Change) -> Iterable[str]:
    return (indexes.volume_of(change.value),) if change.type == "DELETED" else ()
