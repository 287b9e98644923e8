"""Pods of one Deployment through the whole pipeline: API, scheduler, kubelet to Running.

Reference: KWOK brings 999 pods up in about 50 s (kubernetes-sigs/kwok issue 271).
"""

import resource
import sys
from time import perf_counter

from minieks.cli.collector import relaxed
from minieks.cluster import Cluster
from minieks.data.prices import PriceList
from minieks.data.timings import Timings
from minieks.eks.spec import ClusterSpec, NetworkSpec, NodeGroupSpec, SubnetSpec, VolumeSpec
from minieks.engine.clock import MINUTE, SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj

# Pods, nodes, seconds that it may take.
SIZES = ((1000, 100, 3.0), (10000, 1000, 10.0))
REFERENCE = 20.0
"""Pods a second."""
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def spec(nodes: int) -> ClusterSpec:
    """A cluster with one node group over three zones."""
    subnets = tuple(
        SubnetSpec(f"subnet-{zone[-1]}", zone, False, f"10.{number}.0.0/16")
        for number, zone in enumerate(ZONES)
    )
    group = NodeGroupSpec(
        name="workers",
        managed=True,
        instance_types=("m5.xlarge",),
        min_size=nodes,
        max_size=nodes,
        desired_size=nodes,
        zones=ZONES,
        subnets=tuple(subnet.id for subnet in subnets),
        volume=VolumeSpec(20),
    )
    return ClusterSpec(
        name="bench",
        region="us-east-1",
        version="1.34",
        account_id="111122223333",
        zones=ZONES,
        network=NetworkSpec(subnets, "vpc-1", cidr="10.0.0.0/8"),
        node_groups=(group,),
    )


def deployment(replicas: int) -> Obj:
    """A Deployment of small pods."""
    container = {
        "name": "app",
        "image": "registry.example.com/app:1",
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "app", "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "app"}},
            "template": {
                "metadata": {"labels": {"app": "app"}},
                "spec": {"containers": [container]},
            },
        },
    }


def measure(count: int, nodes: int) -> tuple[float, int]:
    """Seconds of wall time until every pod is ready, and how many are."""
    engine = Engine(VirtualClock(1_764_000_000 * SECOND))
    cluster = Cluster(engine, spec(nodes), Timings(), PriceList())
    cluster.create()
    engine.run(engine.now() + 15 * MINUTE)
    begin = perf_counter()
    with relaxed():
        cluster.api.create(deployment(count))
        engine.run(engine.now() + 10 * MINUTE)
    taken = perf_counter() - begin
    ready = sum(pods.is_ready(pod) for pod in cluster.api.list("pods", "default"))
    return taken, ready


def peak_mib() -> float:
    """The most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Print a line for each size; 1 if one is over its limit or pods are missing."""
    missed = 0
    for count, nodes, limit in SIZES:
        taken, ready = measure(count, nodes)
        missed += taken > limit or ready < count
        print(
            f"{ready} of {count} pods onto {nodes} nodes: {taken:.2f} s (limit {limit:g} s),"
            f" {count / taken:,.0f} pods/s (KWOK {REFERENCE:g}, {count / taken / REFERENCE:.0f}"
            f" times), peak memory {peak_mib():.0f} MiB"
        )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
