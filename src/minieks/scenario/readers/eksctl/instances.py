"""Which instance types a node group has: named, by default, by a selector or by a template.

Rules as in eksctl: pkg/apis/eksctl.io/v1alpha5/{defaults,validation}.go and
pkg/eks/nodegroup_service.go (ExpandInstanceSelectorOptions, ec2-instance-selector's filters).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from minieks.data import instance_types
from minieks.data.instance_types import InstanceType
from minieks.engine.errors import UserError
from minieks.scenario.readers.eksctl.reading import Group
from minieks.scenario.readers.settings import LaunchTemplate

_DEFAULT_TYPE = "m5.large"
_DEFAULT_OF_EKS = "t3.medium"  # Amazon EKS API reference, CreateNodegroup.instanceTypes
_MOST_TYPES = 20  # of a managed group, and of eksctl's instancesDistribution
_MOST_SELECTED = 40
_MIB = {"": 1024, "m": 1, "g": 1024, "t": 1024 * 1024}
_MEMORY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([mgt]?)i?b?\s*", re.IGNORECASE)
_NEURON_FAMILIES = ("inf", "trn")


def read_instance_types(group: Group, template: LaunchTemplate | None) -> tuple[str, ...]:
    """The group's instance types, best first; every one exists, and all have one architecture."""
    path, named = _named_types(group)
    types = tuple(dict.fromkeys(named))
    for index, name in enumerate(types):
        _check_type(group, path if path == "instanceType" else f"{path}.{index}", name)
    types = types or _unnamed_types(group, template)
    _check_one_architecture(group, types)
    return types


def _named_types(group: Group) -> tuple[str, Sequence[str]]:
    """The field that names types, and the names; none if no field does."""
    single = group.fields.get("instanceType", "")
    field, several = _several_types(group)
    if not group.managed and single == "mixed":
        single = ""
    if single and (several or (not group.managed and group.fields.get("instancesDistribution"))):
        raise group.error(
            "instanceType",
            f"only one of instanceType or {field} can be specified",
            f"move {single} to {field}",
        )
    if single and group.fields.get("instanceSelector"):
        raise group.error(
            "instanceType",
            "cannot set instanceType when instanceSelector is specified",
            "remove one of them",
        )
    if len(set(several)) > _MOST_TYPES:
        raise group.error(
            field,
            f"{len(set(several))} different types; at most {_MOST_TYPES} are allowed",
            "keep those of like size, or make a second group",
        )
    return ("instanceType", [single]) if single else (field, several)


def _several_types(group: Group) -> tuple[str, Sequence[str]]:
    if group.managed:
        return "instanceTypes", group.fields.get("instanceTypes") or ()
    distribution = group.fields.get("instancesDistribution")
    field = "instancesDistribution.instanceTypes"
    types: Sequence[str] = (distribution or {}).get("instanceTypes") or ()
    if distribution is not None and not types and not group.fields.get("instanceSelector"):
        raise group.error(
            "instancesDistribution",
            "at least two instance types have to be specified for mixed nodegroups",
            "list them in instancesDistribution.instanceTypes",
        )
    return field, types


def _check_type(group: Group, path: str, name: str) -> None:
    parts = tuple(int(part) if part.isdigit() else part for part in path.split("."))
    try:
        instance_types.find(name)
    except UserError as error:
        raise group.reading.error((*group.path, *parts), error.message, error.hint) from None


def _unnamed_types(group: Group, template: LaunchTemplate | None) -> tuple[str, ...]:
    selector = group.fields.get("instanceSelector")
    if selector:
        return _selected(group, selector)
    if template is not None:
        return template.instance_types or (_DEFAULT_OF_EKS,)
    return (_DEFAULT_TYPE,)


def _check_one_architecture(group: Group, types: Sequence[str]) -> None:
    """One image serves a group, so its types have one architecture; Windows runs on x86 only."""
    architectures = {name: instance_types.find(name).arch for name in types}
    first = architectures[types[0]]
    other = next((name for name, arch in architectures.items() if arch != first), None)
    if other:
        raise group.error(
            "",
            f"{types[0]} is {first} and {other} is {architectures[other]}; one AMI cannot serve "
            "both",
            "make a node group for each architecture",
        )
    if first == "arm64" and group.fields.get("amiFamily", "").startswith("Windows"):
        raise group.error(
            "amiFamily", f"Windows does not run on {types[0]} (arm64)", "take an x86 instance type"
        )


# --- the selector ---


def _selected(group: Group, selector: Mapping[str, Any]) -> tuple[str, ...]:
    """The types that meet the selector, smallest first; eksctl's own order is not documented."""
    wanted = _criteria(group, selector)
    found = [known for known in instance_types.all_types() if _meets(known, wanted)]
    if not found:
        raise group.error(
            "instanceSelector",
            "instance selector criteria matched no instances",
            "broaden the criteria so that more instance types are returned",
        )
    if len(found) > _MOST_SELECTED:
        raise group.error(
            "instanceSelector",
            f"instance selector filters resulted in {len(found)} instance types, which is greater "
            f"than the maximum of {_MOST_SELECTED}",
            "set more selector options",
        )
    return tuple(known.name for known in found)


def _criteria(group: Group, selector: Mapping[str, Any]) -> dict[str, Any]:
    """The selector's options in the data's units."""
    memory = selector.get("memory")
    matched = _MEMORY.fullmatch(memory) if memory else None
    if memory and not matched:
        raise group.error(
            "instanceSelector.memory", f"{memory!r} is no amount of memory", "write it as 4GiB"
        )
    return {
        "vcpu": selector.get("vCPUs") or None,
        "memory_mib": float(matched[1]) * _MIB[matched[2].lower()] if matched else None,
        "gpu": selector.get("gpus"),
        "neuron": selector.get("neuron_devices"),
        "arch": "arm64" if selector.get("cpuArchitecture") == "arm64" else "amd64",
        "allow": _pattern(group, selector, "allow"),
        "deny": _pattern(group, selector, "deny"),
    }


def _pattern(group: Group, selector: Mapping[str, Any], field: str) -> re.Pattern[str] | None:
    if field not in selector:
        return None
    try:
        return re.compile(selector[field])
    except (re.error, RecursionError, OverflowError) as error:
        raise group.error(
            f"instanceSelector.{field}", f"is no regular expression: {error}", r"such as m[3-5]\..*"
        ) from None


def _meets(known: InstanceType, wanted: Mapping[str, Any]) -> bool:
    exact = all(
        wanted[name] in (None, getattr(known, name))
        for name in ("vcpu", "memory_mib", "gpu", "arch")
    )
    if not exact:
        return False
    if wanted["neuron"] is not None:
        has_neuron = known.family.startswith(_NEURON_FAMILIES)
        if has_neuron != bool(wanted["neuron"]):
            return False
    allow, deny = wanted["allow"], wanted["deny"]
    return bool(
        (allow is None or allow.search(known.name)) and not (deny and deny.search(known.name))
    )
