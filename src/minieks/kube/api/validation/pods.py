"""Validation of PodSpecs, pod templates, and Pods.

Source: kubernetes pkg/apis/core/validation/validation.go ValidatePodSpec, ValidatePodCreate.
"""

from collections.abc import Iterator
from typing import Any, Final

from minieks.kube.api.fields import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.validation import (
    containers,
    resources,
    scheduling,
    security,
    specshapes,
)
from minieks.kube.api.validation.checks import MAX_INT32, complaints
from minieks.kube.api.validation.containers import PodContext
from minieks.kube.api.validation.meta import annotations, labels
from minieks.kube.api.validation.volumes import volumes
from minieks.kube.words import names
from minieks.kube.words.objects import Obj
from minieks.kube.words.objects import annotations as annotations_of

RESTART_POLICIES: Final = ("Always", "OnFailure", "Never")
_DNS_POLICIES: Final = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_MIRROR: Final = "kubernetes.io/config.mirror"
_SECCOMP_POD: Final = "seccomp.security.alpha.kubernetes.io/pod"
_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_NAMES: Final = {
    "serviceAccountName": names.dns_subdomain,
    "nodeName": names.dns_subdomain,
}


# A ReplicaSet is scaled and noted on many times, with the very template that it began with.
_FINE: IdentityMemo[bool] = IdentityMemo(1024)
# The pods of one template differ in the name of the volume of their token alone.
_FINE_SHAPES: Final[set[bytes]] = set()
_MOST_SHAPES: Final = 1024


def pod_spec(spec: Obj, path: str) -> Iterator[FieldError]:
    """A PodSpec, of a pod or of a template; one that was found to be fine is not read again."""
    if _FINE.get(spec):
        return
    shape = specshapes.shape(spec)
    if shape is None or shape not in _FINE_SHAPES:
        found = list(_pod_spec(spec, path))
        yield from found
        if found:
            return
        _remember(shape)
    _FINE.put(spec, True)


def _remember(shape: bytes | None) -> None:
    if shape is None:
        return
    if len(_FINE_SHAPES) >= _MOST_SHAPES:
        _FINE_SHAPES.clear()
    _FINE_SHAPES.add(shape)


def _pod_spec(spec: Obj, path: str) -> Iterator[FieldError]:
    wrong, fine = volumes(spec.get("volumes") or [], f"{path}.volumes")
    yield from wrong
    pod = PodContext(
        volumes=fine,
        claims=frozenset(claim.get("name", "") for claim in spec.get("resourceClaims") or ()),
        grace=spec.get("terminationGracePeriodSeconds", 30),
        host_network=bool(spec.get("hostNetwork")),
    )
    regular, initial = spec.get("containers") or [], spec.get("initContainers") or []
    yield from containers.regular(regular, f"{path}.containers", pod)
    yield from containers.init(initial, regular, f"{path}.initContainers", pod)
    if spec.get("resources"):
        yield from resources.requirements(spec["resources"], f"{path}.resources")
    yield from _policies(spec, path)
    yield from labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    yield from _placement(spec, path)
    yield from security.host_process(spec, path)
    yield from _identity(spec, path)
    yield from _rest(spec, path)


def _policies(spec: Obj, path: str) -> Iterator[FieldError]:
    for key, supported in (("restartPolicy", RESTART_POLICIES), ("dnsPolicy", _DNS_POLICIES)):
        value = spec.get(key) or ""
        if not value:
            yield required(f"{path}.{key}")
        elif value not in supported:
            yield not_supported(f"{path}.{key}", value, supported)


def _placement(spec: Obj, path: str) -> Iterator[FieldError]:
    if spec.get("securityContext"):
        yield from security.pod_context(spec["securityContext"], f"{path}.securityContext")
    if spec.get("affinity"):
        yield from scheduling.affinity(spec["affinity"], f"{path}.affinity")
    yield from _gates(spec.get("schedulingGates") or (), f"{path}.schedulingGates")
    if spec.get("topologySpreadConstraints"):
        yield from scheduling.spread_constraints(
            spec["topologySpreadConstraints"], f"{path}.topologySpreadConstraints"
        )


