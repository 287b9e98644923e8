"""The images that a node reports: what its pods have pulled, and what is left of former ones.

The scheduler prefers nodes that have a pod's images. A kubelet lists its images every 30 s and
reports them with its next status, the 50 largest of them.
Source: kubernetes pkg/kubelet/images/image_gc_manager.go, pkg/kubelet/nodestatus/setters.go
(Images), kubelet configuration nodeStatusMaxImages.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.data.timings import Timings
from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.kubelet import images
from minieks.kube.kubelet.wakes import BY_NODE, node_of
from minieks.kube.kubelet.workload import AnnotatedWorkload, WorkloadModel
from minieks.kube.words.objects import Obj, with_status

PERIOD: Final[Micros] = 30 * SECOND
MOST: Final = 50
_MIB: Final = 1024 * 1024
_PARTS: Final = (
    ("containers", "containerStatuses"),
    ("initContainers", "initContainerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
)


def pulled(pod: Obj, model: WorkloadModel) -> dict[str, int]:
    """The images of the pod's containers that have started once, with their bytes."""
    found: dict[str, int] = {}
    status = pod.get("status") or {}
    for part, statuses in _PARTS:
        known = {one["name"] for one in status.get(statuses) or () if one.get("imageID")}
        for container in pod["spec"].get(part) or ():
            if container["name"] in known:
                size = round(model.image_mebibytes(pod, container) * _MIB)
                found[images.full_name(container["image"])] = size
    return found


def reported(before: Iterable[Obj], arrived: Mapping[str, int]) -> list[Obj]:
    """The node's list with the images that arrived: the largest first, at most 50."""
    sizes = {one["names"][-1]: int(one["sizeBytes"]) for one in before} | dict(arrived)
    largest = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    return [{"names": _names(name), "sizeBytes": size} for name, size in largest]


def _names(name: str) -> list[str]:
    digest = images.image_id(name)
    return [digest] if name == digest else [digest, name]


class NodeImages:
    """The loop; its key is a node's name."""

    name = "kubelet-images"

    def __init__(self, api: Api, timings: Timings, model: WorkloadModel | None = None) -> None:
        self._api = api
        self._model = model or AnnotatedWorkload(timings)
        api.store.add_index("pods", BY_NODE, node_of, aspects.SPEC)

    def watches(self) -> Mapping[str, Wakes]:
        """Pods whose containers have got their images."""
        return {"pods": Minding(_got_images, aspects.STATUS)}

    def reconcile(self, node_name: str) -> Result | None:
        """Report what has come; each node looks at full half minutes only."""
        now = self._api.engine.now()
        node = self._api.get("nodes", "", node_name)
        if node is None:
            return None
        if now % PERIOD:
            return Result((PERIOD - now % PERIOD) / SECOND)
        arrived: dict[str, int] = {}
        for pod in self._api.store.lookup("pods", BY_NODE, node_name):
            arrived |= pulled(pod, self._model)
        before = (node.get("status") or {}).get("images") or []
        self._api.update_status(with_status(node, images=reported(before, arrived)))
        return None


def _got_images(change: Change) -> Iterable[str]:
    """The node of a pod of which more containers than before have an image."""
    if change.type != "MODIFIED" or _count(change.value) <= _count(change.previous or {}):
        return ()
    return node_of(change.value)


def _count(pod: Obj) -> int:
    """How many containers have an image; asked twice at every change of any pod's status."""
    found, status = 0, pod.get("status") or {}
    for _, part in _PARTS:
        if part in status:
            for one in status[part] or ():
                if one.get("imageID"):
                    found += 1
    return found
