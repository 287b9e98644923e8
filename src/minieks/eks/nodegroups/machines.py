"""Which nodes' machines are alive: an instance that is shutting down runs no pod any more.

Source: Amazon EC2 user guide, "Instance state changes".
"""

from minieks.eks.nodegroups.world import INSTANCES
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj

GONE = ("shutting-down", "terminated")


class Instances:
    """Answers for the nodes of node groups; every other node is alive as long as it is there."""

    def __init__(self, aws: Store) -> None:
        self._aws = aws
        aws.add_index(INSTANCES, "node", _node_name)

    def is_running(self, node_name: str) -> bool:
        """Whether pods on the node run: not if every instance of this name is going."""
        found = self._aws.lookup(INSTANCES, "node", node_name)
        for one in found:
            if one["state"] not in GONE:
                return True
        return not found


def _node_name(instance: Obj) -> list[str]:
    return [instance["privateDnsName"]]
