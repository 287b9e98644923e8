"""/version: which Kubernetes this is.

Source: kubernetes apimachinery pkg/version/types.go; emulation is told from 1.33 on.
"""

from dataclasses import dataclass
from typing import Final

from minieks.kube.words.objects import Obj

_EMULATION_SINCE: Final = 33
# The compilers of the first releases. Source: kubernetes build/dependencies.yaml of each branch.
_COMPILERS: Final = {
    **{27: "go1.20.3", 28: "go1.20.7", 29: "go1.21.5", 30: "go1.22.2", 31: "go1.22.5"},
    **{32: "go1.23.3", 33: "go1.24.2", 34: "go1.24.5", 35: "go1.25.5"},
}


@dataclass(frozen=True, slots=True)
class Build:
    """What is told of how the server was built. ``git_version`` is such as ``v1.34.1-eks-113cf36``.

    ``compiler`` is empty for the one that its minor version began with.
    """

    git_version: str
    git_commit: str = "0000000000000000000000000000000000000000"
    build_date: str = "1970-01-01T00:00:00Z"
    compiler: str = ""

    @property
    def minor(self) -> int:
        """The number after ``v1.``."""
        return int(self.git_version.removeprefix("v").split(".")[1])


def document(build: Build) -> Obj:
    """The answer to GET /version."""
    minor = build.minor
    # A version with a suffix of its vendor's tells so in its minor.
    told = f"{minor}+" if "-" in build.git_version else str(minor)
    emulation = {
        "emulationMajor": "1",
        "emulationMinor": str(minor),
        "minCompatibilityMajor": "1",
        "minCompatibilityMinor": str(minor - 1),
    }
    known = min(max(minor, min(_COMPILERS)), max(_COMPILERS))
    return {
        "major": "1",
        "minor": told,
        **(emulation if minor >= _EMULATION_SINCE else {}),
        "gitVersion": build.git_version,
        "gitCommit": build.git_commit,
        "gitTreeState": "clean",
        "buildDate": build.build_date,
        "goVersion": build.compiler or _COMPILERS[known],
        "compiler": "gc",
        "platform": "linux/amd64",
    }
