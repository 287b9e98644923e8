"""Which version a kubelet has: its node's, for nodes are upgraded after the control plane."""

import re
from typing import Final

from minieks.kube.words.objects import Obj

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)")


def of_kubelet(node: Obj) -> tuple[int, int] | None:
    """Major and minor version of a node's kubelet; None if the node does not say it."""
    told = ((node.get("status") or {}).get("nodeInfo") or {}).get("kubeletVersion") or ""
    return minor_of(told) if _VERSION.match(told) else None


def minor_of(version: str) -> tuple[int, int]:
    """Major and minor of ``1.34`` or ``v1.34.1-eks-113cf36``; ValueError for anything else."""
    found = _VERSION.match(version)
    if found is None:
        raise ValueError(f"{version!r} is no version")
    return int(found[1]), int(found[2])
