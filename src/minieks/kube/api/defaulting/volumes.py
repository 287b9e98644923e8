"""Defaults of volumes and of claims for them.

Source: kubernetes pkg/apis/core/v1/defaults.go.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from minieks.kube.api.defaulting.fill import each, filled, replaced, through, within
from minieks.kube.api.defaulting.images import pull_policy
from minieks.kube.words.objects import Obj

_MODE: Final = {"defaultMode": 420}

# What a volume source of each type gets.
_SOURCES: Final[Mapping[str, Mapping[str, Any]]] = {
    "secret": _MODE,
    "configMap": _MODE,
    "downwardAPI": _MODE,
    "projected": _MODE,
    "hostPath": {"type": ""},
    "iscsi": {"iscsiInterface": "default"},
    "rbd": {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"},
    "azureDisk": {
        "cachingMode": "ReadWrite",
        "kind": "Shared",
        "fsType": "ext4",
        "readOnly": False,
    },
    "scaleIO": {"storageMode": "ThinProvisioned", "fsType": "xfs"},
}


def volume(obj: Obj) -> Obj:
    """A volume of a pod; without any source it is an emptyDir."""
    if len(obj) == 1 and "name" in obj:
        return {**obj, "emptyDir": {}}
    found = source(obj)
    for key, change in _NESTED.items():
        found = within(found, key, change)
    return found


def source(obj: Obj) -> Obj:
    """The defaults of whichever volume source the object has."""
    found = obj
    for key in obj:
        if key in _SOURCES and isinstance(obj[key], dict):
            found = replaced(found, key, filled(obj[key], _SOURCES[key]))
    return found


def _downward(downward: Obj) -> Obj:
    return each(downward, "items", _downward_item)


def _downward_item(item: Obj) -> Obj:
    found = within(item, "fieldRef", lambda ref: filled(ref, {"apiVersion": "v1"}))
    return within(found, "resourceFieldRef", lambda ref: filled(ref, {"divisor": "0"}))


def _projection(projection: Obj) -> Obj:
    found = within(projection, "downwardAPI", _downward)
    return within(found, "serviceAccountToken", _token)


def _token(token: Obj) -> Obj:
    return filled(token, {"expirationSeconds": 3600})


def _projected(projected: Obj) -> Obj:
    return each(projected, "sources", _projection)


def _ephemeral(ephemeral: Obj) -> Obj:
    found = within(
        ephemeral, "volumeClaimTemplate", lambda template: filled(template, {"metadata": {}})
    )
    return through(found, ("volumeClaimTemplate", "spec"), claim_spec)


def _image(image: Obj) -> Obj:
    return filled(image, {"pullPolicy": pull_policy(str(image.get("reference", "")))})


_NESTED: Final[Mapping[str, Callable[[Obj], Obj]]] = {
    "downwardAPI": _downward,
    "projected": _projected,
    "ephemeral": _ephemeral,
    "image": _image,
}


def claim_spec(spec: Obj) -> Obj:
    """The spec of a PersistentVolumeClaim."""
    return filled(spec, {"volumeMode": "Filesystem"})


def _is_plain_source(reference: Obj) -> bool:
    """Whether ``dataSource`` can say it too: a claim or a snapshot of the same namespace."""
    if "namespace" in reference:
        return False
    group, kind = reference.get("apiGroup"), reference.get("kind")
    return kind == "PersistentVolumeClaim" or group == "snapshot.storage.k8s.io"


def with_data_source(spec: Obj) -> Obj:
    """``dataSource`` and ``dataSourceRef`` say the same, unless the latter names a namespace."""
    source_, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    if source_ and not reference:
        return {**spec, "dataSourceRef": source_}
    if reference and not source_ and _is_plain_source(reference):
        return {**spec, "dataSource": reference}
    return spec
