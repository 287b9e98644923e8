"""What a pod's volumes and environment need, and what is missing of it.

Source: kubernetes pkg/kubelet/volumemanager, pkg/volume/configmap, pkg/volume/secret,
pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from minieks.kube.kinds import csi, pods, storage
from minieks.kube.kubelet.scene import Obstacle
from minieks.kube.words.objects import Obj, name, namespace

Lookup: TypeAlias = Callable[[str, str, str], Obj | None]
"""From (collection, namespace, name) to the object, as ``Api.get``."""

# Every namespace gets this from a controller; the token volume of each pod needs it.
_ROOT_CA = "kube-root-ca.crt"
_DATA = ("data", "binaryData", "stringData")
_COLLECTIONS = {"configmap": "configmaps", "secret": "secrets"}


@dataclass(frozen=True, slots=True)
class Needs:
    """What keeps a pod from starting, the errors of its containers, and on what it waits.

    ``waits_for`` are ``collection/namespace/name`` of what would help.
    """

    obstacle: Obstacle | None = None
    config_errors: Mapping[str, str] = field(default_factory=dict)
    waits_for: tuple[str, ...] = ()


NOTHING_MISSING = Needs()


@dataclass(frozen=True, slots=True)
class _Missing:
    text: str
    at_once: bool
    waits_for: tuple[str, ...]


class Wishes(NamedTuple):
    """All that a pod asks for; most of them ask for nothing.

    ``sources`` are (volume, kind, name) of ConfigMaps and Secrets, ``claims`` (volume, claim), and
    ``references`` (container, kind, name, key) of what environments are made from.
    """

    sources: tuple[tuple[str, str, str], ...]
    claims: tuple[tuple[str, str], ...]
    references: tuple[tuple[str, str, str, str], ...]


def wishes(pod: Obj) -> Wishes:
    """What the pod asks for; it stays the same for the pod's life."""
    volumes, containers = pod["spec"].get("volumes") or (), pods.containers(pod)
    return Wishes(
        tuple((volume["name"], *source) for volume in volumes for source in _sources(volume)),
        tuple(storage.claims_of_pod(pod)),
        tuple((one["name"], *reference) for one in containers for reference in _references(one)),
    )


def needs(pod: Obj, wanted: Wishes, node_name: str, get: Lookup) -> Needs:
    """What is missing now of what the pod asks for."""
    found = next(_volume_problems(pod, wanted, node_name, get), None)
    errors = _config_errors(pod, wanted, get) if found is None else {}
    if found is None and not errors:
        return NOTHING_MISSING
    if found is not None:
        obstacle = Obstacle("FailedMount", found.text, found.at_once)
        return Needs(obstacle, waits_for=found.waits_for)
    waits = tuple(waits_for for _, waits_for in errors.values())
    return Needs(config_errors={one: text for one, (text, _) in errors.items()}, waits_for=waits)


# --- volumes ---


def _volume_problems(pod: Obj, wanted: Wishes, node_name: str, get: Lookup) -> Iterator[_Missing]:
    for volume, kind, source in wanted.sources:
        if get(_COLLECTIONS[kind], namespace(pod), source) is None:
            yield _Missing(
                f'MountVolume.SetUp failed for volume "{volume}" : {kind} "{source}" not found',
                True,
                (f"{_COLLECTIONS[kind]}/{namespace(pod)}/{source}",),
            )
    for volume_name, claim_name in wanted.claims:
        found = _claim_problem(pod, node_name, (volume_name, claim_name), get)
        if found is not None:
            yield found


