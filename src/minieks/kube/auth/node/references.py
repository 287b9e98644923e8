"""Which objects of its namespace a pod needs.

Source: kubernetes pkg/api/v1/pod/util.go (VisitPodSecretNames, VisitPodConfigmapNames) and
plugin/pkg/auth/authorizer/node/graph.go.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from minieks.kube.words.objects import Obj, name

_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
# Volume sources, and where each names a Secret.
_SECRET_OF: Final = (
    ("cephfs", "secretRef"),
    ("cinder", "secretRef"),
    ("csi", "nodePublishSecretRef"),
    ("flexVolume", "secretRef"),
    ("iscsi", "secretRef"),
    ("rbd", "secretRef"),
    ("scaleIO", "secretRef"),
    ("storageos", "secretRef"),
)


def secrets(pod: Obj) -> Iterator[str]:
    """The names of Secrets that the pod uses."""
    spec = pod.get("spec") or {}
    for reference in spec.get("imagePullSecrets") or ():
        yield str(reference.get("name") or "")
    yield from _of_environment(spec, "secretKeyRef", "secretRef")
    for volume in spec.get("volumes") or ():
        yield from _named(volume.get("secret"), "secretName")
        yield from _named(volume.get("azureFile"), "secretName")
        for source, field in _SECRET_OF:
            yield from _named((volume.get(source) or {}).get(field), "name")
        yield from _of_projection(volume, "secret")


def config_maps(pod: Obj) -> Iterator[str]:
    """The names of ConfigMaps that the pod uses."""
    spec = pod.get("spec") or {}
    yield from _of_environment(spec, "configMapKeyRef", "configMapRef")
    for volume in spec.get("volumes") or ():
        yield from _named(volume.get("configMap"), "name")
        yield from _of_projection(volume, "configMap")


def claims(pod: Obj) -> Iterator[str]:
    """The names of PersistentVolumeClaims that the pod uses."""
    for volume in (pod.get("spec") or {}).get("volumes") or ():
        yield from _named(volume.get("persistentVolumeClaim"), "claimName")
        if volume.get("ephemeral"):
            yield f"{name(pod)}-{volume['name']}"


def accounts(pod: Obj) -> Iterator[str]:
    """The name of the pod's ServiceAccount."""
    yield from _named(pod.get("spec"), "serviceAccountName")


def _of_environment(spec: Mapping[str, Any], key: str, whole: str) -> Iterator[str]:
    for group in _CONTAINERS:
        for container in spec.get(group) or ():
            for variable in container.get("env") or ():
                yield from _named((variable.get("valueFrom") or {}).get(key), "name")
            for source in container.get("envFrom") or ():
                yield from _named(source.get(whole), "name")


def _of_projection(volume: Mapping[str, Any], kind: str) -> Iterator[str]:
    for source in (volume.get("projected") or {}).get("sources") or ():
        yield from _named(source.get(kind), "name")


def _named(reference: Mapping[str, Any] | None, field: str) -> Iterator[str]:
    found = (reference or {}).get(field)
    if found:
        yield str(found)
