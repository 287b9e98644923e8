"""The ConfigMap that tells how the autoscaler sees the cluster: ``cluster-autoscaler-status``.

Source: kubernetes/autoscaler cluster-autoscaler/clusterstate/api/types.go, clusterstate/utils/
status.go (the form since 1.30).
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from minieks.autoscale.clusterautoscaler.blocktext import block_text
from minieks.autoscale.clusterautoscaler.options import Options
from minieks.autoscale.clusterautoscaler.registry import Readiness, Registry
from minieks.engine.clock import Micros
from minieks.kube.api.server import Api
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

LAST_UPDATED: Final = "cluster-autoscaler.kubernetes.io/last-updated"
_NONE: Final = Readiness()


def _config(name: str, namespace: str, text: str, now: Micros) -> Obj:
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


class StatusMap:
    """Keeps the ConfigMap; it is written when more has changed than the time of looking."""

    def __init__(self, api: Api, options: Options) -> None:
        self._api = api
        self._is_wanted: bool = options["write-status-configmap"]
        self._name: str = options["status-config-map-name"]
        self._namespace: str = options["namespace"]
        self._said: Obj | None = None
        self._since: dict[tuple[str, str], tuple[str, str]] = {}

    def initialize(self) -> Obj | None:
        """Write what is said before the first round; gives the ConfigMap, if one is wanted."""
        now = self._api.engine.now()
        text = block_text({"autoscalerStatus": "Initializing", "time": _moment(now)})
        return self._put(text, now) if self._is_wanted else None

    def write(self, registry: Registry, candidates: Mapping[str, Collection[str]]) -> Obj | None:
        """Write what is to be said now; gives the ConfigMap if it was written."""
        now = self._api.engine.now()
        said = conditions(registry, candidates, now)
        if not self._is_wanted or said == self._said:
            return None
        self._said = said
        return self._put(self._stamped(said, now), now)

    def _put(self, text: str, now: Micros) -> Obj:
        before = self._api.get("configmaps", self._namespace, self._name)
        if before is None:
            return self._api.create(_config(self._name, self._namespace, text, now))
        return self._api.update(with_status(before, text, now))

    def _stamped(self, said: Obj, now: Micros) -> str:
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
        return block_text(document)

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
