"""The root volume of a group's nodes.

Defaults and bounds as in eksctl pkg/apis/eksctl.io/v1alpha5/{defaults,validation}.go: 80 GiB of
gp3; with a launch template the size is the template's business.
"""

from typing import NamedTuple

from minieks.eks.spec import VolumeSpec
from minieks.scenario.readers.eksctl.reading import Group
from minieks.scenario.readers.settings import LaunchTemplate

_DEFAULT_SIZE = 80
_DEFAULT_SIZE_OF_EKS = 20  # Amazon EKS API reference, CreateNodegroup.diskSize (Linux)
_TYPES = ("gp2", "gp3", "io1", "io2", "sc1", "st1")


class _Bounds(NamedTuple):
    lowest: int
    highest: int


_IOPS = {"gp3": _Bounds(3000, 16000), "io1": _Bounds(100, 64000), "io2": _Bounds(100, 256000)}
_DEFAULT_IOPS = {"gp3": 3000, "io1": 100, "io2": 100}
_THROUGHPUT = _Bounds(125, 1000)


def read_volume(group: Group, template: LaunchTemplate | None) -> VolumeSpec:
    """The root volume; UserError for a combination that eksctl refuses."""
    kind = group.reading.one_of(
        (*group.path, "volumeType"), group.fields.get("volumeType", "gp3"), _TYPES
    )
    _check(group, kind)
    size = group.fields.get("volumeSize", _DEFAULT_SIZE)
    if template is not None:
        size = template.volume_size_gib or _DEFAULT_SIZE_OF_EKS
        kind = template.volume_type or kind
    if size < 1:
        raise group.error("volumeSize", f"{size} GiB is no size", "use 1 or more")
    return VolumeSpec(
        size_gib=size,
        type=kind,
        iops=group.fields.get("volumeIOPS", _DEFAULT_IOPS.get(kind)),
        throughput_mib=group.fields.get("volumeThroughput", 125 if kind == "gp3" else None),
        encrypted=group.fields.get("volumeEncrypted", False),
    )


def _check(group: Group, kind: str) -> None:
    fields = group.fields
    for field in ("volumeName", "volumeEncrypted", "volumeKmsKeyID"):
        if fields.get(field) and group.managed and "volumeSize" not in fields:
            raise group.error(field, "cannot be set without volumeSize", "set volumeSize: 80")
    if fields.get("volumeKmsKeyID") and not fields.get("volumeEncrypted"):
        raise group.error(
            "volumeKmsKeyID",
            "can not be set without volumeEncrypted enabled explicitly",
            "set volumeEncrypted: true",
        )
    if "volumeIOPS" in fields:
        if kind not in _IOPS:
            raise group.error(
                "volumeIOPS",
                f"is only supported for {', '.join(_IOPS)} volume types",
                "remove it or change volumeType",
            )
        _within(group, "volumeIOPS", _IOPS[kind])
    if "volumeThroughput" in fields:
        if kind != "gp3":
            raise group.error(
                "volumeThroughput", "is only supported for gp3 volume type", "use volumeType: gp3"
            )
        _within(group, "volumeThroughput", _THROUGHPUT)


def _within(group: Group, field: str, bounds: _Bounds) -> None:
    if not bounds.lowest <= group.fields[field] <= bounds.highest:
        raise group.error(
            field,
            f"{group.fields[field]} is out of range",
            f"must be within range {bounds.lowest}-{bounds.highest}",
        )
