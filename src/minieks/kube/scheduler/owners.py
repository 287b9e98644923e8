"""Services and the owners of pods, as far as they decide how pods are spread by default.

Source: kubernetes pkg/scheduler/framework/plugins/helper/spread.go DefaultSelector.
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.words import objects, selectors
from minieks.kube.words.objects import Obj
from minieks.kube.words.selectors import Requirement, Selector

_NOTHING: Final[Mapping[str, Any]] = {}
_SET_KINDS: Final = {
    ("apps/v1", "ReplicaSet"): "replicasets.apps",
    ("apps/v1", "StatefulSet"): "statefulsets.apps",
}
_CONTROLLER: Final = ("v1", "ReplicationController")


class Owners:
    """Services by namespace, and ReplicaSets, StatefulSets and ReplicationControllers."""

    COLLECTIONS: Final = (
        "services",
        "replicasets.apps",
        "statefulsets.apps",
        "replicationcontrollers",
    )

    def __init__(self) -> None:
        self._services: dict[str, dict[str, Obj]] = {}
        self._owners: dict[tuple[str, str], Obj] = {}

    def put(self, collection: str, obj: Obj) -> None:
        """Take over an object of one of the collections."""
        if collection == "services":
            self._services.setdefault(objects.namespace(obj), {})[objects.key(obj)] = obj
        else:
            self._owners[collection, objects.key(obj)] = obj

    def remove(self, collection: str, key: str) -> None:
        """Forget an object."""
        if collection == "services":
            self._services.get(objects.split_key(key)[0], {}).pop(key, None)
        else:
            self._owners.pop((collection, key), None)

    def selector(self, info: PodInfo) -> Selector:
        """The pods among which a pod is spread by default: those of its services and owner."""
        exact = self._service_labels(info)
        owner = objects.controller_ref(info.pod)
        kind = (owner["apiVersion"], owner["kind"]) if owner is not None else ("", "")
        more: tuple[Requirement, ...] = ()
        if kind == _CONTROLLER:
            exact.update(self._spec("replicationcontrollers", info, owner).get("selector") or {})
        elif kind in _SET_KINDS:
            written = self._spec(_SET_KINDS[kind], info, owner).get("selector")
            more = selectors.compile_selector(written).requirements
        return Selector((*selectors.from_map(exact).requirements, *more))

    def _service_labels(self, info: PodInfo) -> dict[str, str]:
        """The selectors of the services that select the pod, merged."""
        merged: dict[str, str] = {}
        for service in self._services.get(info.namespace, _NOTHING).values():
            wanted = (service.get("spec") or _NOTHING).get("selector")
            if wanted and wanted.items() <= info.labels.items():
                merged.update(wanted)
        return merged

    def _spec(
        self, collection: str, info: PodInfo, owner: Mapping[str, Any] | None
    ) -> Mapping[str, Any]:
        key = f"{info.namespace}/{(owner or _NOTHING).get('name')}"
        found = self._owners.get((collection, key)) or _NOTHING
        return found.get("spec") or _NOTHING
