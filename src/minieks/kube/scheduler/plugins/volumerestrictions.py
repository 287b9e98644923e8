"""VolumeRestrictions: disks and claims that only one pod may use.

Source: kubernetes plugins/volumerestrictions.
"""

from typing import Final

import numpy as np

from minieks.kube.kinds import storage
from minieks.kube.scheduler.framework import Check, Cycle, Status, one_reason

_RWOP: Final = (
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode "
    "already in-use by another pod"
)


class VolumeRestrictions:
    """Rejects nodes where a disk is taken, or all nodes if a ReadWriteOncePod claim is in use."""

    name: Final = "VolumeRestrictions"

    def prepare(self, cycle: Cycle) -> Check | Status | None:
        """A check, if the pod uses such disks or claims; a refusal if a claim is missing."""
        spec, used = cycle.info.spec, cycle.state.storage
        if not spec.claims and not spec.disks:
            return None
        in_use = False
        for name in spec.claims:
            key = f"{cycle.info.namespace}/{name}"
            claim = cycle.state.volumes.claims.get(key)
            if claim is None:
                reason = f'persistentvolumeclaim "{name}" not found'
                return Status((reason,), True, self.name)
            in_use |= "ReadWriteOncePod" in storage.access_modes(claim) and used.is_used(key)
        if spec.disks:
            free = ~used.disk_conflicts(spec.disks)
            if not free.all():
                taken = Status(("node(s) had no available disk",), False, self.name)
                return one_reason(free, taken)
        if not in_use:
            return None
        nowhere = np.zeros(cycle.state.nodes.size, dtype=np.bool_)
        return one_reason(nowhere, Status((_RWOP,), False, self.name))
