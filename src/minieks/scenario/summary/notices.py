"""What the user should know though nothing failed: about images, agents and custom resources."""

from collections.abc import Iterable

from minieks.data.instance_types import find
from minieks.eks.spec import ClusterSpec
from minieks.scenario.apply import unattended
from minieks.scenario.result import WorkloadRow
from minieks.scenario.simulation import Simulation


def notices(simulation: Simulation, rows: Iterable[WorkloadRow]) -> list[str]:
    """All of them."""
    return [
        *architectures(simulation.inputs.cluster),
        *absent_agents(list(rows)),
        *unattended(simulation.api, simulation.applied.objects),
    ]


def architectures(spec: ClusterSpec) -> list[str]:
    """An image's architecture is unknown here, so Arm and Windows nodes need a look."""
    said = []
    for group in spec.node_groups:
        if group.windows:
            said.append(
                f"node group {group.name} runs Windows: pods for it need Windows images and a"
                " nodeSelector kubernetes.io/os: windows; which images are for Windows is unknown"
            )
        elif any(find(name).arch == "arm64" for name in group.instance_types):
            said.append(
                f"node group {group.name} is arm64: an image without an arm64 variant fails there"
                " with `exec format error`; which images have one is unknown"
            )
    return said


def absent_agents(rows: list[WorkloadRow]) -> list[str]:
    """DaemonSets do not run on Fargate: name those of the user, and the workloads without them."""
    agents = [row for row in rows if row.kind == "DaemonSet" and not row.system]
    alone = [row for row in rows if any(place.startswith("fargate:") for place in row.runs_on)]
    if not agents or not alone:
        return []
    missing = ", ".join(f"{row.namespace}/{row.name}" for row in agents)
    without = ", ".join(f"{row.namespace}/{row.name}" for row in alone)
    return [f"DaemonSets do not run on Fargate: {without} run without {missing}"]
