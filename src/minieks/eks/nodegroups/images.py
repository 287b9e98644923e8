"""Machine images: what each of eksctl's AMI families runs, and the id that an image gets here.

Sources: ``kubectl get nodes -o wide`` in public issues of 2025 and 2026; AWS user guide for EKS,
"Amazon EKS optimized AMIs". Image ids differ by region and release; ours are made up, but always
the same for the same family, version and architecture.
"""

from hashlib import sha256

from minieks.eks.nodestatus import Software

_CONTAINERD = "containerd://2.1.4"

FAMILIES: dict[str, Software] = {
    "AmazonLinux2023": Software(
        "Amazon Linux 2023.9.20251014", "6.12.46-66.121.amzn2023.x86_64", _CONTAINERD
    ),
    "AmazonLinux2": Software(
        "Amazon Linux 2", "5.10.245-241.976.amzn2.x86_64", "containerd://1.7.29"
    ),
    "Bottlerocket": Software(
        "Bottlerocket OS 1.49.0", "6.12.46", "containerd://2.1.4+bottlerocket"
    ),
    "Ubuntu2004": Software("Ubuntu 20.04.6 LTS", "5.15.0-1084-aws", "containerd://1.7.28"),
    "Ubuntu2204": Software("Ubuntu 22.04.5 LTS", "6.8.0-1040-aws", "containerd://1.7.28"),
    "Ubuntu2404": Software("Ubuntu 24.04.3 LTS", "6.14.0-1015-aws", "containerd://1.7.28"),
}

WINDOWS_BUILDS = {"2019": "10.0.17763", "2022": "10.0.20348", "2025": "10.0.26100"}
"""The build number by the year of Windows Server."""

DEFAULT_FAMILY = "AmazonLinux2023"


def windows_build(family: str) -> str:
    """A Windows family's build, as ``node.kubernetes.io/windows-build`` has it; else empty."""
    return WINDOWS_BUILDS.get(_windows_year(family), "")


def _windows_year(family: str) -> str:
    prefix = "WindowsServer"
    return family.removeprefix(prefix)[:4] if family.startswith(prefix) else ""


def software(family: str, architecture: str) -> Software:
    """What an image of the family runs; an unknown family counts as the default one."""
    year = _windows_year(family)
    if year:
        build = WINDOWS_BUILDS[year]
        return Software(
            f"Windows Server {year} Datacenter", f"{build}.4405", "containerd://1.7.28", "windows"
        )
    found = FAMILIES.get(family) or FAMILIES[DEFAULT_FAMILY]
    if architecture != "arm64":
        return found
    kernel = found.kernel.replace("x86_64", "aarch64")
    return Software(found.os_image, kernel, found.runtime)


def image_id(family: str, version: str, architecture: str) -> str:
    """The id of the family's image for a Kubernetes version: ``ami-`` and 17 hex digits."""
    digest = sha256(f"{family}/{version}/{architecture}".encode()).hexdigest()
    return f"ami-0{digest[:16]}"
