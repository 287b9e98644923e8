"""How many pods a second the scheduler places, alone.

Two kinds of pods: of one Deployment, and all different (requests, labels, tolerations, spread).
Reference: kube-scheduler 1.34 in process, on two cores, places 1,080 and 615 pods a second.
"""

import random
import sys
import time
from collections.abc import Callable
from typing import Any

from minieks.kube.scheduler import feed
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.schedule import schedule
from minieks.kube.scheduler.state import ClusterState

Json = dict[str, Any]
# Nodes, pods, pods/s that are the least, and what kube-scheduler does.
SIZES = ((1000, 5000, 2200, 1080), (5000, 10000, 1300, 615))
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def node(number: int) -> Json:
    """A node of an EKS node group."""
    name = f"ip-10-0-{number // 256}-{number % 256}.ec2.internal"
    labels = {
        "kubernetes.io/hostname": name,
        "topology.kubernetes.io/zone": ZONES[number % 3],
        "topology.kubernetes.io/region": "us-east-1",
        "node.kubernetes.io/instance-type": "m5.4xlarge",
    }
    offered = {"cpu": "15890m", "memory": "60Gi", "pods": "234", "ephemeral-storage": "80Gi"}
    return {"metadata": {"name": name, "labels": labels}, "status": {"allocatable": offered}}


def alike(number: int) -> Json:
    """A pod of one Deployment."""
    return _pod(number, {"app": "web"}, {"cpu": "250m", "memory": "512Mi"}, {})


def different(number: int) -> Json:
    """A pod like no other."""
    rng = random.Random(number)
    labels = {"app": f"app-{rng.randrange(200)}", "pod": f"p{number}"}
    asked = {"cpu": f"{rng.randrange(10, 800)}m", "memory": f"{rng.randrange(32, 2048)}Mi"}
    spec: Json = {}
    if number % 3 == 0:
        spec["tolerations"] = [{"key": f"team-{rng.randrange(20)}", "operator": "Exists"}]
    if number % 4 == 0:
        spec["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app": labels["app"]}},
            }
        ]
    if number % 5 == 0:
        spec["nodeSelector"] = {"topology.kubernetes.io/zone": ZONES[number % 3]}
    return _pod(number, labels, asked, spec)


def _pod(number: int, labels: Json, asked: Json, more: Json) -> Json:
    container = {"name": "c", "image": "nginx:1.27", "resources": {"requests": asked}}
    meta: Json = {
        "name": f"pod-{number}",
        "namespace": "default",
        "uid": str(number),
        "labels": labels,
    }
    return {"metadata": meta, "spec": {"containers": [container], **more}}


def measure(nodes: int, pods: int, make: Callable[[int], Json]) -> float:
    """Pods placed in a second."""
    state = ClusterState(features_of("1.34"))
    selector = {"selector": {"app": "web"}}
    service: Json = {"metadata": {"name": "web", "namespace": "default"}, "spec": selector}
    feed.put(state, "services", service)
    for number in range(nodes):
        feed.put(state, "nodes", node(number))
    made = [make(number) for number in range(pods)]
    rng = random.Random(1)
    begin = time.perf_counter()
    for pod in made:
        info = state.compiler.compile(pod)
        decision = schedule(state, info, rng)
        if decision.chosen is None:
            raise SystemExit(f"{info.key} fits nowhere: {decision.error}")
        state.add_pod(info, decision.chosen)
    return pods / (time.perf_counter() - begin)


def main() -> int:
    """Print a line for each size and kind, its reference beside it; 1 if one is under its floor."""
    kinds = (("alike", alike), ("all different", different))
    missed = 0
    for nodes, pods, floor, reference in SIZES:
        for name, make in kinds:
            rate = measure(nodes, pods, make)
            missed += rate < floor
            print(
                f"scheduler alone, {pods} pods {name} on {nodes} nodes: {rate:,.0f} pods/s"
                f" (floor {floor:,}; kube-scheduler {reference:,}, {rate / reference:.1f} times)"
            )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