def _gates(gates: Any, path: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for position, gate in enumerate(gates):
        name = gate.get("name", "")
        yield from complaints(f"{path}[{position}]", name, names.qualified_name)
        if name in seen:
            yield duplicate(f"{path}[{position}]", name)
        seen.add(name)


def _identity(spec: Obj, path: str) -> Iterator[FieldError]:
    for key, check in _NAMES.items():
        if spec.get(key):
            yield from complaints(f"{path}.{key}", spec[key], check)
    seconds = spec.get("activeDeadlineSeconds")
    if seconds is not None and not 1 <= seconds <= MAX_INT32:
        text = "must be between 1 and 2147483647, inclusive"
        yield invalid(f"{path}.activeDeadlineSeconds", seconds, text)
    for key in ("hostname", "subdomain"):
        if spec.get(key):
            yield from complaints(f"{path}.{key}", spec[key], names.dns_label)


def _rest(spec: Obj, path: str) -> Iterator[FieldError]:
    if spec.get("tolerations"):
        yield from scheduling.tolerations(spec["tolerations"], f"{path}.tolerations")
    yield from _host_aliases(spec.get("hostAliases") or (), f"{path}.hostAliases")
    for key in ("priorityClassName", "runtimeClassName"):
        if spec.get(key):
            yield from complaints(f"{path}.{key}", spec[key], names.dns_subdomain)
    policy = spec.get("preemptionPolicy", "Never")
    if policy not in ("PreemptLowerPriority", "Never"):
        supported = ("PreemptLowerPriority", "Never")
        yield not_supported(f"{path}.preemptionPolicy", policy, supported)
    for name, value in (spec.get("overhead") or {}).items():
        yield from resources.amount(name, value, f"{path}.overhead[{name}]")
    os_name = (spec.get("os") or {}).get("name")
    if os_name is not None and os_name not in ("linux", "windows"):
        yield not_supported(f"{path}.os", os_name, ("linux", "windows"))
    elif os_name == "windows":
        yield from security.for_windows(spec, path)


def _host_aliases(aliases: Any, path: str) -> Iterator[FieldError]:
    for position, alias in enumerate(aliases):
        place = f"{path}[{position}]"
        yield from complaints(f"{place}.ip", alias.get("ip", ""), names.ip_address)
        for index, name in enumerate(alias.get("hostnames") or ()):
            yield from complaints(f"{place}.hostnames[{index}]", name, names.dns_subdomain)


def template(found: Obj, path: str) -> Iterator[FieldError]:
    """A PodTemplateSpec."""
    meta = found.get("metadata") or {}
    spec = found.get("spec") or {}
    yield from labels(meta.get("labels"), f"{path}.labels")
    yield from annotations(meta.get("annotations"), f"{path}.annotations")
    yield from pod_spec(spec, f"{path}.spec")
    if spec.get("ephemeralContainers"):
        text = "ephemeral containers not allowed in pod template"
        yield forbidden(f"{path}.spec.ephemeralContainers", text)


def pod(obj: Obj) -> Iterator[FieldError]:
    """A new Pod."""
    spec = obj.get("spec") or {}
    yield from _annotations(obj, spec)
    yield from pod_spec(spec, "spec")
    if spec.get("ephemeralContainers"):
        yield forbidden("spec.ephemeralContainers", "cannot be set on create")
    if spec.get("nodeName") and spec.get("schedulingGates"):
        text = "cannot be set until all schedulingGates have been cleared"
        yield forbidden("spec.nodeName", text)


def _is_seccomp_profile(profile: str) -> bool:
    known = ("runtime/default", "docker/default", "unconfined")
    return profile in known or profile.startswith("localhost/")


def _annotations(obj: Obj, spec: Obj) -> Iterator[FieldError]:
    found = annotations_of(obj)
    if not found:
        return
    if _MIRROR in found and not spec.get("nodeName"):
        text = "must set spec.nodeName if mirror pod annotation is set"
        yield invalid(f"metadata.annotations[{_MIRROR}]", found[_MIRROR], text)
    profile = found.get(_SECCOMP_POD)
    if profile is not None and not _is_seccomp_profile(profile):
        text = "must be a valid seccomp profile"
        yield invalid(f"metadata.annotations.{_SECCOMP_POD}", profile, text)
    known = {c.get("name") for key in ("initContainers", "containers") for c in spec.get(key) or ()}
    for key in found:
        if key.startswith(_APPARMOR) and key.removeprefix(_APPARMOR) not in known:
            name = key.removeprefix(_APPARMOR)
            yield invalid(f"metadata.annotations[{key}]", name, "container not found")
