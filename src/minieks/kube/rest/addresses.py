"""What the API keeps of the addresses of Services: the range, and an object for each address.

Source: kubernetes pkg/registry/core/service/ipallocator, pkg/controlplane/controller/
defaultservicecidr.
"""

from collections.abc import Iterator
from typing import Final

from minieks.kube.words.objects import Obj, name, namespace

ADDRESSES: Final = "ipaddresses.networking.k8s.io"
RANGES: Final = "servicecidrs.networking.k8s.io"
_API_VERSION: Final = "networking.k8s.io/v1"
_FINALIZER: Final = "networking.k8s.io/service-cidr-finalizer"
_SAID: Final[Obj] = {".": {}, "f:status": {}, "f:type": {}}
_TOLD: Final[Obj] = {**_SAID, "f:lastTransitionTime": {}, "f:message": {}, "f:reason": {}}


def _of_status(condition: Obj) -> Obj:
    return {"f:status": {"f:conditions": {'k:{"type":"Ready"}': condition}}}


# Who has a hand in the range: who, in which part, and which fields are whose.
_MANAGERS: Final[tuple[tuple[str, str, Obj], ...]] = (
    ("kubernetes-service-cidr-controller", "status", _of_status(_SAID)),
    ("service-cidr-controller", "status", _of_status(_TOLD)),
    ("kube-apiserver", "", {"f:spec": {"f:cidrs": {}}}),
    (
        "kube-controller-manager",
        "",
        {"f:metadata": {"f:finalizers": {".": {}, f'v:"{_FINALIZER}"': {}}}},
    ),
)


def service_range(cidr: str, now: str) -> Obj:
    """The range from which Services have their addresses; ``now`` is an RFC 3339 time."""
    return {
        "apiVersion": _API_VERSION,
        "kind": "ServiceCIDR",
        "metadata": {
            "name": "kubernetes",
            "finalizers": [_FINALIZER],
            "managedFields": [_managed(row, now) for row in _MANAGERS],
        },
        "spec": {"cidrs": [cidr]},
    }


def _managed(row: tuple[str, str, Obj], now: str) -> Obj:
    manager, subresource, fields = row
    found: Obj = {
        "manager": manager,
        "operation": "Apply" if subresource else "Update",
        "apiVersion": _API_VERSION,
        "time": now,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return {**found, "subresource": subresource} if subresource else found


def ready(found: Obj, now: str) -> Obj:
    """The range with the status of one in use; ``now`` is RFC 3339."""
    condition = {
        "type": "Ready",
        "status": "True",
        "lastTransitionTime": now,
        "reason": "",
        "message": "Kubernetes Service CIDR is ready",
    }
    return {**found, "status": {"conditions": [condition]}}


def addresses(service: Obj) -> Iterator[Obj]:
    """An IPAddress for each address that a Service has."""
    for address in service["spec"].get("clusterIPs") or ():
        if address and address != "None":
            yield _address(service, address)


def _address(service: Obj, address: str) -> Obj:
    family = "IPv6" if ":" in address else "IPv4"
    return {
        "apiVersion": _API_VERSION,
        "kind": "IPAddress",
        "metadata": {
            "name": address,
            "labels": {
                "ipaddress.kubernetes.io/ip-family": family,
                "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
            },
        },
        "spec": {
            "parentRef": {
                "resource": "services",
                "namespace": namespace(service),
                "name": name(service),
            }
        },
    }
