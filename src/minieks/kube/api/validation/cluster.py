"""Validation of namespaces' limits, nodes, leases, events, and classes of priority and runtime.

Source: kubernetes pkg/apis/{core,coordination,scheduling,node}/validation.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from minieks.kube.api.fields import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation.checks import POSITIVE, complaints, not_negative
from minieks.kube.api.validation.meta import IMMUTABLE
from minieks.kube.api.validation.resources import amount, is_extended, is_hugepages, resource_name
from minieks.kube.api.validation.scheduling import EFFECTS
from minieks.kube.words import names, quantity
from minieks.kube.words.objects import Obj, labels, name, namespace

_SCOPES: Final = frozenset(
    {
        *("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass"),
        *("CrossNamespacePodAffinity", "VolumeAttributesClass"),
    }
)
_OPPOSITES: Final = ({"BestEffort", "NotBestEffort"}, {"Terminating", "NotTerminating"})
_QUOTA_NAMES: Final = frozenset(
    {
        *("cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory"),
        *("requests.ephemeral-storage", "requests.storage", "limits.cpu", "limits.memory"),
        *("limits.ephemeral-storage", "pods", "services", "replicationcontrollers"),
        *("resourcequotas", "secrets", "configmaps", "persistentvolumeclaims"),
        *("services.nodeports", "services.loadbalancers"),
    }
)
_USER_PRIORITY_MOST: Final = 1_000_000_000
_PSA: Final = "pod-security.kubernetes.io/"
_PSA_LEVELS: Final = ("privileged", "baseline", "restricted")
_RATIO: Final = "maxLimitRequestRatio"
_LIMITS: Final = ("max", "min", "defaultRequest", "default", _RATIO)
# What of a LimitRange may not be above what; the field that is wrong, and whose value is shown.
_ORDER: Final = (
    ("min", "max", "min", "min", "min value {} is greater than max value {}"),
    (
        *("min", "defaultRequest", "defaultRequest", "defaultRequest"),
        "min value {} is greater than default request value {}",
    ),
    (
        *("defaultRequest", "max", "defaultRequest", "defaultRequest"),
        "default request value {} is greater than max value {}",
    ),
    (
        *("defaultRequest", "default", "defaultRequest", "defaultRequest"),
        "default request value {} is greater than default limit value {}",
    ),
    ("min", "default", "default", "min", "min value {} is greater than default value {}"),
    ("default", "max", "default", "max", "default value {} is greater than max value {}"),
)


def resource_quota(obj: Obj) -> Iterator[FieldError]:
    """A ResourceQuota."""
    spec = obj.get("spec") or {}
    for key, value in sorted((spec.get("hard") or {}).items()):
        path = f"spec.hard[{key}]"
        yield from resource_name(key, path)
        if "/" not in key and key not in _QUOTA_NAMES and not _huge(key):
            yield invalid(path, key, "must be a standard resource for quota")
        yield from amount(key, value, path)
    scopes = spec.get("scopes") or []
    for scope in scopes:
        if scope not in _SCOPES:
            yield invalid("spec.scopes", scopes, "unsupported scope")
    for pair in _OPPOSITES:
        if pair <= set(scopes):
            yield invalid("spec.scopes", scopes, "conflicting scopes")


def _huge(key: str) -> bool:
    return is_hugepages(key) or key.startswith("requests.hugepages-")


def resource_quota_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The scopes stay."""
    after = (new.get("spec") or {}).get("scopes") or []
    if sorted(after) != sorted((old.get("spec") or {}).get("scopes") or []):
        yield invalid("spec.scopes", after, IMMUTABLE)
    yield from resource_quota(new)


def limit_range(obj: Obj) -> Iterator[FieldError]:
    """A LimitRange."""
    for position, item in enumerate((obj.get("spec") or {}).get("limits") or ()):
        path = f"spec.limits[{position}]"
        type_ = item.get("type", "")
        yield from complaints(f"{path}.type", type_, names.qualified_name)
        if type_ == "PersistentVolumeClaim" and not _bounds_storage(item):
            text = "either minimum or maximum storage value is required, but neither was provided"
            yield required(f"{path}.limits", text)
        keys = sorted({key for kind in _LIMITS for key in item.get(kind) or ()})
        for key in keys:
            yield from _limit(item, key, path)


def _bounds_storage(item: Obj) -> bool:
    return any("storage" in (item.get(kind) or {}) for kind in ("min", "max"))


def _limit(item: Obj, key: str, path: str) -> Iterator[FieldError]:
    """What is wrong with the limits of one resource."""
    found = {kind: (item.get(kind) or {}).get(key) for kind in _LIMITS}
    written = {kind: text for kind, text in found.items() if text is not None}
    amounts = {kind: quantity.parse(text) for kind, text in written.items()}
    for lower, upper, field, shown, text in _ORDER:
        if lower in amounts and upper in amounts and amounts[lower] > amounts[upper]:
            why = text.format(written[lower], written[upper])
            yield invalid(f"{path}.{field}[{key}]", written[shown], why)
    if amounts.get(_RATIO, Decimal(1)) < 1:
        text = f"ratio {written[_RATIO]} is less than 1"
        yield invalid(f"{path}.{_RATIO}[{key}]", written[_RATIO], text)
    if is_extended(key):
        yield from _equal_defaults(written, key, path)


