"""What goes on by itself in a running cluster's own store: updates, add-ons and the like."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeAlias

from minieks.eks.operations.regional import OneCluster
from minieks.eks.operations.transitions import follow
from minieks.kube.words.objects import Obj

Step: TypeAlias = Callable[[OneCluster, str, Obj], None]
STEPS: Final[Mapping[str, Step]] = {}
"""By collection, how a record goes on when its time has come."""


def begin(cluster: OneCluster) -> None:
    """Let the records of a cluster that just began to run go on from now on."""
    steps = {collection: partial(step, cluster) for collection, step in STEPS.items()}
    follow(cluster.at.services.engine, cluster.aws, steps)
