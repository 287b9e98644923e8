"""Defaults of a PodSpec, wherever it stands, and of a Pod.

Source: kubernetes pkg/apis/core/v1/defaults.go and zz_generated.defaults.go.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from minieks.kube.api.defaulting.fill import each, filled, within
from minieks.kube.api.defaulting.images import pull_policy
from minieks.kube.api.defaulting.volumes import volume
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj

_PROBE: Final = {
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "successThreshold": 1,
    "failureThreshold": 3,
}
_POD_SPEC: Final[Mapping[str, Any]] = {
    "restartPolicy": "Always",
    "terminationGracePeriodSeconds": 30,
    "dnsPolicy": "ClusterFirst",
    "securityContext": {},
    "schedulerName": "default-scheduler",
}

_templates: IdentityMemo[Obj] = IdentityMemo()
_pods: IdentityMemo[Obj] = IdentityMemo()


def pod(obj: Obj) -> Obj:
    """A Pod."""
    spec = obj.get("spec")
    if not isinstance(spec, dict):
        spec = {}
    known = _pods.get(spec)
    if known is None:
        known = _pods.put(spec, _of_pod(pod_spec(spec)))
        _pods.put(known, known)
    return obj if known is obj.get("spec") else {**obj, "spec": known}


def template(obj: Obj) -> Obj:
    """A PodTemplateSpec."""
    with_parts = filled(obj, {"metadata": {}, "spec": {}})
    return within(with_parts, "spec", pod_spec)


def pod_spec(spec: Obj) -> Obj:
    """A PodSpec in a template."""
    known = _templates.get(spec)
    if known is not None:
        return known
    found = filled(spec, _POD_SPEC)
    found = each(found, "volumes", volume)
    for key in ("initContainers", "containers", "ephemeralContainers"):
        found = each(found, key, container)
    found = _service_account(found)
    _templates.put(found, found)
    return _templates.put(spec, found)


def _service_account(spec: Obj) -> Obj:
    """``serviceAccount`` is the old name of ``serviceAccountName``: both are set or none."""
    name = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if not name:
        return spec
    return filled(spec, {"serviceAccountName": name, "serviceAccount": name})


def _of_pod(spec: Obj) -> Obj:
    found = filled(spec, {"enableServiceLinks": True})
    if found["terminationGracePeriodSeconds"] < 0:
        found = {**found, "terminationGracePeriodSeconds": 1}
    for key in ("initContainers", "containers"):
        found = each(found, key, _requests_from_limits)
    found = _requests_of_pod(found)
    if found.get("hostNetwork"):
        for key in ("initContainers", "containers"):
            found = each(found, key, _host_ports)
    return found


def _requests_from_limits(container_: Obj) -> Obj:
    resources = container_.get("resources") or {}
    limits = resources.get("limits")
    if not limits:
        return container_
    requests = filled(resources.get("requests") or {}, limits)
    if requests is resources.get("requests"):
        return container_
    return {**container_, "resources": {**resources, "requests": requests}}


def _requests_of_pod(spec: Obj) -> Obj:
    """Requests at pod level default to what the containers ask for, else to the pod's limits."""
    resources = spec.get("resources") or {}
    limits = resources.get("limits")
    if not limits:
        return spec
    asked = _asked_by_containers(spec)
    missing = {
        name: asked.get(name, limit)
        for name, limit in limits.items()
        if name in ("cpu", "memory") or name.startswith("hugepages-")
    }
    requests = filled(resources.get("requests") or {}, missing)
    return {**spec, "resources": {**resources, "requests": requests}}


def _asked_by_containers(spec: Obj) -> dict[str, str]:
    """The sum of the containers' requests, as far as they say any."""
    totals: dict[str, Decimal] = {}
    for container_ in spec.get("containers") or ():
        for name, amount in ((container_.get("resources") or {}).get("requests") or {}).items():
            totals[name] = totals.get(name, Decimal(0)) + quantity.parse(amount)
    return {
        name: quantity.text_of(total, "decimal" if name == "cpu" else "binary")
        for name, total in totals.items()
    }


def _host_ports(container_: Obj) -> Obj:
    return each(container_, "ports", _host_port)


def _host_port(port: Obj) -> Obj:
    number = port.get("containerPort")
    return filled(port, {"hostPort": number}) if number else port


def container(obj: Obj) -> Obj:
    """A container of any sort."""
    found = filled(
        obj,
        {
            "resources": {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
        },
    )
    found = filled(found, {"imagePullPolicy": pull_policy(str(obj.get("image", "")))})
    found = each(found, "ports", _protocol)
    found = each(found, "env", _env)
    for key in ("livenessProbe", "readinessProbe", "startupProbe"):
        found = within(found, key, _probe)
    return within(found, "lifecycle", _lifecycle)


def _protocol(port: Obj) -> Obj:
    return filled(port, {"protocol": "TCP"})


def _env(variable: Obj) -> Obj:
    return within(variable, "valueFrom", _env_source)


def _env_source(source: Obj) -> Obj:
    found = within(source, "fieldRef", _field_ref)
    found = within(found, "resourceFieldRef", _divisor)
    return within(found, "fileKeyRef", lambda ref: filled(ref, {"optional": False}))


def _field_ref(reference: Obj) -> Obj:
    return filled(reference, {"apiVersion": "v1"})


def _divisor(reference: Obj) -> Obj:
    return filled(reference, {"divisor": "0"})


def _probe(probe: Obj) -> Obj:
    found = within(filled(probe, _PROBE), "httpGet", _http_get)
    return within(found, "grpc", lambda grpc: filled(grpc, {"service": ""}))


def _http_get(action: Obj) -> Obj:
    return filled(action, {"path": "/", "scheme": "HTTP"})


def _lifecycle(lifecycle: Obj) -> Obj:
    found = lifecycle
    for key in ("postStart", "preStop"):
        found = within(found, key, lambda handler: within(handler, "httpGet", _http_get))
    return found
