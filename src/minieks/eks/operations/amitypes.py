"""AMI types of managed node groups: the image, architecture and versions that each stands for.

Source: Amazon EKS API reference, ``Nodegroup.amiType``; AWS user guide for EKS, "Kubernetes
versions" (AL2023 is the default from 1.30 on; Amazon Linux 2 ends with 1.32).
"""

from typing import Final

from minieks.data.instance_types import InstanceType
from minieks.data.kubernetes_versions import find_version
from minieks.eks.nodegroups.images import DEFAULT_FAMILY

CUSTOM: Final = "CUSTOM"
_AL2023_DEFAULT_FROM: Final = 30
_AL2_UP_TO: Final = 32
_RELEASED: Final = "20251014"
"""The date of the images that stand in `images.FAMILIES`."""
_BOTTLEROCKET: Final = "1.49.0-5a5b6b3c"


def default(version: str) -> str:
    """What a new group gets if nobody says."""
    return (
        "AL2023_x86_64_STANDARD"
        if find_version(version).minor >= _AL2023_DEFAULT_FROM
        else "AL2_x86_64"
    )


def family(ami_type: str) -> str:
    """eksctl's name of the image family, which the node's software follows from."""
    if ami_type.startswith("AL2_"):
        return "AmazonLinux2"
    if ami_type.startswith("BOTTLEROCKET"):
        return "Bottlerocket"
    if ami_type.startswith("WINDOWS"):
        _, edition, year, *_ = ami_type.split("_")
        return f"WindowsServer{year}{edition.capitalize()}Container"
    return DEFAULT_FAMILY


def for_family(name: str, arch: str) -> str:
    """The AMI type of an image family of eksctl's for an architecture."""
    arm = arch == "arm64"
    if name == "Bottlerocket":
        return "BOTTLEROCKET_ARM_64" if arm else "BOTTLEROCKET_x86_64"
    if name == "AmazonLinux2":
        return "AL2_ARM_64" if arm else "AL2_x86_64"
    if name.startswith("WindowsServer"):
        rest = name.removeprefix("WindowsServer").removesuffix("Container")
        return f"WINDOWS_{rest[4:].upper()}_{rest[:4]}_x86_64"
    if name == DEFAULT_FAMILY:
        return "AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD"
    return CUSTOM


def runs_on(ami_type: str, kind: InstanceType) -> bool:
    """Whether an image of the type boots on an instance type."""
    if ami_type == CUSTOM:
        return True
    arm = "ARM_64" in ami_type
    return (kind.arch == "arm64") == arm


def refused_version(ami_type: str, version: str) -> str:
    """Why there is no such image for a Kubernetes version; empty if there is."""
    if ami_type.startswith("AL2_") and find_version(version).minor > _AL2_UP_TO:
        return (
            f"AMI Type {ami_type} is only supported for kubernetes versions 1.{_AL2_UP_TO} "
            "or earlier"
        )
    return ""


def release(ami_type: str, version: str) -> str:
    """The latest release of an image for a Kubernetes version, such as ``1.34.1-20251014``."""
    if ami_type.startswith("BOTTLEROCKET"):
        return _BOTTLEROCKET
    if ami_type.startswith("WINDOWS"):
        return f"{version}-{_RELEASED[:4]}.{_RELEASED[4:6]}.{_RELEASED[6:]}"
    return f"{find_version(version).full}-{_RELEASED}"


def is_release_of(ami_type: str, release_version: str, version: str) -> bool:
    """Whether a release can be one for a Kubernetes version; Bottlerocket's do not say."""
    if ami_type.startswith("BOTTLEROCKET"):
        return bool(release_version)
    return release_version.startswith((f"{version}.", f"{version}-"))
