"""The phase of a pod from the states of its containers.

Source: kubernetes pkg/kubelet/kubelet_pods.go getPhase.
"""

from minieks.kube.kubelet.life import Container, Life

TERMINAL = ("Succeeded", "Failed")
_FIRST = ("init", "sidecar")


def may_restart(container: Container, policy: str) -> bool:
    """Whether a container that has ended, or never ran, is to be started (again)."""
    if container.ended is None or container.role == "sidecar":
        return True
    if container.role == "ephemeral":
        return False
    failed = container.ended.code != 0
    if container.role == "init" or policy == "OnFailure":
        return failed and policy != "Never"
    return policy == "Always"


def ephemeral_to_start(life: Life) -> list[int]:
    """The places of the ephemeral containers that have not run; each runs once."""
    if life.containers[-1].role != "ephemeral":
        return []
    return [
        index
        for index, one in enumerate(life.containers)
        if one.role == "ephemeral" and one.state == "waiting" and not one.starts
    ]


def is_initialized(life: Life) -> bool:
    """Whether every init container has succeeded and every sidecar has started."""
    return not incomplete(life)


def incomplete(life: Life) -> list[str]:
    """The init containers that have not done their part yet, in order."""
    if life.initialized:
        return []
    return [one.name for one in life.containers if one.role in _FIRST and not _done(one)]


def _done(container: Container) -> bool:
    if container.role == "sidecar":
        return container.running and container.up
    return container.state == "ended" and container.ended is not None and not container.ended.code


def init_failed(life: Life, policy: str) -> bool:
    """Whether an init container has failed for good."""
    return policy == "Never" and any(
        one.role == "init" and one.ended is not None and one.ended.code != 0
        for one in life.containers
    )


def apps_over(life: Life, policy: str) -> bool:
    """Whether nothing of the pod's own is to run again: its work is done, or has failed."""
    if not life.initialized:
        return init_failed(life, policy)
    for one in life.containers:
        if one.role == "app" and (one.state != "ended" or may_restart(one, policy)):
            return False
    return True


def phase(life: Life, policy: str) -> str:
    """Pending, Running, Succeeded or Failed; a phase once terminal stays."""
    if life.phase in TERMINAL:
        return life.phase
    if life.verdict is not None:
        return "Failed"
    if not life.initialized:
        return "Failed" if init_failed(life, policy) and life.over_at is not None else "Pending"
    running = False
    for one in life.containers:
        if one.role == "app" and one.state == "waiting" and one.ended is None:
            return "Pending"
        running = running or (one.state == "running" and one.role != "ephemeral")
    if running:
        return "Running"
    apps = [one for one in life.containers if one.role == "app"]
    return _when_all_stopped(apps, policy, life.over_at is not None)


def _when_all_stopped(apps: list[Container], policy: str, over: bool) -> str:
    succeeded = all(one.ended is not None and one.ended.code == 0 for one in apps)
    if over:
        return "Succeeded" if succeeded else "Failed"
    if policy == "Always":
        return "Running"
    if succeeded:
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"
