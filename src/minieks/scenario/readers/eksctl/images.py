"""What runs on a group's nodes: the AMI family, an own image, the kubelet's settings.

Checks and words as in eksctl pkg/apis/eksctl.io/v1alpha5/{defaults,validation}.go.
"""

from collections.abc import Mapping
from typing import Any

from minieks.data.nearest import did_you_mean
from minieks.eks.spec import KubeletSpec
from minieks.eks.userdata import NodeSettings, UserDataError
from minieks.eks.userdata.reading import of_part
from minieks.kube.words import quantity
from minieks.kube.words.quantity import InvalidQuantity
from minieks.scenario.readers.eksctl.reading import Group
from minieks.scenario.readers.eksctl.schema import AMI_FAMILIES

_DEFAULT_FAMILY = "AmazonLinux2023"
_AL2 = "AmazonLinux2"
_FIRST_MINOR_WITHOUT_AL2 = 33
_RESOLVERS = ("auto", "auto-ssm", "static")
_FORBIDDEN = (
    "kind",
    "apiVersion",
    "address",
    "clusterDomain",
    "authentication",
    "authorization",
    "serverTLSBootstrap",
)
_MAPS = ("kubeReserved", "systemReserved", "evictionHard")


def read_family(group: Group) -> str:
    """The AMI family by its proper name; UserError if eksctl has none such."""
    given = group.fields.get("amiFamily", _DEFAULT_FAMILY)
    families = {family.lower(): family for family in AMI_FAMILIES}
    family = families.get(given.lower())
    if family is None:
        raise group.error(
            "amiFamily",
            f"AMI Family {given} is not supported",
            did_you_mean(given, AMI_FAMILIES, f"use one of: {', '.join(AMI_FAMILIES)}"),
        )
    _check_al2(group, family)
    _check_bootstrap(group, family)
    return family


def _check_al2(group: Group, family: str) -> None:
    version = group.reading.version
    minor = int(version.partition(".")[2])
    if family != _AL2 or minor < _FIRST_MINOR_WITHOUT_AL2:
        return
    message = f"AmazonLinux2 is not supported for Kubernetes version {version}"
    if not own_image(group):
        raise group.error("amiFamily", message, "use amiFamily: AmazonLinux2023, or version 1.32")
    group.warn("amiFamily", f"{message}; the image {group.fields['ami']} is taken to run it")


def own_image(group: Group) -> str:
    """The id of the user's own image; empty if the family's is used."""
    image: str = group.fields.get("ami", "")
    return "" if image in _RESOLVERS else image


def _check_bootstrap(group: Group, family: str) -> None:
    """An own image needs its family, and mostly a bootstrap command."""
    image = own_image(group)
    if image and "amiFamily" not in group.fields:
        raise group.error(
            "ami",
            "when using a custom AMI, amiFamily needs to be explicitly set",
            "add amiFamily: with the family that the image is built on",
        )
    if image and not image.startswith("ami-"):
        raise group.error("ami", f"invalid AMI {image!r}", "an image's id looks like ami-0abc123")
    if family.startswith("Bottlerocket"):
        for field in ("kubeletExtraConfig", "preBootstrapCommands", "overrideBootstrapCommand"):
            _refuse(group, field, family)
    if family.startswith("Windows"):
        _refuse(group, "kubeletExtraConfig", family)
        if group.managed:
            _refuse(group, "overrideBootstrapCommand", family)
    _check_own_command(group, family, image)


def _refuse(group: Group, field: str, family: str) -> None:
    if field in group.fields:
        raise group.error(field, f"is not supported for {family} nodegroups", f"remove {field}")


def _check_own_command(group: Group, family: str, image: str) -> None:
    """eksctl runs this command, minieks does not: what it lacks is a warning."""
    has_command = "overrideBootstrapCommand" in group.fields
    needs_none = family.startswith(("AmazonLinux2023", "Bottlerocket", "Windows"))
    if image and not has_command and not needs_none:
        group.warn(
            "ami",
            "eksctl itself refuses this: overrideBootstrapCommand is required when using a custom "
            f"AMI based on {family}",
        )
    if group.managed and has_command and not image and family != _DEFAULT_FAMILY:
        raise group.error(
            "overrideBootstrapCommand",
            "can only be set when a custom AMI (ami) is specified",
            "add ami:, or use preBootstrapCommands",
        )


def read_max_pods(group: Group) -> int | None:
    """maxPodsPerNode; None for what follows from the instance type."""
    extra = group.fields.get("kubeletExtraConfig")
    most = group.fields.get("maxPodsPerNode", 0)
    if most < 0:
        raise group.error("maxPodsPerNode", "cannot be negative", "use 1 or more")
    if most and group.managed and own_image(group):
        raise group.error(
            "maxPodsPerNode",
            "is not supported when using a custom AMI",
            "set it in overrideBootstrapCommand",
        )
    if not most and isinstance(extra, dict) and isinstance(extra.get("maxPods"), int):
        most = extra["maxPods"]
    return most or _of_command(group).max_pods


def _of_command(group: Group) -> NodeSettings:
    """What overrideBootstrapCommand tells the kubelet."""
    try:
        return of_part(group.fields.get("overrideBootstrapCommand") or "")
    except UserDataError as error:
        raise group.error("overrideBootstrapCommand", str(error), "correct the command") from None


def read_kubelet(group: Group) -> KubeletSpec:
    """What kubeletExtraConfig and the user's bootstrap command say that counts here."""
    return _of_command(group).over(NodeSettings(_of_extra_config(group))).kubelet


def _of_extra_config(group: Group) -> KubeletSpec:
    """What kubeletExtraConfig reserves and evicts; other settings of it change nothing here."""
    extra = group.fields.get("kubeletExtraConfig")
    if extra is None:
        return KubeletSpec()
    if not isinstance(extra, dict):
        raise group.error("kubeletExtraConfig", "expected a mapping", "indent its fields below it")
    for field in _FORBIDDEN:
        if field in extra:
            raise group.error(
                f"kubeletExtraConfig.{field}",
                f'cannot override "{field}" in kubelet config, as it\'s critical to eksctl '
                "functionality",
                "remove it",
            )
    unused = sorted(set(extra) - {*_MAPS, "maxPods"})
    if unused:
        group.warn("kubeletExtraConfig", f"not modelled: {', '.join(unused)}")
    reserved, system, eviction = (_quantities(group, extra, field) for field in _MAPS)
    return KubeletSpec(reserved, system, eviction)


def _quantities(group: Group, extra: Mapping[str, Any], field: str) -> dict[str, str]:
    """A map of resource or signal to quantity; a threshold may also be a percentage."""
    given = extra.get(field) or {}
    if not isinstance(given, dict):
        raise group.error(f"kubeletExtraConfig.{field}", "expected a mapping", "write cpu: 300m")
    amounts = {key: str(value) for key, value in given.items()}
    for key, text in amounts.items():
        path = (*group.path, "kubeletExtraConfig", field, key)
        if field == "evictionHard" and text.endswith("%"):
            continue
        try:
            quantity.parse(text)
        except InvalidQuantity:
            raise group.reading.error(
                path, f"{text!r} is no quantity", "write it as 300m, 500Mi or 1Gi"
            ) from None
    return amounts
