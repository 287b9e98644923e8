"""How large a group is to be: what Auto Scaling is told, DescribeNodegroup shows.

Source: AWS user guide for EKS, "Managed node groups": whoever scales the Auto Scaling group scales
the node group; a desired size that was set there shows in the node group's scalingConfig.
"""

from minieks.eks.nodegroups.world import GROUPS, NODE_GROUPS, World
from minieks.kube.words.objects import Obj


def change_sizes(
    world: World,
    group: str,
    *,
    least: int | None = None,
    most: int | None = None,
    desired: int | None = None,
) -> None:
    """Let an Auto Scaling group have other sizes; None leaves one as it is."""
    given = {"minSize": least, "maxSize": most, "desiredCapacity": desired}
    changes = {member: size for member, size in given.items() if size is not None}
    record = world.change(GROUPS, group, **changes)
    _show(world, record)


def _show(world: World, group: Obj) -> None:
    """Take the sizes over into the managed group, unless an update is playing with them."""
    record = world.aws.get(NODE_GROUPS, group["nodegroup"])
    if record is None or record["status"] == "UPDATING":
        return
    sizes = {
        "minSize": group["minSize"],
        "maxSize": group["maxSize"],
        "desiredSize": group["desiredCapacity"],
    }
    world.change(NODE_GROUPS, group["nodegroup"], scalingConfig=sizes)
