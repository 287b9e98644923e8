"""The volume controllers: claims get volumes, volumes get to nodes, and both go when they may.

``VOLUME_CONTROLLERS`` names them in their order; those that need the storage drivers of the
cluster get them as ``Provisioner`` values.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from minieks.engine.loop import Loop
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes.attachdetach import AttachDetach
from minieks.kube.controllers.volumes.binder import VolumeBinder
from minieks.kube.controllers.volumes.ephemeral import EphemeralVolumes
from minieks.kube.controllers.volumes.expansion import VolumeExpander
from minieks.kube.controllers.volumes.protection import ClaimProtection, VolumeProtection
from minieks.kube.controllers.volumes.provisioner import ExternalProvisioner
from minieks.kube.controllers.volumes.provisioning import (
    MadeVolume,
    Provisioner,
    ProvisioningError,
    VolumeRequest,
)

__all__ = [
    "VOLUME_CONTROLLERS",
    "MadeVolume",
    "Provisioner",
    "ProvisioningError",
    "VolumeRequest",
    "volume_loops",
]

MakeLoop: TypeAlias = Callable[[Api, Sequence[Provisioner]], Loop]

VOLUME_CONTROLLERS: tuple[MakeLoop, ...] = (
    lambda api, _: EphemeralVolumes(api),
    lambda api, _: VolumeBinder(api),
    ExternalProvisioner,
    AttachDetach,
    VolumeExpander,
    lambda api, _: ClaimProtection(api),
    lambda api, _: VolumeProtection(api),
)


def volume_loops(api: Api, provisioners: Sequence[Provisioner]) -> list[Loop]:
    """All volume controllers of a cluster with these storage drivers."""
    return [make(api, provisioners) for make in VOLUME_CONTROLLERS]
