"""Claims that pods use and volumes that are bound stay until they are free: their finalizers.

Source: kubernetes pkg/controller/volume/pvcprotection and pvprotection.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.loop import Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import indexes
from minieks.kube.controllers.volumes.writing import without_finalizer
from minieks.kube.kinds import pods, storage
from minieks.kube.kinds.storage import CLAIMS, VOLUMES
from minieks.kube.words.objects import Obj, is_deleting, metadata, split_key, with_metadata

CLAIM_FINALIZER: Final = "kubernetes.io/pvc-protection"
VOLUME_FINALIZER: Final = "kubernetes.io/pv-protection"


def claim_is_used(users: Iterable[Obj]) -> bool:
    """Whether any of the pods that name a claim uses it: those without a node do not.

    A pod that has ended but still exists does: its kubelet may not have unmounted the volume.
    """
    return any(pods.node_name(pod) for pod in users)


class ClaimProtection:
    """The loop; its keys are claims."""

    name = "pvc-protection"

    def __init__(self, api: Api) -> None:
        self._api = api
        indexes.add_indexes(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Claims, and the pods that use them."""
        return {
            CLAIMS: _came_or_deleting,
            "pods": indexes.OF_CHANGED_POD,
        }

    def reconcile(self, claim_key: str) -> None:
        """Protect a claim, or let it go."""
        claim = self._api.get(CLAIMS, *split_key(claim_key))
        if claim is None:
            return
        used = claim_is_used(indexes.pods_of_claim(self._api, claim_key))
        _guard(self._api, claim, CLAIM_FINALIZER, used=used)


class VolumeProtection:
    """The loop; its keys are volumes."""

    name = "pv-protection"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """Volumes."""
        return {VOLUMES: _came_or_deleting}

    def reconcile(self, volume_name: str) -> None:
        """Protect a volume, or let it go when it is not bound."""
        volume = self._api.get(VOLUMES, "", volume_name)
        if volume is not None:
            used = storage.phase(volume) == "Bound"
            _guard(self._api, volume, VOLUME_FINALIZER, used=used)


def _guard(api: Api, obj: Obj, finalizer: str, *, used: bool) -> None:
    present = metadata(obj).get("finalizers") or []
    if is_deleting(obj):
        if finalizer in present and not used:
            api.update(without_finalizer(obj, finalizer))
    elif finalizer not in present:
        api.update(with_metadata(obj, finalizers=[*present, finalizer]))


def _came_or_deleting(change: Change) -> Iterable[str]:
    if change.type == "ADDED" or (change.type == "MODIFIED" and is_deleting(change.value)):
        return (change.key,)
    return ()
