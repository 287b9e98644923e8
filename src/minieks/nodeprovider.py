"""A cluster's Auto Scaling groups as the cluster autoscaler sees and changes them.

Source: kubernetes/autoscaler cluster-autoscaler/cloudprovider/aws.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from minieks.autoscale.clusterautoscaler.provider import (
    GroupTemplate,
    Instance,
    InstanceError,
    NodeGroup,
    ProviderError,
)
from minieks.eks.nodegroups import described, orders
from minieks.eks.nodegroups.world import GROUPS, INSTANCES, World
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.engine.store import Change
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj

_PLACEHOLDER: Final = "i-placeholder-"
_ENDED: Final = "Terminated"
_CANNOT: Final = InstanceError(
    "OutOfResource",
    "placeholder-cannot-be-fulfilled",
    "AWS cannot provision any more instances for this node group",
)
_PROXY: Final[Obj] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "kube-proxy",
        "namespace": "kube-system",
        "annotations": {"kubernetes.io/config.mirror": "1234567890abcdef"},
        "labels": {"component": "kube-proxy"},
    },
    "spec": {
        "containers": [
            {
                "name": "kube-proxy",
                "image": "kube-proxy",
                "resources": {"requests": {"cpu": "100m"}},
            }
        ]
    },
}
"""The pod that every described node is taken to have, beside those of DaemonSets."""


class AwsProvider:
    """The groups that the flags name, by their tags or one by one."""

    def __init__(self, world: World, flags: Mapping[str, Any]) -> None:
        """Raises UserError for flags that name no groups of AWS."""
        if flags["cloud-provider"] != "aws":
            raise UserError(
                f"the cloud provider {flags['cloud-provider']!r} is not emulated",
                where="cluster-autoscaler",
                hint="start it with --cloud-provider=aws",
            )
        self._world = world
        self._wanted = [_tags(one) for one in flags["node-group-auto-discovery"]]
        self._named = dict(_named(one) for one in flags["nodes"])
        self._asked: dict[str, Micros] = {}
        self._known: IdentityMemo[Instance] = IdentityMemo()

    # What there is ---------------------------------------------------------------------------

    def groups(self) -> list[NodeGroup]:
        """The Auto Scaling groups, in the order of their making."""
        return [
            self._group(record)
            for record in self._world.aws.values(GROUPS)
            if self._is_ours(record) and not record.get("deleting")
        ]

    def _is_ours(self, record: Obj) -> bool:
        if record["autoScalingGroupName"] in self._named:
            return True
        tags = record["tags"]
        return any(
            all(key in tags and value in ("", tags[key]) for key, value in wanted.items())
            for wanted in self._wanted
        )

    def _group(self, record: Obj) -> NodeGroup:
        name = record["autoScalingGroupName"]
        sizes = (record["minSize"], record["maxSize"])
        least, most = self._named.get(name, sizes)
        return NodeGroup(name, least, most, record["desiredCapacity"], described.options(record))

    def template(self, group: str) -> GroupTemplate | None:
        """The next node as the group describes it, with a pod of kube-proxy."""
        record = self._world.aws.get(GROUPS, group)
        return (
            None if record is None else GroupTemplate(described.node(self._world, record), [_PROXY])
        )

    def instances(self, group: str) -> list[Instance]:
        """The instances, and placeholders for those that are wanted and have not come."""
        record = self._world.aws.get(GROUPS, group)
        there = [one for one in self._world.instances(group) if one["lifecycleState"] != _ENDED]
        found = self._known.each(there, _instance)
        if record is None:
            return found
        error = _CANNOT if self._has_failed(record) else None
        zone = record["availabilityZones"][0]
        for number in range(len(there), record["desiredCapacity"]):
            placeholder = f"aws:///{zone}/{_PLACEHOLDER}{group}-{number}"
            found.append(Instance(placeholder, error))
        return found

    def _has_failed(self, record: Obj) -> bool:
        """Whether a launch has failed since the group was asked to grow."""
        failed = record.get("launchFailedAt")
        return failed is not None and failed >= self._asked.get(record["autoScalingGroupName"], 0)

    def group_of(self, node: Obj) -> str | None:
        """The group of a node's instance."""
        instance = self._world.aws.get(INSTANCES, nodes.provider_id(node).rpartition("/")[2])
        if instance is None or instance["lifecycleState"] == _ENDED:
            return None
        record = self._world.aws.get(GROUPS, instance["autoScalingGroupName"])
        return instance["autoScalingGroupName"] if record and self._is_ours(record) else None

    # What is done ----------------------------------------------------------------------------

    def increase(self, group: str, by: int) -> None:
        """SetDesiredCapacity; raises ProviderError."""
        self._set(group, self._desired(group) + by)

    def decrease_target(self, group: str, by: int) -> None:
        """Ask no more for instances that have not come; raises ProviderError."""
        self._set(group, max(self._desired(group) - by, len(self._world.live(group))))

    def delete(self, group: str, instances: Sequence[str]) -> None:
        """TerminateInstanceInAutoScalingGroup, one wanted less; raises ProviderError."""
        for one in instances:
            instance_id = one.rpartition("/")[2]
            if instance_id.startswith(_PLACEHOLDER):
                self._set(group, self._desired(group) - 1)
                continue
            try:
                orders.give_up(self._world, instance_id, decrement=True)
            except UserError as error:
                raise ProviderError(error.message) from None

    def _desired(self, group: str) -> int:
        record = self._world.aws.get(GROUPS, group)
        if record is None:
            raise ProviderError(f"AutoScalingGroup name not found - {group}")
        return int(record["desiredCapacity"])

    def _set(self, group: str, desired: int) -> None:
        self._asked[group] = self._world.now()
        try:
            orders.set_capacity(self._world, group, desired)
        except UserError as error:
            raise ProviderError(error.message) from None


