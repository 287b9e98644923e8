"""Storage drivers of EKS: EBS and EFS volumes behind the claims of a cluster.

``provisioners`` are the values that the volume controllers of Kubernetes ask;
``CsiRegistration`` is the loop by which a driver's node pods make themselves known.
"""

from collections.abc import Sequence

from minieks.data.timings import Timings
from minieks.eks.volumes.drivers import DRIVERS, Driver, csi_driver
from minieks.eks.volumes.ebs import VOLUMES, EbsProvisioner
from minieks.eks.volumes.efs import ACCESS_POINTS, EfsProvisioner
from minieks.eks.volumes.registration import CsiRegistration, built_in
from minieks.engine.store import Store
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import Provisioner

__all__ = [
    "ACCESS_POINTS",
    "DRIVERS",
    "VOLUMES",
    "CsiRegistration",
    "Driver",
    "EbsProvisioner",
    "EfsProvisioner",
    "built_in",
    "csi_driver",
    "provisioners",
]


def provisioners(api: Api, aws: Store, timings: Timings) -> Sequence[Provisioner]:
    """The storage drivers that EKS offers as add-ons; each runs only where it is installed."""
    return (EbsProvisioner(api, aws, timings), EfsProvisioner(api, aws, timings))
