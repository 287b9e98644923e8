"""What a pod may not ask for on Fargate, in the words of the fargate-scheduler and the kubelet.

Sources: AWS user guide for EKS, "Simplify compute management with AWS Fargate" (considerations);
the pod validator of the kubelet that runs on Fargate nodes; events quoted in public issues. Both
programs name every violation. The fargate-scheduler names security contexts before volumes
(freegroup/kube-s3 #14), the kubelet after them. Where the fargate-scheduler puts volumeDevices and
ports among volumes has not been seen; they come last, as in the kubelet.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from minieks.kube.words.objects import Obj, metadata

SCHEDULER_NAME = "fargate-scheduler"
SCHEDULER_PREFIX = "Pod not supported on Fargate: "
KUBELET_PREFIX = "Pod not supported: "
EFS_DRIVER = "efs.csi.aws.com"

SUPPORTED_VOLUMES = (
    "emptyDir",
    "secret",
    "configMap",
    "projected",
    "downwardAPI",
    "nfs",
    "persistentVolumeClaim",
)

PERMITTED_CAPABILITIES = frozenset(
    (
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "NET_RAW",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    )
)
"""containerd's default capabilities; their exact spelling counts, and ``ALL`` is not among them."""


_Containers: TypeAlias = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims and volumes of the cluster that a pod's volumes may lead to, by name."""

    claims: Mapping[str, Obj] = field(default_factory=dict)
    volumes: Mapping[str, Obj] = field(default_factory=dict)


NO_CLAIMS = Claims()


def scheduler_refusal(pod: Obj, claims: Claims = NO_CLAIMS) -> str:
    """Why the fargate-scheduler refuses the pod, as in its event; empty if it does not."""
    volumes, containers = _volumes(pod, claims), _containers(pod)
    found = [
        *_daemon_set(pod),
        *_host_namespaces(pod),
        *_security_contexts(containers),
        *(["volumes not supported: " + ", ".join(volumes)] if volumes else []),
        *_volume_devices(containers),
        *_ports(containers),
    ]
    return SCHEDULER_PREFIX + ", ".join(found) if found else ""


def kubelet_refusal(pod: Obj, claims: Claims = NO_CLAIMS) -> str:
    """Why the kubelet of a Fargate node refuses the pod; empty if it does not.

    It refuses for the reason UnsupportedPodSpec, and the pod's phase becomes Failed.
    """
    containers = _containers(pod)
    found = [
        *_scheduler_name(pod),
        *_daemon_set(pod),
        *_host_namespaces(pod),
        *_volumes(pod, claims),
        *_security_contexts(containers),
        *_volume_devices(containers),
        *_ports(containers),
    ]
    return KUBELET_PREFIX + ", ".join(found) if found else ""


def _spec(pod: Obj) -> Mapping[str, Any]:
    return pod.get("spec") or {}


def _containers(pod: Obj) -> _Containers:
    spec = _spec(pod)
    return [
        *(spec.get("initContainers") or ()),
        *(spec.get("containers") or ()),
        *(spec.get("ephemeralContainers") or ()),
    ]


def _scheduler_name(pod: Obj) -> Iterator[str]:
    if _spec(pod).get("schedulerName") != SCHEDULER_NAME:
        yield f"SchedulerName is not {SCHEDULER_NAME}"


def _daemon_set(pod: Obj) -> Iterator[str]:
    owners = metadata(pod).get("ownerReferences") or ()
    if any(owner.get("kind") == "DaemonSet" for owner in owners):
        yield "DaemonSet not supported"


def _host_namespaces(pod: Obj) -> Iterator[str]:
    fields = ("hostNetwork", "hostPID", "hostIPC")
    used = [name[0].upper() + name[1:] for name in fields if _spec(pod).get(name)]
    if used:
        yield "fields not supported: " + ", ".join(used)


def _security_contexts(containers: _Containers) -> Iterator[str]:
    contexts = [one["securityContext"] for one in containers if one.get("securityContext")]
    lists = [", ".join(_forbidden(one)) for one in contexts]
    invalid = [one for one in lists if one]
    if invalid:
        yield "invalid SecurityContext fields: " + ",".join(invalid)


def _forbidden(context: Mapping[str, Any]) -> Iterator[str]:
    added = (context.get("capabilities") or {}).get("add") or ()
    rejected = [one for one in added if one not in PERMITTED_CAPABILITIES]
    if rejected:
        yield "Capabilities added: " + ", ".join(rejected)
    if context.get("allowPrivilegeEscalation"):
        yield "AllowPrivilegeEscalation"
    if context.get("privileged"):
        yield "Privileged"


def _volume_devices(containers: _Containers) -> Iterator[str]:
    if any(one.get("volumeDevices") for one in containers):
        yield "volumeDevices not supported"


def _ports(containers: _Containers) -> Iterator[str]:
    ports = (port for one in containers for port in one.get("ports") or ())
    if any((port.get("hostPort") or 0) > 0 or port.get("hostIP") for port in ports):
        yield "port contains HostIP or HostPort"


def _volumes(pod: Obj, claims: Claims) -> list[str]:
    found = (_volume(volume, claims) for volume in _spec(pod).get("volumes") or ())
    return [fragment for fragment in found if fragment]


def _volume(volume: Mapping[str, Any], claims: Claims) -> str:
    name = volume["name"]
    # A volume without a source is an emptyDir: the API server fills it in.
    if any(key != "name" for key in volume) and not any(key in volume for key in SUPPORTED_VOLUMES):
        return f"{name} is of an unsupported volume Type"
    claim = (volume.get("persistentVolumeClaim") or {}).get("claimName")
    problem = claim_problem(claim, claims) if claim else ""
    return f"{name} not supported because: {problem}" if problem else ""


def claim_problem(name: str, claims: Claims) -> str:
    """Why Fargate cannot mount a claim: only one bound to an EFS volume will do."""
    claim = claims.claims.get(name)
    if claim is None:
        return f'persistentvolumeclaim "{name}" not found'
    if (claim.get("status") or {}).get("phase") != "Bound":
        return f"PVC {name} not bound"
    bound = (claim.get("spec") or {}).get("volumeName", "")
    volume = claims.volumes.get(bound)
    if volume is None:
        return f'persistentvolume "{bound}" not found'
    csi = (volume.get("spec") or {}).get("csi")
    if not csi:
        return f"PVC {name} bound to invalid PV {bound} with nil CSI spec"
    if csi.get("driver") != EFS_DRIVER:
        return f"PVC {name} bound to invalid PV {bound} with CSI Driver: {csi.get('driver')}"
    return ""


def claims_of(
    pod: Obj, claim: Callable[[str], Obj | None], volume: Callable[[str], Obj | None]
) -> Claims:
    """The claims that a pod names and the volumes they are bound to, looked up by name."""
    found = _present(_claim_names(_spec(pod).get("volumes") or ()), claim)
    bound = ((one.get("spec") or {}).get("volumeName") for one in found.values())
    return Claims(found, _present((name for name in bound if name), volume))


def _claim_names(volumes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for volume in volumes:
        claim = volume.get("persistentVolumeClaim")
        if claim:
            yield claim["claimName"]


def _present(names: Iterable[str], look_up: Callable[[str], Obj | None]) -> dict[str, Obj]:
    found = {name: look_up(name) for name in names}
    return {name: one for name, one in found.items() if one is not None}
