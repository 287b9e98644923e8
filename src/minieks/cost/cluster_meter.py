"""Meters control planes, by version.

A ``clusters.eks`` record has ``name``, ``version`` and ``createdAt`` (microseconds since the
epoch), and may have ``upgradePolicy.supportType`` (``STANDARD``, else EXTENDED).
"""

from collections.abc import Callable
from dataclasses import replace

from minieks.cost.spans import Spans
from minieks.cost.usage import ControlPlaneUsage
from minieks.engine.clock import Micros
from minieks.engine.store import Change
from minieks.kube.words.objects import Obj


class ClusterMeter:
    """Control planes from creation to deletion; a new version begins a new use."""

    def __init__(self, now: Callable[[], Micros]) -> None:
        self._now = now
        self._clusters: Spans[ControlPlaneUsage] = Spans.empty()

    def on_cluster(self, change: Change) -> None:
        """A change of ``clusters.eks``."""
        record, key = change.value, change.key
        if change.type == "DELETED":
            self._clusters.close(key, self._now())
            return
        before, after = self._clusters.open(key), _usage(record)
        if before is None:
            self._clusters.begin(key, after)
        elif _terms(before) != _terms(after):
            self._clusters.close(key, self._now())
            self._clusters.begin(key, replace(after, start=self._now()))

    def usages(self) -> list[ControlPlaneUsage]:
        """Every cluster, a record for each version it ran."""
        return self._clusters.all()


def _terms(usage: ControlPlaneUsage) -> tuple[str, bool]:
    """What decides whether extended support is charged."""
    return usage.version, usage.extended_support


def _usage(record: Obj) -> ControlPlaneUsage:
    policy = record.get("upgradePolicy") or {}
    return ControlPlaneUsage(
        cluster=str(record["name"]),
        version=str(record["version"]),
        start=int(record["createdAt"]),
        extended_support=policy.get("supportType") != "STANDARD",
    )
