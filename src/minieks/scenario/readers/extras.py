"""Programs that are installed on request: ``--with NAME`` puts one into the cluster.

Each is an add-on whose manifests are known; a ClusterConfig may name it under ``addons`` as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from minieks.eks.spec import AddonSpec

if TYPE_CHECKING:
    from minieks.scenario.readers.inputs import Inputs

EXTRAS: Final[Mapping[str, str]] = {
    "cluster-autoscaler": "nodes for pods that find none",
    "kube-downscaler": "working hours by annotations",
    "vpa": "the vertical pod autoscaler",
}
"""What can be asked for, and what it is."""


def with_extras(inputs: "Inputs", names: Iterable[str]) -> "Inputs":
    """The same inputs with these programs in the cluster; one that is there already stays."""
    asked = tuple(dict.fromkeys((*inputs.extras, *names)))
    present = {addon.name for addon in inputs.cluster.addons}
    new = tuple(AddonSpec(name) for name in asked if name not in present)
    cluster = replace(inputs.cluster, addons=inputs.cluster.addons + new)
    return replace(inputs, cluster=cluster, extras=asked)
