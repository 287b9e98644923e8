"""The Endpoints controller: the older form, one object per Service.

Source: kubernetes pkg/controller/endpoint/endpoints_controller.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.endpoints.addresses import EntryMemo, Port, is_included
from minieks.kube.controllers.endpoints.selecting import SERVICES, by_pod, selected
from minieks.kube.controllers.endpoints.slices import HEADLESS
from minieks.kube.controllers.wakes import itself
from minieks.kube.words.objects import (
    Obj,
    is_deleting,
    labels,
    metadata,
    name,
    namespace,
    split_key,
)

COLLECTION: Final = "endpoints"
MOST: Final = 1000
MANAGED_BY: Final = "endpoints.kubernetes.io/managed-by"
OVER_CAPACITY: Final = "endpoints.kubernetes.io/over-capacity"


class EndpointsLoop:
    """Keeps the Endpoints of each Service that has a selector."""

    name = "endpoints"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._entries = EntryMemo()
        indexes.add_label_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Services, the pods that they select, and Endpoints that somebody else deletes."""
        return {SERVICES: itself, "pods": by_pod(self._api), COLLECTION: self._of_endpoints}

    @staticmethod
    def _of_endpoints(change: Change) -> Iterable[str]:
        return itself(change) if change.type == "DELETED" else ()

    def reconcile(self, key: str) -> Result | None:
        """Write the Endpoints if they differ; without the Service they go."""
        service = self._api.get(SERVICES, *split_key(key))
        found = self._api.get(COLLECTION, *split_key(key))
        if service is None:
            if found is not None and MANAGED_BY in labels(found):
                self._api.delete(COLLECTION, namespace(found), name(found))
            return None
        if is_deleting(service) or not service["spec"].get("selector"):
            return None
        subsets, truncated = self._subsets(service)
        wanted = _build(service, subsets, found, truncated=truncated)
        if found is None:
            self._api.create(wanted)
        elif _differs(found, wanted):
            self._api.update(wanted)
        return None

    def _subsets(self, service: Obj) -> tuple[list[Obj], bool]:
        by_ports: dict[tuple[Port, ...], tuple[list[Obj], list[Obj]]] = {}
        count = 0
        included = [pod for pod in selected(self._api, service) if is_included(pod)]
        for pod in included:
            if is_deleting(pod) and not service["spec"].get("publishNotReadyAddresses"):
                continue
            count += 1
            if count > MOST:
                break
            entry = self._entries.entry(service, pod, None)
            ready, not_ready = by_ports.setdefault(entry.ports, ([], []))
            is_ready = entry.endpoint["conditions"]["ready"]
            (ready if is_ready else not_ready).append(_address(entry.endpoint))
        return [_subset(ports, *by_ports[ports]) for ports in sorted(by_ports)], count > MOST


def _address(entry: Mapping[str, Any]) -> Obj:
    found: Obj = {"ip": entry["addresses"][0], "targetRef": entry["targetRef"]}
    for field in ("hostname", "nodeName"):
        if field in entry:
            found[field] = entry[field]
    return found


def _subset(ports: Iterable[Port], ready: list[Obj], not_ready: list[Obj]) -> Obj:
    found: Obj = {}
    if ready:
        found["addresses"] = sorted(ready, key=lambda one: str(one["ip"]))
    if not_ready:
        found["notReadyAddresses"] = sorted(not_ready, key=lambda one: str(one["ip"]))
    listed = [port.listed() for port in ports]
    for port in listed:
        if not port["name"]:
            del port["name"]
    return {**found, "ports": listed} if listed else found


def _build(service: Obj, subsets: list[Obj], found: Obj | None, *, truncated: bool) -> Obj:
    own = {**labels(service), MANAGED_BY: "endpoint-controller"}
    if service["spec"].get("clusterIP") == "None":
        own[HEADLESS] = ""
    meta: Obj = {
        **(metadata(found) if found is not None else {}),
        "name": name(service),
        "namespace": namespace(service),
        "labels": own,
    }
    noted = {k: v for k, v in (meta.get("annotations") or {}).items() if k != OVER_CAPACITY}
    if truncated:
        noted[OVER_CAPACITY] = "truncated"
    meta.pop("annotations", None)
    if noted:
        meta["annotations"] = noted
    built: Obj = {"apiVersion": "v1", "kind": "Endpoints", "metadata": meta}
    return {**built, "subsets": subsets} if subsets else built


def _differs(found: Obj, wanted: Obj) -> bool:
    return (
        found.get("subsets") != wanted.get("subsets")
        or labels(found) != labels(wanted)
        or (metadata(found).get("annotations") or {}) != (metadata(wanted).get("annotations") or {})
    )
