"""Attach and detach: a volume is on the nodes whose pods use it, and on no other.

The controller makes and deletes VolumeAttachments; the driver's attacher, in the same loop, says
when a volume has arrived and when it has left.
Source: kubernetes pkg/controller/volume/attachdetach, kubernetes-csi external-attacher.
"""

from collections.abc import Iterable, Mapping, Sequence

from minieks.engine.clock import SECOND, Micros, micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.controllers.indexes import add_node_index, pods_on
from minieks.kube.controllers.volumes import indexes
from minieks.kube.controllers.volumes.provisioning import Provisioner
from minieks.kube.controllers.volumes.writing import without_finalizer
from minieks.kube.kinds import csi, pods, storage
from minieks.kube.kinds.csi import ATTACHMENTS, CsiVolume
from minieks.kube.kinds.storage import CLAIMS, VOLUMES
from minieks.kube.words.objects import Obj, is_deleting, name, uid

COMPONENT = "attachdetach-controller"
_SHARED_MODES = ("ReadWriteMany", "ReadOnlyMany")


def multi_attach_error(volume: str, others: Sequence[str]) -> str:
    """Why a volume for one node cannot come to another; ``others`` are the pods that use it."""
    if not others:
        why = "Volume is already exclusively attached to one node and can't be attached to another"
    else:
        why = f"Volume is already used by pod(s) {', '.join(others)}"
    return f'Multi-Attach error for volume "{volume}" {why}'


