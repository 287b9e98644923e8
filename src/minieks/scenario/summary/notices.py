"""What the user should know beside the workloads: of nodes, images, agents, custom resources."""

from collections.abc import Iterable

from minieks.autoscale.vpa.conflicts import fight
from minieks.autoscale.vpa.objects import COLLECTION
from minieks.data.instance_types import find
from minieks.data.prices import PriceList
from minieks.eks.desired import has_egress
from minieks.eks.nodegroups.world import NODE_GROUPS
from minieks.eks.spec import ClusterSpec
from minieks.engine.store import Store
from minieks.kube.api.server import Api
from minieks.kube.words.objects import key
from minieks.scenario.apply import unattended
from minieks.scenario.result import WorkloadRow
from minieks.scenario.simulation import Simulation
from minieks.scenario.summary.overload import overloads


def notices(simulation: Simulation, rows: Iterable[WorkloadRow]) -> list[str]:
    """All of them."""
    return [
        *cut_off(simulation.inputs.cluster),
        *health_issues(simulation.cluster.aws),
        *dear_spot(simulation.inputs.cluster, simulation.prices),
        *architectures(simulation.inputs.cluster),
        *absent_agents(list(rows)),
        *unattended(simulation.api, simulation.applied.objects),
        *rival_autoscalers(simulation.api),
        *overloads(simulation.cluster.load, simulation.engine.now()),
    ]


def cut_off(spec: ClusterSpec) -> list[str]:
    """Where no image can be pulled: private subnets without a NAT gateway.

    Source: AWS user guide for EKS, "Deploy private clusters with limited internet access".
    """
    closed = {subnet.id for subnet in spec.network.subnets if not has_egress(spec, subnet)}
    groups = [f"node group {one.name}" for one in spec.node_groups if closed & {*one.subnets}]
    profiles = [
        f"Fargate profile {one.name}" for one in spec.fargate_profiles if closed & {*one.subnets}
    ]
    if not groups and not profiles:
        return []
    return [
        f"vpc.nat.gateway is {spec.network.nat}: nothing in the private subnets can pull an image,"
        f" so nothing starts there: {', '.join([*groups, *profiles])}"
    ]


def health_issues(aws: Store) -> list[str]:
    """What ails managed node groups, as DescribeNodegroup says it."""
    return [
        f"node group {record['nodegroupName']} is {record['status']}: {issue['code']}:"
        f" {issue['message']} ({', '.join(issue['resourceIds'])})"
        for record in aws.values(NODE_GROUPS)
        for issue in record["health"]["issues"]
    ]


def dear_spot(spec: ClusterSpec, prices: PriceList) -> list[str]:
    """Groups that would get no Spot instance, because Spot costs more than their maxPrice."""
    said = []
    for group in spec.node_groups:
        limit = group.distribution.max_price if group.distribution else None
        if limit is None:
            continue
        lowest = min(prices.spot_hour(spec.region, one).amount for one in group.instance_types)
        if lowest > limit:
            said.append(
                f"node group {group.name}: instancesDistribution.maxPrice {limit} is below the"
                f" price of Spot taken here, {lowest}: a real group would launch no Spot instance;"
                " here it does"
            )
    return said


def architectures(spec: ClusterSpec) -> list[str]:
    """An image's architecture is unknown here, so Arm and Windows nodes need a look."""
    said = []
    for group in spec.node_groups:
        if group.windows:
            said.append(
                f"node group {group.name} runs Windows: pods for it need Windows images and a"
                " nodeSelector kubernetes.io/os: windows; which images are for Windows is unknown"
            )
        elif any(find(name).arch == "arm64" for name in group.instance_types):
            said.append(
                f"node group {group.name} is arm64: an image without an arm64 variant fails there"
                " with `exec format error`; which images have one is unknown"
            )
    return said


def rival_autoscalers(api: Api) -> list[str]:
    """VerticalPodAutoscalers that set what a HorizontalPodAutoscaler scales by."""
    found = ((vpa, fight(api, vpa)) for vpa in api.list(COLLECTION))
    return [f"VerticalPodAutoscaler {key(vpa)}: {quarrel}" for vpa, quarrel in found if quarrel]


def absent_agents(rows: list[WorkloadRow]) -> list[str]:
    """DaemonSets do not run on Fargate: name those of the user, and the workloads without them."""
    agents = [row for row in rows if row.kind == "DaemonSet" and not row.system]
    alone = [row for row in rows if any(place.startswith("fargate:") for place in row.runs_on)]
    if not agents or not alone:
        return []
    missing = ", ".join(f"{row.namespace}/{row.name}" for row in agents)
    without = ", ".join(f"{row.namespace}/{row.name}" for row in alone)
    return [f"DaemonSets do not run on Fargate: {without} run without {missing}"]
