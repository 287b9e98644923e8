"""A day of a small mixed cluster, whose bill is worked out here by hand, line by line.

The cluster is in us-east-1 and of version 1.34, whose standard support ends on 2026-12-02 at
00:00 UTC: in the middle of the day. Prices: AWS Price List, us-east-1, as in `minieks.data`.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from minieks.cost.bill import Bill, price
from minieks.engine.clock import SECOND
from minieks.kube.words import times
from minieks.scenario.readers.inputs import read_inputs
from minieks.scenario.simulation import Simulation

START = times.parse("2026-12-01T12:00:00Z")
DAY = 24 * 3600
HOUR = Decimal(3600)
MONTH = 730 * HOUR

CLUSTER = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: by-hand, region: us-east-1, version: "1.34"}
addons: [{name: aws-ebs-csi-driver}]
managedNodeGroups:
- {name: ng, instanceType: m5.large, desiredCapacity: 2, volumeSize: 50, volumeType: gp3}
fargateProfiles:
- {name: fp, selectors: [{namespace: serverless}]}
"""

# A machine of Fargate comes up in 40 s; a volume is made in 3 s.
SETTINGS = """
[timings]
fargate_schedule_delay = 40
volume_provision = 3
"""

MANIFESTS = """
apiVersion: v1
kind: Namespace
metadata: {name: serverless}
---
apiVersion: v1
kind: Pod
metadata: {name: stays, namespace: serverless}
spec:
  containers:
  - {name: c, image: nginx, resources: {requests: {cpu: "1", memory: 2Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: goes, namespace: serverless}
spec:
  containers:
  - {name: c, image: nginx, resources: {requests: {cpu: 250m, ephemeral-storage: 40Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: ebs.csi.aws.com
volumeBindingMode: WaitForFirstConsumer
parameters: {type: gp3, iops: "4000", throughput: "250"}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: default}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: c
        image: postgres:17
        resources: {requests: {cpu: 500m, memory: 1Gi}}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: fast
      resources: {requests: {storage: 100Gi}}
"""

GOES_AT = 6 * 3600
"""Seconds after the start at which the pod `goes` is deleted, without grace."""

BOUND_AT = 46
"""When both pods get their Fargate nodes and pull: 1 s until the scheduler judges them, 40 s until
the machines are up; at 45 s the node controller, which makes a pass every 5 s, takes the taints of
a new node off; at 46 s the scheduler has seen it."""

STAYS = DAY - BOUND_AT
GOES = GOES_AT - BOUND_AT
"""Seconds on Fargate: to the end of the day, and to the deletion."""
CLAIM = DAY - 3
"""Seconds that the claim's volume is there."""


def _usd(amount: Decimal) -> Decimal:
    """What one resource costs at one price: kept to a trillionth of a dollar."""
    return amount.quantize(Decimal("1e-12"))


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Bill:
    """The bill of the day, of a run of the whole program."""
    folder: Path = tmp_path_factory.mktemp("by-hand")
    (folder / "manifests").mkdir()
    (folder / "cluster.yaml").write_text(CLUSTER)
    (folder / "minieks.toml").write_text(SETTINGS)
    (folder / "manifests" / "all.yaml").write_text(MANIFESTS)
    inputs = read_inputs(str(folder), start=START)
    simulation = Simulation(inputs, START, seed=0)
    simulation.begin(inputs.objects)
    api = simulation.api
    simulation.engine.at(
        START + GOES_AT * SECOND,
        lambda: api.delete("pods", "serverless", "goes", grace_seconds=0),
    )
    simulation.run(START + DAY * SECOND)
    now = simulation.engine.now()
    return price(simulation.meter.usages(), simulation.prices, "us-east-1", START, now)