class AttachDetach:
    """The loop; its keys are volumes."""

    name = "attachdetach"

    def __init__(self, api: Api, provisioners: Sequence[Provisioner]) -> None:
        self._api = api
        self._drivers = {one.driver: one for one in provisioners}
        self._due: dict[str, Micros] = {}
        self._told: dict[tuple[str, str], None] = {}
        indexes.add_indexes(api)
        add_node_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Pods on nodes, claims, attachments, and nodes on which a driver registers."""
        return {
            "pods": Minding(self._pod_changed, indexes.USE, of=aspects.CLAIMING),
            CLAIMS: _volume_of_claim,
            ATTACHMENTS: lambda change: (indexes.volume_of(change.value),),
            csi.NODES: self._node_changed,
        }

    def _pod_changed(self, change: Change) -> Iterable[str]:
        if indexes.claims_of_changed_pod(change):
            return indexes.volumes_of_pods(self._api, [change.value])
        return ()

    def _node_changed(self, change: Change) -> Iterable[str]:
        return indexes.volumes_of_pods(self._api, pods_on(self._api, change.key))

    def reconcile(self, volume_name: str) -> Result | None:
        """Bring a volume to the nodes that want it."""
        volume = self._api.get(VOLUMES, "", volume_name)
        present = self._present(volume_name)
        source = csi.volume(volume)
        if volume is None or source is None or not self._is_attachable(source):
            return self._detach_all(present)
        users = indexes.users_of(self._api, volume_name)
        wanted = dict.fromkeys(pods.node_name(pod) for pod in users)
        waits = [self._settle(volume, one, wanted, users) for one in present]
        for node in wanted:
            if not any(one["spec"]["nodeName"] == node for one in present):
                self._attach(volume, source, node, users)
        return _soonest(waits)

    def _present(self, volume_name: str) -> list[Obj]:
        """The volume's attachments by drivers that are known here."""
        found = indexes.attachments_of(self._api, volume_name)
        return [one for one in found if one["spec"]["attacher"] in self._drivers]

    def _is_attachable(self, source: CsiVolume) -> bool:
        known = self._api.get(csi.DRIVERS, "", source.driver)
        return source.driver in self._drivers and csi.needs_attaching(known)

    # attaching

    def _attach(self, volume: Obj, source: CsiVolume, node: str, users: Sequence[Obj]) -> None:
        here = [pod for pod in users if pods.node_name(pod) == node]
        elsewhere = [
            one
            for one in indexes.attachments_of(self._api, name(volume))
            if one["spec"]["nodeName"] != node
        ]
        if elsewhere and not _is_shared(volume):
            others = [name(pod) for pod in users if pods.node_name(pod) != node]
            self._refuse(here, volume, multi_attach_error(name(volume), others))
            return
        if not csi.is_registered(self._api.get(csi.NODES, "", node), source.driver):
            why = f"CSINode {node} does not contain driver {source.driver}"
            text = f'AttachVolume.Attach failed for volume "{name(volume)}" : {why}'
            self._refuse(here, volume, text)
            return
        self._api.create(attachment(name(volume), source, node))

    def _refuse(self, waiting: Sequence[Obj], volume: Obj, text: str) -> None:
        """Tell each pod once; the controller itself tells again only with a new try."""
        for pod in waiting:
            if (uid(pod), text) not in self._told:
                self._told[uid(pod), text] = None
                self._tell(pod, "Warning", "FailedAttachVolume", text)

    # what becomes of an attachment

    def _settle(
        self, volume: Obj, one: Obj, wanted: Mapping[str, None], users: Sequence[Obj]
    ) -> float | None:
        """Let one attachment arrive or leave; returns the seconds until it does."""
        node = one["spec"]["nodeName"]
        if is_deleting(one) or node not in wanted:
            return self._leave(one)
        if (one.get("status") or {}).get("attached"):
            return None
        wait = self._wait(one, self._driver(one).attach_time())
        if wait > 0:
            return wait
        self._due.pop(name(one), None)
        self._api.update_status({**one, "status": {"attached": True}})
        text = f'AttachVolume.Attach succeeded for volume "{name(volume)}" '
        for pod in users:
            if pods.node_name(pod) == node:
                self._tell(pod, "Normal", "SuccessfulAttachVolume", text)
        return None

    def _leave(self, one: Obj) -> float | None:
        if not is_deleting(one):
            self._due.pop(name(one), None)
            self._api.delete(ATTACHMENTS, "", name(one))
            found = self._api.get(ATTACHMENTS, "", name(one))
            if found is None:
                return None
            one = found
        wait = self._wait(one, self._driver(one).detach_time())
        if wait > 0:
            return wait
        self._due.pop(name(one), None)
        self._api.update(without_finalizer(one, _finalizer(one["spec"]["attacher"])))
        return None

    def _detach_all(self, present: Sequence[Obj]) -> Result | None:
        return _soonest([self._leave(one) for one in present])

    def _driver(self, one: Obj) -> Provisioner:
        return self._drivers[one["spec"]["attacher"]]

    def _wait(self, one: Obj, seconds: float) -> float:
        """The seconds left until the driver has done its work on an attachment."""
        now = self._api.engine.now()
        due = self._due.setdefault(name(one), now + micros(seconds))
        return (due - now) / SECOND

    def _tell(self, pod: Obj, type_: str, reason: str, message: str) -> None:
        self._api.record_event(pod, type_, reason, message, component=COMPONENT)


def attachment(volume: str, source: CsiVolume, node: str) -> Obj:
    """The VolumeAttachment of a volume on a node, guarded by its driver's attacher."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "VolumeAttachment",
        "metadata": {
            "name": csi.attachment_name(source, node),
            "finalizers": [_finalizer(source.driver)],
        },
        "spec": {
            "attacher": source.driver,
            "nodeName": node,
            "source": {"persistentVolumeName": volume},
        },
    }


def _finalizer(driver: str) -> str:
    return f"external-attacher/{driver.replace('.', '-')}"


def _is_shared(volume: Obj) -> bool:
    return any(mode in _SHARED_MODES for mode in storage.access_modes(volume))


def _soonest(waits: Sequence[float | None]) -> Result | None:
    left = [wait for wait in waits if wait is not None]
    return Result(min(left)) if left else None


def _volume_of_claim(change: Change) -> Iterable[str]:
    wanted = storage.volume_name(change.value)
    return (wanted,) if wanted else ()
