"""The rows of nodes, namespaces, configuration, events, quotas and classes.

Source: kubernetes pkg/printers/internalversion/printers.go.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from minieks.engine.clock import Micros
from minieks.kube.rest.tables import ages
from minieks.kube.rest.tables.cells import NONE, UNKNOWN, Cell, age, name, spec, status
from minieks.kube.words import conditions
from minieks.kube.words.objects import Obj, labels

_NOTHING: Final[Mapping[str, Any]] = {}
_ROLE: Final = "node-role.kubernetes.io/"
_ROLE_OF_OLD: Final = "kubernetes.io/role"


def node(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A Node."""
    info = status(obj).get("nodeInfo") or _NOTHING
    return (
        name(obj),
        _node_status(obj),
        ",".join(_roles(obj)) or NONE,
        age(obj, now),
        info.get("kubeletVersion", ""),
        _node_address(obj, "InternalIP"),
        _node_address(obj, "ExternalIP"),
        info.get("osImage") or UNKNOWN,
        info.get("kernelVersion") or UNKNOWN,
        info.get("containerRuntimeVersion") or UNKNOWN,
    )


def _node_status(obj: Obj) -> str:
    ready = conditions.find(status(obj), "Ready")
    word = "NotReady" if ready else "Unknown"
    if ready and ready.get("status") == "True":
        word = "Ready"
    return f"{word},SchedulingDisabled" if spec(obj).get("unschedulable") else word


def _roles(obj: Obj) -> list[str]:
    found = labels(obj)
    roles = {key.removeprefix(_ROLE) for key in found if key.startswith(_ROLE)}
    return sorted((roles | {found.get(_ROLE_OF_OLD, "")}) - {""})


def _node_address(obj: Obj, type_: str) -> str:
    found = (one["address"] for one in status(obj).get("addresses") or () if one["type"] == type_)
    return next(found, NONE)


def namespace(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A Namespace."""
    return (name(obj), status(obj).get("phase", ""), age(obj, now))


def config_map(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ConfigMap, with the number of its keys."""
    return (name(obj), len(obj.get("data") or ()) + len(obj.get("binaryData") or ()), age(obj, now))


def secret(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A Secret, with the number of its keys."""
    return (name(obj), obj.get("type", ""), len(obj.get("data") or ()), age(obj, now))


def service_account(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ServiceAccount."""
    return (name(obj), len(obj.get("secrets") or ()), age(obj, now))


def event(obj: Obj, now: Micros) -> Sequence[Cell]:
    """An Event of the core group, in which form all are stored."""
    about, source = obj.get("involvedObject") or _NOTHING, obj.get("source") or _NOTHING
    reporter = (
        source.get("component") or obj.get("reportingComponent"),
        source.get("host") or obj.get("reportingInstance"),
    )
    kind, about_name = str(about.get("kind", "")).lower(), about.get("name")
    first, last, count = _seen(obj, now)
    return (
        last,
        obj.get("type", ""),
        obj.get("reason", ""),
        f"{kind}/{about_name}" if about_name else kind,
        about.get("fieldPath", ""),
        ", ".join(filter(None, reporter)) if reporter[0] else reporter[0] or "",
        str(obj.get("message", "")).strip(),
        first,
        count,
        name(obj),
    )


def _seen(obj: Obj, now: Micros) -> tuple[str, str, int]:
    """How long ago the event was first and last seen, and how often."""
    first = ages.since(obj.get("firstTimestamp") or obj.get("eventTime"), now)
    series = obj.get("series")
    if series:
        return first, ages.since(series.get("lastObservedTime"), now), series.get("count", 0)
    last = obj.get("lastTimestamp")
    return first, ages.since(last, now) if last else first, obj.get("count") or 1


def resource_quota(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ResourceQuota: what is used of what is allowed, requests and limits apart."""
    return (name(obj), *map(", ".join, _quota(obj)), age(obj, now))


def _quota(obj: Obj) -> tuple[list[str], list[str]]:
    hard, used = status(obj).get("hard") or _NOTHING, status(obj).get("used") or _NOTHING
    requests: list[str] = []
    limits: list[str] = []
    for resource in sorted(hard):
        text = f"{resource}: {used.get(resource, '0')}/{hard[resource]}"
        (limits if resource.startswith("limits") else requests).append(text)
    return requests, limits


def component_status(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ComponentStatus."""
    found = next(_healthy(obj), _NOTHING)
    health = {"True": "Healthy", "False": "Unhealthy"}.get(str(found.get("status")), "Unknown")
    return (name(obj), health, found.get("message", ""), found.get("error", ""))


def _healthy(obj: Obj) -> Iterator[Mapping[str, Any]]:
    return (one for one in obj.get("conditions") or () if one.get("type") == "Healthy")


def priority_class(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A PriorityClass."""
    policy = obj.get("preemptionPolicy", "")
    return (name(obj), obj.get("value", 0), bool(obj.get("globalDefault")), age(obj, now), policy)


def runtime_class(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A RuntimeClass."""
    return (name(obj), obj.get("handler", ""), age(obj, now))


def lease(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A Lease."""
    return (name(obj), spec(obj).get("holderIdentity") or "", age(obj, now))
