"""The checks of the Pod Security Standards: what "baseline" and "restricted" forbid.

Each check looks at a PodSpec and gives a detail if the spec violates it, else "".
Source: kubernetes staging/src/k8s.io/pod-security-admission/policy/check_*.go.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from minieks.kube.words.objects import Obj

Check: TypeAlias = Callable[[Obj], str]

LEVELS: Final = ("privileged", "baseline", "restricted")

_BASELINE_CAPABILITIES: Final = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"),
        *("NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
_SAFE_SYSCTLS: Final = frozenset(
    {
        *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range"),
        *("net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range"),
        *("net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports"),
        *("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout"),
        *("net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"),
        *("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
    }
)
_RESTRICTED_VOLUMES: Final = frozenset(
    {
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"),
        *("persistentVolumeClaim", "projected", "secret"),
    }
)
_SELINUX_TYPES: Final = frozenset(
    {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
)


def violations(spec: Obj, level: str) -> str:
    """All that a PodSpec violates of a level, as one text; "" if nothing."""
    checks = {"baseline": BASELINE, "restricted": RESTRICTED}.get(level, ())
    found = [(reason, check(spec)) for reason, check in checks]
    return ", ".join(f"{reason} ({detail})" for reason, detail in found if detail)


def _containers(spec: Obj) -> Iterator[tuple[str, Obj, Obj]]:
    """Name, container and securityContext of each container."""
    for key in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(key) or ():
            yield container.get("name", ""), container, container.get("securityContext") or {}


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _named(noun: str, names: list[str]) -> str:
    return f"{noun if len(names) == 1 else noun + 's'} {_quoted(names)}"


def _bad(spec: Obj, is_bad: Callable[[Obj], bool]) -> list[str]:
    return [name for name, _, context in _containers(spec) if is_bad(context)]


def _must_not(spec: Obj, is_bad: Callable[[Obj], bool], what: str) -> str:
    bad = _bad(spec, is_bad)
    return f"{_named('container', bad)} must not {what}" if bad else ""


def _pod_context(spec: Obj) -> Obj:
    found: Obj = spec.get("securityContext") or {}
    return found


def _capabilities(context: Obj, key: str) -> list[str]:
    found: list[str] = (context.get("capabilities") or {}).get(key) or []
    return found


def _host_namespaces(spec: Obj) -> str:
    return ", ".join(
        f"{key}=true" for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key)
    )


def _host_path(spec: Obj) -> str:
    bad = [volume["name"] for volume in spec.get("volumes") or () if "hostPath" in volume]
    return _named("volume", bad) if bad else ""


def _host_ports(spec: Obj) -> str:
    bad, ports = list[str](), list[str]()
    for name, container, _ in _containers(spec):
        used = [
            str(port["hostPort"]) for port in container.get("ports") or () if port.get("hostPort")
        ]
        if used:
            bad.append(name)
            ports += used
    if not bad:
        return ""
    noun = "hostPort" if len(ports) == 1 else "hostPorts"
    verb = "uses" if len(bad) == 1 else "use"
    return f"{_named('container', bad)} {verb} {noun} {', '.join(sorted(set(ports)))}"


def _privileged(spec: Obj) -> str:
    return _must_not(
        spec, lambda context: bool(context.get("privileged")), "set securityContext.privileged=true"
    )


def _baseline_capabilities(spec: Obj) -> str:
    bad, added = list[str](), set[str]()
    for name, _, context in _containers(spec):
        other = set(_capabilities(context, "add")) - _BASELINE_CAPABILITIES
        if other:
            bad.append(name)
            added |= other
    if not bad:
        return ""
    return (
        f"{_named('container', bad)} must not include {_quoted(sorted(added))} "
        "in securityContext.capabilities.add"
    )


def _restricted_capabilities(spec: Obj) -> str:
    undropped = _bad(spec, lambda context: "ALL" not in _capabilities(context, "drop"))
    bad, added = list[str](), set[str]()
    for name, _, context in _containers(spec):
        other = set(_capabilities(context, "add")) - {"NET_BIND_SERVICE"}
        if other:
            bad.append(name)
            added |= other
    texts = []
    if undropped:
        texts.append(
            f'{_named("container", undropped)} must set securityContext.capabilities.drop=["ALL"]'
        )
    if bad:
        texts.append(
            f"{_named('container', bad)} must not include {_quoted(sorted(added))} "
            "in securityContext.capabilities.add"
        )
    return "; ".join(texts)


def _escalation(spec: Obj) -> str:
    bad = _bad(spec, lambda context: context.get("allowPrivilegeEscalation") is not False)
    if not bad:
        return ""
    return f"{_named('container', bad)} must set securityContext.allowPrivilegeEscalation=false"


def _proc_mount(spec: Obj) -> str:
    return _must_not(
        spec,
        lambda context: context.get("procMount", "Default") != "Default",
        'set securityContext.procMount to "Unmasked"',
    )


def _seccomp_type(context: Obj) -> str | None:
    return (context.get("seccompProfile") or {}).get("type")


def _baseline_seccomp(spec: Obj) -> str:
    bad = _bad(spec, lambda context: _seccomp_type(context) == "Unconfined")
    setters = ["pod"] if _seccomp_type(_pod_context(spec)) == "Unconfined" else []
    if bad:
        setters.append(_named("container", bad))
    if not setters:
        return ""
    return (
        f'{" and ".join(setters)} must not set securityContext.seccompProfile.type to "Unconfined"'
    )


def _restricted_seccomp(spec: Obj) -> str:
    forbidden = _baseline_seccomp(spec)
    if forbidden:
        return forbidden
    if _seccomp_type(_pod_context(spec)):
        return ""
    unset = _bad(spec, lambda context: not _seccomp_type(context))
    if not unset:
        return ""
    return (
        f"pod or {_named('container', unset)} must set securityContext.seccompProfile.type to "
        '"RuntimeDefault" or "Localhost"'
    )


def _non_root(spec: Obj) -> str:
    pod = _pod_context(spec).get("runAsNonRoot")
    explicit = _bad(spec, lambda context: context.get("runAsNonRoot") is False)
    if explicit:
        return f"{_named('container', explicit)} must not set securityContext.runAsNonRoot=false"
    unset = _bad(spec, lambda context: "runAsNonRoot" not in context)
    if pod is False and unset:
        return "pod must not set securityContext.runAsNonRoot=false"
    if pod or not unset:
        return ""
    return f"pod or {_named('container', unset)} must set securityContext.runAsNonRoot=true"


def _root_user(spec: Obj) -> str:
    setters = ["pod"] if _pod_context(spec).get("runAsUser") == 0 else []
    bad = _bad(spec, lambda context: context.get("runAsUser") == 0)
    if bad:
        setters.append(_named("container", bad))
    return f"{' and '.join(setters)} must not set runAsUser=0" if setters else ""


def _selinux(spec: Obj) -> str:
    contexts: list[Any] = [_pod_context(spec)]
    contexts += [context for _, _, context in _containers(spec)]
    options = [context.get("seLinuxOptions") or {} for context in contexts]
    types = sorted({o.get("type", "") for o in options} - _SELINUX_TYPES)
    texts = [f"type {_quoted(types)}"] if types else []
    texts += [
        f"{key} may not be set" for key in ("user", "role") if any(o.get(key) for o in options)
    ]
    return "; ".join(texts)


def _sysctls(spec: Obj) -> str:
    used = [item.get("name", "") for item in _pod_context(spec).get("sysctls") or ()]
    return ", ".join(name for name in used if name not in _SAFE_SYSCTLS)


def _host_process(spec: Obj) -> str:
    def is_bad(context: Obj) -> bool:
        return bool((context.get("windowsOptions") or {}).get("hostProcess"))

    if is_bad(_pod_context(spec)):
        return "pod must not set securityContext.windowsOptions.hostProcess=true"
    return _must_not(spec, is_bad, "set securityContext.windowsOptions.hostProcess=true")


def _volume_types(spec: Obj) -> str:
    bad, types = list[str](), set[str]()
    for volume in spec.get("volumes") or ():
        other = set(volume) - {"name"} - _RESTRICTED_VOLUMES
        if other:
            bad.append(volume["name"])
            types |= other
    if not bad:
        return ""
    noun = "restricted volume type" if len(types) == 1 else "restricted volume types"
    verb = "uses" if len(bad) == 1 else "use"
    return f"{_named('volume', bad)} {verb} {noun} {_quoted(sorted(types))}"


# In the order of the checks' ids, as violations are told.
BASELINE: Final[tuple[tuple[str, Check], ...]] = (
    ("privileged", _privileged),
    ("non-default capabilities", _baseline_capabilities),
    ("host namespaces", _host_namespaces),
    ("hostPath volumes", _host_path),
    ("hostPort", _host_ports),
    ("procMount", _proc_mount),
    ("seLinuxOptions", _selinux),
    ("seccompProfile", _baseline_seccomp),
    ("forbidden sysctls", _sysctls),
    ("hostProcess", _host_process),
)
RESTRICTED: Final[tuple[tuple[str, Check], ...]] = (
    ("privileged", _privileged),
    ("host namespaces", _host_namespaces),
    ("hostPort", _host_ports),
    ("procMount", _proc_mount),
    ("seLinuxOptions", _selinux),
    ("forbidden sysctls", _sysctls),
    ("hostProcess", _host_process),
    ("allowPrivilegeEscalation != false", _escalation),
    ("unrestricted capabilities", _restricted_capabilities),
    ("restricted volume types", _volume_types),
    ("runAsNonRoot != true", _non_root),
    ("runAsUser=0", _root_user),
    ("seccompProfile", _restricted_seccomp),
)
