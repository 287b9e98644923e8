"""Validation of a pod's volumes.

Source: kubernetes pkg/apis/core/validation/validation.go validateVolumeSource.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from minieks.kube.api.fields import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
)
from minieks.kube.api.validation.checks import complaints, one_of, remembered
from minieks.kube.api.validation.environment import (
    VOLUME_FIELDS,
    field_reference,
    resource_reference,
)
from minieks.kube.words import names, quantity
from minieks.kube.words.objects import Obj

SourceCheck: TypeAlias = Callable[[Obj, str], Iterator[FieldError]]

_MODE: Final = "must be a number between 0 and 0777 (octal), both inclusive"
_HOST_PATH_TYPES: Final = (
    *("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File"),
    *("FileOrCreate", "Socket"),
)
# In the order in which the server looks.
_TYPES: Final = (
    *("emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret"),
    *("nfs", "iscsi", "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs"),
    *("quobyte", "downwardAPI", "fc", "flexVolume", "configMap", "azureFile", "vsphereVolume"),
    *("photonPersistentDisk", "portworxVolume", "azureDisk", "storageos", "projected", "scaleIO"),
    *("csi", "ephemeral", "image", "local"),
)
_ORDER: Final = {key: position for position, key in enumerate(_TYPES)}


def volumes(found: list[Obj], path: str) -> tuple[list[FieldError], dict[str, Obj]]:
    """The errors of a pod's volumes, and the volumes that are fine, by name."""
    errors: list[FieldError] = []
    fine: dict[str, Obj] = {}
    for position, volume in enumerate(found):
        place = f"{path}[{position}]"
        name = volume.get("name", "")
        wrong = list(one_volume(volume, place))
        if name in fine:
            wrong.append(duplicate(f"{place}.name", name))
        if wrong:
            errors += wrong
        else:
            fine[name] = volume
    return errors, fine


@remembered
def one_volume(volume: Obj, path: str) -> Iterator[FieldError]:
    """One volume of a pod."""
    yield from source(volume, path)
    name = volume.get("name", "")
    if not name:
        yield required(f"{path}.name")
    else:
        yield from complaints(f"{path}.name", name, names.dns_label)


def source(obj: Obj, path: str) -> Iterator[FieldError]:
    """The one volume source of a volume or persistent volume."""
    given = [key for key, value in obj.items() if key in _ORDER and value is not None]
    if not given:
        yield required(path, "must specify a volume type")
        return
    first, *others = sorted(given, key=_ORDER.__getitem__)
    check = _CHECKS.get(first)
    if check is not None:
        yield from check(obj[first], f"{path}.{first}")
    for key in others:
        yield forbidden(f"{path}.{key}", "may not specify more than 1 volume type")


def _empty_dir(empty: Obj, path: str) -> Iterator[FieldError]:
    limit = empty.get("sizeLimit")
    if limit is not None and quantity.parse(limit) < 0:
        yield forbidden(f"{path}.sizeLimit", "SizeLimit field must be a valid resource quantity")


def _host_path(host: Obj, path: str) -> Iterator[FieldError]:
    if not host.get("path"):
        yield required(f"{path}.path")
        return
    if ".." in host["path"].split("/"):
        yield invalid(f"{path}.path", host["path"], "must not contain '..'")
    yield from one_of(host, "type", path, _HOST_PATH_TYPES)


def _mode(obj: Obj, key: str, path: str) -> Iterator[FieldError]:
    mode = obj.get(key)
    if mode is not None and not 0 <= mode <= 0o777:
        yield invalid(f"{path}.{key}", mode, _MODE)


def _items(obj: Obj, path: str) -> Iterator[FieldError]:
    for position, item in enumerate(obj.get("items") or ()):
        place = f"{path}.items[{position}]"
        if not item.get("key"):
            yield required(f"{place}.key")
        yield from _relative_file(item.get("path", ""), f"{place}.path")
        yield from _mode(item, "mode", place)


def _relative_file(value: str, path: str) -> Iterator[FieldError]:
    if not value:
        yield required(path)
        return
    yield from descending_path(value, path)
    if value.startswith(".."):
        yield invalid(path, value, "must not start with '..'")


