"""Validation of environment variables.

Source: kubernetes pkg/apis/core/validation/validation.go ValidateEnv, ValidateEnvFrom.
"""

import re
from collections.abc import Iterator
from typing import Final

from minieks.kube.api.fields import FieldError, invalid, not_supported, required
from minieks.kube.api.validation.checks import complaints, remembered
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

_SUBSCRIPT: Final = re.compile(r"(metadata\.(?:labels|annotations))\['(.*)'\]")
_CONVERTIBLE: Final = frozenset(
    {
        *("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace"),
        *("metadata.uid", "spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName"),
        *("spec.schedulerName", "status.phase", "status.hostIP", "status.hostIPs"),
        *("status.podIP", "status.podIPs", "status.nominatedNodeName", "spec.hostNetwork"),
        "spec.host",
    }
)
ENV_FIELDS: Final = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName"),
    *("spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP"),
    "status.podIPs",
)
"""Fields that an environment variable can take its value from."""

VOLUME_FIELDS: Final = (
    *("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace"),
    "metadata.uid",
)
"""Fields that a downwardAPI volume can take a file from."""

_RESOURCES: Final = (
    *("limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu"),
    *("requests.ephemeral-storage", "requests.memory"),
)
_NO_SOURCE: Final = (
    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
)
_KEY_REFERENCES: Final = ("configMapKeyRef", "secretKeyRef")


@remembered
def variables(env: list[Obj], path: str) -> Iterator[FieldError]:
    """A container's env."""
    for position, variable in enumerate(env):
        place = f"{path}[{position}]"
        if not variable.get("name"):
            yield required(f"{place}.name")
        else:
            yield from complaints(f"{place}.name", variable["name"], names.env_var_name)
        if "valueFrom" in variable:
            yield from _value_from(variable, f"{place}.valueFrom")


def _value_from(variable: Obj, path: str) -> Iterator[FieldError]:
    source = variable["valueFrom"]
    count = len([value for value in source.values() if value is not None])
    if source.get("fieldRef") is not None:
        yield from field_reference(source["fieldRef"], f"{path}.fieldRef", ENV_FIELDS)
    if source.get("resourceFieldRef") is not None:
        yield from resource_reference(source["resourceFieldRef"], f"{path}.resourceFieldRef")
    for key in _KEY_REFERENCES:
        if source.get(key) is not None:
            yield from _key_reference(source[key], f"{path}.{key}")
    if not count:
        yield invalid(path, "", _NO_SOURCE)
    elif variable.get("value"):
        yield invalid(path, "", "may not be specified when `value` is not empty")
    elif count > 1:
        yield invalid(path, "", "may not have more than one field specified at a time")


def field_reference(reference: Obj, path: str, supported: tuple[str, ...]) -> Iterator[FieldError]:
    """A reference to a field of the pod."""
    found = reference.get("fieldPath", "")
    if not found:
        yield required(f"{path}.fieldPath")
        return
    subscript = _SUBSCRIPT.fullmatch(found)
    if subscript:
        check = (
            names.qualified_name
            if subscript[1] == "metadata.labels"
            else lambda key: names.qualified_name(key.lower())
        )
        yield from complaints(path, subscript[2], check)
        return
    if found not in _CONVERTIBLE:
        text = f"error converting fieldPath: field label not supported: {found}"
        yield invalid(f"{path}.fieldPath", found, text)
    elif found not in supported:
        yield not_supported(f"{path}.fieldPath", found, supported)


def resource_reference(
    reference: Obj, path: str, *, is_volume: bool = False
) -> Iterator[FieldError]:
    """A reference to a container's requests or limits."""
    if is_volume and not reference.get("containerName"):
        yield required(f"{path}.containerName")
    found = reference.get("resource", "")
    if not found:
        yield required(f"{path}.resource")
    elif found not in _RESOURCES and ".hugepages-" not in found:
        yield not_supported(f"{path}.resource", found, _RESOURCES)


def _key_reference(reference: Obj, path: str) -> Iterator[FieldError]:
    name = reference.get("name")
    if name:
        yield from complaints(f"{path}.name", name, names.dns_subdomain)
    if not reference.get("key"):
        yield required(f"{path}.key")
    else:
        yield from complaints(f"{path}.key", reference["key"], names.config_map_key)


@remembered
def sources(env_from: list[Obj], path: str) -> Iterator[FieldError]:
    """A container's envFrom."""
    for position, source in enumerate(env_from):
        place = f"{path}[{position}]"
        if source.get("prefix"):
            yield from complaints(f"{place}.prefix", source["prefix"], names.env_var_name)
        given = [key for key in ("configMapRef", "secretRef") if source.get(key) is not None]
        for key in given:
            name = source[key].get("name")
            if name:
                yield from complaints(f"{place}.{key}.name", name, names.dns_subdomain)
        if not given:
            yield invalid(path, "", "must specify one of: `configMapRef` or `secretRef`")
        elif len(given) > 1:
            yield invalid(path, "", "may not have more than one field specified at a time")
