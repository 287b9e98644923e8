"""How many pods a second the scheduler places, alone: ``python benchmarks/scheduler.py``.

Two kinds of pods: of one Deployment, and all different (requests, labels, tolerations, spread).
"""

import argparse
import random
import time
from collections.abc import Callable
from typing import Any

from minieks.kube.scheduler import feed
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.schedule import schedule
from minieks.kube.scheduler.state import ClusterState

Json = dict[str, Any]
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
    """Pods placed in a second of CPU time."""
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


def main() -> None:
    """Print a line for each size and kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, default=4000)
    pods = parser.parse_args().pods
    for nodes in (1000, 5000):
        for name, make in (("alike", alike), ("different", different)):
            print(f"{nodes} nodes, pods {name}: {measure(nodes, pods, make):,.0f} pods/s")


if __name__ == "__main__":
    main()
