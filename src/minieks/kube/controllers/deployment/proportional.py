"""Scaling in the middle of a rollout: each ReplicaSet gets its share.

Source: kubernetes pkg/controller/deployment/sync.go (scale) and deployment_util.go
(GetReplicaSetProportion).
"""

from collections.abc import Sequence
from typing import NamedTuple

from minieks.kube.controllers.deployment.bounds import Bounds
from minieks.kube.controllers.deployment.rolling import Scale


class Share(NamedTuple):
    """An active ReplicaSet: its size, and the most pods the Deployment had when it got it."""

    name: str
    replicas: int
    max_before: int


def proportional(bounds: Bounds, shares: Sequence[Share]) -> list[Scale]:
    """The new sizes of the active ReplicaSets, in the order in which they are written.

    ``shares`` are oldest first. The rest that rounding leaves goes to the largest; of equals, to
    the newest when growing and the oldest when shrinking.
    """
    allowed = bounds.most if bounds.replicas > 0 else 0
    wanted = allowed - sum(share.replicas for share in shares)
    ordered = _largest_first(shares, newest_first=wanted > 0)
    sizes, added = [], 0
    for share in ordered:
        part = _part(bounds, share, wanted - added)
        sizes.append(share.replicas + part)
        added += part
    if sizes and wanted:
        sizes[0] = max(0, sizes[0] + wanted - added)
    return [Scale(share.name, size) for share, size in zip(ordered, sizes, strict=True)]


def _largest_first(shares: Sequence[Share], *, newest_first: bool) -> list[Share]:
    by_age = list(reversed(shares)) if newest_first else list(shares)
    return sorted(by_age, key=lambda share: -share.replicas)


def _part(bounds: Bounds, share: Share, left: int) -> int:
    """How many pods one ReplicaSet gains or loses, at most what is left."""
    if share.replicas == 0 or left == 0:
        return 0
    fraction = _fraction(bounds, share)
    return min(fraction, left) if left > 0 else max(fraction, left)


def _fraction(bounds: Bounds, share: Share) -> int:
    if bounds.replicas == 0 or share.max_before == 0:
        return -share.replicas if bounds.replicas == 0 else 0
    scaled = 2 * share.replicas * bounds.most + share.max_before
    return scaled // (2 * share.max_before) - share.replicas
