"""How the AWS side of a process is."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """Without ``port`` it has its usual one or, if that is taken, any.

    ``lenient``: it leaves out what other emulators leave out. ``enforce_iam``: IAM's policies hold.
    ``data_dir`` is where it is kept.
    """

    port: int | None = None
    lenient: bool = False
    enforce_iam: bool = False
    data_dir: Path | None = None
