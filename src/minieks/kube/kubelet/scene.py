"""What a decision about a pod is made from, and the draft in which one look at it is worked out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from minieks.engine.clock import Micros
from minieks.kube.kubelet.life import Container, Life
from minieks.kube.kubelet.workload import ContainerSpec, WorkloadModel
from minieks.kube.words.objects import Obj, name, namespace, uid

_NO_IMAGES: Mapping[str, Micros] = {}
_NO_ERRORS: Mapping[str, str] = {}


class NodeView(NamedTuple):
    """A pod's node: its name, its address and its images.

    ``images`` says from when an image is on the node; a pull under way has a moment to come.
    """

    name: str
    address: str = ""
    images: Mapping[str, Micros] = _NO_IMAGES
    version: tuple[int, int] | None = None
    """The kubelet's version; None if the Node does not say it."""


class Note(NamedTuple):
    """An event about the pod."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


class Obstacle(NamedTuple):
    """What keeps the pod's sandbox from being made, told at once or when patience has run out."""

    reason: str
    message: str
    at_once: bool = True


class Scene(NamedTuple):
    """Everything outside a pod's own memory that one look at it needs.

    ``seconds`` gives a duration by its name in the timings; ``ip`` is the address that the pod
    gets with its sandbox; and ``config_errors`` say why the environment of a container cannot be
    made, by container.
    """

    pod: Obj
    node: NodeView
    now: Micros
    model: WorkloadModel
    seconds: Callable[[str], float]
    ip: str
    version: tuple[int, int]
    obstacle: Obstacle | None = None
    config_errors: Mapping[str, str] = _NO_ERRORS

    @property
    def restart_policy(self) -> str:
        """Always, OnFailure or Never."""
        return str(self.pod["spec"].get("restartPolicy") or "Always")

    @property
    def grace(self) -> int:
        """Seconds that the pod's containers may take to end."""
        return int(self.pod["spec"].get("terminationGracePeriodSeconds", 30))

    def spec(self, index: int) -> ContainerSpec:
        """The spec of a container by its place in the life: init containers come first."""
        spec = self.pod["spec"]
        inits = spec.get("initContainers") or ()
        if index < len(inits):
            return inits[index]  # type: ignore[no-any-return]  # JSON
        place, apps = index - len(inits), spec["containers"]
        if place < len(apps):
            return apps[place]  # type: ignore[no-any-return]
        return spec["ephemeralContainers"][place - len(apps)]  # type: ignore[no-any-return]

    def full_name(self) -> str:
        """The pod as the kubelet writes it in messages: ``name_namespace(uid)``."""
        return f"{name(self.pod)}_{namespace(self.pod)}({uid(self.pod)})"


@dataclass(slots=True)
class Draft:
    """One look at a pod being worked out: the life so far, at which moment, and what to tell."""

    scene: Scene
    life: Life
    at: Micros
    notes: list[Note] = field(default_factory=list)
    pulls: dict[str, Micros] = field(default_factory=dict)

    def normal(self, reason: str, message: str) -> None:
        """Tell of something ordinary."""
        self.notes.append(Note("Normal", reason, message))

    def warn(self, reason: str, message: str) -> None:
        """Tell of something that is wrong."""
        self.notes.append(Note("Warning", reason, message))

    def change(self, **changes: Any) -> None:
        """Replace fields of the life, which is looked at now."""
        self.life = self.life._replace(looked_at=self.at, **changes)

    def put(self, index: int, **changes: Any) -> Container:
        """Replace fields of a container; returns it."""
        new = self.life.containers[index]._replace(**changes)
        self.set(index, new)
        return new

    def set(self, index: int, container: Container, **changes: Any) -> None:
        """Put a container in the place of one, and replace further fields of the life."""
        present = self.life.containers
        after = (*present[:index], container, *present[index + 1 :])
        self.change(containers=after, **changes)

    def image_since(self, image: str) -> Micros | None:
        """From when an image is on the node; None if nobody has asked for it."""
        return self.pulls.get(image, self.scene.node.images.get(image))
