"""Autoscaling at size: 200 Deployments under daily curves, 50 to 400 nodes, for a week.

Each Deployment has a HorizontalPodAutoscaler, a quarter of them sleep at night, and the cluster
autoscaler keeps the nodes. Then the same cluster once its load stands still, for a while and for
twice as long: that must cost next to nothing. Last the week of examples/shop with all that it has.
"""

import resource
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

from minieks.cli.collector import relaxed
from minieks.engine.clock import DAY, Micros
from minieks.engine.store import Change
from minieks.scenario.readers.extras import with_extras
from minieks.scenario.readers.inputs import (
    Inputs,
    LoadFile,
    Period,
    Texts,
    assemble,
    loaded,
    own_load,
    read_inputs,
)
from minieks.scenario.readers.manifests import objects_in
from minieks.scenario.readers.settings import DEFAULT_START
from minieks.scenario.readers.sources import Written
from minieks.scenario.simulation import Simulation

WEEK = 7 * DAY
LIMIT, SHOP_LIMIT = 60.0, 5.0
MEMORY_LIMIT = 1024
QUIET_LIMIT = 0.05
"""Of the engine's events of a day with curves, what a quiet day may have."""
DEPLOYMENTS = 200
SHOP = Path(__file__).resolve().parents[1] / "examples" / "shop"

CLUSTER = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: large, region: eu-central-1, version: "1.34"}
managedNodeGroups:
  - {name: general, instanceType: m5.xlarge, minSize: 50, desiredCapacity: 50, maxSize: 400}
"""
WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app-N, namespace: default, annotations: {ANNOTATIONS}}
spec:
  replicas: 1
  selector: {matchLabels: {app: app-N}}
  template:
    metadata: {labels: {app: app-N}}
    spec:
      containers:
        - {name: app, image: app, resources: {requests: {cpu: 900m, memory: 1Gi}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: app-N, namespace: default}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app-N}
  minReplicas: 1
  maxReplicas: 8
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}
---
"""
SLEEPS = '"downscaler/uptime": "Mon-Sun 06:00-23:00 Europe/Berlin"'
CURVE = """
- workload: Deployment/default/app-N
  requests:
    rate: {daily: {"04:MM": 30, "10:MM": 240, "20:MM": 370, "23:MM": 60}}
    cpu: 10m
"""
STILL = """
- workload: Deployment/default/app-N
  requests: {rate: {steps: {0s: 30, 2h: 200}}, cpu: 10m}
"""


def world(load: str, length: Micros, sleeps: str = "") -> Inputs:
    """The large cluster under a load, written for one Deployment; every fourth one may sleep."""
    numbers = range(DEPLOYMENTS)
    manifests = "".join(
        WORKLOAD.replace("app-N", f"app-{one}").replace("ANNOTATIONS", "" if one % 4 else sleeps)
        for one in numbers
    )
    curves = "".join(
        load.replace("app-N", f"app-{one}").replace("MM", f"{one % 60:02d}") for one in numbers
    )
    texts = Texts(Written("cluster.yaml", CLUSTER))
    inputs = assemble(texts, DEFAULT_START, lambda: objects_in(manifests, "manifests.yaml"))
    written = Written("load.yaml", f"zone: Europe/Berlin\nworkloads:{curves}")
    inputs = loaded(inputs, written, Period(DEFAULT_START, DEFAULT_START + length))
    return with_extras(inputs, ["cluster-autoscaler", "kube-downscaler"])


def shop() -> Inputs:
    """The shop with its load and its programs."""
    inputs = read_inputs(str(SHOP), load=LoadFile(own_load(str(SHOP)) or SHOP, WEEK))
    return with_extras(inputs, ())


COUNTED = {
    ("pods", "ADDED"): "pods made",
    ("nodes", "ADDED"): "nodes made",
    ("deployments.apps", "MODIFIED"): "changes of Deployments",
    ("horizontalpodautoscalers.autoscaling", "MODIFIED"): "changes of autoscalers",
    ("configmaps", "MODIFIED"): "statuses of the cluster autoscaler",
}
"""What is counted of a run, by collection and what happened, and how it is called."""


class Counts(Counter[str]):
    """What happened in a run, by name."""

    def of(self, change: Change) -> None:
        """Count a change."""
        self["changes in all"] += 1
        self[COUNTED.get((change.collection, change.type), "others")] += 1

    def __str__(self) -> str:
        """All but what has no name, as a sentence has it."""
        return ", ".join(f"{self[one]:,} {one}" for one in ("changes in all", *COUNTED.values()))


def run(inputs: Inputs, length: Micros, counts: Counts | None = None) -> tuple[float, Simulation]:
    """Seconds of wall time of a run, and the simulation as it is afterwards."""
    begin = perf_counter()
    simulation = Simulation(inputs, DEFAULT_START, seed=0)
    if counts is not None:
        simulation.api.store.subscribe(None, counts.of)
    with relaxed():
        simulation.begin(inputs.objects)
        simulation.run(DEFAULT_START + length)
    return perf_counter() - begin, simulation


def week() -> bool:
    """A week of the large cluster: its figures, and whether they are within their limits."""
    taken, simulation = run(world(CURVE, WEEK, SLEEPS), WEEK)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    made = sum(notes.created for notes in simulation.readiness.workloads.values())
    nodes = simulation.utilisation.nodes
    print(
        f"7 days of {DEPLOYMENTS} Deployments with autoscalers, {nodes.low} to {nodes.high} nodes,"
        f" {made:,} pods: {taken:.1f} s (limit {LIMIT:g} s), {memory:,} MiB (limit"
        f" {MEMORY_LIMIT:,} MiB)"
    )
    return taken <= LIMIT and memory <= MEMORY_LIMIT


def quiet() -> bool:
    """What a day costs in which nothing changes, by the engine's events and by what is written."""
    by_day, once, twice = Counts(), Counts(), Counts()
    _, busy = run(world(CURVE, DAY, SLEEPS), DAY, by_day)
    one_took, one = run(world(STILL, DAY), DAY, once)
    two_took, two = run(world(STILL, 2 * DAY), 2 * DAY, twice)
    more = two.engine.events_run - one.engine.events_run
    twice.subtract(once)
    print(f"a day of curves: {by_day}")
    print(f"a quiet day more: {twice}")
    print(
        f"a day of curves: {busy.engine.events_run:,} events; a quiet day more: {more:,} events,"
        f" {two_took:.1f} s for two such days, {one_took:.1f} s for one"
    )
    return more <= QUIET_LIMIT * busy.engine.events_run


def week_of_the_shop() -> bool:
    """A week of examples/shop with its load, its autoscalers and its working hours."""
    taken, _ = run(shop(), WEEK)
    print(f"7 days of examples/shop with all of it: {taken:.2f} s (limit {SHOP_LIMIT:g} s)")
    return taken <= SHOP_LIMIT


def main() -> int:
    """Print the figures; 1 if one is over its limit."""
    return int(not all([week_of_the_shop(), quiet(), week()]))


if __name__ == "__main__":
    sys.exit(main())
