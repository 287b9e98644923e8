"""Five months of a real cluster: 8,152 pods as they came and went on 1,523 nodes.

The trace is Alibaba's cluster-trace-gpu-v2023 (`openb_*.csv`): cpu in millicores, memory in MiB,
times in seconds. A pod that shared a GPU asks for a whole one here, since Kubernetes knows no
parts of one.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from minieks.data.timings import Timings
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Loop, Runner
from minieks.engine.store import Change
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.controllers import CONTROLLERS
from minieks.kube.kinds import pods
from minieks.kube.kubelet.kubelet import Kubelet
from minieks.kube.kubelet.nodes import NodeAgent
from minieks.kube.scheduler.loop import DefaultScheduler
from minieks.kube.words.objects import Obj

LIMIT = 60.0
GPU = "nvidia.com/gpu"
TRACES = Path(__file__).resolve().parents[2] / "shared" / "real" / "traces"
NODES = "openb_node_list_all_node.csv"
PODS = "openb_pod_list_default.csv"
SETTLED = 120
"""Seconds in which the nodes become ready before the first pod comes."""


def rows(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(newline="") as stream:
        yield from csv.DictReader(stream)


def as_node(row: dict[str, str]) -> Obj:
    """A row of the node list as a Node."""
    amounts = {
        "cpu": f"{row['cpu_milli']}m",
        "memory": f"{row['memory_mib']}Mi",
        "pods": "110",
        "ephemeral-storage": "200Gi",
    }
    if int(row["gpu"]):
        amounts[GPU] = row["gpu"]
    labels = {"kubernetes.io/hostname": row["sn"], "kubernetes.io/os": "linux"}
    if row["model"]:
        labels["nvidia.com/gpu.product"] = row["model"]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": row["sn"], "labels": labels},
        "spec": {},
        "status": {"capacity": amounts, "allocatable": amounts},
    }


def as_pod(row: dict[str, str]) -> Obj:
    """A row of the pod list as a Pod."""
    amounts = {"cpu": f"{row['cpu_milli']}m", "memory": f"{row['memory_mib']}Mi"}
    resources: Obj = {"requests": amounts}
    if int(row["num_gpu"]):
        resources["limits"] = {GPU: row["num_gpu"]}
    container = {"name": "main", "image": "registry.example.com/job:1", "resources": resources}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": row["name"], "namespace": "default", "labels": {"qos": row["qos"]}},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 1},
    }


class Replay:
    """The cluster of the trace, and what became of its pods."""

    def __init__(self, traces: Path) -> None:
        self.engine = Engine(VirtualClock(1_700_000_000 * SECOND))
        self.api = Api(self.engine, "1.34")
        timings = Timings()
        loops: list[Loop] = [make(self.api) for make in CONTROLLERS]
        loops += [
            DefaultScheduler(self.api),
            NodeAgent(self.api, timings),
            Kubelet(self.api, timings),
        ]
        for loop in loops:
            Runner(self.engine, loop).attach(self.api.store)
        self.bound = 0
        self.api.store.subscribe("pods", self._count)
        bootstrap(self.api)
        for row in rows(traces / NODES):
            self.api.create(as_node(row))
        self.engine.run(self.engine.now() + SETTLED * SECOND)
        self.last = self.engine.now()
        self.pods = 0
        for row in rows(traces / PODS):
            self._plan(row)

    def _count(self, change: Change) -> None:
        before = change.previous
        if before and not pods.node_name(before) and pods.node_name(change.value):
            self.bound += 1

    def _plan(self, row: dict[str, str]) -> None:
        """Let the pod come and go at its times."""
        self.pods += 1
        begin = self.engine.now()
        comes = begin + int(row["creation_time"]) * SECOND
        goes = begin + int(row["deletion_time"] or 0) * SECOND
        self.engine.at(comes, lambda: self.api.create(as_pod(row)))
        if goes > comes:
            self.engine.at(goes, lambda: self.api.delete("pods", "default", row["name"]))
        self.last = max(self.last, comes, goes)

    def run(self) -> None:
        """Let the months pass."""
        self.engine.run(self.last + 60 * SECOND)


def main() -> int:
    """Print the figure; 1 if it is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", type=Path, default=TRACES, help="the folder of the CSV files")
    traces = parser.parse_args().traces
    if not (traces / PODS).is_file():
        print(f"five months of a trace: not measured, {traces} has no {PODS}")
        return 0
    begin = perf_counter()
    replay = Replay(traces)
    replay.run()
    taken = perf_counter() - begin
    days = (replay.last - 1_700_000_000 * SECOND) / SECOND / 86400
    print(
        f"{replay.pods} pods over {days:.0f} days on {replay.api.store.count('nodes')} nodes,"
        f" {replay.bound} of them placed: {taken:.1f} s (limit {LIMIT:g} s)"
    )
    return int(taken > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
