"""What ``minieks up`` is asked to serve: which of its arguments are clusters, which are manifests.

Each cluster takes the manifests that come after it. Those before the first, or all if there is
none, are for the cluster that minieks brings itself.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from minieks.data.files import folder
from minieks.engine.errors import UserError

_CONFIG_NAMES = ("cluster.yaml", "cluster.yml")
_IS_CONFIG = re.compile(rb"^kind:\s*[\"']?ClusterConfig\b", re.MULTILINE)
_ENOUGH = 64 * 1024
"""Bytes of a file that are looked at."""


@dataclass(slots=True)
class Asked:
    """One cluster: its config, and what is applied to it."""

    config: str
    manifests: list[str] = field(default_factory=list)


def default_config() -> str:
    """The file of the cluster that is served when none is named."""
    return str(folder() / "clusters" / "default.yaml")


def sorted_out(arguments: Sequence[str]) -> list[Asked]:
    """The clusters and their manifests; at least one cluster."""
    found: list[Asked] = []
    for argument in arguments:
        if is_config(argument):
            found.append(Asked(argument))
            continue
        if not found:
            found.append(Asked(default_config()))
        found[-1].manifests.append(argument)
    return found or [Asked(default_config())]


def is_config(argument: str) -> bool:
    """Whether it is an eksctl ClusterConfig, or a folder with one as ``cluster.yaml``."""
    if os.path.isdir(argument):
        return any(os.path.isfile(os.path.join(argument, name)) for name in _CONFIG_NAMES)
    try:
        with Path(argument).open("rb") as file:
            return _IS_CONFIG.search(file.read(_ENOUGH)) is not None
    except (OSError, ValueError):
        # What cannot be read is complained about by whoever reads it as manifests.
        return False


def check_names(names: Sequence[str]) -> None:
    """UserError if two clusters have one name: their contexts would be one, too."""
    for name in names:
        if names.count(name) > 1:
            raise UserError(
                f"two clusters are called {name}", hint="give one of them another metadata.name"
            )
