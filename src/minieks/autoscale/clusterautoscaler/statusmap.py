"""The ConfigMap that tells how the autoscaler sees the cluster: ``cluster-autoscaler-status``.

Source: kubernetes/autoscaler cluster-autoscaler/clusterstate/api/types.go, clusterstate/utils/
status.go (the form since 1.30).
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import yaml

from minieks.autoscale.clusterautoscaler.registry import Readiness, Registry
from minieks.engine.clock import Micros
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

LAST_UPDATED: Final = "cluster-autoscaler.kubernetes.io/last-updated"
_NONE: Final = Readiness()


def initial(name: str, namespace: str, now: Micros) -> Obj:
    """The ConfigMap as it is when the program starts."""
    text = yaml.safe_dump({"time": _moment(now), "autoscalerStatus": "Initializing"})
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "annotations": {LAST_UPDATED: _moment(now)},
        },
        "data": {"status": text},
    }


def conditions(registry: Registry, candidates: Mapping[str, Collection[str]], now: Micros) -> Obj:
    """What is said of the cluster and of each group, without times."""
    groups = [_group(registry, one, len(candidates.get(one, ())), now) for one in registry.groups]
    growing = any(one["scaleUp"]["status"] == "InProgress" for one in groups)
    return {
        "clusterWide": {
            "health": {
                "status": _health(healthy=registry.is_cluster_healthy()),
                "nodeCounts": _counts(registry.total),
            },
            "scaleUp": {"status": "InProgress" if growing else "NoActivity"},
            "scaleDown": _scale_down(sum(len(one) for one in candidates.values())),
        },
        "nodeGroups": groups,
    }


def _group(registry: Registry, group: str, candidates: int, now: Micros) -> Obj:
    one, readiness = registry.groups[group], registry.by_group.get(group, _NONE)
    return {
        "name": group,
        "health": {
            "status": _health(healthy=registry.is_group_healthy(group)),
            "nodeCounts": _counts(readiness),
            "cloudProviderTarget": one.target_size,
            "minSize": one.min_size,
            "maxSize": one.max_size,
        },
        "scaleUp": _scale_up(registry, group, now),
        "scaleDown": _scale_down(candidates),
    }


def _health(*, healthy: bool) -> str:
    return "Healthy" if healthy else "Unhealthy"


def _scale_up(registry: Registry, group: str, now: Micros) -> Obj:
    if registry.is_scaling_up(group):
        return {"status": "InProgress"}
    if not registry.is_group_healthy(group):
        return {"status": "Unhealthy"}
    if registry.is_backed_off(group, now):
        error = registry.backoffs[group].error
        info = {"errorCode": error.code, "errorMessage": error.message}
        return {"status": "Backoff", "backoffInfo": info}
    return {"status": "NoActivity"}


def _scale_down(candidates: int) -> Obj:
    if candidates:
        return {"status": "CandidatesPresent", "candidates": candidates}
    return {"status": "NoCandidates"}


def _counts(readiness: Readiness) -> Obj:
    registered: Obj = {
        "total": len(readiness.registered),
        "ready": len(readiness.ready),
        "notStarted": len(readiness.not_started),
    }
    if readiness.deleted:
        registered["beingDeleted"] = len(readiness.deleted)
    if readiness.unready:
        registered["unready"] = {"total": len(readiness.unready), "resourceUnready": 0}
    return {
        "registered": registered,
        "longUnregistered": len(readiness.long_unregistered),
        "unregistered": len(readiness.unregistered),
    }


class Times:
    """Since when each condition has its status."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], tuple[str, str]] = {}

    def stamped(self, said: Obj, now: Micros) -> str:
        """The text of the ConfigMap."""
        text = times.rfc3339(now)
        groups = [
            {"name": one["name"], **self._all(one["name"], one, text)} for one in said["nodeGroups"]
        ]
        document = {
            "time": _moment(now),
            "autoscalerStatus": "Running",
            "clusterWide": self._all("", said["clusterWide"], text),
            "nodeGroups": groups,
        }
        return yaml.safe_dump(document, sort_keys=False)

    def _all(self, about: str, said: Mapping[str, Any], now: str) -> Obj:
        return {
            kind: self._one((about, kind), said[kind], now)
            for kind in ("health", "scaleUp", "scaleDown")
        }

    def _one(self, about: tuple[str, str], condition: Obj, now: str) -> Obj:
        status = condition["status"]
        known = self._since.get(about)
        since = known[1] if known is not None and known[0] == status else now
        self._since[about] = (status, since)
        return {**condition, "lastProbeTime": now, "lastTransitionTime": since}


def with_status(config: Obj, text: str, now: Micros) -> Obj:
    """The ConfigMap with a new text."""
    meta = config["metadata"]
    noted = {**(meta.get("annotations") or {}), LAST_UPDATED: _moment(now)}
    return {
        **config,
        "metadata": {**meta, "annotations": noted},
        "data": {**(config.get("data") or {}), "status": text},
    }


def _moment(now: Micros) -> str:
    """As Go prints a time: ``2006-01-02 15:04:05.999999999 -0700 MST``."""
    text = times.rfc3339_micro(now).removesuffix("Z").replace("T", " ")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{f'.{fraction}' if fraction else ''} +0000 UTC"
