"""What a node remembers of a pod between two looks at it: plain values, replaced and never changed.

All moments are microseconds since the epoch; None means that it is not going to happen.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from minieks.engine.clock import Micros
from minieks.kube.kinds import pods
from minieks.kube.kubelet.backoff import NO_BACKOFF, Backoff
from minieks.kube.kubelet.workload import Exit
from minieks.kube.words.objects import Obj, metadata, uid

Role: TypeAlias = Literal["init", "sidecar", "app", "ephemeral"]
State: TypeAlias = Literal["waiting", "running", "ended"]
Part: TypeAlias = Literal["bare", "busy", "idle", "down", "over"]
"""The part of its life that a pod is in.

It is ``bare`` until its sandbox is made, ``busy`` while its worker does something, and ``idle``
else, until it is told to end: then it is ``down``, and ``over`` when everything has ended.
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How one run of a container ended."""

    code: int
    reason: str
    message: str
    started_at: Micros
    finished_at: Micros
    container_id: str


class Plan(NamedTuple):
    """What will become of a running container, decided when it starts."""

    exit_at: Micros | None = None
    exit: Exit | None = None
    up_at: Micros | None = None
    ready_at: Micros | None = None
    complaint_at: Micros | None = None
    failure_at: Micros | None = None
    failing_probe: Literal["startup", "liveness"] = "liveness"


NO_PLAN = Plan()


_NO_RESOURCES: Final[Obj] = {}


class Container(NamedTuple):
    """One container: its present state, its last end, and what is planned.

    ``ended`` is the latest end, ``last`` the one before; ``up`` is what the status calls started.
    ``retry_at`` is when a waiting or ended container may be started (again), ``turn_at`` when
    ErrImagePull becomes ImagePullBackOff. ``resources`` are those in force while it runs.
    """

    name: str
    role: Role
    state: State = "waiting"
    reason: str = ""
    message: str = ""
    started_at: Micros = 0
    container_id: str = ""
    image_id: str = ""
    starts: int = 0
    ended: Ended | None = None
    last: Ended | None = None
    up: bool = False
    ready: bool = False
    stopping: bool = False
    complaints: int = 0
    plan: Plan = NO_PLAN
    backoff: Backoff = NO_BACKOFF
    pull_backoff: Backoff = NO_BACKOFF
    retry_at: Micros = 0
    turn_at: Micros | None = None
    resources: Obj = _NO_RESOURCES

    @property
    def restarts(self) -> int:
        """How often it was started again."""
        return max(0, self.starts - 1)

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self.state == "running"


@dataclass(frozen=True, slots=True)
class Work:
    """What the pod's worker does until when; it does one thing at a time."""

    kind: Literal["sandbox", "pull", "start"]
    until: Micros
    container: int = -1
    since: Micros = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the pod as a whole has failed, whatever its containers do."""

    reason: str
    message: str


class Pending(NamedTuple):
    """Why a resize that is asked for has not begun, since when, and for which generation."""

    reason: Literal["Deferred", "Infeasible"]
    message: str
    generation: int
    since: Micros


class Progress(NamedTuple):
    """A resize that is allocated and not in force yet.

    ``until`` is when the runtime has done its part; then containers may still have to restart.
    """

    generation: int
    since: Micros
    until: Micros | None


class Life(NamedTuple):
    """A pod on its node. ``containers``: init containers, then the others, then ephemeral ones.

    ``allocated`` are the resources that all but the ephemeral ones hold of the node, in the same
    order; ``generation`` is that of the spec for which this was decided last.
    """

    uid: str
    began: Micros
    containers: tuple[Container, ...]
    phase: str = "Pending"
    ip: str = ""
    work: Work | None = None
    initialized: bool = False
    stop_by: Micros | None = None
    over_at: Micros | None = None
    looked_at: Micros = 0
    verdict: Verdict | None = None
    complaint_at: Micros | None = None
    allocated: tuple[Obj, ...] = ()
    generation: int = 0
    pending: Pending | None = None
    progress: Progress | None = None


def part(life: Life) -> Part:
    """The part of its life that the pod is in."""
    if life.over_at is not None:
        return "over"
    if life.stop_by is not None:
        return "down"
    if life.work is not None:
        return "busy"
    return "idle" if life.ip else "bare"


def begin(pod: Obj, now: Micros) -> Life:
    """The life of a pod that its node has just accepted."""
    spec = pod["spec"]
    inits = spec.get("initContainers") or ()
    reason = "PodInitializing" if inits else "ContainerCreating"
    known = [
        Container(item["name"], "sidecar" if pods.is_sidecar(item) else "init", reason=reason)
        for item in inits
    ]
    known += [Container(item["name"], "app", reason=reason) for item in spec["containers"]]
    return Life(
        uid(pod),
        now,
        tuple(known),
        initialized=not inits,
        looked_at=now,
        allocated=resources_of(pod),
        generation=generation_of(pod),
    )


def resources_of(pod: Obj) -> tuple[Obj, ...]:
    """What the init containers and the others ask for."""
    spec = pod["spec"]
    items = (*(spec.get("initContainers") or ()), *spec["containers"])
    return tuple(item.get("resources") or _NO_RESOURCES for item in items)


def generation_of(pod: Obj) -> int:
    """Which version of the pod's spec this is."""
    return int(metadata(pod).get("generation") or 0)


def joined(life: Life, pod: Obj, now: Micros) -> Life:
    """The life with the ephemeral containers that the pod has been given by now."""
    asked = pod["spec"].get("ephemeralContainers") or ()
    known = {one.name for one in life.containers}
    new = tuple(
        Container(item["name"], "ephemeral", reason="ContainerCreating", retry_at=now)
        for item in asked
        if item["name"] not in known
    )
    return life._replace(containers=(*life.containers, *new)) if new else life


def rejected(pod: Obj, now: Micros, verdict: Verdict) -> Life:
    """The life of a pod that its node has refused: over before it began."""
    return Life(uid(pod), now, (), phase="Failed", over_at=now, verdict=verdict)
