"""EKS add-ons: their versions, what they are compatible with, and how they can be configured."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Template
from typing import Any

from minieks.data.files import read_toml
from minieks.data.kubernetes_versions import all_versions, find_version


@dataclass(frozen=True, slots=True)
class AddonVersion:
    """One version of an add-on; ``kubernetes`` are the minor versions that it is for."""

    version: str
    kubernetes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Addon:
    """One add-on; ``properties`` are the JSON types of what its configuration may hold."""

    name: str
    type: str
    owner: str
    """``aws`` or ``community``."""
    compute_types: tuple[str, ...]
    versions: tuple[AddonVersion, ...]
    """The newest first."""
    properties: Mapping[str, str]
    service_accounts: Mapping[str, str]
    """Service accounts that can be given a role, with the managed policy recommended for it."""
    namespace: str
    requires_iam: bool

    def default_version(self, kubernetes: str) -> str | None:
        """The version that a cluster gets if nobody says; None if there is none for it."""
        fitting = (one.version for one in self.versions if kubernetes in one.kubernetes)
        return next(fitting, None)


def _addon(name: str, entry: Mapping[str, Any]) -> Addon:
    return Addon(
        name=name,
        type=entry["type"],
        owner=entry["owner"],
        compute_types=tuple(entry["compute_types"]),
        versions=tuple(one for row in entry["versions"] for one in _versions(row)),
        properties=entry["properties"],
        service_accounts=entry.get("service_accounts", {}),
        namespace=entry.get("namespace", "kube-system"),
        requires_iam=entry.get("requires_iam", False),
    )


def _versions(row: Mapping[str, str]) -> list[AddonVersion]:
    """The versions of a row: one, or where it depends on Kubernetes' own, one for each of those."""
    first = find_version(row["from"]).minor
    last = find_version(row["to"]).minor if "to" in row else all_versions()[-1].minor
    fitting = [one for one in reversed(all_versions()) if first <= one.minor <= last]
    if "$" not in row["version"]:
        return [AddonVersion(row["version"], tuple(one.version for one in fitting))]
    text = Template(row["version"])
    return [AddonVersion(text.substitute(kubernetes=one.full), (one.version,)) for one in fitting]


@cache
def addons() -> Mapping[str, Addon]:
    """Every add-on by its name."""
    return {name: _addon(name, entry) for name, entry in read_toml("addon_versions.toml").items()}


def compatible(name: str, version: str, kubernetes: str) -> bool:
    """Whether a version of an add-on is for a Kubernetes minor version; True if it is unknown."""
    addon = addons().get(name)
    found = addon and next((one for one in addon.versions if one.version == version), None)
    return not found or kubernetes in found.kubernetes
