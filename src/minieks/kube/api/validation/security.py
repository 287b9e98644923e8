"""Validation of security contexts.

Source: kubernetes pkg/apis/core/validation/validation.go ValidatePodSecurityContext,
ValidateSecurityContext.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from minieks.kube.api.fields import (
    FieldError,
    Verbatim,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation.checks import MAX_INT32, internal, one_of, remembered
from minieks.kube.words.objects import Obj

_ID_RANGE: Final = "must be between 0 and 2147483647, inclusive"
_SECCOMP: Final = ("Localhost", "RuntimeDefault", "Unconfined")
_CONTEXT_FIELDS: Final = (
    *("Capabilities", "Privileged", "SELinuxOptions", "WindowsOptions", "RunAsUser"),
    *("RunAsGroup", "RunAsNonRoot", "ReadOnlyRootFilesystem", "AllowPrivilegeEscalation"),
    *("ProcMount", "SeccompProfile", "AppArmorProfile"),
)
_WINDOWS_POD: Final = (
    *("appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy"),
    *("sysctls", "runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy"),
)
_WINDOWS_CONTAINER: Final = (
    *("appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities"),
    *("readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount"),
    *("runAsUser", "runAsGroup"),
)


def _ids(context: Obj, keys: tuple[str, ...], path: str) -> Iterator[FieldError]:
    for key in keys:
        value = context.get(key)
        if value is not None and not 0 <= value <= MAX_INT32:
            yield invalid(f"{path}.{key}", value, _ID_RANGE)


@remembered
def pod_context(context: Obj, path: str) -> Iterator[FieldError]:
    """A pod's securityContext."""
    yield from _ids(context, ("fsGroup", "runAsUser", "runAsGroup"), path)
    for position, group in enumerate(context.get("supplementalGroups") or ()):
        if not 0 <= group <= MAX_INT32:
            yield invalid(f"{path}.supplementalGroups[{position}]", group, _ID_RANGE)
    yield from one_of(context, "fsGroupChangePolicy", path, ("Always", "OnRootMismatch"))
    yield from _profile(context, "seccompProfile", _SECCOMP, path)
    yield from _profile(context, "appArmorProfile", _SECCOMP, path)


def _profile(context: Obj, key: str, supported: tuple[str, ...], path: str) -> Iterator[FieldError]:
    profile = context.get(key)
    if profile is None:
        return
    noun = "seccomp" if key == "seccompProfile" else "AppArmor"
    type_, local = profile.get("type", ""), profile.get("localhostProfile")
    if not type_:
        yield required(f"{path}.{key}.type", f"type is required when {key} is set")
        return
    if type_ not in supported:
        yield not_supported(f"{path}.{key}.type", type_, supported)
        return
    if type_ == "Localhost":
        if not local:
            text = f"must be set when {noun} type is Localhost"
            yield required(f"{path}.{key}.localhostProfile", text)
    elif local is not None:
        text = f"can only be set when {noun} type is Localhost"
        yield invalid(f"{path}.{key}.localhostProfile", local, text)


@remembered
def container_context(context: Obj, path: str) -> Iterator[FieldError]:
    """A container's securityContext."""
    yield from _ids(context, ("runAsUser", "runAsGroup"), path)
    yield from one_of(context, "procMount", path, ("Default", "Unmasked"))
    yield from _profile(context, "seccompProfile", _SECCOMP, path)
    if context.get("allowPrivilegeEscalation") is False:
        yield from _escalation(context, path)
    yield from _profile(context, "appArmorProfile", _SECCOMP, path)


def _escalation(context: Obj, path: str) -> Iterator[FieldError]:
    if context.get("privileged"):
        text = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        yield invalid(path, _shown(context), text)
    added = (context.get("capabilities") or {}).get("add") or ()
    if "CAP_SYS_ADMIN" in added:
        text = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
        yield invalid(path, _shown(context), text)


def _shown(context: Obj) -> Verbatim:
    """The context as the server's internal form shows it."""
    return internal(_CONTEXT_FIELDS, **_capitalised(context))


def _capitalised(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key[0].upper() + key[1:] if key != "seLinuxOptions" else "SELinuxOptions": (
            _capitalised(member) if isinstance(member, dict) else member
        )
        for key, member in value.items()
    }


def for_windows(spec: Obj, path: str) -> Iterator[FieldError]:
    """What a pod for Windows may not say."""
    text = "cannot be set for a windows pod"
    context = spec.get("securityContext") or {}
    for key in ("hostPID", "hostIPC"):
        if spec.get(key):
            yield forbidden(f"{path}.{key}", text)
    for key in _WINDOWS_POD:
        if context.get(key) is not None:
            yield forbidden(f"{path}.securityContext.{key}", text)
    for listed in ("initContainers", "containers"):
        for position, container in enumerate(spec.get(listed) or ()):
            inner = container.get("securityContext") or {}
            place = f"{path}.{listed}[{position}].securityContext"
            for key in _WINDOWS_CONTAINER:
                if inner.get(key) is not None:
                    yield forbidden(f"{place}.{key}", text)


def host_process(spec: Obj, path: str) -> Iterator[FieldError]:
    """Windows HostProcess containers run in the node's network."""
    contexts = [spec.get("securityContext") or {}]
    for listed in ("initContainers", "containers"):
        contexts += [c.get("securityContext") or {} for c in spec.get(listed) or ()]
    used = any((c.get("windowsOptions") or {}).get("hostProcess") for c in contexts)
    if used and not spec.get("hostNetwork"):
        text = "hostNetwork must be true if pod contains any hostProcess containers"
        yield invalid(f"{path}.hostNetwork", False, text)
