"""How the processes in containers behave: the seam where a model of load or memory goes.

The kubelet asks a ``WorkloadModel``; the one here answers from annotations and default timings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from minieks.data.timings import Timings
from minieks.kube.kinds import pods
from minieks.kube.kubelet import annotations as settings
from minieks.kube.words.objects import Obj, annotations

ContainerSpec: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exit:
    """A process ends by itself: so many seconds after its start, with which code and reason."""

    after: float
    code: int
    reason: str
    message: str = ""


def exit_of(after: float, code: int) -> Exit:
    """An ordinary end: Completed for code 0, else Error."""
    return Exit(after, code, "Error" if code else "Completed")


class WorkloadModel(Protocol):
    """What the processes of a pod do; all durations are in seconds from the container's start."""

    def exit(self, pod: Obj, container: ContainerSpec, *, init: bool) -> Exit | None:
        """How the container ends by itself; None if it runs for ever."""

    def ready_after(self, pod: Obj, container: ContainerSpec, *, probed: bool) -> float:
        """When the application answers; infinity for never."""

    def unhealthy_after(self, pod: Obj, container: ContainerSpec) -> float | None:
        """When the liveness probe begins to fail; None for never."""

    def termination(self, pod: Obj, container: ContainerSpec) -> float:
        """From SIGTERM to the end."""

    def image_mebibytes(self, pod: Obj, container: ContainerSpec) -> float:
        """The compressed size of the image."""

    def pull_error(self, pod: Obj, container: ContainerSpec) -> str:
        """Why the image cannot be pulled; empty if it can."""


class AnnotatedWorkload:
    """The annotations of ``kubelet.annotations``, and default timings for what they leave open.

    A container of a pod that is meant to end (restartPolicy Never or OnFailure) runs for
    ``job_run``, an init container for ``init_container_run``, any other for ever.
    """

    def __init__(self, timings: Timings) -> None:
        self._timings = timings

    def exit(self, pod: Obj, container: ContainerSpec, *, init: bool) -> Exit | None:
        """By crash-after, else by run-duration or the default of a pod that ends."""
        said, name = annotations(pod), container["name"]
        code = settings.value(said, "exit-code", name, init=init)
        crash = settings.value(said, "crash-after", name, init=init)
        runs = settings.value(said, "run-duration", name, init=init)
        if crash is not None and (runs is None or crash <= runs):
            return exit_of(crash, 1 if code is None else code)
        if runs is None:
            runs = self._default_run(pod, container, init)
        return None if runs is None else exit_of(runs, code or 0)

    def _default_run(self, pod: Obj, container: ContainerSpec, init: bool) -> float | None:
        if init and not pods.is_sidecar(container):
            return self._timings.of("init_container_run").median
        if init or pod["spec"].get("restartPolicy", "Always") == "Always":
            return None
        return self._timings.of("job_run").median

    def ready_after(self, pod: Obj, container: ContainerSpec, *, probed: bool) -> float:
        """By time-to-ready, else by the default with or without a probe."""
        sidecar = pods.is_sidecar(container)
        said = settings.value(annotations(pod), "time-to-ready", container["name"], init=sidecar)
        if said is not None:
            return float(said)
        return self._timings.of("app_startup" if probed else "container_ready").median

    def unhealthy_after(self, pod: Obj, container: ContainerSpec) -> float | None:
        """By liveness-fails-after."""
        said = settings.value(annotations(pod), "liveness-fails-after", container["name"])
        return None if said is None else float(said)

    def termination(self, pod: Obj, container: ContainerSpec) -> float:
        """By termination-time, else the default."""
        said = settings.value(annotations(pod), "termination-time", container["name"], init=True)
        return self._timings.of("container_termination").median if said is None else float(said)

    def image_mebibytes(self, pod: Obj, container: ContainerSpec) -> float:
        """By image-size, else the default."""
        said = settings.value(annotations(pod), "image-size", container["name"], init=True)
        return self._timings.of("image_size_mib").median if said is None else float(said)

    def pull_error(self, pod: Obj, container: ContainerSpec) -> str:
        """By pull-error."""
        return settings.value(annotations(pod), "pull-error", container["name"], init=True) or ""
