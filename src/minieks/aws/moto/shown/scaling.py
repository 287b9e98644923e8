"""Auto Scaling where some groups are node groups: taking instances out of those is the cluster's.

Source: Amazon EC2 Auto Scaling API reference, DetachInstances, DeleteAutoScalingGroup,
TerminateInstanceInAutoScalingGroup, AttachInstances, EnterStandby, ExitStandby.
"""

from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.models import (
    AutoScalingBackend,
    DetachInstanceActivity,
    EnterStandbyActivity,
    ExitStandbyActivity,
    TerminateInstanceActivity,
)

from minieks.aws.moto.shown.groups import Membership, ScalingGroup, refusing
from minieks.aws.moto.shown.refreshes import have_refreshes
from minieks.eks.nodegroups import orders
from minieks.eks.nodegroups.removing import begin_removal


class _InUse(AutoscalingClientError):  # type: ignore[misc]  # moto has no types
    code = "ResourceInUse"
    message = (
        "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
        "request(s) still in the group."
    )


class NodeGroupScaling(AutoScalingBackend):  # type: ignore[misc]  # moto has no types
    """moto's Auto Scaling; what it does to other groups than node groups is as it was."""

    __module__ = AutoScalingBackend.__module__
    """moto finds the addresses of a backend beside its module."""

    def detach_instances(
        self, group_name: str, instance_ids: list[str], should_decrement: bool
    ) -> list[Any]:
        """Let instances of a group run on outside of it."""
        group = self.autoscaling_groups[group_name]
        if not isinstance(group, ScalingGroup):
            return list(super().detach_instances(group_name, instance_ids, should_decrement))
        with refusing():
            orders.detach(group.world, group_name, instance_ids, decrement=should_decrement)
        leaving = [one for one in group.instance_states if one.instance_id in instance_ids]
        self.ec2_backend.delete_tags(instance_ids, {"aws:autoscaling:groupName": group_name})
        return [DetachInstanceActivity(one.instance) for one in leaving]

    def attach_instances(self, group_name: str, instance_ids: list[str]) -> None:
        """Let instances that run be of a group."""
        group = self.autoscaling_groups[group_name]
        if not isinstance(group, ScalingGroup):
            super().attach_instances(group_name, instance_ids)
            return
        with refusing():
            orders.attach(group.world, group_name, instance_ids)
        for one in instance_ids:
            self.ec2_backend.create_tags([one], {"aws:autoscaling:groupName": group_name})

    def enter_standby_instances(
        self, group_name: str, instance_ids: list[str], should_decrement: bool
    ) -> list[Any]:
        """Let instances of a group run on without counting there."""
        group = self.autoscaling_groups[group_name]
        if not isinstance(group, ScalingGroup):
            found = super().enter_standby_instances(group_name, instance_ids, should_decrement)
            return list(found)
        before = group.desired_capacity
        with refusing():
            orders.enter_standby(group.world, group_name, instance_ids, decrement=should_decrement)
        group.show_again()
        return [EnterStandbyActivity(one, before) for one in group.machines(instance_ids)]

    def exit_standby_instances(self, group_name: str, instance_ids: list[str]) -> list[Any]:
        """Let instances of a group count there again."""
        group = self.autoscaling_groups[group_name]
        if not isinstance(group, ScalingGroup):
            return list(super().exit_standby_instances(group_name, instance_ids))
        before = group.desired_capacity
        with refusing():
            orders.exit_standby(group.world, group_name, instance_ids)
        group.show_again()
        return [ExitStandbyActivity(one, before) for one in group.machines(instance_ids)]

    def put_warm_pool(self, group_name: str, *given: Any, **more: Any) -> None:
        """Node groups have no warm pools here."""
        if isinstance(self.autoscaling_groups.get(group_name), ScalingGroup):
            raise NotImplementedError("warm pools of node groups are not emulated")
        super().put_warm_pool(group_name, *given, **more)

    def suspend_processes(self, group_name: str, scaling_processes: list[str]) -> None:
        """The processes of node groups always run here."""
        if isinstance(self.autoscaling_groups.get(group_name), ScalingGroup):
            raise NotImplementedError("suspended processes of node groups are not emulated")
        super().suspend_processes(group_name, scaling_processes)

    def terminate_instance(self, instance_id: str, should_decrement: bool) -> Any:
        """Let an instance of a group drain and end."""
        found = self._membership(instance_id)
        if not isinstance(found, Membership):
            return super().terminate_instance(instance_id, should_decrement)
        group = found.auto_scaling_group
        before = group.desired_capacity
        with refusing():
            orders.give_up(group.world, instance_id, decrement=should_decrement)
        return TerminateInstanceActivity(found.instance, before)

    def _membership(self, instance_id: str) -> Any:
        states = self.describe_auto_scaling_instances([instance_id])
        return states[0] if states else None

    def delete_auto_scaling_group(self, group_name: str) -> None:
        """Delete a group; a node group's loses its instances first, and is gone after them."""
        group = self.autoscaling_groups.get(group_name)
        if not isinstance(group, ScalingGroup):
            super().delete_auto_scaling_group(group_name)
            return
        if group.instance_states:
            raise _InUse
        begin_removal(group.world, group_name)


def bear_node_groups(scaling: Any) -> None:
    """Let moto's Auto Scaling of one account and region have node groups among its groups."""
    if type(scaling) is AutoScalingBackend:
        scaling.__class__ = NodeGroupScaling
    have_refreshes()
