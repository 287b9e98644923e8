"""The Endpoints controller: the older form, one object per Service.

Source: kubernetes pkg/controller/endpoint/endpoints_controller.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.endpoints.addresses import Port, entry
from minieks.kube.controllers.endpoints.selecting import SERVICES, SHOWN, included, services_of
from minieks.kube.controllers.endpoints.slices import HEADLESS
from minieks.kube.controllers.wakes import itself
from minieks.kube.kinds import pods
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
        indexes.add_label_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Services, the pods that they select, and Endpoints that somebody else deletes."""
        return {
            SERVICES: itself,
            "pods": Minding(self._of_pod, SHOWN),
            COLLECTION: self._of_endpoints,
        }

    def _of_pod(self, change: Change) -> Iterable[str]:
        """Of a pod that was leaving already, those that list it still."""
        woken = services_of(self._api, change)
        if change.previous is None or not is_deleting(change.previous):
            return woken
        return [one for one in woken if _lists_leaving(self._api.store.get(SERVICES, one))]

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
        lists_leaving = _lists_leaving(service)
        for pod in included(self._api, service):
            if not lists_leaving and is_deleting(pod):
                continue
            count += 1
            if count > MOST:
                break
            made = entry(service, pod, self._api.store.get("nodes", pods.node_name(pod)))
            ready, not_ready = by_ports.setdefault(made.ports, ([], []))
            (ready if made.endpoint["conditions"]["ready"] else not_ready).append(made.address)
        return [_subset(ports, *by_ports[ports]) for ports in sorted(by_ports)], count > MOST


def _lists_leaving(service: Obj | None) -> bool:
    """Whether pods that are being deleted are listed until they have ended."""
    return service is not None and bool(service["spec"].get("publishNotReadyAddresses"))


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
