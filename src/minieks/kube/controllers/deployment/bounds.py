"""How far a Deployment may go above and below its replicas while it changes.

Source: kubernetes pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts).
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.words.intstr import scaled_down, scaled_up
from minieks.kube.words.objects import Obj


class Bounds(NamedTuple):
    """``replicas`` wanted, at most ``surge`` more, at most ``unavailable`` fewer available."""

    replicas: int
    surge: int
    unavailable: int

    @property
    def most(self) -> int:
        """The most pods there may be at once."""
        return self.replicas + self.surge

    @property
    def min_available(self) -> int:
        """The fewest pods that must be available."""
        return self.replicas - self.unavailable


_KNOWN: Final[IdentityMemo[Bounds]] = IdentityMemo(256)


def bounds(deployment: Obj) -> Bounds:
    """The numbers that a Deployment's strategy allows; Recreate allows neither more nor fewer."""
    spec = deployment["spec"]
    return _KNOWN.get(spec) or _KNOWN.put(spec, _of_spec(spec))


def _of_spec(spec: Mapping[str, Any]) -> Bounds:
    replicas = int(spec["replicas"])
    strategy = spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return Bounds(replicas, 0, 0)
    rolling = strategy.get("rollingUpdate") or {}
    surge = scaled_up(rolling.get("maxSurge", "25%"), replicas)
    unavailable = scaled_down(rolling.get("maxUnavailable", "25%"), replicas)
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return Bounds(replicas, surge, min(unavailable, replicas))
