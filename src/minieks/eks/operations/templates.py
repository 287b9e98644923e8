"""What a managed group took from its launch template, beside its record.

EKS makes a template of its own from the user's when the group is made or updated, so later changes
of that one change no group (AWS user guide for EKS, "Customize managed nodes with launch
templates").
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from minieks.eks.operations.ports import LaunchTemplate
from minieks.eks.spec import KubeletSpec, Taint, VolumeSpec
from minieks.kube.words.objects import Obj

TAKEN: Final = "fromTemplate"
"""The member of a group's record; DescribeNodegroup does not show it."""


def taken(template: LaunchTemplate) -> Obj:
    """The template as a group's record keeps it."""
    found = asdict(template)
    taints = [asdict(one) for one in template.kubelet.taints]
    return {
        **found,
        "instance_types": list(template.instance_types),
        "kubelet": {**found["kubelet"], "taints": taints},
    }


def of_record(record: Obj) -> LaunchTemplate | None:
    """The template that a group's record keeps; None if it keeps none."""
    kept = record.get(TAKEN)
    if kept is None:
        return None
    volume = kept["volume"]
    return LaunchTemplate(
        **{
            **kept,
            "instance_types": tuple(kept["instance_types"]),
            "volume": None if volume is None else VolumeSpec(**volume),
            "kubelet": _kubelet(kept["kubelet"]),
        }
    )


def _kubelet(kept: Mapping[str, Any]) -> KubeletSpec:
    taints = tuple(Taint(**one) for one in kept["taints"])
    return KubeletSpec(**{**kept, "taints": taints})
