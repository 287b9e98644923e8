"""minieks' own settings: what no file of eksctl or Kubernetes has a place for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from minieks.data.timings import Timings
from minieks.eks.spec import FargateCap
from minieks.engine.clock import DAY, Micros
from minieks.kube.words import times

DEFAULT_ACCOUNT = "123456789012"
"""The account of whoever has no key of his own, at the AWS endpoint as in other emulators."""
DEFAULT_START: Micros = times.parse("2026-11-23T00:00:00Z")
"""When a run begins if nobody says: a Monday, in the week of the year with most sales."""
EVERY_PROFILE = "*"


@dataclass(frozen=True, slots=True)
class LaunchTemplate:
    """What is in a launch template that a node group refers to by its id."""

    instance_types: tuple[str, ...] = ()
    """At most one; empty if the template names none."""
    volume_size_gib: int | None = None
    volume_type: str | None = None
    max_pods: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The content of ``minieks.toml``; every field has a default, so the file may be absent."""

    account_id: str = DEFAULT_ACCOUNT
    seed: int | None = None
    """None if the file does not say; the command line's ``--seed`` goes before it."""
    start: Micros | None = None
    duration: Micros | None = None
    """How long to simulate; None if the file does not say."""
    prices_file: Path | None = None
    timings: Timings = field(default_factory=Timings)
    fargate_caps: Mapping[str, FargateCap] = field(default_factory=dict)
    """By profile name; ``*`` for every profile that has none of its own."""
    launch_templates: Mapping[str, LaunchTemplate] = field(default_factory=dict)
    extras: tuple[str, ...] = ()
    """Programs to install, as ``--with`` does."""

    def start_or(self, asked: Micros | None) -> Micros:
        """When the run begins: what was asked for, else the file's, else the default."""
        if asked is not None:
            return asked
        return DEFAULT_START if self.start is None else self.start

    def duration_or(self, asked: Micros | None) -> Micros:
        """How long the run is, in microseconds: asked for, else the file's, else a day."""
        if asked is not None:
            return asked
        return DAY if self.duration is None else self.duration

    def seed_or(self, asked: int | None) -> int:
        """The seed: what was asked for, else the file's, else 0."""
        if asked is not None:
            return asked
        return self.seed or 0

    def fargate_cap(self, profile: str) -> FargateCap:
        """The cap on pods of a profile; one without bounds if none is set."""
        caps = self.fargate_caps
        return caps.get(profile) or caps.get(EVERY_PROFILE) or FargateCap()
