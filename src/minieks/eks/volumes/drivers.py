"""The storage drivers of EKS as a table: their names, their pods, their CSIDriver objects.

Source: Helm charts and add-on manifests of aws-ebs-csi-driver and aws-efs-csi-driver
(deploy/kubernetes/base).
"""

from dataclasses import dataclass

from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj


@dataclass(frozen=True, slots=True)
class Driver:
    """One CSI driver: how its controller and its node pods are found, and what they register.

    ``zone_label`` is the label that its node pods give to a node, empty for none; ``limit`` how
    many volumes a node takes, None for no limit.
    """

    name: str
    controller: str
    node_app: str
    attach_required: bool
    zone_label: str = ""
    limit: int | None = None

    def is_running(self, api: Api) -> bool:
        """Whether its controller has a ready pod, in whatever namespace it is."""
        return any(
            one["metadata"]["name"] == self.controller
            and (one.get("status") or {}).get("readyReplicas", 0) > 0
            for one in api.list("deployments.apps")
        )


EBS = Driver(
    name="ebs.csi.aws.com",
    controller="ebs-csi-controller",
    node_app="ebs-csi-node",
    attach_required=True,
    zone_label="topology.ebs.csi.aws.com/zone",
    # Nitro instances share 28 attachments with network interfaces and the root volume
    # (Amazon EC2 user guide, "Volume limits"); the driver reports 25 on most of them.
    limit=25,
)
EFS = Driver(
    name="efs.csi.aws.com",
    controller="efs-csi-controller",
    node_app="efs-csi-node",
    attach_required=False,
)
DRIVERS: tuple[Driver, ...] = (EBS, EFS)


def csi_driver(driver: Driver) -> Obj:
    """The CSIDriver object that comes with a driver's installation."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSIDriver",
        "metadata": {"name": driver.name},
        "spec": {"attachRequired": driver.attach_required, "podInfoOnMount": False},
    }
