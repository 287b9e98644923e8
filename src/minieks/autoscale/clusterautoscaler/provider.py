"""What a cloud's node groups are to the autoscaler: the one thing it needs of a cloud.

Source: kubernetes/autoscaler cluster-autoscaler/cloudprovider/cloud_provider.go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from minieks.engine.errors import EngineError
from minieks.kube.words.objects import Obj


class ProviderError(EngineError):
    """The cloud refused what was asked of it; its words are the message."""


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """A group of like nodes that can grow and shrink."""

    id: str
    min_size: int
    max_size: int
    target_size: int
    """How many nodes are asked for at present."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings of its own, such as ``scaledownunneededtime``, as texts."""


class InstanceError(NamedTuple):
    """Why an instance cannot be created."""

    error_class: str
    """``OutOfResources`` or ``Other``."""
    code: str
    message: str


class Instance(NamedTuple):
    """A machine of a group, or one that is asked for."""

    id: str
    """As in ``spec.providerID`` of its node."""
    error: InstanceError | None = None
    deleting: bool = False


class GroupTemplate(NamedTuple):
    """The next node of a group as the cloud describes it, and pods that it always has."""

    node: Obj
    pods: Sequence[Obj] = ()


class Provider(Protocol):
    """Node groups, and what can be done with them."""

    def groups(self) -> Sequence[NodeGroup]:
        """The groups that the autoscaler may change, always in the same order."""

    def template(self, group: str) -> GroupTemplate | None:
        """What the next node will be; None if that cannot be told."""

    def instances(self, group: str) -> Sequence[Instance]:
        """The machines of a group, those too that have not come yet."""

    def group_of(self, node: Obj) -> str | None:
        """The id of the group that a node belongs to; None for any other node."""

    def increase(self, group: str, by: int) -> None:
        """Ask for more nodes; raises ProviderError."""

    def decrease_target(self, group: str, by: int) -> None:
        """Ask no more for nodes that have not come; raises ProviderError."""

    def delete(self, group: str, instances: Sequence[str]) -> None:
        """End machines, and ask for as many less; raises ProviderError."""
