"""Bringing a container up: its image, its environment, its process.

Source: kubernetes pkg/kubelet/images/image_manager.go, kuberuntime/kuberuntime_container.go.
"""

from hashlib import sha256

from minieks.engine.clock import SECOND, Micros, micros
from minieks.kube.kubelet import images
from minieks.kube.kubelet.life import Container, Work
from minieks.kube.kubelet.planning import plan
from minieks.kube.kubelet.scene import Draft
from minieks.kube.words.objects import Obj

# From ErrImagePull to ImagePullBackOff: the pod's next sync after the failed one.
_NEXT_SYNC: Micros = SECOND
NOT_BY_TIME: Micros = 1 << 62


def start(draft: Draft, index: int) -> None:
    """Begin to start a container that waits, or one that ended and is to run again."""
    spec = draft.scene.spec(index)
    image = spec["image"]
    wrong = images.invalid_name(image)
    if wrong:
        _wait(draft, index, "InvalidImageName", wrong)
        draft.warn("InspectFailed", wrong)
        draft.warn("Failed", "Error: InvalidImageName")
    elif spec.get("imagePullPolicy") == "Never" and not _present(draft, image):
        message = f'Container image "{image}" is not present with pull policy of Never'
        _wait(draft, index, "ErrImageNeverPull", message)
        draft.warn("ErrImageNeverPull", message)
        draft.warn("Failed", "Error: ErrImageNeverPull")
    elif spec.get("imagePullPolicy") != "Always" and _present(draft, image):
        draft.normal("Pulled", images.present(image, draft.scene.version))
        create(draft, index)
    else:
        draft.normal("Pulling", f'Pulling image "{image}"')
        until = draft.at + _pull_time(draft, index, image)
        draft.change(work=Work("pull", until, index, draft.at))


def _present(draft: Draft, image: str) -> bool:
    since = draft.image_since(images.full_name(image))
    return since is not None and since <= draft.at


def _pull_time(draft: Draft, index: int, image: str) -> Micros:
    """How long the pull takes; one that another pod has begun ends for both at once."""
    scene, name = draft.scene, images.full_name(image)
    if scene.model.pull_error(scene.pod, scene.spec(index)):
        return micros(scene.seconds("image_check"))
    since = draft.image_since(name)
    if since is not None:
        return max(since - draft.at, micros(scene.seconds("image_check")))
    size = scene.model.image_mebibytes(scene.pod, scene.spec(index))
    rate = scene.seconds("image_pull_rate_mib_per_second")
    took = micros(scene.seconds("image_pull_overhead") + size / rate)
    draft.pulls[name] = draft.at + took
    return took


def pulled(draft: Draft, work: Work) -> None:
    """The pull has ended: tell it, and go on or back off."""
    scene, spec = draft.scene, draft.scene.spec(work.container)
    error = scene.model.pull_error(scene.pod, spec)
    if error:
        draft.change(work=None)
        _pull_failed(draft, work.container, images.pull_error(spec["image"], error))
        return
    took = (work.until - work.since) / SECOND
    size = scene.model.image_mebibytes(scene.pod, spec)
    draft.normal("Pulled", images.pulled(spec["image"], took, size, scene.version))
    create(draft, work.container)


def _pull_failed(draft: Draft, index: int, error: str) -> None:
    image = draft.scene.spec(index)["image"]
    backoff = draft.life.containers[index].pull_backoff.tried(draft.at, draft.at)
    draft.warn("Failed", f'Failed to pull image "{image}": {error}')
    draft.warn("Failed", "Error: ErrImagePull")
    draft.put(
        index,
        state="waiting",
        reason="ErrImagePull",
        message=error,
        pull_backoff=backoff,
        retry_at=backoff.retry_at(draft.at),
        turn_at=draft.at + _NEXT_SYNC,
    )


def back_off_pull(draft: Draft, index: int) -> None:
    """The sync after a failed pull finds the image in back-off."""
    image = draft.scene.spec(index)["image"]
    message = images.backing_off(image, draft.life.containers[index].message, draft.scene.version)
    draft.normal("BackOff", f'Back-off pulling image "{image}"')
    draft.warn("Failed", "Error: ImagePullBackOff")
    draft.put(index, reason="ImagePullBackOff", message=message, turn_at=None)


def create(draft: Draft, index: int) -> None:
    """Make the container; its process runs after ``container_start``."""
    error = draft.scene.config_errors.get(draft.scene.spec(index)["name"])
    if error:
        draft.warn("Failed", f"Error: {error}")
        draft.change(work=None)
        _wait(draft, index, "CreateContainerConfigError", error)
        return
    until = draft.at + micros(draft.scene.seconds("container_start"))
    draft.change(work=Work("start", until, index, draft.at))


def _wait(draft: Draft, index: int, reason: str, message: str) -> None:
    """Wait for something outside to change; the kubelet is woken when it does."""
    draft.put(
        index, state="waiting", reason=reason, message=message, retry_at=NOT_BY_TIME, turn_at=None
    )


def started(draft: Draft, work: Work) -> None:
    """The process runs: count it, and plan what will become of it."""
    index, scene = work.container, draft.scene
    old, spec = draft.life.containers[index], scene.spec(work.container)
    created, running = messages(old.name, scene.version)
    draft.normal("Created", created)
    draft.normal("Started", running)
    tried = old.backoff.tried(old.ended.finished_at, draft.at) if old.ended else old.backoff
    new = old._replace(
        state="running",
        reason="",
        message="",
        started_at=draft.at,
        starts=old.starts + 1,
        container_id=_container_id(draft.life.uid, old),
        image_id=images.image_id(spec["image"]),
        backoff=tried,
        stopping=False,
        complaints=0,
        turn_at=None,
        resources=_allocated(draft, index),
    )
    planned = plan(scene, draft.life.began, new, spec)
    up, ready = planned.up_at == draft.at, planned.ready_at == draft.at
    draft.set(index, new._replace(plan=planned, up=up, ready=ready), work=None)


def _allocated(draft: Draft, index: int) -> Obj:
    """What a container runs with; ephemeral ones have nothing of their own."""
    allocated = draft.life.allocated
    return allocated[index] if index < len(allocated) else {}


def messages(container: str, version: tuple[int, int]) -> tuple[str, str]:
    """What the events Created and Started say; the words changed in 1.32 and in 1.35."""
    if version >= (1, 35):
        return "Container created", "Container started"
    colon = ":" if version >= (1, 32) else ""
    return f"Created container{colon} {container}", f"Started container {container}"


def _container_id(pod_uid: str, container: Container) -> str:
    made = sha256(f"{pod_uid}/{container.name}/{container.starts}".encode()).hexdigest()
    return f"containerd://{made}"
