"""EKS platform versions: what a new control plane of a Kubernetes version runs beside it."""

from functools import cache

from minieks.data.files import read_rows


@cache
def _by_version() -> dict[str, str]:
    return {row["version"]: row["platform"] for row in read_rows("platform_versions.csv")}


def platform_version(version: str) -> str:
    """The platform version of a new cluster, such as ``eks.12``; ``version`` must be known."""
    return _by_version()[version]
