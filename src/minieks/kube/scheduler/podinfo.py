"""A pod as the scheduler sees it: everything that plugins ask, worked out once.

Pods of one template share one ``PodSpec``; only what is the pod's own is kept beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from minieks.kube.kinds import csi, pods, taints
from minieks.kube.kinds.pods import HostPort
from minieks.kube.scheduler import terms
from minieks.kube.scheduler.features import Features
from minieks.kube.scheduler.terms import Affinities, NodeRules
from minieks.kube.words import objects, times
from minieks.kube.words.objects import Obj

_NOTHING: Final[Mapping[str, Any]] = {}
_SCALAR_PREFIXES: Final = ("hugepages-", "attachable-volumes-")
_DECISIVE: Final = (
    "affinity",
    "nodeSelector",
    "overhead",
    "preemptionPolicy",
    "resources",
    "tolerations",
    "topologySpreadConstraints",
)
_OF_CONTAINER: Final = ("image", "resources", "ports", "restartPolicy")
_HARMLESS: Final = frozenset(("configMap", "downwardAPI", "emptyDir", "projected", "secret"))
"""Volumes that any node can provide."""
_COUNTED: Final = ("cpu", "memory", "ephemeral-storage")


class Tolerance(NamedTuple):
    """The tolerations of a pod, with a key under which conclusions can be remembered."""

    key: bytes
    items: tuple[Mapping[str, Any], ...]

    def covers(self, taint: Mapping[str, Any]) -> bool:
        """Whether the taint is tolerated."""
        return taints.tolerated(self.items, taint)

    def covers_preference(self, taint: Mapping[str, Any]) -> bool:
        """Whether it is by a toleration that speaks of all effects or of PreferNoSchedule."""
        asked = (t for t in self.items if t.get("effect") in (None, "", "PreferNoSchedule"))
        return taints.tolerated(asked, taint)


class Disk(NamedTuple):
    """An in-tree disk that pods on one node cannot always share."""

    identity: tuple[str, ...]
    shareable: bool


@dataclass(frozen=True, slots=True)
class PodSpec:
    """What follows from a pod's spec alone."""

    requests: tuple[tuple[str, int], ...]
    """Positive requests of resources that nodes account for; cpu in millicores."""
    nonzero: tuple[int, int]
    """cpu and memory that the node's score sums count for the pod."""
    scored: tuple[int, int]
    """cpu and memory that NodeResourcesFit counts for the pod while it is placed."""
    ports: tuple[HostPort, ...]
    tolerance: Tolerance
    rules: NodeRules
    affinities: Affinities
    images: tuple[str, ...]
    claims: tuple[str, ...]
    """Names of the claims of its volumes, those of ephemeral volumes left out."""
    ephemeral: tuple[str, ...]
    """Names of its generic ephemeral volumes."""
    disks: tuple[Disk, ...]
    inline: tuple[csi.CsiVolume, ...]
    """Its in-tree volumes that CSI drivers have taken over."""
    has_volumes: bool
    """Whether it has claims."""

    def request(self, resource: str) -> int:
        """The request of one resource, 0 without."""
        return next((amount for name, amount in self.requests if name == resource), 0)


@dataclass(slots=True, eq=False)
class PodInfo:
    """One pod, compiled."""

    pod: Obj
    key: str
    uid: str
    namespace: str
    labels: Mapping[str, str]
    spec: PodSpec
    priority: int
    leaving: bool
    """Whether deletion has begun."""

    def counts_unlike(self, other: "PodInfo") -> bool:
        """Whether it counts otherwise on its node than the other state of the same pod."""
        return (
            (self.spec is not other.spec and self.spec != other.spec)
            or (self.uid, self.leaving, self.priority) != (other.uid, other.leaving, other.priority)
            or self.labels != other.labels
        )

    @property
    def start_time(self) -> int:
        """When it was started, in micros; far in the future if it is not."""
        text = (self.pod.get("status") or _NOTHING).get("startTime")
        return times.parse(text) if text else 2**62

    def claim_names(self) -> Iterator[tuple[str, bool]]:
        """The claims in the order of the volumes, and whether each is of an ephemeral volume."""
        name = objects.name(self.pod)
        for volume in (self.pod.get("spec") or _NOTHING).get("volumes") or ():
            if "persistentVolumeClaim" in volume:
                yield volume["persistentVolumeClaim"]["claimName"], False
            elif "ephemeral" in volume:
                yield f"{name}-{volume['name']}", True

    def claim_keys(self) -> list[str]:
        """The keys of all its claims."""
        if not self.spec.has_volumes:
            return []
        return [f"{self.namespace}/{name}" for name, _ in self.claim_names()]


