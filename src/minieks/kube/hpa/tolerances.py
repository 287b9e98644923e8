"""How far usage may be from its target before anything is done."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from minieks.kube.hpa.settings import Settings
from minieks.kube.words import quantity


class Tolerances(NamedTuple):
    """Parts of the target, for either direction."""

    down: float
    up: float

    def allow(self, ratio: float) -> bool:
        """Whether a ratio of usage to its target is near enough to 1."""
        return (1.0 - self.down) <= ratio <= (1.0 + self.up)


def tolerances(behavior: Mapping[str, Any] | None, settings: Settings) -> Tolerances:
    """The controller's, or those of ``spec.behavior`` if the feature gate lets them count."""
    if behavior is None or not settings.configurable_tolerance:
        return Tolerances(settings.tolerance, settings.tolerance)
    own = (behavior["scaleDown"].get("tolerance"), behavior["scaleUp"].get("tolerance"))
    return Tolerances(
        *(settings.tolerance if one is None else _approximate(one) for one in own),
    )


def _approximate(text: quantity.Text) -> float:
    """``Quantity.AsApproximateFloat64``: digits times a power of ten, both floats."""
    number = quantity.parse(text).normalize()
    exponent = int(number.as_tuple().exponent)
    return float(number.scaleb(-exponent)) * float(f"1e{exponent}")
