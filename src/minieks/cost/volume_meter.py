"""Meters the EBS volumes behind persistent volumes, from creation to deletion."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from minieks.cost.spans import Spans
from minieks.cost.usage import VolumeUsage
from minieks.engine.clock import Micros
from minieks.engine.store import Change, Store
from minieks.kube.kinds import csi, storage
from minieks.kube.kinds.workloads import workload_of
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj, name, namespace

EBS_CSI_DRIVER = "ebs.csi.aws.com"

_GIB = 1024**3
_NOTHING: Mapping[str, Any] = {}


class VolumeMeter:
    """EBS volumes of claims. A volume that is retained costs on after its object is deleted."""

    def __init__(self, store: Store, now: Callable[[], Micros]) -> None:
        self._store = store
        self._now = now
        self._volumes: Spans[VolumeUsage] = Spans.empty()
        self._users: dict[tuple[str, str], str] = {}

    def on_volume(self, change: Change) -> None:
        """A change of ``persistentvolumes``."""
        volume, key = change.value, change.key
        if not _is_ebs(volume):
            return
        if change.type != "DELETED":
            self._note(key, volume)
        elif not _is_retained(volume):
            self._volumes.close(key, self._now())

    def on_pod(self, change: Change) -> None:
        """A new pod: remember whose the claims are that it mounts."""
        pod = change.value
        for _, claim in storage.claims_of_pod(pod):
            owner = workload_of(self._store, pod)
            self._users.setdefault((namespace(pod), claim), f"{owner.kind}/{owner.name}")

    def usages(self) -> list[VolumeUsage]:
        """Every volume, owned by the workload that mounted its claim, else by the claim."""
        return [replace(usage, owner=self._owner(usage)) for usage in self._volumes.all()]

    def _note(self, key: str, volume: Obj) -> None:
        """Begin a volume; a larger size is a new use from now on."""
        before, after = self._volumes.open(key), self._usage(volume)
        if before is None:
            self._volumes.begin(key, after)
        # A volume that was grown in place is billed for each size while it had it.
        elif before.gib != after.gib:
            self._volumes.close(key, after.start)
            self._volumes.begin(key, after)
        else:
            self._volumes.amend(key, replace(after, start=before.start))

    def _usage(self, volume: Obj) -> VolumeUsage:
        spec = volume["spec"]
        claim = spec.get("claimRef") or _NOTHING
        parameters = self._parameters(spec)
        gib = -(-quantity.value(spec["capacity"]["storage"]) // _GIB)
        return VolumeUsage(
            volume_id=name(volume),
            kind="pvc",
            volume_type=parameters.get("type", _default_type(spec)),
            gib=gib,
            start=self._now(),
            iops=_iops(parameters, gib),
            throughput=_whole(parameters.get("throughput")),
            namespace=str(claim.get("namespace") or ""),
            owner=str(claim.get("name") or ""),
        )

    def _parameters(self, spec: Mapping[str, Any]) -> Mapping[str, str]:
        """The parameters of the volume's StorageClass, by lower-case name; none without class.

        Source: aws-ebs-csi-driver ``docs/parameters.md``: names are not case-sensitive.
        """
        key = str(spec.get("storageClassName") or "")
        found = self._store.get(storage.CLASSES, key)
        given = (found or _NOTHING).get("parameters") or _NOTHING
        return {name.lower(): str(value) for name, value in given.items()}

    def _owner(self, usage: VolumeUsage) -> str:
        claim = f"PersistentVolumeClaim/{usage.owner}" if usage.owner else ""
        return self._users.get((usage.namespace, usage.owner), claim)


def _is_ebs(volume: Obj) -> bool:
    source = csi.volume(volume)
    return source is not None and source.driver == EBS_CSI_DRIVER


def _is_retained(volume: Obj) -> bool:
    return bool(volume["spec"].get("persistentVolumeReclaimPolicy") == "Retain")


def _default_type(spec: Mapping[str, Any]) -> str:
    """What a class without ``type`` makes: gp2 in tree, gp3 by CSI (aws-ebs-csi-driver docs)."""
    return "gp2" if "awsElasticBlockStore" in spec else "gp3"


def _iops(parameters: Mapping[str, str], gib: int) -> int:
    """Provisioned IOPS: as many as asked for, or so many for each GiB."""
    return _whole(parameters.get("iops")) or gib * _whole(parameters.get("iopspergb"))


def _whole(text: str | None) -> int:
    """A StorageClass parameter that is a whole number; 0 if it is not set, or no number."""
    return int(text) if text and text.isdecimal() else 0
