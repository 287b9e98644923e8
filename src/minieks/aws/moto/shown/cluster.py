"""One cluster as EC2 and Auto Scaling show it."""

from collections.abc import Iterator
from typing import Any

from minieks.aws.moto import changes
from minieks.aws.moto.loaded import regional
from minieks.aws.moto.shown import network, templates
from minieks.aws.moto.shown.groups import ScalingGroup, groups_in
from minieks.aws.moto.shown.interfaces import Interfaces
from minieks.aws.moto.shown.machines import Machine, machines_in
from minieks.aws.moto.shown.scaling import bear_node_groups
from minieks.eks.fargate.microvm import COLLECTION as MICROVMS
from minieks.eks.nodegroups.world import GROUPS, INSTANCES, World
from minieks.eks.operations.ports import Running
from minieks.engine.store import Change

_COLLECTIONS = (GROUPS, INSTANCES, MICROVMS)


class ShownCluster:
    """What moto knows of a cluster; `refresh` brings it up to what has changed since."""

    def __init__(self, account: str, region: str, running: Running) -> None:
        self.running = running
        self._place = account, region
        self._ec2: Any = None
        self._scaling: Any = None
        self._changed: dict[tuple[str, str], None] = {}
        self._machines: dict[str, Machine] = {}
        self._interfaces = Interfaces(None, self.world)
        self._known: object = None
        aws = running.cluster.aws
        self._stop = [aws.subscribe(one, self._note) for one in _COLLECTIONS]

    @property
    def world(self) -> World:
        """The cluster's node groups."""
        return self.running.cluster.node_groups

    def _note(self, change: Change) -> None:
        self._changed[change.collection, change.key] = None

    def refresh(self) -> None:
        """Let moto have what has changed; all of it, if moto knows nothing (any more)."""
        ec2 = regional("ec2", *self._place)
        if self._known is not ec2.reservations:
            self._begin(ec2)
        changed, self._changed = self._changed, {}
        if changed:
            changes.note()
        for collection, key in sorted(changed, key=lambda one: _COLLECTIONS.index(one[0])):
            self._show(collection, key)
        if any(collection == INSTANCES for collection, _ in changed):
            self._fill_groups()

    def _begin(self, ec2: Any) -> None:
        self._ec2, self._known = ec2, ec2.reservations
        self._scaling = regional("autoscaling", *self._place)
        bear_node_groups(self._scaling)
        self._machines = {one.id: one for one in machines_in(ec2) if one.world is self.world}
        self._interfaces = Interfaces(ec2, self.world)
        network.show(self._ec2, self.running.cluster)
        aws = self.running.cluster.aws
        self._changed = dict.fromkeys(self._shown_before())
        self._changed.update(((one, key), None) for one in _COLLECTIONS for key in aws.keys(one))

    def _shown_before(self) -> Iterator[tuple[str, str]]:
        """What an earlier process has shown, some of which may be gone."""
        yield from ((GROUPS, one.name) for one in self._groups())
        yield from ((INSTANCES, one) for one in self._machines)
        yield from ((MICROVMS, one) for one in self._interfaces.pods())

    def _groups(self) -> list[ScalingGroup]:
        return [one for one in groups_in(self._scaling) if one.world is self.world]

    def _show(self, collection: str, key: str) -> None:
        if collection == GROUPS:
            self._show_group(key)
        elif collection == INSTANCES:
            self._show_machine(key)
        else:
            self._interfaces.show(key)

    def _show_group(self, name: str) -> None:
        record = self.running.cluster.aws.get(GROUPS, name)
        shown = self._scaling.autoscaling_groups.get(name)
        if record is None:
            if isinstance(shown, ScalingGroup):
                shown.vanish()
            return
        if shown is None:
            templates.ensure_own(self._ec2, self.world, record)
            shown = ScalingGroup(self._scaling, self.world, record)
        shown.show(record)

    def _show_machine(self, instance_id: str) -> None:
        record = self.running.cluster.aws.get(INSTANCES, instance_id)
        shown = self._machines.get(instance_id)
        if record is None:
            if shown is not None:
                self._machines.pop(instance_id).vanish()
            return
        if shown is None:
            group = self._scaling.autoscaling_groups.get(record["autoScalingGroupName"])
            shown = self._machines[instance_id] = Machine(self._ec2, self.world, record, group)
        shown.show(record)

    def _fill_groups(self) -> None:
        for name in self.running.cluster.aws.keys(GROUPS):
            group = self._scaling.autoscaling_groups[name]
            group.fill([self._machines[one["instanceId"]] for one in self.world.instances(name)])

    def end(self) -> None:
        """The cluster is gone, and all that it had."""
        for stop in self._stop:
            stop()
        if self._ec2 is None or self._known is not regional("ec2", *self._place).reservations:
            return
        for machine in self._machines.values():
            machine.vanish()
        for group in self._groups():
            group.vanish()
        self._interfaces.vanish()
        network.vanish(self._ec2, self.running.cluster)
