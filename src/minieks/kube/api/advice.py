"""What the API server warns of although it accepts it.

Source: kubernetes pkg/api/pod/warnings.go, pkg/api/service/warnings.go, and the deprecations of
API versions.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj

Advice: TypeAlias = Callable[[Obj], Iterator[str]]

_OLD_LABELS: Final = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": (
        'deprecated since v1.17; use "topology.kubernetes.io/region" instead'
    ),
    "failure-domain.beta.kubernetes.io/zone": (
        'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'
    ),
    "beta.kubernetes.io/instance-type": (
        'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'
    ),
}
_OLD_VOLUMES: Final = {
    "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}
_WHOLE_BYTES: Final = ("memory", "ephemeral-storage")
_ENDPOINTS: Final = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
_ENDPOINTS_SINCE: Final = 33
_ADMISSION: Final = "admissionregistration.k8s.io/v1"
_WEBHOOKS: Final = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


def on_create(obj: Obj, minor: int, *, served: bool = True) -> list[str]:
    """The warnings about a new object, in the server's order; ``minor`` is Kubernetes' version.

    ``served`` says whether the write comes from a client: else webhooks are not called.
    """
    if not served and _is_webhook(obj):
        return [f"minieks stores a {obj['kind']} but does not call its webhooks"]
    if obj.get("kind") == "Endpoints":
        return [_ENDPOINTS] if minor >= _ENDPOINTS_SINCE else []
    advice = _ADVICE.get((str(obj.get("apiVersion")), str(obj.get("kind"))))
    return list(advice(obj)) if advice else []


def _is_webhook(obj: Obj) -> bool:
    return obj.get("apiVersion") == _ADMISSION and obj.get("kind") in _WEBHOOKS


def _pod(obj: Obj) -> Iterator[str]:
    yield from _of_spec(obj.get("spec") or {}, "spec")


def _template(*path: str) -> Advice:
    def advice(obj: Obj) -> Iterator[str]:
        found = obj
        for key in path:
            found = found.get(key) or {}
        yield from _of_spec(found, ".".join(path))

    return advice


def _of_spec(spec: Obj, path: str) -> Iterator[str]:
    for key in spec.get("nodeSelector") or {}:
        if key in _OLD_LABELS:
            yield f"{path}.nodeSelector[{key}]: {_OLD_LABELS[key]}"
    for position, volume in enumerate(spec.get("volumes") or ()):
        yield from _of_volume(volume, f"{path}.volumes[{position}]")
    for listed in ("initContainers", "containers"):
        for position, container in enumerate(spec.get(listed) or ()):
            yield from _of_container(container, f"{path}.{listed}[{position}]")


def _of_volume(volume: Obj, path: str) -> Iterator[str]:
    for key, text in _OLD_VOLUMES.items():
        if key in volume:
            yield f"{path}.{key}: {text}"
    projected = volume.get("projected")
    if projected is not None and not any(projected.get("sources") or ()):
        yield f'volume "{volume.get("name", "")}" (Projected) has no sources provided'


def _of_container(container: Obj, path: str) -> Iterator[str]:
    seen: set[str] = set()
    for position, variable in enumerate(container.get("env") or ()):
        name = variable.get("name", "")
        if name in seen:
            yield (
                f'{path}.env[{position}]: hides previous definition of "{name}", '
                "which may be dropped when using apply"
            )
        seen.add(name)
    resources = container.get("resources") or {}
    for kind in ("requests", "limits"):
        yield from _of_amounts(resources.get(kind) or {}, f"{path}.resources.{kind}")


def _of_amounts(amounts: Mapping[str, str], path: str) -> Iterator[str]:
    for name in _WHOLE_BYTES:
        if name in amounts and quantity.parse(amounts[name]) % 1:
            yield (
                f'{path}[{name}]: fractional byte value "{amounts[name]}" is invalid, '
                "must be an integer"
            )


def _endpoint_slice(obj: Obj) -> Iterator[str]:
    if obj.get("addressType") == "FQDN":
        yield "spec.addressType: FQDN endpoints are deprecated"


_ADVICE: Final[Mapping[tuple[str, str], Advice]] = {
    ("v1", "Pod"): _pod,
    ("apps/v1", "Deployment"): _template("spec", "template", "spec"),
    ("apps/v1", "ReplicaSet"): _template("spec", "template", "spec"),
    ("apps/v1", "StatefulSet"): _template("spec", "template", "spec"),
    ("apps/v1", "DaemonSet"): _template("spec", "template", "spec"),
    ("batch/v1", "Job"): _template("spec", "template", "spec"),
    ("batch/v1", "CronJob"): _template("spec", "jobTemplate", "spec", "template", "spec"),
    ("discovery.k8s.io/v1", "EndpointSlice"): _endpoint_slice,
}