def descending_path(value: str, path: str) -> Iterator[FieldError]:
    """A relative path that stays below where it begins."""
    if value.startswith("/"):
        yield invalid(path, value, "must be a relative path")
    if ".." in value.split("/"):
        yield invalid(path, value, "must not contain '..'")


def _named(key: str) -> SourceCheck:
    def check(obj: Obj, path: str) -> Iterator[FieldError]:
        if not obj.get(key):
            yield required(f"{path}.{key}")
        yield from _mode(obj, "defaultMode", path)
        yield from _items(obj, path)

    return check


def _needs(*keys: str) -> SourceCheck:
    def check(obj: Obj, path: str) -> Iterator[FieldError]:
        for key in keys:
            if not obj.get(key):
                yield required(f"{path}.{key}")

    return check


def _nfs(obj: Obj, path: str) -> Iterator[FieldError]:
    yield from _needs("server", "path")(obj, path)
    if obj.get("path") and not obj["path"].startswith("/"):
        yield invalid(f"{path}.path", obj["path"], "must be an absolute path")


def _downward(obj: Obj, path: str) -> Iterator[FieldError]:
    yield from _mode(obj, "defaultMode", path)
    for item in obj.get("items") or ():
        yield from _downward_file(item, path)


def _downward_file(item: Obj, path: str) -> Iterator[FieldError]:
    yield from _relative_file(item.get("path", ""), f"{path}.path")
    if item.get("fieldRef") is not None:
        yield from field_reference(item["fieldRef"], f"{path}.fieldRef", VOLUME_FIELDS)
        if item.get("resourceFieldRef") is not None:
            text = "fieldRef and resourceFieldRef can not be specified simultaneously"
            yield invalid(path, "resource", text)
    elif item.get("resourceFieldRef") is not None:
        reference = item["resourceFieldRef"]
        yield from resource_reference(reference, f"{path}.resourceFieldRef", is_volume=True)
    else:
        yield required(path, "one of fieldRef and resourceFieldRef is required")
    yield from _mode(item, "mode", path)


@remembered
def _projected(obj: Obj, path: str) -> Iterator[FieldError]:
    yield from _mode(obj, "defaultMode", path)
    paths: set[str] = set()
    for position, projection in enumerate(obj.get("sources") or ()):
        place = f"{path}.sources[{position}]"
        given = [key for key, value in projection.items() if value is not None]
        for key in given[1:]:
            yield forbidden(f"{place}.{key}", "may not specify more than 1 volume type per source")
        for key in given[:1]:
            yield from _projection(key, projection[key], f"{place}.{key}")
            yield from _conflicts(key, projection[key], paths, path)


def _projection(key: str, obj: Obj, path: str) -> Iterator[FieldError]:
    if key in ("secret", "configMap"):
        if not obj.get("name"):
            yield required(f"{path}.name")
        yield from _items(obj, path)
    elif key == "downwardAPI":
        for item in obj.get("items") or ():
            yield from _downward_file(item, path)
    elif key == "serviceAccountToken":
        seconds = obj.get("expirationSeconds", 3600)
        if seconds < 600:
            text = "may not specify a duration less than 10 minutes"
            yield invalid(f"{path}.expirationSeconds", seconds, text)
        if seconds > 2**32:
            text = "may not specify a duration larger than 2^32 seconds"
            yield invalid(f"{path}.expirationSeconds", seconds, text)
        yield from _relative_file(obj.get("path", ""), f"{path}.path")


def _conflicts(key: str, obj: Obj, paths: set[str], path: str) -> Iterator[FieldError]:
    """Two sources of one volume must not write the same file."""
    found = [item.get("path", "") for item in obj.get("items") or ()]
    if key == "serviceAccountToken":
        found = [obj.get("path", "")]
    for one in found:
        if one and one in paths:
            shown = obj.get("name") or one
            yield invalid(path, shown, "conflicting duplicate paths")
        paths.add(one)


def _csi(obj: Obj, path: str) -> Iterator[FieldError]:
    yield from csi_driver_name(obj.get("driver", ""), f"{path}.driver")


