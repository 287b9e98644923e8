"""Programs that are known by their image: what they do is done here while their pod is ready.

So a program works as it does in a cluster: not before its pod runs, not after its Deployment is
gone, with the arguments and the environment of its container.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.engine.index import Indexed
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, is_deleting, name, namespace

COMINGS_AND_GOINGS: Final = aspects.LIFE | aspects.READY | aspects.DELETION
"""What of a program's pods decides whether it runs."""
_IMAGE: Final = "image"


class Program(NamedTuple):
    """A container of a program that runs, and since when."""

    pod: Obj
    container: Mapping[str, Any]
    since: Micros


@lru_cache(maxsize=4096)
def image_name(image: str) -> str:
    """The last part of an image's name, without tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def add_image_index(api: Api) -> None:
    """Let `running` answer."""
    api.store.add_index("pods", _IMAGE, images_of, aspects.SPEC)


def with_program(names: Iterable[str]) -> Indexed:
    """That there are pods of a program with one of these image names, ready or not."""
    return Indexed("pods", _IMAGE, tuple(names))


def images_of(pod: Obj) -> Iterator[str]:
    """The names of the images of a pod's containers."""
    return (image_name(one.get("image") or "") for one in pod["spec"]["containers"])


def running(api: Api, names: Iterable[str]) -> Program | None:
    """The program with one of these image names whose pod has been ready for longest, if any is."""
    found = [
        program
        for image in names
        for pod in api.store.lookup("pods", _IMAGE, image)
        if (program := _program(pod, image)) is not None
    ]
    return min(found, key=lambda one: (one.since, name(one.pod)), default=None)


def is_of(change: Change, names: Iterable[str]) -> bool:
    """Whether the changed pod is one of such a program."""
    return not {*names}.isdisjoint(images_of(change.value))


def _program(pod: Obj, image: str) -> Program | None:
    if is_deleting(pod) or not pods.is_ready(pod):
        return None
    container = next(
        one for one in pod["spec"]["containers"] if image_name(one.get("image") or "") == image
    )
    return Program(pod, container, _since(pod, container["name"]))


def _since(pod: Obj, container: str) -> Micros:
    """When the container started last."""
    for status in (pod.get("status") or {}).get("containerStatuses") or ():
        started = ((status.get("state") or {}).get("running") or {}).get("startedAt")
        if status["name"] == container and started:
            return times.parse(started)
    return times.parse(pod["metadata"]["creationTimestamp"])


def environment(api: Api, program: Program) -> dict[str, str]:
    """The container's environment, as far as it stands in its pod and in ConfigMaps."""
    space, found = namespace(program.pod), dict[str, str]()
    for source in program.container.get("envFrom") or ():
        prefix, reference = source.get("prefix") or "", source.get("configMapRef") or {}
        data = _data(api, space, reference)
        found.update({f"{prefix}{key}": value for key, value in data.items()})
    for variable in program.container.get("env") or ():
        reference = (variable.get("valueFrom") or {}).get("configMapKeyRef") or {}
        value = _data(api, space, reference).get(reference.get("key", ""), variable.get("value"))
        if value is not None:
            found[variable["name"]] = value
    return found


def _data(api: Api, space: str, reference: Mapping[str, Any]) -> Mapping[str, str]:
    config = api.get("configmaps", space, reference.get("name", ""))
    return (config or {}).get("data") or {}


def arguments(program: Program, module: str) -> list[str]:
    """The program's own arguments: what follows its module's name, where the command says it."""
    command = list(program.container.get("command") or ())
    words = [*command, *(program.container.get("args") or ())]
    if module in words:
        return words[words.index(module) + 1 :]
    return words[1:] if command else words


def refused(name: str, error: UserError) -> str:
    """What is told of a program that does not start."""
    hint = f" ({error.hint})" if error.hint else ""
    return f"Error: {name} does not start: {error.message}{hint}"


def is_ready(api: Api, names: Iterable[str]) -> bool:
    """Whether a pod of the program is ready."""
    return any(
        pods.is_ready(pod) and not is_deleting(pod)
        for image in names
        for pod in api.store.lookup("pods", _IMAGE, image)
    )
