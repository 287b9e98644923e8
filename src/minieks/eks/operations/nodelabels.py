"""Labels and taints of a node group, put on the nodes that it has already.

Source: AWS user guide for EKS, "Edit a node group configuration": labels and taints are applied to
present nodes too, and those that are taken away are taken from them.
"""

from minieks.eks.nodegroups.world import World
from minieks.eks.spec import NodeGroupSpec, Taint
from minieks.kube.words.objects import Obj, labels, with_metadata


def relabel(world: World, group: str, before: NodeGroupSpec, after: NodeGroupSpec) -> None:
    """Bring the nodes of an Auto Scaling group from one configuration to another."""
    if (before.labels, before.taints) == (after.labels, after.taints):
        return
    for instance in world.live(group):
        node = world.node_of(instance)
        if node is not None:
            world.api.update(_changed(node, before, after))


def _changed(node: Obj, before: NodeGroupSpec, after: NodeGroupSpec) -> Obj:
    kept = {key: value for key, value in labels(node).items() if key not in before.labels}
    relabelled = with_metadata(node, labels={**kept, **after.labels})
    own = {_same(_taint(one)) for one in (*before.taints, *after.taints)}
    foreign = [one for one in node["spec"].get("taints") or () if _same(one) not in own]
    spec = {key: value for key, value in node["spec"].items() if key != "taints"}
    taints = [*foreign, *(_taint(one) for one in after.taints)]
    return {**relabelled, "spec": {**spec, "taints": taints} if taints else spec}


def _taint(taint: Taint) -> Obj:
    value = {"value": taint.value} if taint.value else {}
    return {"key": taint.key, **value, "effect": taint.effect}


def _same(taint: Obj) -> tuple[str, str]:
    return taint["key"], taint["effect"]
