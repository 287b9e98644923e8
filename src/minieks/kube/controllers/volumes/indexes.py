"""Look-ups that the volume controllers share: the pods of a claim, the attachments of a volume."""

from collections.abc import Iterable, Sequence
from typing import Final

from minieks.engine.loop import Minding
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods, storage
from minieks.kube.kinds.csi import ATTACHMENTS
from minieks.kube.kinds.storage import CLAIMS, VOLUMES
from minieks.kube.words.objects import Obj, key, namespace

USE: Final = aspects.LIFE | aspects.SPEC | aspects.PHASE
"""What of a pod decides whether it uses its claims, and where."""

_BY_CLAIM: Final = "claims"
_FOR: Final = "for"
_BY_VOLUME: Final = "volume"


def add_indexes(api: Api) -> None:
    """Let the look-ups of this module answer."""
    api.store.add_index("pods", _BY_CLAIM, claim_keys, aspects.SPEC)
    api.store.add_index(ATTACHMENTS, _BY_VOLUME, _attached_volume)
    api.store.add_index(CLAIMS, _BY_VOLUME, _named_volume)
    api.store.add_index(VOLUMES, _FOR, _whom_for)


def claim_keys(pod: Obj) -> Sequence[str]:
    """The store keys of the claims that a pod uses."""
    return [f"{namespace(pod)}/{claim}" for _, claim in storage.claims_of_pod(pod)]


def _attached_volume(attachment: Obj) -> Iterable[str]:
    return (volume_of(attachment),)


def _named_volume(claim: Obj) -> Iterable[str]:
    wanted = storage.volume_name(claim)
    return (wanted,) if wanted else ()


def _whom_for(volume: Obj) -> Iterable[str]:
    """The claim that the volume is reserved for, or its class while it is free."""
    ref = storage.claim_ref(volume)
    if ref:
        return (f"claim {ref.get('namespace')}/{ref.get('name')}",)
    return (f"class {storage.class_name(volume)}",)


def volumes_for(api: Api, claim: Obj) -> list[Obj]:
    """The volumes that are reserved for the claim, and the free ones of its class."""
    reserved = api.store.lookup(VOLUMES, _FOR, f"claim {key(claim)}")
    return [*reserved, *api.store.lookup(VOLUMES, _FOR, f"class {storage.class_name(claim)}")]


def volume_of(attachment: Obj) -> str:
    """The name of the volume that is attached."""
    return str((attachment["spec"].get("source") or {}).get("persistentVolumeName") or "")


def pods_of_claim(api: Api, claim_key: str) -> list[Obj]:
    """The pods whose volumes use the claim."""
    return api.store.lookup("pods", _BY_CLAIM, claim_key)


def attachments_of(api: Api, volume_name: str) -> list[Obj]:
    """The VolumeAttachments of a volume."""
    return api.store.lookup(ATTACHMENTS, _BY_VOLUME, volume_name)


def claims_of_volume(api: Api, volume_name: str) -> list[Obj]:
    """The claims that name a volume."""
    return api.store.lookup(CLAIMS, _BY_VOLUME, volume_name)


def volumes_of_pods(api: Api, found: Iterable[Obj]) -> Iterable[str]:
    """The names of the volumes that pods use through their claims."""
    for pod in found:
        for claim_key in claim_keys(pod):
            claim = api.store.get(CLAIMS, claim_key)
            if claim is not None and storage.volume_name(claim):
                yield storage.volume_name(claim)


def users_of(api: Api, volume_name: str) -> list[Obj]:
    """The pods on nodes that use a volume and have not ended."""
    return [
        pod
        for claim in claims_of_volume(api, volume_name)
        for pod in pods_of_claim(api, key(claim))
        if pods.node_name(pod) and not pods.is_terminal(pod)
    ]


# Two loops ask about each change of a pod, one after the other.
_OF_CHANGE: Final[IdentityMemo[Sequence[str]]] = IdentityMemo(4)


def claims_of_changed_pod(change: Change) -> Sequence[str]:
    """The claims of a pod that came, went, got its node or came into another phase."""
    known = _OF_CHANGE.get(change)
    return _OF_CHANGE.put(change, _claims_of(change)) if known is None else known


OF_CHANGED_POD: Final = Minding(claims_of_changed_pod, USE, of=aspects.CLAIMING)
"""Wakes those claims."""


def _claims_of(change: Change) -> Sequence[str]:
    new, old = change.value, change.previous
    if change.type == "MODIFIED" and old is not None and _same(new, old):
        return ()
    return claim_keys(new)


def _same(new: Obj, old: Obj) -> bool:
    return pods.node_name(new) == pods.node_name(old) and pods.phase(new) == pods.phase(old)
