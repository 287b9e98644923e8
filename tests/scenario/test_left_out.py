"""What a simulation leaves out where nobody looks changes nothing else."""

from pathlib import Path

from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name, namespace
from minieks.scenario.readers.inputs import read_inputs
from minieks.scenario.simulation import Simulation

START = times.parse("2026-11-23T00:00:00Z")
HOUR = 3_600_000_000
LEFT_OUT = ("events", "endpoints", "endpointslices.discovery.k8s.io")
WORLD = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: eu-west-1, version: "1.34"}
managedNodeGroups:
- {name: general, instanceType: m5.large, desiredCapacity: 2}
fargateProfiles:
- {name: fp, selectors: [{namespace: default, labels: {on: fargate}}]}
"""
MANIFESTS = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, on: fargate}}
    spec: {containers: [{name: web, image: nginx}]}
"""


def _after_an_hour(folder: Path, events: Path | None) -> list[Obj]:
    """All objects but those that are left out, without their revisions."""
    simulation = Simulation(read_inputs(str(folder)), START, seed=0, events=events)
    simulation.begin(simulation.inputs.objects)
    simulation.run(START + HOUR)
    simulation.close()
    return [
        {**one, "metadata": {**one["metadata"], "resourceVersion": ""}}
        for collection in simulation.api.store.collections()
        if collection not in LEFT_OUT
        for one in sorted(simulation.api.list(collection), key=lambda o: (namespace(o), name(o)))
    ]


def test_without_an_event_log_every_other_object_is_the_same_by_name_and_uid(
    tmp_path: Path,
) -> None:
    (tmp_path / "cluster.yaml").write_text(WORLD)
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "web.yaml").write_text(MANIFESTS)

    logged = _after_an_hour(tmp_path, tmp_path / "events.jsonl")

    assert _after_an_hour(tmp_path, None) == logged
    assert sum(one["kind"] == "Pod" for one in logged) > 3
