"""Where a group's nodes are: the zones and subnets that its Auto Scaling group spans.

Rules as in eksctl pkg/apis/eksctl.io/v1alpha5/validation.go and pkg/vpc/vpc.go.
"""

from minieks.eks.spec import SubnetSpec
from minieks.scenario.readers.eksctl.network import check_zone
from minieks.scenario.readers.eksctl.reading import Group


def read_placing(group: Group) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The zones and the ids of the subnets that the group spans."""
    fields = group.fields
    if fields.get("subnets") and fields.get("availabilityZones"):
        raise group.error(
            "subnets", "only one of subnets or availabilityZones should be set", "remove one"
        )
    private = fields.get("privateNetworking", False)
    if (group.reading.config.get("privateCluster") or {}).get("enabled") and not private:
        raise group.error(
            "privateNetworking",
            "must be enabled for a fully-private cluster",
            "set privateNetworking: true",
        )
    chosen = _named_subnets(group) if fields.get("subnets") else _zonal_subnets(group, private)
    return tuple(dict.fromkeys(one.zone for one in chosen)), tuple(one.id for one in chosen)


def _named_subnets(group: Group) -> list[SubnetSpec]:
    by_name = {one.name: one for one in group.network.subnets if one.name}
    by_id = {one.id: one for one in group.network.subnets}
    chosen = []
    for index, name in enumerate(group.fields["subnets"]):
        found = by_id.get(name) or by_name.get(name)
        if found is None:
            raise group.reading.error(
                (*group.path, "subnets", index),
                f"there is no subnet {name!r} in the cluster's VPC",
                f"vpc.subnets has {', '.join(sorted(by_name))}",
            )
        chosen.append(found)
    return chosen


def _zonal_subnets(group: Group, private: bool) -> list[SubnetSpec]:
    kind = "private" if private else "public"
    offered = [one for one in group.network.subnets if one.public != private]
    if not offered:
        raise group.error(
            "privateNetworking" if private else "",
            f"the cluster's VPC has no {kind} subnets",
            f"add vpc.subnets.{kind}, or set privateNetworking: {str(not private).lower()}",
        )
    wanted = group.fields.get("availabilityZones") or ()
    for index, zone in enumerate(wanted):
        path = (*group.path, "availabilityZones", index)
        check_zone(group.reading, path, zone)
        if all(one.zone != zone for one in offered):
            zones = ", ".join(dict.fromkeys(one.zone for one in offered))
            raise group.reading.error(
                path,
                f"the cluster has no {kind} subnet in {zone}, only in {zones}",
                "name the cluster's zones in availabilityZones at the top of the file",
            )
    return [one for one in offered if not wanted or one.zone in wanted]