def csi_driver_name(name: str, path: str) -> Iterator[FieldError]:
    """The name of a CSI driver."""
    if not name:
        yield required(path)
    yield from complaints(path, name.lower(), names.dns_subdomain)


def _ephemeral(obj: Obj, path: str) -> Iterator[FieldError]:
    template = obj.get("volumeClaimTemplate")
    if template is None:
        yield required(f"{path}.volumeClaimTemplate")
        return
    spec = template.get("spec") or {}
    place = f"{path}.volumeClaimTemplate.spec"
    if not spec.get("accessModes"):
        yield required(f"{place}.accessModes", "at least 1 access mode is required")
    if "storage" not in ((spec.get("resources") or {}).get("requests") or {}):
        yield required(f"{place}.resources[storage]")


def _azure_disk(obj: Obj, path: str) -> Iterator[FieldError]:
    if not obj.get("diskName"):
        yield required(f"{path}.diskName")
    uri = obj.get("diskURI", "")
    if not uri:
        yield required(f"{path}.diskURI")
    managed = obj.get("kind") == "Managed"
    if managed and not uri.startswith("/subscriptions"):
        shape = (
            "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute"
            "/disks/{disk-id}"
        )
        yield not_supported(f"{path}.diskURI", uri, [shape])
    if uri and not managed and not uri.startswith("https://"):
        shape = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
        yield not_supported(f"{path}.diskURI", uri, [shape])


_CHECKS: Final[Mapping[str, SourceCheck]] = {
    "emptyDir": _empty_dir,
    "hostPath": _host_path,
    "gitRepo": _needs("repository"),
    "gcePersistentDisk": _needs("pdName"),
    "awsElasticBlockStore": _needs("volumeID"),
    "secret": _named("secretName"),
    "nfs": _nfs,
    "iscsi": _needs("targetPortal", "iqn"),
    "glusterfs": _needs("endpoints", "path"),
    "persistentVolumeClaim": _needs("claimName"),
    "rbd": _needs("monitors", "image"),
    "cephfs": _needs("monitors"),
    "downwardAPI": _downward,
    "configMap": _named("name"),
    "azureFile": _needs("secretName", "shareName"),
    "vsphereVolume": _needs("volumePath"),
    "azureDisk": _azure_disk,
    "projected": _projected,
    "csi": _csi,
    "ephemeral": _ephemeral,
    "image": _needs("reference"),
    "local": _needs("path"),
}


def mount(
    obj: Obj, place: tuple[str, str], known: Mapping[str, Any], container: Obj
) -> Iterator[FieldError]:
    """One volumeMount; ``place`` is the path of the list and of the item."""
    listed, path = place
    name = obj.get("name", "")
    if not name:
        yield required(f"{path}.name")
    elif name not in known:
        yield not_found(f"{path}.name", name)
    if not obj.get("mountPath"):
        yield required(f"{path}.mountPath")
    if obj.get("subPath"):
        yield from descending_path(obj["subPath"], f"{listed}.subPath")
    if obj.get("subPathExpr"):
        if obj.get("subPath"):
            text = "subPathExpr and subPath are mutually exclusive"
            yield invalid(f"{listed}.subPathExpr", obj["subPathExpr"], text)
        yield from descending_path(obj["subPathExpr"], f"{listed}.subPathExpr")
    yield from _propagation(obj, listed, container)
    recursive = obj.get("recursiveReadOnly", "Disabled")
    if recursive != "Disabled" and not obj.get("readOnly"):
        text = "may only be specified when readOnly is true"
        yield forbidden(f"{listed}.recursiveReadOnly", text)


def _propagation(obj: Obj, path: str, container: Obj) -> Iterator[FieldError]:
    found = obj.get("mountPropagation")
    if found is None:
        return
    supported = ("Bidirectional", "HostToContainer", "None")
    yield from one_of(obj, "mountPropagation", path, supported)
    privileged = (container.get("securityContext") or {}).get("privileged")
    if found == "Bidirectional" and not privileged:
        text = "Bidirectional mount propagation is available only to privileged containers"
        yield forbidden(f"{path}.mountPropagation", text)
