"""Fields of pods that a Kubernetes version drops because their feature is not on by default.

Source: kubernetes pkg/features/kube_features.go, pkg/api/pod/util.go dropDisabledFields.
"""

from collections.abc import Mapping
from typing import Final

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.words.objects import Obj

_TEMPLATE: Final = ("spec", "template", "spec")
# Where a kind has its PodSpec, by collection.
_POD_SPECS: Final[Mapping[str, tuple[str, ...]]] = {
    "pods": ("spec",),
    "podtemplates": ("template", "spec"),
    "cronjobs.batch": ("spec", "jobTemplate", *_TEMPLATE),
    **dict.fromkeys(
        (
            *("deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps"),
            *("jobs.batch", "replicationcontrollers"),
        ),
        _TEMPLATE,
    ),
}

# ContainerRestartRules and ImageVolume are on by default from this minor version.
_RESTART_RULES_SINCE = 35
_IMAGE_VOLUME_SINCE = 35


class Gates:
    """What one Kubernetes version drops; what was found of a PodSpec is remembered."""

    def __init__(self, minor: int) -> None:
        self._minor = minor
        self._memo: IdentityMemo[Obj] = IdentityMemo()

    def passed(self, collection: str, obj: Obj) -> Obj:
        """The object without the fields that are dropped; the very object if it has none."""
        path = _POD_SPECS.get(collection)
        return obj if path is None else self._at(obj, path)

    def _at(self, value: Obj, path: tuple[str, ...]) -> Obj:
        if not path:
            known = self._memo.get(value)
            return known or self._memo.put(value, without_disabled(value, self._minor))
        before = value.get(path[0])
        if not isinstance(before, dict):
            return value
        after = self._at(before, path[1:])
        return value if after is before else {**value, path[0]: after}


def without_disabled(spec: Obj, minor: int) -> Obj:
    """The PodSpec without the fields that the minor version drops."""
    found = spec
    if minor < _RESTART_RULES_SINCE:
        found = _without_restart_rules(found)
    if minor < _IMAGE_VOLUME_SINCE:
        found = _without_image_volumes(found)
    return found


def _without_restart_rules(spec: Obj) -> Obj:
    changed = {}
    for key in ("containers", "initContainers"):
        containers = spec.get(key) or []
        if any(_has_rules(key, container) for container in containers):
            changed[key] = [_plain(key, container) for container in containers]
    return {**spec, **changed} if changed else spec


def _has_rules(key: str, container: Obj) -> bool:
    policy = container.get("restartPolicy")
    is_sidecar = key == "initContainers" and policy == "Always"
    return (policy is not None and not is_sidecar) or "restartPolicyRules" in container


def _plain(key: str, container: Obj) -> Obj:
    if not _has_rules(key, container):
        return container
    keeps = key == "initContainers" and container.get("restartPolicy") == "Always"
    dropped = {"restartPolicyRules"} if keeps else {"restartPolicyRules", "restartPolicy"}
    return {field: value for field, value in container.items() if field not in dropped}


def _without_image_volumes(spec: Obj) -> Obj:
    volumes = spec.get("volumes") or []
    gone = {volume.get("name") for volume in volumes if "image" in volume}
    if not gone:
        return spec
    found = {**spec, "volumes": [v for v in volumes if v.get("name") not in gone]}
    if not found["volumes"]:
        del found["volumes"]
    for key in ("containers", "initContainers"):
        if found.get(key):
            found[key] = [_without_mounts(container, gone) for container in found[key]]
    return found


def _without_mounts(container: Obj, gone: set[str | None]) -> Obj:
    mounts = container.get("volumeMounts") or []
    kept = [mount for mount in mounts if mount.get("name") not in gone]
    if len(kept) == len(mounts):
        return container
    found = {field: value for field, value in container.items() if field != "volumeMounts"}
    return {**found, "volumeMounts": kept} if kept else found
