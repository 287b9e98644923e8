"""How well a pod sits on each of the nodes that it may go to."""

from dataclasses import dataclass, field

import numpy as np

from minieks.kube.scheduler.arrays import Ints
from minieks.kube.scheduler.framework import Cycle
from minieks.kube.scheduler.plugins import SCORES


@dataclass(slots=True)
class Scores:
    """Weighted scores of feasible nodes, in the order in which they were found."""

    totals: Ints
    by_plugin: dict[str, Ints] = field(default_factory=dict)
    """Of the plugins that the pod concerns."""


def score(cycle: Cycle, slots: Ints) -> Scores:
    """Ask every score plugin and add up."""
    found = Scores(np.zeros(len(slots), dtype=np.int64))
    for plugin in SCORES:
        scores = plugin.score(cycle, slots)
        if scores is not None:
            weighted = found.by_plugin[plugin.name] = plugin.weight * scores
            found.totals += weighted
    return found