class Compiler:
    """Makes PodInfos for one version; remembers specs that it has seen."""

    _MOST: Final = 8192

    def __init__(self, features: Features) -> None:
        self._features = features
        self._specs: dict[tuple[str, bytes], PodSpec] = {}

    def compile(self, pod: Obj) -> PodInfo:
        """The pod as plugins ask it."""
        meta = objects.metadata(pod)
        namespace = meta.get("namespace") or ""
        return PodInfo(
            pod=pod,
            key=f"{namespace}/{meta['name']}",
            uid=meta.get("uid") or f"{namespace}/{meta['name']}",
            namespace=namespace,
            labels=meta.get("labels") or _NOTHING,
            spec=self._spec(namespace, pod),
            priority=pods.priority(pod),
            leaving=meta.get("deletionTimestamp") is not None,
        )

    def _spec(self, namespace: str, pod: Obj) -> PodSpec:
        if self._features.in_place_resize and pods.resized(pod):
            return compile_spec(namespace, pod, self._features)
        key = (namespace, orjson.dumps(essence(pod["spec"])))
        known = self._specs.get(key)
        if known is None:
            if len(self._specs) >= self._MOST:
                self._specs.clear()
            known = self._specs[key] = compile_spec(namespace, pod, self._features)
        return known


def essence(spec: Mapping[str, Any]) -> list[Any]:
    """What of a pod spec decides its placement: pods that agree in it share a ``PodSpec``."""
    return [
        [spec.get(field) for field in _DECISIVE],
        [[c.get(field) for field in _OF_CONTAINER] for c in spec["containers"]],
        [[c.get(field) for field in _OF_CONTAINER] for c in spec.get("initContainers") or ()],
        [v for v in spec.get("volumes") or () if _HARMLESS.isdisjoint(v)],
    ]


def compile_spec(namespace: str, pod: Obj, features: Features) -> PodSpec:
    """Work out what follows from the pod's spec."""
    spec = pod["spec"]
    volumes = spec.get("volumes") or ()
    nonzero = _nonzero(pod, features, features.pod_level_resources)
    same = features.score_pod_level_resources or not spec.get("resources")
    return PodSpec(
        requests=_accounted(pod, features),
        nonzero=nonzero,
        scored=nonzero if same else _nonzero(pod, features, pod_level=False),
        ports=tuple(pods.host_ports(pod)),
        tolerance=tolerance(spec),
        rules=terms.node_rules(spec),
        affinities=terms.affinities(namespace, spec),
        images=tuple(image_name(item.get("image") or "") for item in pods.containers(pod)),
        claims=tuple(
            item["persistentVolumeClaim"]["claimName"]
            for item in volumes
            if "persistentVolumeClaim" in item
        ),
        ephemeral=tuple(item["name"] for item in volumes if "ephemeral" in item),
        disks=tuple(disk for item in volumes for disk in disks_of(item)),
        inline=tuple(found for item in volumes if (found := csi.source(item)) is not None),
        has_volumes=any("persistentVolumeClaim" in v or "ephemeral" in v for v in volumes),
    )


def _accounted(pod: Obj, features: Features) -> tuple[tuple[str, int], ...]:
    """Positive requests of cpu, memory, ephemeral-storage and scalar resources.

    Source: kubernetes pkg/scheduler/framework/types.go Resource.Add, IsScalarResourceName.
    """
    asked = pods.requests(
        pod, pod_level=features.pod_level_resources, in_place=features.in_place_resize
    )
    return tuple(
        (name, amount)
        for name, amount in asked.items()
        if amount > 0 and (name in _COUNTED or "/" in name or name.startswith(_SCALAR_PREFIXES))
    )


def _nonzero(pod: Obj, features: Features, pod_level: bool) -> tuple[int, int]:
    asked = pods.nonzero_requests(pod, pod_level=pod_level, in_place=features.in_place_resize)
    return asked["cpu"], asked["memory"]


def tolerance(spec: Mapping[str, Any]) -> Tolerance:
    """The tolerations of a pod spec."""
    items = tuple(spec.get("tolerations") or ())
    return Tolerance(orjson.dumps(items, option=orjson.OPT_SORT_KEYS), items)


def image_name(image: str) -> str:
    """The name under which a node lists the image: ``:latest`` is written out.

    Source: kubernetes plugins/imagelocality normalizedImageName.
    """
    return image if image.rfind(":") > image.rfind("/") else f"{image}:latest"


def disks_of(volume: Mapping[str, Any]) -> Iterator[Disk]:
    """The exclusive in-tree disk of a volume, if it is one; RBD once for each monitor.

    Source: kubernetes plugins/volumerestrictions isVolumeConflict.
    """
    if disk := volume.get("awsElasticBlockStore"):
        yield Disk(("ebs", disk["volumeID"]), False)
    elif disk := volume.get("gcePersistentDisk"):
        yield Disk(("gce", disk["pdName"]), bool(disk.get("readOnly")))
    elif disk := volume.get("iscsi"):
        yield Disk(("iscsi", disk["iqn"]), bool(disk.get("readOnly")))
    elif disk := volume.get("rbd"):
        for monitor in disk.get("monitors") or ():
            where = (monitor, disk.get("pool") or "rbd", disk.get("image") or "")
            yield Disk(("rbd", *where), bool(disk.get("readOnly")))
