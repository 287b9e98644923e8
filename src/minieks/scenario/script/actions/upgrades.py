"""Upgrades: of the control plane, and of managed node groups."""

from dataclasses import dataclass
from functools import partial

from minieks.data.kubernetes_versions import find_version
from minieks.eks.controlplane import CLUSTERS
from minieks.eks.nodegroups.updating import begin_update
from minieks.engine.errors import UserError
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.values import BOOLEAN, GROUP, VERSION
from minieks.scenario.simulation import Simulation


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A newer version for the control plane, or for the nodes of a managed group."""

    control_plane: str = ""
    group: str = ""
    version: str = ""
    force: bool = False

    def perform(self, stage: Simulation) -> str:
        """Begin it; UserError in the words of EKS where it refuses."""
        if bool(self.control_plane) == bool(self.group):
            raise UserError("upgrade either control_plane or a group", hint="use two entries")
        return self._plane(stage) if self.control_plane else self._nodes(stage)

    def _plane(self, stage: Simulation) -> str:
        """As UpdateClusterVersion: by one minor version, and it takes some minutes."""
        before = stage.api.version
        if find_version(self.control_plane).minor != find_version(before).minor + 1:
            raise UserError(
                "Unsupported Kubernetes minor version update from "
                f"{before} to {self.control_plane}",
                hint="a control plane is upgraded by one minor version at a time",
            )
        took = stage.inputs.settings.timings.of("cluster_version_update").median
        stage.engine.after(took, partial(self._upgraded, stage))
        return f"upgrades the control plane to {self.control_plane}"

    def _upgraded(self, stage: Simulation) -> None:
        stage.api.upgrade(self.control_plane)
        aws = stage.cluster.aws
        for record in aws.values(CLUSTERS):
            aws.replace(CLUSTERS, record["name"], {**record, "version": self.control_plane})
        stage.moments.step("upgrade", f"the control plane has {self.control_plane}")

    def _nodes(self, stage: Simulation) -> str:
        """As UpdateNodegroupVersion; a node must not be newer than its control plane."""
        wanted = self.version or stage.api.version
        if find_version(wanted).minor > find_version(stage.api.version).minor:
            raise UserError(
                f"Nodegroup version {wanted} is above the cluster's, {stage.api.version}",
                hint="upgrade the control plane first",
            )
        begin_update(stage.cluster.node_groups, self.group, wanted, force=self.force)
        return f"upgrades node group {self.group} to {wanted}"


UPGRADE = Table(
    "upgrade",
    "The control plane gets the next version, or a managed node group the control plane's.",
    (
        Field("control_plane", VERSION, "the control plane's new version"),
        Field("group", GROUP, "the node group, instead"),
        Field("version", VERSION, "the group's new version; by default the control plane's"),
        Field("force", BOOLEAN, "delete pods that cannot be evicted within 15 minutes"),
    ),
    Upgrade,
    'upgrade = { control_plane = "1.35" }',
)
