"""The provider of the recorded runs: its nodes come and go at once."""

from collections.abc import Sequence

from golden.outcome import Json
from minieks.autoscale.clusterautoscaler.provider import GroupTemplate, Instance, NodeGroup
from minieks.kube.api.server import Api
from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj, annotations, name

_GROUP = "example.com/node-group"
# It puts this pod on every node that it describes, but on none that it makes.
_PROXY = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "kube-proxy",
        "namespace": "kube-system",
        "annotations": {"kubernetes.io/config.mirror": "1234567890"},
    },
    "spec": {
        "containers": [{"name": "c", "image": "c", "resources": {"requests": {"cpu": "100m"}}}]
    },
}


class Scripted:
    """Node groups of a case."""

    def __init__(self, api: Api, groups: Sequence[Json]) -> None:
        self._api = api
        self._groups = {one["name"]: one for one in groups}
        self._made: dict[str, int] = {}
        self.scale_ups: list[tuple[str, int, int]] = []
        self.removed: list[tuple[str, str]] = []
        for one in groups:
            for number, node_name in enumerate(one.get("initial_nodes") or ()):
                self._create(one["name"], node_name, _own_resources(one, node_name, number))

    def groups(self) -> list[NodeGroup]:
        return [
            NodeGroup(key, one["min"], one["max"], len(self._nodes(key)))
            for key, one in self._groups.items()
        ]

    def template(self, group: str) -> GroupTemplate:
        return GroupTemplate(self._node(group, f"{group}-template", None), [_PROXY])

    def instances(self, group: str) -> list[Instance]:
        return [Instance(nodes.provider_id(one)) for one in self._nodes(group)]

    def group_of(self, node: Obj) -> str | None:
        return annotations(node).get(_GROUP)

    def increase(self, group: str, by: int) -> None:
        before = len(self._nodes(group))
        self.scale_ups.append((group, before, before + by))
        for _ in range(by):
            self._made[group] = self._made.get(group, 0) + 1
            self._create(group, f"{group}+{self._made[group]}".replace("+", "-new-"), None)

    def decrease_target(self, group: str, by: int) -> None:
        raise AssertionError("nodes come at once")

    def delete(self, group: str, instances: Sequence[str]) -> None:
        for one in self._nodes(group):
            if nodes.provider_id(one) in instances:
                self.removed.append((group, name(one)))
                self._api.delete("nodes", "", name(one))

    def _nodes(self, group: str) -> list[Obj]:
        return [one for one in self._api.list("nodes") if self.group_of(one) == group]

    def _create(self, group: str, node_name: str, resources: Json | None) -> None:
        node = self._node(group, node_name, resources)
        self._api.update_status({**self._api.create(node), "status": node["status"]})

    def _node(self, group: str, node_name: str, resources: Json | None) -> Obj:
        template = self._groups[group]["template"]
        worn = {**template["labels"], nodes.HOSTNAME: node_name}
        amounts = {one: resources or template[one] for one in ("capacity", "allocatable")}
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": node_name, "labels": worn, "annotations": {_GROUP: group}},
            "spec": {"providerID": f"kwok:{node_name}", "taints": template.get("taints") or []},
            "status": amounts,
        }


def _own_resources(group: Json, node_name: str, number: int) -> Json | None:
    """What a node that is there has, if that is not what the template says."""
    said = group.get("initial_node_resources")
    if isinstance(said, list):
        said = said[number]
    elif isinstance(said, dict) and node_name in said:
        said = said[node_name]
    if not said:
        return None
    base = group["template"]["allocatable"]
    return {**base, **(said.get("allocatable") or said.get("capacity") or said)}
