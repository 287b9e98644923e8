"""What a load file says, as values. Amounts: cores, bytes, requests per second, seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from minieks.engine.clock import Micros
from minieks.load.curves import Curve

Derived: TypeAlias = Literal["rate", "concurrency", "queue", "dropped"]
"""What is known of requests: per second and in flight per pod, waiting and dropped in all."""
DERIVED: Final[tuple[Derived, ...]] = ("rate", "concurrency", "queue", "dropped")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose load it is: a workload by kind, namespace and name, or pods by their labels."""

    namespace: str
    kind: str = ""
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        if self.kind:
            return f"{self.kind}/{self.namespace}/{self.name}"
        labels = ",".join(f"{key}={value}" for key, value in self.labels.items())
        return f"pods/{self.namespace}/{labels}"


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests that the ready pods share, and what one costs.

    ``cpu`` are core-seconds per request, ``memory`` bytes while it is in flight, ``latency`` the
    seconds that it takes on an idle pod; ``queue`` is how many may wait in all.
    """

    rate: Curve
    cpu: float
    memory: float = 0.0
    latency: float = 0.05
    queue: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkloadLoad:
    """The load of one workload.

    ``cpu`` and ``memory`` are what each pod uses, beside what requests cost; None leaves it at
    half of its requests. They are those of ``container``, by default the first.
    """

    subject: Subject
    container: str = ""
    cpu: Curve | None = None
    memory: Curve | None = None
    requests: Requests | None = None
    metrics: Mapping[str, Curve | Derived] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExternalMetric:
    """A metric that belongs to no pod: a curve, or what is known of a workload's requests."""

    name: str
    labels: Mapping[str, str]
    value: Curve | None = None
    of: Subject | None = None
    derived: Derived = "queue"


@dataclass(frozen=True, slots=True)
class ObjectMetric:
    """A metric of an object by its kind, namespace and name."""

    name: str
    kind: str
    key: str
    value: Curve


@dataclass(frozen=True, slots=True)
class LoadSpec:
    """All of a load file."""

    workloads: tuple[WorkloadLoad, ...] = ()
    external: tuple[ExternalMetric, ...] = ()
    objects: tuple[ObjectMetric, ...] = ()
    begins: Micros = 0
    """From when on requests come: while a cluster is made, nobody asks it for anything."""
