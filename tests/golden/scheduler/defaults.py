"""What the API server does to a pod at creation, as far as scheduling depends on it."""

import json
from collections.abc import Iterator
from typing import Any

from golden.outcome import Json
from minieks.kube.words import objects


def with_defaults(pod: Json) -> Json:
    """What the API server does at creation to the fields that matter here."""
    pod = json.loads(json.dumps(pod))
    spec, labels = pod["spec"], objects.labels(pod)
    pod["metadata"].setdefault("namespace", "default")
    for container in [*spec["containers"], *spec.get("initContainers", ())]:
        resources = container.setdefault("resources", {})
        asked = resources.setdefault("requests", {})
        for name, amount in (resources.get("limits") or {}).items():
            asked.setdefault(name, amount)
        for port in container.get("ports") or ():
            if spec.get("hostNetwork"):
                port.setdefault("hostPort", port["containerPort"])
    _pod_level_defaults(spec)
    for constraint in spec.get("topologySpreadConstraints") or ():
        _merge(constraint, labels)
    for term in _terms(spec.get("affinity") or {}):
        _merge(term, labels)
    return pod


def _pod_level_defaults(spec: Json) -> None:
    own = spec.get("resources") or {}
    for name, amount in (own.get("limits") or {}).items():
        own.setdefault("requests", {}).setdefault(name, amount)


def _terms(affinity: Json) -> Iterator[Json]:
    for kind in ("podAffinity", "podAntiAffinity"):
        part = affinity.get(kind) or {}
        yield from part.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
        for item in part.get("preferredDuringSchedulingIgnoredDuringExecution") or ():
            yield item["podAffinityTerm"]


def _merge(term: Json, labels: Any) -> None:
    for field, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")):
        for key in term.get(field) or ():
            if key in labels and term.get("labelSelector") is not None:
                term["labelSelector"].setdefault("matchExpressions", []).append(
                    {"key": key, "operator": operator, "values": [labels[key]]}
                )
