"""What came of applying what a user brought."""

from dataclasses import dataclass, field

from minieks.kube.words.objects import Obj


@dataclass(frozen=True, slots=True)
class Refusal:
    """An object that the API did not accept: where it stands, and why, in the API's words."""

    where: str
    object: str
    message: str
    hint: str


@dataclass(slots=True)
class Applied:
    """How many objects were taken, which were not, and what to warn of."""

    count: int = 0
    objects: list[Obj] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def take(self, more: "Applied") -> None:
        """Add what came of applying more."""
        self.count += more.count
        self.objects += more.objects
        self.refused += more.refused
        self.warnings += more.warnings
