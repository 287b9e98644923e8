"""The Kubernetes minor versions of Amazon EKS and how long each is supported."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal, TypeAlias

from minieks.data.files import read_rows
from minieks.data.nearest import did_you_mean
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError

DEFAULT_VERSION = "1.34"
"""The version taken when a configuration names none."""

Support: TypeAlias = Literal["future", "standard", "extended", "ended"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KubernetesVersion:
    """One minor version on EKS. Times are the first moment (00:00 UTC) of the day AWS names.

    ``extended_ends`` equals ``standard_ends`` for a version that had no extended support.
    """

    version: str
    released: Micros
    standard_ends: Micros
    extended_ends: Micros
    patch: int

    @property
    def full(self) -> str:
        """With the patch, as in ``1.34.1``."""
        return f"{self.version}.{self.patch}"

    @property
    def minor(self) -> int:
        """The number after ``1.``."""
        return int(self.version.partition(".")[2])


def _day(text: str) -> Micros:
    moment = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _version(row: dict[str, str]) -> KubernetesVersion:
    return KubernetesVersion(
        version=row["version"],
        released=_day(row["released"]),
        standard_ends=_day(row["standard_ends"]),
        extended_ends=_day(row["extended_ends"] or row["standard_ends"]),
        patch=int(row["patch"]),
    )


@cache
def _by_version() -> dict[str, KubernetesVersion]:
    return {row["version"]: _version(row) for row in read_rows("kubernetes_versions.csv")}


def all_versions() -> tuple[KubernetesVersion, ...]:
    """Every version that EKS has had since 1.18, oldest first."""
    return tuple(_by_version().values())


def find_version(version: str) -> KubernetesVersion:
    """The minor version, such as ``1.34``; UserError with the nearest ones if EKS has none such."""
    known = _by_version()
    if version in known:
        return known[version]
    newest = next(reversed(known))
    hint = did_you_mean(version, known, f"versions run from {next(iter(known))} to {newest}")
    raise UserError(f"Amazon EKS has no Kubernetes version {version!r}", hint=hint)


def support(version: str, at: Micros) -> Support:
    """How EKS supports a version at a moment; extended support starts at 00:00 UTC of its day.

    Source: Amazon EKS user guide, "Understand the Kubernetes version lifecycle on EKS".
    """
    found = find_version(version)
    if at < found.released:
        return "future"
    if at < found.standard_ends:
        return "standard"
    return "extended" if at < found.extended_ends else "ended"
