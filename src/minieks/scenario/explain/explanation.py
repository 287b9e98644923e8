"""Why a pod is where it is, as values: the schema of ``minieks explain pod -o json``.

Moments are RFC 3339 texts in UTC, CPU thousandths of a core, memory bytes. Fields are only ever
added within a version of the schema.
"""

from dataclasses import dataclass
from decimal import Decimal

SCHEMA = "minieks.dev/explanation/v1"

PLACED = "placed"
REFUSED = "refused"
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class PodFacts:
    """The pod, its workload as ``Deployment/web``, and where that was written, if a file has it."""

    namespace: str
    name: str
    workload: str
    written: str


@dataclass(frozen=True, slots=True)
class SelectorView:
    """One selector of a Fargate profile, and what the pod lacks for it; nothing if it matches."""

    selector: str
    matches: bool
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileView:
    """One Fargate profile as it was when the pod was created; one that is ACTIVE can take it."""

    name: str
    status: str
    matches: bool
    selectors: tuple[SelectorView, ...]


@dataclass(frozen=True, slots=True)
class ContainerRequests:
    """What one container asks for. ``role`` is ``container``, ``init`` or ``sidecar``."""

    name: str
    role: str
    cpu_millis: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class SizeView:
    """How Fargate came to the pod's size: the smallest on sale that holds what it needs.

    ``cpu_millis`` and ``memory_bytes`` are the pod's requests: the sum over the containers, or an
    init container's where that is more. ``needed_bytes`` is the memory with Fargate's overhead.
    ``vcpu`` and ``memory_gib`` are null, and ``provisioned`` empty, if no size holds it.
    """

    containers: tuple[ContainerRequests, ...]
    cpu_millis: int
    memory_bytes: int
    overhead_bytes: int
    needed_bytes: int
    vcpu: Decimal | None
    memory_gib: Decimal | None
    ephemeral_gib: int | None
    provisioned: str


@dataclass(frozen=True, slots=True)
class FargateView:
    """What Fargate made of the pod: the profile and selector that took it, or why none did.

    ``selector`` counts from 1, and is null if no profile took the pod.
    """

    profile: str
    selector: int | None
    why_not: str
    profiles: tuple[ProfileView, ...]
    size: SizeView | None
    zone: str


@dataclass(frozen=True, slots=True)
class RejectionView:
    """A reason, the scheduler's plugin that gave it, and the nodes that it holds for.

    ``final``: making other pods go would not help there.
    """

    reason: str
    plugin: str
    final: bool
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodeScore:
    """A node that the pod could go to, its weighted score by plugin, and their sum.

    ``total`` is null, and there are no scores, if it was the only one: then nobody scores.
    """

    node: str
    group: str
    zone: str
    total: int | None
    scores: dict[str, int]
    best: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Victims:
    """A node where the pod would fit if these pods went.

    ``violations`` is how many of them a PodDisruptionBudget protects.
    """

    node: str
    pods: tuple[str, ...]
    violations: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class PreemptionView:
    """What the scheduler found when it asked which pods could make room.

    ``message`` is why it made none go. ``beyond_help`` are the nodes where it looked in vain.
    """

    message: str
    candidates: tuple[Victims, ...]
    beyond_help: tuple[RejectionView, ...]


@dataclass(frozen=True, slots=True)
class NodesView:
    """What default-scheduler saw at its last attempt.

    Of ``nodes`` it looked at ``evaluated``. ``rejected`` are the reasons against nodes;
    ``feasible`` are the nodes that were left, the chosen one first, then by total; ``best`` are
    those of the highest total, of which chance picked the one that is ``chosen``. Nodes that are
    ``passed_over`` would do as well, but enough others were found first.
    """

    nodes: int
    evaluated: int
    rejected: tuple[RejectionView, ...]
    feasible: tuple[NodeScore, ...]
    passed_over: tuple[str, ...]
    best: tuple[str, ...]
    chosen: str
    preemption: PreemptionView | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one pod is where it is, or why it is nowhere.

    ``outcome`` is ``placed``, ``refused``, or ``waiting`` if no scheduler has decided. ``at`` is
    the moment of the last of the ``attempts``; null if there was none. ``reason`` and ``message``
    are the scheduler's own words, ``field`` names what to change. ``fargate`` is null if the pod
    was not created while it was watched, ``nodes`` unless default-scheduler looked for a node.
    """

    schema: str
    minieks: str
    pod: PodFacts
    scheduler: str
    outcome: str
    node: str
    at: str | None
    attempts: int
    reason: str
    message: str
    field: str
    fargate: FargateView | None
    nodes: NodesView | None
