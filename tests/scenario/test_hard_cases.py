"""Manifests that can never work: the real condition and event, and the simulation ends.

The texts are those of Kubernetes 1.34. The run is two days long and begins on the night on which
New York's clocks go from 02:00 to 03:00.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from minieks.engine.clock import SECOND
from minieks.kube.words import times
from minieks.kube.words.conditions import find
from minieks.kube.words.objects import Obj, name
from minieks.scenario.readers.inputs import read_inputs
from minieks.scenario.simulation import Simulation

START = times.parse("2026-03-08T05:00:00Z")
TWO_DAYS = 2 * 24 * 3600

CLUSTER = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: hard, region: us-east-1, version: "1.34"}
managedNodeGroups:
- {name: ng, instanceType: m5.large, desiredCapacity: 2}
"""


def _pod(named: str, spec: str) -> str:
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: {named}, labels: {{app: {named}}}}}
spec:
  containers: [{{name: c, image: nginx}}]
{spec}
---"""


CONTRADICTION = """
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
        - matchExpressions:
          - {key: kubernetes.io/os, operator: In, values: [linux]}
          - {key: kubernetes.io/os, operator: NotIn, values: [linux]}"""

APART_FROM_ITSELF = """
  affinity:
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
      - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: none-has-it}}}"""

NO_NODE_HAS_THE_KEY = """
  topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: example.com/rack
    whenUnsatisfiable: DoNotSchedule
    labelSelector: {matchLabels: {app: spread}}"""

MANIFESTS = f"""
{_pod("contradiction", CONTRADICTION)}
{_pod("lonely", APART_FROM_ITSELF)}
{_pod("spread", NO_NODE_HAS_THE_KEY)}
{_pod("wide", "  nodeSelector: {no: node}")}
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {{name: too-high}}
value: 1000000001
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: labelled, labels: {{app: "{"x" * 100_000}"}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: c, image: nginx}}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: none}}
spec: {{maxUnavailable: 0, selector: {{matchLabels: {{app: web}}}}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: empty}}
spec: {{minAvailable: 1, selector: {{matchLabels: {{app: nothing}}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: nobody}}
spec: {{selector: {{app: nothing}}, ports: [{{port: 80}}]}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {{name: night}}
spec:
  schedule: "30 2 * * *"
  timeZone: America/New_York
  jobTemplate:
    spec:
      template:
        spec: {{restartPolicy: Never, containers: [{{name: c, image: busybox}}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec:
  serviceName: db
  replicas: 2
  selector: {{matchLabels: {{app: db}}}}
  template:
    metadata: {{labels: {{app: db}}}}
    spec:
      containers: [{{name: c, image: postgres, volumeMounts: [{{name: data, mountPath: /d}}]}}]
  volumeClaimTemplates:
  - metadata: {{name: data}}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: no-such-class
      resources: {{requests: {{storage: 1Gi}}}}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulation]:
    folder: Path = tmp_path_factory.mktemp("hard")
    (folder / "manifests").mkdir()
    (folder / "cluster.yaml").write_text(CLUSTER)
    (folder / "manifests" / "all.yaml").write_text(MANIFESTS)
    inputs = read_inputs(str(folder), start=START)
    log = folder / "events.jsonl"  # Else only what is told is kept.
    simulation = Simulation(inputs, START, seed=0, events=log)
    simulation.begin(inputs.objects)
    simulation.run(START + 1800 * SECOND)
    yield simulation
    simulation.close()


def _events(run: Simulation, about: str) -> list[tuple[str, str]]:
    return [
        (one["reason"], one["message"])
        for one in run.api.list("events")
        if one["involvedObject"]["name"] == about
    ]


def _get(run: Simulation, collection: str, named: str) -> Obj:
    found = run.api.get(collection, "default", named)
    assert found is not None
    return found


NOT_HELPFUL = "2 Preemption is not helpful for scheduling."


@pytest.mark.parametrize(
    ("pod", "why"),
    [
        ("contradiction", "2 node(s) didn't match Pod's node affinity/selector"),
        ("wide", "2 node(s) didn't match Pod's node affinity/selector"),
        ("lonely", "2 node(s) didn't match pod affinity rules"),
        (
            "spread",
            "2 node(s) didn't match pod topology spread constraints (missing required label)",
        ),
    ],
)
def test_a_pod_that_fits_nowhere_says_why(run: Simulation, pod: str, why: str) -> None:
    text = (
        f"0/2 nodes are available: {why}. no new claims to deallocate, "
        f"preemption: 0/2 nodes are available: {NOT_HELPFUL}"
    )
    condition = find(_get(run, "pods", pod)["status"], "PodScheduled")
    assert condition is not None
    assert (condition["status"], condition["reason"]) == ("False", "Unschedulable")
    assert condition["message"] == text
    assert ("FailedScheduling", text) in _events(run, pod)


def test_a_priority_beyond_range_is_refused(run: Simulation) -> None:
    assert run.api.get("priorityclasses.scheduling.k8s.io", "", "too-high") is None
    refusals = [one.message for one in run.applied.refused if "too-high" in str(one)]
    assert len(refusals) == 1
    assert "maximum allowed value of a user defined priority is 1000000000" in refusals[0]


def test_a_label_of_100_000_characters_is_refused(run: Simulation) -> None:
    assert run.api.get("configmaps", "default", "labelled") is None
    refusals = [one.message for one in run.applied.refused if "labelled" in str(one)]
    assert len(refusals) == 1
    assert "must be no more than 63" in refusals[0]


def test_a_budget_that_allows_nothing_refuses_every_eviction(run: Simulation) -> None:
    budget = _get(run, "poddisruptionbudgets.policy", "none")
    condition = find(budget["status"], "DisruptionAllowed")
    assert condition is not None
    assert (condition["status"], condition["reason"]) == ("False", "InsufficientPods")
    assert budget["status"]["disruptionsAllowed"] == 0
    assert budget["status"]["currentHealthy"] == 2


def test_a_budget_and_a_service_that_select_nothing_have_nothing(run: Simulation) -> None:
    budget = _get(run, "poddisruptionbudgets.policy", "empty")
    assert budget["status"]["expectedPods"] == 0
    assert ("NoPods", "No matching pods found") in _events(run, "empty")
    slices = [
        one
        for one in run.api.list("endpointslices.discovery.k8s.io", "default")
        if name(one).startswith("nobody-")
    ]
    assert [one.get("endpoints") or [] for one in slices] == [[]]


def test_a_stateful_set_whose_claim_never_binds_waits_for_its_first_pod(run: Simulation) -> None:
    claim = _get(run, "persistentvolumeclaims", "data-db-0")
    assert claim["status"]["phase"] == "Pending"
    text = 'storageclass.storage.k8s.io "no-such-class" not found'
    assert ("ProvisioningFailed", text) in _events(run, "data-db-0")
    pod = _get(run, "pods", "db-0")
    condition = find(pod["status"], "PodScheduled")
    assert condition is not None
    assert "pod has unbound immediate PersistentVolumeClaims" in condition["message"]
    assert run.api.get("pods", "default", "db-1") is None
    assert _get(run, "statefulsets.apps", "db")["status"]["replicas"] == 1


def test_the_simulation_ends_and_a_time_that_a_night_lacks_is_left_out(run: Simulation) -> None:
    run.run(START + TWO_DAYS * SECOND)
    assert run.engine.now() == START + TWO_DAYS * SECOND
    created = [
        one["metadata"]["creationTimestamp"]
        for one in run.api.list("jobs.batch", "default")
        if name(one).startswith("night-")
    ]
    # Not on the 8th, which has no 02:30; on the 9th at 02:30 of summer time.
    assert created == ["2026-03-09T06:30:00Z"]