# Fargate rounds up to vCPU and memory that it offers, after adding 256 MiB:
#   stays: 1 vCPU, 2 GiB + 256 MiB       -> 1 vCPU, 3 GB, 20 GB of disk, which are free
#   goes:  0.25 vCPU, 0 + 256 MiB        -> 0.25 vCPU, 0.5 GB; 40 GiB of disk -> 55, 35 of them paid
LINES = {
    "USE1-AmazonEKS-Hours:perCluster": 24 * Decimal("0.10"),
    "USE1-AmazonEKS-Hours:extendedSupport": 12 * Decimal("0.50"),
    "USE1-Fargate-vCPU-Hours:perCPU": _usd(1 * STAYS / HOUR * Decimal("0.04048"))
    + _usd(Decimal("0.25") * GOES / HOUR * Decimal("0.04048")),
    "USE1-Fargate-GB-Hours": _usd(3 * STAYS / HOUR * Decimal("0.004445"))
    + _usd(Decimal("0.5") * GOES / HOUR * Decimal("0.004445")),
    "USE1-Fargate-EphemeralStorage-GB-Hours": _usd(35 * GOES / HOUR * Decimal("0.000111")),
    "BoxUsage:m5.large": 2 * 24 * Decimal("0.096"),
    # Two root volumes of 50 GiB for the day, and the claim's 100 GiB from when they were made.
    "EBS:VolumeUsage.gp3": 2 * _usd(50 * DAY / MONTH * Decimal("0.08"))
    + _usd(100 * CLAIM / MONTH * Decimal("0.08")),
    # 3000 IOPS and 125 MiB/s are part of every gp3 volume.
    "EBS:VolumeP-IOPS.gp3": _usd(1000 * CLAIM / MONTH * Decimal("0.005")),
    "EBS:VolumeP-Throughput.gp3": _usd(125 * CLAIM / MONTH * Decimal("0.04")),
}

# The same, rounded as on an invoice: worked out with a pocket calculator.
CENTS = {
    "USE1-AmazonEKS-Hours:perCluster": "2.40",
    "USE1-AmazonEKS-Hours:extendedSupport": "6.00",
    "USE1-Fargate-vCPU-Hours:perCPU": "1.03",  # 0.97100 + 0.06059
    "USE1-Fargate-GB-Hours": "0.33",  # 0.31987 + 0.01331
    "USE1-Fargate-EphemeralStorage-GB-Hours": "0.02",  # 35 * 5.98722 * 0.000111 = 0.02326
    "BoxUsage:m5.large": "4.61",  # 48 * 0.096 = 4.608
    "EBS:VolumeUsage.gp3": "0.53",  # 200 * 24 / 730 * 0.08 = 0.52603
    "EBS:VolumeP-IOPS.gp3": "0.16",  # 1000 * 24 / 730 * 0.005 = 0.16438
    "EBS:VolumeP-Throughput.gp3": "0.16",  # 125 * 24 / 730 * 0.04 = 0.16438
}


def test_the_bill_has_these_lines_and_no_others(bill: Bill) -> None:
    assert {line.usage_type for line in bill.lines} == set(LINES)
    assert not bill.estimated


@pytest.mark.parametrize("usage_type", LINES)
def test_a_line_agrees_exactly_with_the_arithmetic(bill: Bill, usage_type: str) -> None:
    (line,) = (one for one in bill.lines if one.usage_type == usage_type)

    assert line.amount == LINES[usage_type]
    assert line.amount.quantize(Decimal("0.01")) == Decimal(CENTS[usage_type])


def test_the_total_is_the_sum_of_the_lines(bill: Bill) -> None:
    assert bill.total == sum(LINES.values())
    assert bill.total.quantize(Decimal("0.01")) == Decimal("15.25")
    assert sum(bill.by_owner().values()) == bill.total


def test_a_pod_on_fargate_costs_what_it_was_given(bill: Bill) -> None:
    stays = _usd(STAYS / HOUR * Decimal("0.04048")) + _usd(3 * STAYS / HOUR * Decimal("0.004445"))

    assert bill.by_pod()["serverless", "stays"] == stays
    assert bill.by_namespace()["serverless"] == sum(
        LINES[f"USE1-Fargate-{line}"]
        for line in ("vCPU-Hours:perCPU", "GB-Hours", "EphemeralStorage-GB-Hours")
    )


def test_a_pod_on_a_node_costs_its_share_of_instance_and_root_volume(bill: Bill) -> None:
    # 500m of 1930m is more than 1Gi of 6903Mi. The pod is bound when its volume is there.
    node = 24 * Decimal("0.096") + _usd(50 * DAY / MONTH * Decimal("0.08"))
    share = node * 500 / 1930 * CLAIM / DAY

    assert abs(bill.by_pod()["default", "db-0"] - share) < Decimal("1e-11")


def test_a_claim_costs_its_workload_all_of_its_volume(bill: Bill) -> None:
    volume = (
        _usd(100 * CLAIM / MONTH * Decimal("0.08"))
        + LINES["EBS:VolumeP-IOPS.gp3"]
        + LINES["EBS:VolumeP-Throughput.gp3"]
    )
    owner = bill.by_workload()["default", "StatefulSet/db"]

    assert owner - bill.by_pod()["default", "db-0"] == volume
