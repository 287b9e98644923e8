"""VolumeZone: a bound volume labelled with a zone or region can only be used there.

Source: kubernetes plugins/volumezone.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from minieks.kube.kinds import nodes, storage
from minieks.kube.scheduler.arrays import Bools
from minieks.kube.scheduler.framework import Check, Cycle, Status, one_reason
from minieks.kube.scheduler.nodetable import NodeTable
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj
from minieks.kube.words.selectors import Requirement

_LABELS: Final = (nodes.ZONE_OLD, nodes.REGION_OLD, nodes.ZONE, nodes.REGION)
_PRESENT: Final = {nodes.ZONE_OLD: nodes.ZONE, nodes.REGION_OLD: nodes.REGION}
_SEPARATOR: Final = "__"


class VolumeZone:
    """Rejects nodes outside the zones and regions on the labels of the pod's volumes."""

    name: Final = "VolumeZone"

    def prepare(self, cycle: Cycle) -> Check | Status | None:
        """A check, if volumes bear such labels; a refusal if a volume cannot be looked up."""
        wanted: list[tuple[str, frozenset[str]]] = []
        for name in cycle.info.spec.claims:
            found = _volume(cycle, name)
            if isinstance(found, str):
                return Status((found,), True, self.name)
            if found is not None:
                wanted.extend(_topologies(found))
        if not wanted:
            return None
        passes = _in_place(cycle.state.nodes, wanted)
        reason = "node(s) had no available volume zone"
        return one_reason(passes, Status((reason,), True, self.name))


def _volume(cycle: Cycle, claim_name: str) -> Obj | str | None:
    """The claim's volume; None if it is bound later; a text if something is wrong."""
    volumes = cycle.state.volumes
    claim = volumes.claims.get(f"{cycle.info.namespace}/{claim_name}")
    if claim is None:
        return f'persistentvolumeclaim "{claim_name}" not found'
    named = storage.volume_name(claim)
    if named:
        return volumes.volumes.get(named) or f'persistentvolume "{named}" not found'
    class_name = storage.class_name(claim)
    if not class_name:
        return "PersistentVolumeClaim had no pv name and storageClass name"
    if class_name not in volumes.classes:
        return f'storageclass.storage.k8s.io "{class_name}" not found'
    return None if volumes.waits_for_consumer(claim) else "PersistentVolume had no name"


def _topologies(volume: Obj) -> Iterator[tuple[str, frozenset[str]]]:
    labels = objects.labels(volume)
    for key in _LABELS:
        if key in labels:
            yield key, frozenset(labels[key].split(_SEPARATOR))


def _in_place(table: NodeTable, wanted: list[tuple[str, frozenset[str]]]) -> Bools:
    """Nodes with all wanted values; nodes without any zone or region label pass."""
    placed = np.zeros(table.size, dtype=np.bool_)
    for key in _LABELS:
        placed |= table.label_values(key) >= 0
    passes = np.ones(table.size, dtype=np.bool_)
    for key, values in wanted:
        own = _one_of(table, key, values)
        if key in _PRESENT:
            own |= (table.label_values(key) < 0) & _one_of(table, _PRESENT[key], values)
        passes &= own
    return passes | ~placed


def _one_of(table: NodeTable, key: str, values: frozenset[str]) -> Bools:
    return table.satisfying((Requirement(key, "In", tuple(sorted(values))),)).copy()
