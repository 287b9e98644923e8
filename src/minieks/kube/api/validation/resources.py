"""Validation of resource names, quantities, requests and limits.

Source: kubernetes pkg/apis/core/validation/validation.go ValidateContainerResourceRequirements.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from minieks.kube.api.fields import FieldError, forbidden, invalid, not_found, required
from minieks.kube.api.validation.checks import NOT_NEGATIVE, complaints, remembered
from minieks.kube.words import names, quantity
from minieks.kube.words.objects import Obj

_CONTAINER: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
_COUNTS: Final = frozenset(
    {
        *("pods", "services", "replicationcontrollers", "resourcequotas", "secrets"),
        *("configmaps", "persistentvolumeclaims", "services.nodeports"),
        "services.loadbalancers",
    }
)
_STANDARD: Final = (
    _CONTAINER
    | _COUNTS
    | {"storage", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"}
    | {"requests.ephemeral-storage", "limits.ephemeral-storage", "requests.storage"}
)


def is_hugepages(name: str) -> bool:
    """Whether it is memory in huge pages."""
    return name.startswith("hugepages-")


def is_extended(name: str) -> bool:
    """Whether it is a resource of a device plugin: a domain that is not Kubernetes'."""
    if "/" not in name or name.startswith("requests."):
        return False
    return "kubernetes.io/" not in name


def is_integer(name: str) -> bool:
    """Whether amounts of the resource are whole numbers."""
    return name in _COUNTS or name.startswith("count/") or is_extended(name)


def resource_name(name: str, path: str) -> Iterator[FieldError]:
    """The name of a resource: a standard one, or one with a domain."""
    found = list(complaints(path, name, names.qualified_name))
    yield from found
    if not found and "/" not in name and name not in _STANDARD and not is_hugepages(name):
        yield invalid(path, name, "must be a standard resource type or fully qualified")


def _container_resource(name: str, path: str) -> Iterator[FieldError]:
    yield from resource_name(name, path)
    if "/" not in name:
        if name not in _CONTAINER and not is_hugepages(name):
            yield invalid(path, name, "must be a standard resource for containers")
    elif "kubernetes.io/" not in name and len(name) > 253:
        yield invalid(path, name, "doesn't follow extended resource name standard")


def amount(name: str, value: str, path: str) -> Iterator[FieldError]:
    """An amount of a resource: not below 0, and whole where it must be."""
    number = quantity.parse(value)
    if number < 0:
        yield invalid(path, value, NOT_NEGATIVE)
    if is_integer(name) and number % 1:
        yield invalid(path, value, "must be an integer")


@remembered
def requirements(
    resources: Obj, path: str, claims: frozenset[str] | None = None
) -> Iterator[FieldError]:
    """The resources of a container; ``claims`` are the names of the pod's resource claims."""
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, value in sorted(limits.items()):
        yield from _container_resource(name, f"{path}.limits[{name}]")
        yield from amount(name, value, f"{path}.limits[{name}]")
    for name, value in sorted(requests.items()):
        yield from _container_resource(name, f"{path}.requests[{name}]")
        yield from amount(name, value, f"{path}.requests[{name}]")
        yield from _request(name, value, limits, path)
    used = {*limits, *requests}
    if any(map(is_hugepages, used)) and not used & {"cpu", "memory"}:
        yield forbidden(path, "HugePages require cpu or memory")
    yield from _claims(resources, claims or frozenset(), path)


def _request(name: str, value: str, limits: Mapping[str, str], path: str) -> Iterator[FieldError]:
    overcommits = not (is_extended(name) or is_hugepages(name))
    limit = limits.get(name)
    if limit is None:
        if not overcommits:
            text = "Limit must be set for non overcommitable resources"
            yield required(f"{path}.limits", text)
        return
    asked, most = quantity.parse(value), quantity.parse(limit)
    if not overcommits and asked != most:
        text = f"must be equal to {name} limit of {limit}"
        yield invalid(f"{path}.requests", value, text)
    elif asked > most:
        text = f"must be less than or equal to {name} limit of {limit}"
        yield invalid(f"{path}.requests", value, text)


def _claims(resources: Obj, known: frozenset[str], path: str) -> Iterator[FieldError]:
    for position, claim in enumerate(resources.get("claims") or ()):
        name = claim.get("name", "")
        if name not in known:
            text = "must be one of the names in pod.spec.resourceClaims"
            suffix = "" if known else " which is empty"
            yield not_found(f"{path}.claims[{position}]", name, text + suffix)
