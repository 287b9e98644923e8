"""Which field of a workload to change, for what the system said of its pods.

A row is a text that the scheduler, Fargate or the kubelet uses, and a function that finds the
fields of the pod's spec that the text is about.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from minieks.eks.fargate.refusals import PERMITTED_CAPABILITIES, SUPPORTED_VOLUMES

Fields: TypeAlias = Callable[[dict[str, Any]], Iterator[str]]

_MOUNT = re.compile(r'MountVolume.SetUp failed for volume "([^"]+)"')

# Where the pod's spec stands in a workload of each kind.
_PREFIX = {"Pod": "spec", "CronJob": "spec.jobTemplate.spec.template.spec"}
_TEMPLATE = "spec.template.spec"


def field_to_change(kind: str, pod_spec: dict[str, Any], message: str) -> str:
    """The fields to change, comma-joined; empty if nothing in the workload is to blame."""
    prefix = _PREFIX.get(kind, _TEMPLATE)
    found = dict.fromkeys(f"{prefix}.{field}" for field in _unmounted(pod_spec, message))
    for pattern, fields in _REMEDIES:
        if pattern.search(message):
            for field in fields(pod_spec):
                found[field.replace("spec.", f"{prefix}.", 1)] = None
    return ", ".join(found)


def claim_field(kind: str, volume: str) -> str:
    """Where the claim of a pod's volume is written, for what is wrong with the claim itself."""
    if kind == "StatefulSet":
        return f"spec.volumeClaimTemplates[{volume}].spec.storageClassName"
    return "the PersistentVolumeClaim's spec.storageClassName"


def _unmounted(spec: dict[str, Any], message: str) -> Iterator[str]:
    """The volume that the kubelet could not mount for want of what it is made from."""
    named = _MOUNT.search(message)
    for index, volume in enumerate(spec.get("volumes") or ()):
        if named is not None and volume["name"] == named[1]:
            source = next((field for field in volume if field != "name"), "emptyDir")
            yield f"volumes[{index}].{source}"


def _containers(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(part) or ()):
            yield f"spec.{part}[{index}]", container


def _host_namespaces(spec: dict[str, Any]) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"spec.{field}"


def _privileged(spec: dict[str, Any]) -> Iterator[str]:
    for path, container in _containers(spec):
        if (container.get("securityContext") or {}).get("privileged"):
            yield f"{path}.securityContext.privileged"


def _escalation(spec: dict[str, Any]) -> Iterator[str]:
    for path, container in _containers(spec):
        if (container.get("securityContext") or {}).get("allowPrivilegeEscalation"):
            yield f"{path}.securityContext.allowPrivilegeEscalation"


def _capabilities(spec: dict[str, Any]) -> Iterator[str]:
    for path, container in _containers(spec):
        capabilities = (container.get("securityContext") or {}).get("capabilities") or {}
        if any(one not in PERMITTED_CAPABILITIES for one in capabilities.get("add") or ()):
            yield f"{path}.securityContext.capabilities.add"


def _volume_types(spec: dict[str, Any]) -> Iterator[str]:
    for index, volume in enumerate(spec.get("volumes") or ()):
        source = next((field for field in volume if field != "name"), "emptyDir")
        if source not in SUPPORTED_VOLUMES:
            yield f"spec.volumes[{index}].{source}"


def _claims(spec: dict[str, Any]) -> Iterator[str]:
    for index, volume in enumerate(spec.get("volumes") or ()):
        if "persistentVolumeClaim" in volume:
            yield f"spec.volumes[{index}].persistentVolumeClaim"


def _host_ports(spec: dict[str, Any]) -> Iterator[str]:
    for path, container in _containers(spec):
        for index, port in enumerate(container.get("ports") or ()):
            if port.get("hostPort"):
                yield f"{path}.ports[{index}].hostPort"


def _environment(spec: dict[str, Any]) -> Iterator[str]:
    """Where a container takes its environment from a ConfigMap or a Secret."""
    for path, container in _containers(spec):
        if container.get("envFrom"):
            yield f"{path}.envFrom"
        for index, variable in enumerate(container.get("env") or ()):
            source = variable.get("valueFrom") or {}
            if "configMapKeyRef" in source or "secretKeyRef" in source:
                yield f"{path}.env[{index}].valueFrom"


def _images(spec: dict[str, Any]) -> Iterator[str]:
    for path, _ in _containers(spec):
        yield f"{path}.image"


def _volume_devices(spec: dict[str, Any]) -> Iterator[str]:
    for path, container in _containers(spec):
        if container.get("volumeDevices"):
            yield f"{path}.volumeDevices"


def _requests(resource: str) -> Fields:
    def fields(spec: dict[str, Any]) -> Iterator[str]:
        for path, container in _containers(spec):
            if resource in ((container.get("resources") or {}).get("requests") or {}):
                yield f"{path}.resources.requests.{resource}"

    return fields


def _sizes(spec: dict[str, Any]) -> Iterator[str]:
    for resource in ("cpu", "memory", "ephemeral-storage"):
        yield from _requests(resource)(spec)


def _resources(spec: dict[str, Any]) -> Iterator[str]:
    for path, container in _containers(spec):
        if container.get("resources"):
            yield f"{path}.resources"


def _at(*fields: str) -> Fields:
    return lambda spec: iter(fields)


def _node_selection(spec: dict[str, Any]) -> Iterator[str]:
    if spec.get("nodeSelector"):
        yield "spec.nodeSelector"
    if (spec.get("affinity") or {}).get("nodeAffinity"):
        yield "spec.affinity.nodeAffinity"


_REMEDIES: tuple[tuple[re.Pattern[str], Fields], ...] = tuple(
    (re.compile(pattern), fields)
    for pattern, fields in (
        (r"fields not supported: ", _host_namespaces),
        (r"\bPrivileged\b", _privileged),
        (r"\bAllowPrivilegeEscalation\b", _escalation),
        (r"Capabilities added: ", _capabilities),
        (r"unsupported volume Type", _volume_types),
        (r"not supported because: ", _claims),
        (r"HostIP or HostPort", _host_ports),
        (r"volumeDevices not supported", _volume_devices),
        (r"exceed the max Fargate configuration", _sizes),
        (r"Insufficient cpu", _requests("cpu")),
        (r"Insufficient memory", _requests("memory")),
        (r"Insufficient ephemeral-storage", _requests("ephemeral-storage")),
        (r"untolerated taint", _at("spec.tolerations")),
        (r"node affinity/selector", _node_selection),
        (r"free ports", _host_ports),
        (r"pod topology spread constraints", _at("spec.topologySpreadConstraints")),
        (r"match pod affinity rules", _at("spec.affinity.podAffinity")),
        (r"match pod anti-affinity rules", _at("spec.affinity.podAntiAffinity")),
        (r'persistentvolumeclaim "', _claims),
        (r"available persistent volumes to bind|volume node affinity|PersistentVolume's", _claims),
        (r'^(?:configmap|secret) "|in ConfigMap|in Secret', _environment),
        (r'RuntimeClass "', _at("spec.runtimeClassName")),
        (r"InvalidImageName|parse image name|ImagePullBackOff|ErrImagePull", _images),
        (r"no PriorityClass", _at("spec.priorityClassName")),
        (r"looking up service account", _at("spec.serviceAccountName")),
        (r"exceeded quota|failed quota|must specify", _sizes),
        (r"usage per (Container|Pod) is|max limit to request ratio", _resources),
    )
)
