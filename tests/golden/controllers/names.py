"""The names that recorded cases give to objects whose real names are made by chance."""

import re
from collections import defaultdict
from typing import Any

from minieks.kube.controllers.daemonset.placement import target_node
from minieks.kube.words.objects import Obj, annotations, controller_ref, name, uid

PREFIXES = {
    "pods": "pod",
    "deployments.apps": "deploy",
    "replicasets.apps": "rs",
    "statefulsets.apps": "sts",
    "daemonsets.apps": "ds",
    "controllerrevisions.apps": "rev",
    "jobs.batch": "job",
    "cronjobs.batch": "cj",
    "endpointslices.discovery.k8s.io": "slice",
    "configmaps": "cm",
    "serviceaccounts": "sa",
    "poddisruptionbudgets.policy": "pdb",
    "persistentvolumes": "pv",
    "persistentvolumeclaims": "pvc",
    "resourcequotas": "quota",
    "nodes": "node",
    "namespaces": "ns",
}
NAMESPACE = "golden-ns"
CASE = "golden-case"
_INDEX = "batch.kubernetes.io/job-completion-index"


class Names:
    """Gives each object its name in the case, in the order in which they are created."""

    def __init__(self) -> None:
        self._by_uid: dict[str, str] = {}
        self._counts: dict[str, int] = defaultdict(int)
        self._real: dict[str, str] = {}
        self._sets: dict[str, str] = {}

    def add(self, collection: str, obj: Obj) -> None:
        shown = self._shown(collection, obj)
        self._by_uid[uid(obj)] = shown
        if shown != name(obj):
            self._real[name(obj)] = shown
        if collection == "replicasets.apps":
            self._sets[name(obj)] = shown

    def of(self, obj: Obj) -> str:
        return self._by_uid.get(uid(obj), name(obj))

    def real(self, shown: str) -> str:
        found = [real for real, other in self._real.items() if other == shown]
        return found[-1] if found else shown

    def of_uid(self, wanted: str, default: str) -> str:
        return self._by_uid.get(wanted, default)

    def in_text(self, text: str) -> str:
        """A message with shown names in place of real ones."""
        for real in sorted(self._real, key=len, reverse=True):
            text = text.replace(real, self._real[real])
        for shown in self._sets.values():
            text = re.sub(rf"{re.escape(shown)}-[a-z0-9]{{5}}(?![a-z0-9])", f"{shown}-*", text)
        return text.replace(NAMESPACE, "NS").replace(CASE, "CASE")

    def _shown(self, collection: str, obj: Obj) -> str:
        owner = controller_ref(obj)
        real = name(obj).replace(CASE, "CASE")
        if collection == "namespaces":
            return "NS" if real == NAMESPACE else real
        if owner is None:
            return real
        above = self._by_uid.get(str(owner["uid"]), str(owner["name"]))
        return self._owned(collection, obj, owner["kind"], above, real)

    def _owned(self, collection: str, obj: Obj, kind: str, above: str, real: str) -> str:
        match collection, kind:
            case "replicasets.apps", _:
                return f"{above}-#{self._next(above, 'rs')}"
            case "controllerrevisions.apps", _:
                # A revision's name follows from its content: one that comes back is the same.
                return self._real.get(real) or f"{above}-r{self._next(above, 'rev')}"
            case "endpointslices.discovery.k8s.io", _:
                return f"{above}-s{self._next(above, 'slice')}"
            case "jobs.batch", "CronJob":
                return f"{above}-t{self._next(above, 'job')}"
            case "pods", "DaemonSet":
                at = f"{above}@{target_node(obj)}"
                number = self._next(at, "pod")
                return at if number == 1 else f"{at}.{number}"
            case "pods", "Job" if _INDEX in annotations(obj):
                at = f"{above}-{annotations(obj)[_INDEX]}"
                return f"{at}-p{self._next(at, 'pod')}"
            case "pods", "ReplicaSet" | "Job":
                return f"{above}-p{self._next(above, 'pod')}"
        return real

    def _next(self, above: str, kind: str) -> int:
        self._counts[f"{kind}/{above}"] += 1
        return self._counts[f"{kind}/{above}"]


def owner_texts(names: Names, obj: Obj) -> list[str]:
    references: list[dict[str, Any]] = obj["metadata"].get("ownerReferences") or []
    return [f"{one['kind']}/{names.of_uid(one['uid'], one['name'])}" for one in references]
