"""The EndpointSlice controller.

Source: kubernetes pkg/controller/endpointslice/endpointslice_controller.go.
"""

from collections.abc import Mapping
from typing import Final

from minieks.engine.loop import Minding, Result, Wakes
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.endpoints.addresses import Port, address_type, entry
from minieks.kube.controllers.endpoints.packing import Packed, pack
from minieks.kube.controllers.endpoints.selecting import SHOWN, included, services_of
from minieks.kube.controllers.wakes import by_controller, itself
from minieks.kube.kinds import pods
from minieks.kube.words.objects import (
    Obj,
    is_deleting,
    labels,
    metadata,
    name,
    namespace,
    owner_reference,
    split_key,
    uid,
)

SERVICES: Final = "services"
COLLECTION: Final = "endpointslices.discovery.k8s.io"
SERVICE_NAME: Final = "kubernetes.io/service-name"
MANAGED_BY: Final = "endpointslice.kubernetes.io/managed-by"
MANAGER: Final = "endpointslice-controller.k8s.io"
HEADLESS: Final = "service.kubernetes.io/headless"

_ByPorts = dict[tuple[Port, ...], dict[str, Obj]]


class EndpointSliceLoop:
    """Keeps the slices of each Service that has a selector."""

    name = "endpointslice"

    def __init__(self, api: Api) -> None:
        self._api = api
        indexes.add_owner_indexes(api, COLLECTION)
        indexes.add_label_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Services, the pods that they select, and slices that somebody else deletes."""
        of_pod = Minding(lambda change: services_of(self._api, change), SHOWN)
        of_slice = Minding(by_controller("Service"), aspects.WENT)
        return {SERVICES: itself, "pods": of_pod, COLLECTION: of_slice}

    def reconcile(self, key: str) -> Result | None:
        """Write the slices that the Service's pods need, and delete those that none needs."""
        service = self._api.get(SERVICES, *split_key(key))
        if service is None or is_deleting(service) or not service["spec"].get("selector"):
            return None
        owned = {name(one): one for one in self._slices(service)}
        packing = pack([_packed(one) for one in owned.values()], self._desired(service))
        for made in packing.create:
            self._api.create(_build(service, made))
        for packed in packing.update:
            self._api.update({**owned[packed.name], **_content(packed)})
        for slice_name in packing.delete:
            self._api.delete(COLLECTION, namespace(service), slice_name)
        self._relabel(service)
        return None

    def _slices(self, service: Obj) -> list[Obj]:
        return [
            one
            for one in indexes.controlled(self._api, COLLECTION, service)
            if labels(one).get(MANAGED_BY) == MANAGER and not is_deleting(one)
        ]

    def _desired(self, service: Obj) -> _ByPorts:
        found: _ByPorts = {}
        for pod in included(self._api, service):
            made = entry(service, pod, self._api.store.get("nodes", pods.node_name(pod)))
            found.setdefault(made.ports, {})[uid(pod)] = made.endpoint
        return found

    def _relabel(self, service: Obj) -> None:
        """A Service's labels are its slices' too."""
        wanted = _labels(service)
        for one in self._slices(service):
            if dict(labels(one)) != wanted:
                self._api.update({**one, "metadata": {**metadata(one), "labels": wanted}})


def _labels(service: Obj) -> dict[str, str]:
    own = {SERVICE_NAME: name(service), MANAGED_BY: MANAGER}
    if service["spec"].get("clusterIP") == "None":
        own[HEADLESS] = ""
    return {**labels(service), **own}


def _packed(one: Obj) -> Packed:
    ports = tuple(
        sorted(
            Port(
                port.get("name") or "",
                int(port["port"]),
                port.get("protocol") or "TCP",
                port.get("appProtocol") or "",
            )
            for port in one.get("ports") or ()
        )
    )
    return Packed(name(one), ports, list(one.get("endpoints") or ()))


def _content(packed: Packed) -> Obj:
    return {
        "endpoints": list(packed.endpoints),
        "ports": [port.listed() for port in packed.ports],
    }


def _build(service: Obj, made: Packed) -> Obj:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "generateName": f"{name(service)}-",
            "namespace": namespace(service),
            "labels": _labels(service),
            "ownerReferences": [owner_reference(service)],
        },
        "addressType": address_type(service),
        **_content(made),
    }
