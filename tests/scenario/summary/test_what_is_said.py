"""What a report says of workloads that do not run, and of nodes that do not come."""

from pathlib import Path

import pytest

from minieks.engine.clock import MINUTE
from minieks.kube.words import times
from minieks.scenario.readers.inputs import read_inputs
from minieks.scenario.result import Report, WorkloadRow
from minieks.scenario.simulation import Simulation
from minieks.scenario.summary.report import report_of

START = times.parse("2026-11-23T00:00:00Z")

CLUSTER = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: us-east-1, version: "1.34"}
"""

CLAIM_ON_FARGATE = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: gp3}
provisioner: ebs.csi.aws.com
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: c, image: postgres, volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: gp3
      resources: {requests: {storage: 1Gi}}
"""

OVER_QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: two, namespace: shop}
spec: {hard: {pods: "2"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}}
    spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: "64"}}}]}
"""


def _report(folder: Path, cluster: str, manifests: str = "") -> Report:
    (folder / "manifests").mkdir()
    (folder / "cluster.yaml").write_text(CLUSTER + cluster)
    (folder / "manifests" / "all.yaml").write_text(manifests)
    inputs = read_inputs(str(folder), start=START)
    simulation = Simulation(inputs, START, seed=0)
    simulation.begin(inputs.objects)
    simulation.run(START + 10 * MINUTE)
    return report_of(simulation)


def _row(report: Report, name: str) -> WorkloadRow:
    (row,) = (one for one in report.workloads if one.name == name)
    return row


def test_a_claim_that_waits_for_its_pod_is_not_what_keeps_the_pod(tmp_path: Path) -> None:
    # Fargate mounts no EBS volume; the claim itself waits for the pod, and nothing is wrong in it.
    profile = "fargateProfiles: [{name: fp, selectors: [{namespace: shop}]}]\n"

    (said,) = _row(_report(tmp_path, profile, CLAIM_ON_FARGATE), "db").why_not

    assert said.message == (
        "Pod not supported on Fargate: volumes not supported: "
        "data not supported because: PVC data-db-0 not bound"
    )


def test_pods_that_could_not_be_made_are_told_beside_those_that_do_not_run(
    tmp_path: Path,
) -> None:
    group = "managedNodeGroups: [{name: ng, desiredCapacity: 1}]\n"

    pending, unmade = _row(_report(tmp_path, group, OVER_QUOTA), "d").why_not

    assert (pending.pods, pending.reason) == (2, "Unschedulable")
    assert (unmade.pods, unmade.reason) == (0, "FailedCreate")
    assert "exceeded quota: two, requested: pods=1, used: pods=2, limited: pods=2" in unmade.message


@pytest.mark.parametrize(
    ("nat", "said"), [("Disable", 1), ("Single", 0)], ids=["no gateway", "one gateway"]
)
def test_where_nothing_can_be_pulled_is_told(tmp_path: Path, nat: str, said: int) -> None:
    world = f"""
vpc: {{nat: {{gateway: {nat}}}}}
managedNodeGroups:
- {{name: closed, desiredCapacity: 1, privateNetworking: true}}
- {{name: open, desiredCapacity: 1}}
fargateProfiles: [{{name: fp, selectors: [{{namespace: shop}}]}}]
"""
    warnings = _report(tmp_path, world).warnings

    assert [one.partition(":")[0] for one in warnings if "NodeCreationFailure" in one] == [
        "node group closed is CREATE_FAILED"
    ] * said
    assert [one.rpartition(": ")[2] for one in warnings if "can pull an image" in one] == [
        "node group closed, Fargate profile fp"
    ] * said


# t3.small in us-east-1: 0.0208 on demand, 60 % less on Spot.
@pytest.mark.parametrize(("limit", "said"), [("0.008", 1), ("0.009", 0)], ids=["below", "above"])
def test_a_limit_below_the_price_of_spot_is_told(tmp_path: Path, limit: str, said: int) -> None:
    world = f"""
nodeGroups:
- name: mixed
  instancesDistribution:
    instanceTypes: [t3.small, t3.medium]
    maxPrice: {limit}
    onDemandPercentageAboveBaseCapacity: 0
"""
    warnings = _report(tmp_path, world).warnings

    told = [one for one in warnings if "maxPrice" in one]
    assert len(told) == said
    assert all("node group mixed" in one and "0.00832" in one for one in told)
