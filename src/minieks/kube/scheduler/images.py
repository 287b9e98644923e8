"""Which images lie on which nodes, and how large they are.

Source: kubernetes pkg/scheduler/backend/cache/cache.go addNodeImageStates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from minieks.kube.words.objects import Obj

_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(slots=True)
class Image:
    """One image name: its size as first reported, and the slots of the nodes that list it."""

    size: int
    slots: dict[int, None] = field(default_factory=dict)


class Images:
    """All images that nodes list."""

    def __init__(self) -> None:
        self.by_name: dict[str, Image] = {}

    def put(self, slot: int, before: Obj | None, node: Obj | None) -> None:
        """Take over the images of a node; None: of one that is not there (yet or any more)."""
        if _listed(before) == _listed(node):
            return
        for name, _ in _names(before):
            image = self.by_name.get(name)
            if image is not None:
                image.slots.pop(slot, None)
                if not image.slots:
                    del self.by_name[name]
        for name, size in _names(node):
            self.by_name.setdefault(name, Image(size)).slots[slot] = None


def _listed(node: Obj | None) -> Any:
    return ((node or _NOTHING).get("status") or _NOTHING).get("images") or ()


def _names(node: Obj | None) -> Iterator[tuple[str, int]]:
    for image in _listed(node):
        for name in image.get("names") or ():
            yield name, int(image.get("sizeBytes") or 0)
