"""eksctl's well-known policies: what a role gets by a name such as ``autoScaler``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from minieks.data.files import read_toml


@dataclass(frozen=True, slots=True)
class WellKnownPolicy:
    """What a name stands for.

    ``managed`` are names of AWS' own policies, with their path. ``inline`` are policies by their
    names, each with its statements: the actions, and the resources, in which ``${partition}``
    stands for the partition.
    """

    managed: tuple[str, ...]
    inline: Mapping[str, list[Mapping[str, list[str]]]]


@cache
def well_known_policies() -> Mapping[str, WellKnownPolicy]:
    """All of them by their names."""
    return {name: _policy(entry) for name, entry in read_toml("wellknown_policies.toml").items()}


def _policy(entry: Mapping[str, Any]) -> WellKnownPolicy:
    return WellKnownPolicy(tuple(entry.get("managed", ())), entry.get("inline", {}))
