"""ImageLocality: nodes that have the pod's images already are preferred.

Source: kubernetes plugins/imagelocality.
"""

from typing import Final

import numpy as np

from minieks.kube.scheduler.arrays import Ints
from minieks.kube.scheduler.framework import Cycle

_MB: Final = 1024 * 1024
_LEAST: Final = 23 * _MB
_MOST_PER_CONTAINER: Final = 1000 * _MB


class ImageLocality:
    """Scores the bytes of the images present, each scaled by the share of nodes that have it."""

    name: Final = "ImageLocality"
    weight: Final = 1

    def score(self, cycle: Cycle, slots: Ints) -> Ints | None:
        """From 0 (23 MiB or less) to 100 (1000 MiB for each container, init containers too)."""
        images, known = cycle.info.spec.images, cycle.state.images.by_name
        if not any(name in known for name in images):
            return None
        table = cycle.state.nodes
        return table.remember(("images", images), lambda: _scores(cycle, images))[slots]


def _scores(cycle: Cycle, images: tuple[str, ...]) -> Ints:
    table = cycle.state.nodes
    total = np.zeros(table.size, dtype=np.int64)
    for name in images:
        image = cycle.state.images.by_name.get(name)
        if image is not None:
            share = len(image.slots) / len(table.slots)
            total[list(image.slots)] += int(image.size * share)
    most = _MOST_PER_CONTAINER * len(images)
    return 100 * (np.clip(total, _LEAST, most) - _LEAST) // (most - _LEAST)