def _equal_defaults(written: Mapping[str, str], key: str, path: str) -> Iterator[FieldError]:
    """What a device plugin offers cannot be overcommitted."""
    request, limit = written.get("defaultRequest"), written.get("default")
    if request is None or limit is None or quantity.parse(request) == quantity.parse(limit):
        return
    text = f"default value {limit} must equal to defaultRequest value {request} in {key}"
    yield invalid(f"{path}.defaultRequest[{key}]", request, text)


def namespace_labels(obj: Obj) -> Iterator[FieldError]:
    """The Pod Security labels of a namespace."""
    for mode in ("enforce", "audit", "warn"):
        level = labels(obj).get(_PSA + mode)
        if level is not None and level not in _PSA_LEVELS:
            text = "must be one of privileged, baseline, restricted"
            yield invalid(f"metadata.labels[{_PSA}{mode}]", level, text)


def namespace_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The Pod Security labels of a namespace."""
    yield from namespace_labels(new)


def node(obj: Obj) -> Iterator[FieldError]:
    """A Node."""
    seen: set[tuple[str, str]] = set()
    for position, taint in enumerate((obj.get("spec") or {}).get("taints") or ()):
        path = f"spec.taints[{position}]"
        key, effect = taint.get("key", ""), taint.get("effect", "")
        yield from complaints(f"{path}.key", key, names.qualified_name)
        yield from complaints(f"{path}.value", taint.get("value", ""), names.label_value)
        if not effect:
            yield required(f"{path}.effect")
        elif effect not in EFFECTS:
            yield not_supported(f"{path}.effect", effect, EFFECTS)
        if (key, effect) in seen:
            text = "taints must be unique by key and effect pair"
            yield FieldError("FieldValueDuplicate", path, taint, text)
        seen.add((key, effect))


def node_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """A node's provider id stays once it is known."""
    yield from node(new)
    before = (old.get("spec") or {}).get("providerID")
    if before and (new.get("spec") or {}).get("providerID") != before:
        text = 'node updates may not change providerID except from "" to valid'
        yield forbidden("spec.providerID", text)


def lease(obj: Obj) -> Iterator[FieldError]:
    """A Lease."""
    spec = obj.get("spec") or {}
    seconds = spec.get("leaseDurationSeconds")
    if seconds is not None and seconds <= 0:
        yield invalid("spec.leaseDurationSeconds", seconds, POSITIVE)
    yield from not_negative(spec, "leaseTransitions", "spec")


def event(obj: Obj) -> Iterator[FieldError]:
    """An Event of core/v1 or events.k8s.io/v1."""
    if obj.get("apiVersion") == "v1":
        about = (obj.get("involvedObject") or {}).get("namespace") or ""
        if about != namespace(obj) and not (not about and namespace(obj) == "default"):
            yield invalid("involvedObject.namespace", about, "does not match event.namespace")
        return
    for key in ("eventTime", "reportingController", "reportingInstance", "action", "reason"):
        if not obj.get(key):
            yield required(key)


def priority_class(obj: Obj) -> Iterator[FieldError]:
    """A PriorityClass."""
    found, value = name(obj), obj.get("value", 0)
    if found.startswith("system-"):
        if found not in ("system-node-critical", "system-cluster-critical"):
            text = (
                "priority class names with 'system-' prefix are reserved for system use only. "
                f"error: {found} is not a known system priority class"
            )
            yield forbidden("metadata.name", text)
    elif value > _USER_PRIORITY_MOST:
        text = f"maximum allowed value of a user defined priority is {_USER_PRIORITY_MOST}"
        yield forbidden("value", text)
    policy, supported = obj.get("preemptionPolicy"), ("PreemptLowerPriority", "Never")
    if policy is not None and policy not in supported:
        yield not_supported("preemptionPolicy", policy, supported)


def priority_class_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """Value and preemption stay."""
    if new.get("value", 0) != old.get("value", 0):
        yield forbidden("value", "may not be changed in an update.")
    if new.get("preemptionPolicy") != old.get("preemptionPolicy"):
        yield invalid("preemptionPolicy", new.get("preemptionPolicy"), IMMUTABLE)


def runtime_class(obj: Obj) -> Iterator[FieldError]:
    """A RuntimeClass."""
    yield from complaints("handler", obj.get("handler") or "", names.dns_label)


def runtime_class_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The handler stays."""
    if new.get("handler") != old.get("handler"):
        yield invalid("handler", new.get("handler"), IMMUTABLE)
