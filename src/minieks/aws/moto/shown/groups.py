"""The Auto Scaling group of a node group, as moto shows it, and its instances' places in it.

Source: Amazon EC2 Auto Scaling API reference, AutoScalingGroup, Instance. A managed node group's
has a mixed instances policy with a launch template that EKS makes (public `describe` answers).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState

from minieks.aws.moto.shown import templates
from minieks.aws.moto.shown.machines import Machine
from minieks.eks.nodegroups import orders
from minieks.eks.nodegroups.world import GROUPS, INSTANCES, World
from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj


@contextmanager
def refusing() -> Iterator[None]:
    """What the cluster refuses is a ValidationError of Auto Scaling."""
    try:
        yield
    except UserError as error:
        raise ValidationError(error.message) from None


class Membership(InstanceState):  # type: ignore[misc]  # moto has no types
    """An instance's place in its group."""

    def __init__(self, machine: Machine, group: "ScalingGroup") -> None:
        self._health = "Healthy"
        self._world, self._record = group.world, machine.record
        super().__init__(machine, self._record["lifecycleState"])
        self.auto_scaling_group = group

    @property
    def launch_template(self) -> dict[str, Any]:
        """The version that the instance was launched from."""
        version = str(self._record["launchTemplateVersion"])
        return {**self.auto_scaling_group.launch_template_id, "Version": version}

    @property
    def protected_from_scale_in(self) -> bool:
        """Whether the group leaves it alone when it shrinks."""
        return bool(self._record.get("protectedFromScaleIn"))

    @protected_from_scale_in.setter
    def protected_from_scale_in(self, wanted: bool | None) -> None:
        record = self._world.aws.get(INSTANCES, self._record["instanceId"])
        if record is not None and bool(record.get("protectedFromScaleIn")) != bool(wanted):
            self._world.write(record, protectedFromScaleIn=bool(wanted))

    @property
    def health_status(self) -> str:
        """What Auto Scaling takes it for."""
        return self._health

    @health_status.setter
    def health_status(self, status: str) -> None:
        """SetInstanceHealth: what is unhealthy is replaced."""
        if status == "Unhealthy" and self._health != status:
            with refusing():
                orders.give_up(self._world, self._record["instanceId"], decrement=False)
        self._health = status


class ScalingGroup(FakeAutoScalingGroup):  # type: ignore[misc]  # moto has no types
    """One group; ``world`` are the node groups that it is of."""

    def __init__(self, scaling: Any, world: World, record: Obj) -> None:
        self.world = world
        self._record: Obj = {}
        self._template = templates.make(scaling.ec2_backend, world, record)
        super().__init__(
            name=record["autoScalingGroupName"],
            availability_zones=[],
            desired_capacity=0,
            max_size=0,
            min_size=0,
            launch_config_name="",
            launch_template={},
            vpc_zone_identifier=",".join(record["subnets"]),
            default_cooldown=None,
            health_check_period=15,
            health_check_type="EC2",
            load_balancers=[],
            target_group_arns=[],
            placement_group=None,
            termination_policies=templates.TERMINATION,
            autoscaling_backend=scaling,
            ec2_backend=scaling.ec2_backend,
            tags=[],
            mixed_instances_policy=templates.policy(self._template, world.spec(record)),
            capacity_rebalance=world.spec(record).spot,
        )
        scaling.autoscaling_groups[self.name] = self

    @property
    def launch_template_id(self) -> dict[str, str]:
        """How its template is named."""
        return {"LaunchTemplateId": self._template.id, "LaunchTemplateName": self._template.name}

    @property
    def tags(self) -> list[dict[str, Any]]:
        """The tags of the cluster's record; its instances get them too."""
        about = {"ResourceId": self.name, "ResourceType": "auto-scaling-group"}
        return [
            {"Key": key, "Value": value, "PropagateAtLaunch": True, **about}
            for key, value in (self._record.get("tags") or {}).items()
        ]

    @tags.setter
    def tags(self, tags: Iterable[Mapping[str, Any]]) -> None:
        if self._record:
            wanted = {one["Key"]: one.get("Value", "") for one in tags}
            self._record = self.world.change(GROUPS, self.name, tags=wanted)

    def tags_of_instances(self, version: int) -> dict[str, str]:
        """The tags that an instance of the group is launched with."""
        return {
            **(self._record.get("tags") or {}),
            "aws:autoscaling:groupName": self.name,
            "aws:ec2launchtemplate:id": self._template.id,
            "aws:ec2launchtemplate:version": str(version),
        }

    def show(self, record: Obj) -> None:
        """Be what the record says."""
        self._record = record
        self.min_size, self.max_size = record["minSize"], record["maxSize"]
        self.desired_capacity = record["desiredCapacity"]
        version = record["launchTemplateVersion"]
        templates.bring_up(self._template, self.world.spec(record), version)
        named = {**self.launch_template_id, "Version": str(version)}
        self.mixed_instances_policy["LaunchTemplate"]["LaunchTemplateSpecification"] = named

    def show_again(self) -> None:
        """Be what the record says after it was changed."""
        self.show(self.world.aws.get(GROUPS, self.name) or self._record)

    def machines(self, wanted: Sequence[str]) -> list[Machine]:
        """Its instances of these ids."""
        return [one.instance for one in self.instance_states if one.instance_id in wanted]

    def fill(self, machines: Iterable[Machine]) -> None:
        """Have these instances, but for those that are gone."""
        there = [one for one in machines if one.record["state"] != "terminated"]
        self.instance_states = [Membership(one, self) for one in there]
        self.autoscaling_backend.update_attached_elbs(self.name)
        self.autoscaling_backend.update_attached_target_groups(self.name)

    def set_desired_capacity(self, new_capacity: int | None) -> None:
        """SetDesiredCapacity."""
        if not self._record:
            self.desired_capacity = new_capacity
            return
        if new_capacity is not None:
            with refusing():
                orders.set_capacity(self.world, self.name, new_capacity)

    def update(self, **asked: Any) -> None:
        """UpdateAutoScalingGroup: its sizes; what else it is, its node group decides."""
        with refusing():
            orders.set_sizes(
                self.world,
                self.name,
                least=asked["min_size"],
                most=asked["max_size"],
                desired=asked["desired_capacity"],
            )

    def replace_autoscaling_group_instances(self, *_: Any) -> None:
        """The cluster itself launches what lacks."""

    def vanish(self) -> None:
        """Be gone, and the template that was made for it."""
        self.autoscaling_backend.autoscaling_groups.pop(self.name, None)
        templates.remove(self.ec2_backend, self._template)


def groups_in(scaling: Any) -> list[ScalingGroup]:
    """The groups of node groups that Auto Scaling shows."""
    everyone = scaling.autoscaling_groups.values()
    return [one for one in everyone if isinstance(one, ScalingGroup)]