def _sources(volume: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The ConfigMaps and Secrets that a volume cannot do without."""
    for source in (volume, *((volume.get("projected") or {}).get("sources") or ())):
        for kind, field_name in (("configmap", "configMap"), ("secret", "secret")):
            part = source.get(field_name)
            if part and not part.get("optional") and part.get("name") != _ROOT_CA:
                yield kind, part.get("name") or part.get("secretName") or ""


def _claim_problem(
    pod: Obj, node_name: str, names: tuple[str, str], get: Lookup
) -> _Missing | None:
    """Why the claim's volume is not on the node yet: not there, not bound, not attached."""
    volume, claim_name = names
    key = f"{namespace(pod)}/{claim_name}"
    claim = get("persistentvolumeclaims", namespace(pod), claim_name)
    if claim is None or not storage.is_bound(claim):
        why = "PVC is not bound" if claim else f'persistentvolumeclaim "{claim_name}" not found'
        text = (
            f"Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached "
            f"volumes=[], failed to process volumes=[{volume}]: error processing PVC {key}: {why}"
        )
        return _Missing(text, False, (f"persistentvolumeclaims/{key}",))
    pv_name = storage.volume_name(claim)
    waits = (f"persistentvolumes//{pv_name}", f"{csi.ATTACHMENTS}//{pv_name}")
    pv = get("persistentvolumes", "", pv_name)
    if pv is not None and _is_attached(pv, node_name, get):
        return _no_driver(pv, node_name, get)
    text = (
        f"Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached "
        f"volumes=[{volume}], failed to process volumes=[]: context deadline exceeded"
    )
    return _Missing(text, False, waits)


def _no_driver(pv: Obj, node_name: str, get: Lookup) -> _Missing | None:
    """A CSI volume needs its driver's pod on the node."""
    source = csi.volume(pv)
    if source is None or csi.is_registered(get(csi.NODES, "", node_name), source.driver):
        return None
    text = (
        f'MountVolume.MountDevice failed for volume "{name(pv)}" : kubernetes.io/csi: attacher.'
        f"MountDevice failed to create newCsiDriverClient: driver name {source.driver} not found "
        "in the list of registered CSI drivers"
    )
    return _Missing(text, True, (f"{csi.NODES}//{node_name}",))


def _is_attached(pv: Obj, node_name: str, get: Lookup) -> bool:
    """Whether the volume is on the node; what needs no attaching always is."""
    source = csi.volume(pv)
    if source is None or not csi.needs_attaching(get(csi.DRIVERS, "", source.driver)):
        return True
    attachment = get(csi.ATTACHMENTS, "", csi.attachment_name(source, node_name))
    return attachment is not None and bool((attachment.get("status") or {}).get("attached"))


# --- environment ---


def _config_errors(pod: Obj, wanted: Wishes, get: Lookup) -> dict[str, tuple[str, str]]:
    """Per container what its environment lacks first, and what would help."""
    errors: dict[str, tuple[str, str]] = {}
    space = namespace(pod)
    for container, kind, source, key in wanted.references:
        if container in errors:
            continue
        found = get(_COLLECTIONS[kind], space, source)
        waits = f"{_COLLECTIONS[kind]}/{space}/{source}"
        if found is None:
            errors[container] = (f'{kind} "{source}" not found', waits)
        elif key and not _has_key(found, key):
            shown = "ConfigMap" if kind == "configmap" else "Secret"
            text = f"couldn't find key {key} in {shown} {space}/{source}"
            errors[container] = (text, waits)
    return errors


def _has_key(source: Obj, key: str) -> bool:
    return any(key in (source.get(part) or ()) for part in _DATA)


def _references(container: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Kind, name and key (if one is named) of what the environment cannot do without."""
    for source in container.get("envFrom") or ():
        yield from _reference(source, "configMapRef", "secretRef")
    for variable in container.get("env") or ():
        yield from _reference(variable.get("valueFrom") or {}, "configMapKeyRef", "secretKeyRef")


def _reference(
    source: Mapping[str, Any], config_field: str, secret_field: str
) -> Iterator[tuple[str, str, str]]:
    for kind, field_name in (("configmap", config_field), ("secret", secret_field)):
        part = source.get(field_name)
        if part and not part.get("optional"):
            yield kind, part.get("name") or "", part.get("key") or ""
