"""What pods take on their nodes beside resources: host ports, claims, in-tree disks."""

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import TypeVar

import numpy as np

from minieks.kube.kinds.csi import CsiVolume
from minieks.kube.kinds.pods import ANY_IP, HostPort
from minieks.kube.scheduler.arrays import Bools, Ints, grown
from minieks.kube.scheduler.nodetable import NodeTable
from minieks.kube.scheduler.podinfo import Disk, PodInfo

_K = TypeVar("_K", bound=Hashable)


class Ports:
    """Which host ports are taken where."""

    def __init__(self, table: NodeTable) -> None:
        self._table = table
        self._taken: dict[tuple[str, int], dict[str, Ints]] = {}

    def count(self, ports: Iterable[HostPort], slot: int, by: int) -> None:
        """Count the ports of one pod on a node (``by`` 1), or their release (-1)."""
        for port in ports:
            addresses = self._taken.setdefault((port.protocol, port.port), {})
            column = addresses.get(port.ip)
            if column is None:
                column = np.zeros(self._table.capacity, dtype=np.int64)
            column = addresses[port.ip] = grown(column, self._table.capacity)
            column[slot] += by

    def conflicts(self, port: HostPort) -> Bools:
        """The nodes where the port, on the same or on every address, is taken."""
        found = np.zeros(self._table.size, dtype=np.bool_)
        for ip, column in self._taken.get((port.protocol, port.port), {}).items():
            if ANY_IP in (ip, port.ip) or ip == port.ip:
                taken = grown(column, self._table.capacity)
                found |= taken[: self._table.size] > 0
        return found


class Storage:
    """Which claims and in-tree disks are used where."""

    def __init__(self, table: NodeTable) -> None:
        self._table = table
        self._claims: dict[int, Counter[str]] = {}
        self._disks: dict[int, Counter[Disk]] = {}
        self._inline: dict[int, Counter[CsiVolume]] = {}
        self._users: Counter[str] = Counter()
        self._volume_counts = np.zeros(0, dtype=np.int64)

    def count(self, info: PodInfo, slot: int, by: int) -> None:
        """Count what one pod uses on a node (``by`` 1), or the end of it (-1)."""
        for key in info.claim_keys():
            _count(self._claims, slot, key, by)
            self._users[key] += by
            if not self._users[key]:
                del self._users[key]
        for disk in info.spec.disks:
            _count(self._disks, slot, disk, by)
        for volume in info.spec.inline:
            _count(self._inline, slot, volume, by)
        if info.spec.has_volumes or info.spec.inline:
            self._volume_counts = grown(self._volume_counts, self._table.capacity)
            used = len(self._claims.get(slot, ())) + len(self._inline.get(slot, ()))
            self._volume_counts[slot] = used

    def is_used(self, claim_key: str) -> bool:
        """Whether a placed pod uses the claim."""
        return claim_key in self._users

    def claims_on(self, slot: int) -> Iterable[str]:
        """The claims used on a node."""
        return self._claims.get(slot, ())

    def inline_on(self, slot: int) -> Iterable[CsiVolume]:
        """The in-tree volumes used on a node that CSI drivers have taken over."""
        return self._inline.get(slot, ())

    def volume_counts(self) -> Ints:
        """How many claims and such volumes are used on each node."""
        self._volume_counts = grown(self._volume_counts, self._table.capacity)
        return self._volume_counts[: self._table.size]

    def disk_conflicts(self, disks: Iterable[Disk]) -> Bools:
        """The nodes where one of the disks is in use and cannot be shared."""
        found = np.zeros(self._table.size, dtype=np.bool_)
        for slot, used in self._disks.items():
            found[slot] = any(
                disk.identity == other.identity and not (disk.shareable and other.shareable)
                for disk in disks
                for other in used
            )
        return found


def _count(where: dict[int, Counter[_K]], slot: int, key: _K, by: int) -> None:
    counts = where.setdefault(slot, Counter())
    counts[key] += by
    if not counts[key]:
        del counts[key]
        if not counts:
            del where[slot]