def _may_count_otherwise(change: Change) -> bool:
    """Whether a change of an instance may change its group's members."""
    before, after = change.previous, change.value
    if change.type != "MODIFIED" or before is None:
        return True
    ended = [one["lifecycleState"] == _ENDED for one in (before, after)]
    groups = [str(one["autoScalingGroupName"]) for one in (before, after)]
    return ended[0] != ended[1] or groups[0] != groups[1]


MINDED: Final[Mapping[str, Callable[[Change], bool]]] = {
    GROUPS: lambda _: True,
    INSTANCES: _may_count_otherwise,
}
"""Collections of the AWS side, and which of their changes matter to an autoscaler."""


def _instance(instance: Obj) -> Instance:
    return Instance(provider_id(instance))


def provider_id(instance: Obj) -> str:
    """The instance as ``spec.providerID`` of its node names it."""
    return f"aws:///{instance['placement']['availabilityZone']}/{instance['instanceId']}"


def _tags(text: str) -> dict[str, str]:
    """The tags of ``asg:tag=key,key=value``, an empty value for any; raises UserError."""
    kind, _, rest = text.partition(":")
    word, _, listed = rest.partition("=")
    if kind != "asg" or word != "tag" or not listed:
        raise UserError(
            f"invalid node group auto discovery {text!r}",
            where="cluster-autoscaler",
            hint="write asg:tag=KEY,KEY=VALUE",
        )
    parts = (one.partition("=") for one in listed.split(","))
    return {key: value for key, _, value in parts}


def _named(text: str) -> tuple[str, tuple[int, int]]:
    """The name and the sizes of ``min:max:name``; raises UserError."""
    least, _, rest = text.partition(":")
    most, _, name = rest.partition(":")
    if not (least.isdigit() and most.isdigit() and name):
        raise UserError(
            f"wrong nodes configuration: {text}",
            where="cluster-autoscaler",
            hint="write --nodes=MIN:MAX:NAME-OF-THE-AUTO-SCALING-GROUP",
        )
    return name, (int(least), int(most))
