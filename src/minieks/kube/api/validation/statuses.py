"""What a status may not say.

Source: kubernetes pkg/apis/{apps,core}/validation (ValidateDeploymentStatus,
ValidatePodStatusUpdate, ValidateServiceStatusUpdate and their likes).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from minieks.kube.api.fields import FieldError, forbidden, invalid
from minieks.kube.words import names
from minieks.kube.words.objects import Obj, is_deleting

Rule: TypeAlias = Callable[[Obj, Obj], Iterator[FieldError]]

_NOT_NEGATIVE: Final = "must be greater than or equal to 0"


def status_update(collection: str, new: Obj, old: Obj) -> list[FieldError]:
    """All that is wrong with a new status of an object."""
    rule = _RULES.get(collection)
    return list(rule(new, old)) if rule else []


def _counts(fields: tuple[str, ...], within: tuple[tuple[str, str], ...]) -> Rule:
    """Counts that may not be negative, and pairs of which the first may not be more."""

    def check(new: Obj, old: Obj) -> Iterator[FieldError]:
        status: Mapping[str, Any] = new.get("status") or {}
        for field in fields:
            if (status.get(field) or 0) < 0:
                yield invalid(f"status.{field}", status[field], _NOT_NEGATIVE)
        for field, bound in within:
            count = status.get(field) or 0
            if count > (status.get(bound) or 0):
                yield invalid(f"status.{field}", count, f"cannot be greater than status.{bound}")

    return check


def _pod(new: Obj, old: Obj) -> Iterator[FieldError]:
    status, before = new["status"], old.get("status") or {}
    if before.get("qosClass") and status.get("qosClass") != before["qosClass"]:
        yield invalid("status.qosClass", status.get("qosClass"), "field is immutable")
    for position, address in enumerate(status.get("podIPs") or ()):
        for text in names.ip_address(address.get("ip") or ""):
            yield invalid(f"status.podIPs[{position}]", address.get("ip"), text)


def _namespace(new: Obj, old: Obj) -> Iterator[FieldError]:
    phase = new["status"].get("phase") or ""
    if is_deleting(new):
        if phase != "Terminating":
            why = "may only be 'Terminating' if `deletionTimestamp` is not empty"
            yield invalid("status.Phase", phase, why)
    elif phase != "Active":
        why = "may only be 'Active' if `deletionTimestamp` is empty"
        yield invalid("status.Phase", phase, why)


def finalizers(new: Obj) -> Iterator[FieldError]:
    """What is wrong with the finalizers in the spec of a namespace."""
    for position, finalizer in enumerate((new.get("spec") or {}).get("finalizers") or ()):
        path = f"spec.finalizers[{position}]"
        for text in names.qualified_name(finalizer):
            yield invalid(path, finalizer, text)
        if "/" not in finalizer and finalizer != "kubernetes":
            why = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid(path, finalizer, why)


def _service(new: Obj, old: Obj) -> Iterator[FieldError]:
    ingress = ((new["status"].get("loadBalancer")) or {}).get("ingress") or ()
    if ingress and new["spec"].get("type") != "LoadBalancer":
        why = "may only be used when `spec.type` is 'LoadBalancer'"
        yield forbidden("status.loadBalancer.ingress", why)
    for position, point in enumerate(ingress):
        for text in names.ip_address(point["ip"]) if point.get("ip") else ():
            path = f"status.loadBalancer.ingress[{position}].ip"
            yield invalid(path, point["ip"], text)


_REPLICAS: Final = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
_RULES: Final[Mapping[str, Rule]] = {
    "deployments.apps": _counts(
        ("observedGeneration", *_REPLICAS, "unavailableReplicas"),
        (
            ("updatedReplicas", "replicas"),
            ("readyReplicas", "replicas"),
            ("availableReplicas", "replicas"),
            ("availableReplicas", "readyReplicas"),
        ),
    ),
    "replicasets.apps": _counts(
        ("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"),
        (
            ("fullyLabeledReplicas", "replicas"),
            ("readyReplicas", "replicas"),
            ("availableReplicas", "replicas"),
            ("availableReplicas", "readyReplicas"),
        ),
    ),
    "statefulsets.apps": _counts(
        ("replicas", "readyReplicas", "currentReplicas", "updatedReplicas"),
        (
            ("readyReplicas", "replicas"),
            ("currentReplicas", "replicas"),
            ("updatedReplicas", "replicas"),
        ),
    ),
    "daemonsets.apps": _counts(
        (
            *("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled"),
            *("numberReady", "numberAvailable", "numberUnavailable"),
        ),
        (),
    ),
    "namespaces": _namespace,
    "pods": _pod,
    "services": _service,
}
