"""How long modelled things take: booting, pulling, attaching. Each has a source, and can be set."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from types import MappingProxyType
from typing import Any

from minieks.data.files import read_toml
from minieks.data.nearest import did_you_mean
from minieks.engine.errors import UserError

_Z95 = 1.6448536269514722  # the standard normal distribution's 95th percentile


@dataclass(frozen=True, slots=True)
class Timing:
    """A duration in seconds (or a rate, as its name says): fixed, or log-normal.

    It is fixed when ``p95`` is None; then ``sample`` gives ``median`` and asks for no chance.
    """

    median: float
    p95: float | None = None
    source: str = "set by the user"

    def sample(self, chance: Random) -> float:
        """One duration, drawn from ``chance`` unless the figure is fixed."""
        if self.p95 is None or self.p95 <= self.median or self.median <= 0:
            return self.median
        sigma = math.log(self.p95 / self.median) / _Z95
        return self.median * math.exp(sigma * chance.gauss(0.0, 1.0))


def _timing(entry: Mapping[str, Any]) -> Timing:
    p95 = entry.get("p95")
    return Timing(float(entry["median"]), None if p95 is None else float(p95), entry["source"])


def _flatten(tables: Mapping[str, Any]) -> dict[str, Timing]:
    """``[instance_ready.Ubuntu]`` becomes the name ``instance_ready.Ubuntu``."""
    flat: dict[str, Timing] = {}
    for name, table in tables.items():
        if "median" in table:
            flat[name] = _timing(table)
        else:
            flat |= {f"{name}.{inner}": _timing(entry) for inner, entry in table.items()}
    return flat


@cache
def _defaults() -> Mapping[str, Timing]:
    return MappingProxyType(_flatten(read_toml("timings.toml")))


class Timings:
    """Every timing by its name in ``timings.toml``, with the user's own figures in front."""

    def __init__(self, own: Mapping[str, Timing] | None = None) -> None:
        for name in own or ():
            _check(name)
        self._own = dict(own or {})

    def of(self, name: str) -> Timing:
        """The timing of that name, such as ``container_start``; UserError if there is none."""
        _check(name)
        return self._own.get(name) or _defaults()[name]

    def instance_ready(self, ami_family: str) -> Timing:
        """From launch to Ready; a family such as ``Ubuntu2204`` is found by how it begins.

        A family that is not in the data counts as AmazonLinux2023, the default of EKS.
        """
        families = [n.partition(".")[2] for n in _defaults() if n.startswith("instance_ready.")]
        fitting = [family for family in families if ami_family.startswith(family)]
        best = max(fitting, key=len, default="AmazonLinux2023")
        return self.of(f"instance_ready.{best}")


def _check(name: str) -> None:
    if name not in _defaults():
        hint = did_you_mean(name, _defaults(), "the names are in the reference of timings")
        raise UserError(f"there is no timing {name!r}", hint=hint)


def timing_names() -> tuple[str, ...]:
    """Every name that ``Timings.of`` knows."""
    return tuple(_defaults())
