"""NodeVolumeLimits: a node can attach so many volumes of a CSI driver.

Source: kubernetes plugins/nodevolumelimits/csi.go.
"""

from collections import Counter
from typing import Final

import numpy as np

from minieks.kube.kinds.csi import CsiVolume
from minieks.kube.scheduler.arrays import Bools, Ints
from minieks.kube.scheduler.framework import Check, Cycle, Status, one_reason

_NO_LIMIT: Final = 2**62


class NodeVolumeLimits:
    """Rejects nodes whose CSINode allows no more volumes of a driver that the pod needs."""

    name: Final = "NodeVolumeLimits"

    def prepare(self, cycle: Cycle) -> Check | None:
        """A check, if the pod has claims of CSI drivers."""
        spec, volumes = cycle.info.spec, cycle.state.volumes
        if not spec.has_volumes and not spec.inline:
            return None
        found = (volumes.csi_volume(key) for key in cycle.info.claim_keys())
        wanted = {*spec.inline, *(volume for volume in found if volume is not None)}
        if not wanted:
            return None
        passes = _certainly(cycle, len(wanted))
        for slot in np.flatnonzero(~passes):
            node = cycle.state.nodes.nodes[slot]
            passes[slot] = node is None or _has_room(cycle, int(slot), wanted)
        return one_reason(passes, Status(("node(s) exceed max volume count",), False, self.name))


def _certainly(cycle: Cycle, more: int) -> Bools:
    """The nodes whose smallest limit is above all volumes in use there, whatever their driver."""
    attached = Counter(
        item["spec"].get("nodeName") for item in cycle.state.volumes.attachments.values()
    )
    used = cycle.state.storage.volume_counts() + more
    if attached:
        used = used + np.array([attached[name] for name in cycle.state.nodes.names])
    return used <= _least_limits(cycle)


def _least_limits(cycle: Cycle) -> Ints:
    volumes, table = cycle.state.volumes, cycle.state.nodes

    def work_out() -> Ints:
        return np.array(
            [min(volumes.limits(name).values(), default=_NO_LIMIT) for name in table.names],
            dtype=np.int64,
        )

    return table.remember(("volume limits", volumes.csi_version), work_out)


def _has_room(cycle: Cycle, slot: int, wanted: set[CsiVolume]) -> bool:
    """Volumes are counted once however many pods share them; attached ones count too."""
    volumes, name = cycle.state.volumes, cycle.state.nodes.names[slot]
    limits = volumes.limits(name)
    claimed = (volumes.csi_volume(key) for key in cycle.state.storage.claims_on(slot))
    there = {volume for volume in claimed if volume is not None}
    there.update(cycle.state.storage.inline_on(slot), volumes.attached(name))
    after = Counter(driver for driver, _ in there | wanted)
    added = {driver for driver, _ in wanted - there}
    return all(after[driver] <= limits.get(driver, _NO_LIMIT) for driver in added)
