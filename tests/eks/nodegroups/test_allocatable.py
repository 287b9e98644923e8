"""What of a node pods may use.

Sources: awslabs/amazon-eks-ami nodeadm; Karpenter's instance type reference (2026-07); AWS user
guide for EKS (max pods); ``kubectl describe node`` outputs in public issues (root volumes).
"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.data.instance_types import InstanceType, all_types, find
from minieks.eks.nodegroups.allocatable import (
    GIB,
    KIB,
    MIB,
    Reservation,
    allocatable,
    capacity,
    memory_bytes,
    reserved_cpu,
    resource_list,
    root_bytes,
)
from minieks.eks.nodegroups.maxpods import Networking, addressable, managed, windows

NO_LOSS = Fraction(0)

# type, ENI pods, managed group's pods, reserved cpu (m), allocatable cpu (m), reserved memory
# (Mi), allocatable memory (Mi) before what the kernel keeps.
TABLE = """
t2.micro 4 4 60 940 299 625
t2.small 11 11 60 940 376 1572
t2.medium 17 17 70 1930 442 3554
t3.nano 4 4 70 1930 299 113
t3.micro 4 4 70 1930 299 625
t3.small 11 11 70 1930 376 1572
t3.medium 17 17 70 1930 442 3554
t3.large 35 35 70 1930 640 7452
t3.xlarge 58 58 80 3920 893 15391
t3.2xlarge 58 58 90 7910 893 31775
t3a.medium 17 17 70 1930 442 3554
t3a.large 35 35 70 1930 640 7452
t4g.small 11 11 70 1930 376 1572
t4g.medium 17 17 70 1930 442 3554
t4g.large 35 35 70 1930 640 7452
t4g.xlarge 58 58 80 3920 893 15391
m4.large 20 20 70 1930 475 7617
m5.large 29 29 70 1930 574 7518
m5.xlarge 58 58 80 3920 893 15391
m5.2xlarge 58 58 90 7910 893 31775
m5.4xlarge 234 110 110 15890 2829 62607
m5.8xlarge 234 234 150 31850 2829 128143
m5.12xlarge 234 234 190 47810 2829 193679
m5.16xlarge 737 250 230 63770 8362 253682
m5.24xlarge 737 250 310 95690 8362 384754
m5a.large 29 29 70 1930 574 7518
m5a.xlarge 58 58 80 3920 893 15391
m6i.large 29 29 70 1930 574 7518
m6i.xlarge 58 58 80 3920 893 15391
m6i.2xlarge 58 58 90 7910 893 31775
m6i.4xlarge 234 110 110 15890 2829 62607
m6a.large 29 29 70 1930 574 7518
m6g.medium 8 8 60 940 343 3653
m6g.large 29 29 70 1930 574 7518
m6g.xlarge 58 58 80 3920 893 15391
m7i.large 29 29 70 1930 574 7518
m7i.xlarge 58 58 80 3920 893 15391
m7i-flex.large 29 29 70 1930 574 7518
m7g.large 29 29 70 1930 574 7518
m7g.xlarge 58 58 80 3920 893 15391
m8g.large 29 29 70 1930 574 7518
m8i.large 59 59 70 1930 904 7188
m8i-flex.large 59 59 70 1930 904 7188
m9g.large 59 59 70 1930 904 7188
c4.large 29 29 70 1930 574 3166
c5.large 29 29 70 1930 574 3422
c5.xlarge 58 58 80 3920 893 7199
c5.2xlarge 58 58 90 7910 893 15391
c5.4xlarge 234 110 110 15890 2829 29839
c5.9xlarge 234 234 160 35840 2829 70799
c5a.large 29 29 70 1930 574 3422
c6i.large 29 29 70 1930 574 3422
c6i.xlarge 58 58 80 3920 893 7199
c6g.large 29 29 70 1930 574 3422
c7i.large 29 29 70 1930 574 3422
c7g.large 29 29 70 1930 574 3422
c7i-flex.large 29 29 70 1930 574 3422
c8g.large 29 29 70 1930 574 3422
r4.large 29 29 70 1930 574 14942
r5.large 29 29 70 1930 574 15710
r5.xlarge 58 58 80 3920 893 31775
r5.2xlarge 58 58 90 7910 893 64543
r6i.large 29 29 70 1930 574 15710
r6g.large 29 29 70 1930 574 15710
r7i.large 29 29 70 1930 574 15710
r8g.large 29 29 70 1930 574 15710
i3.large 29 29 70 1930 574 14942
i4i.large 29 29 70 1930 574 15710
g4dn.xlarge 29 29 80 3920 574 15710
g5.xlarge 58 58 80 3920 893 15391
g6.xlarge 58 58 80 3920 893 15391
p3.2xlarge 58 58 90 7910 893 61471
p4d.24xlarge 737 250 310 95690 8362 1171186
inf2.xlarge 58 58 80 3920 893 15391
trn1.2xlarge 58 58 90 7910 893 31775
"""
ROWS = [row.partition(" ")[::2] for row in TABLE.strip().splitlines()]


DISK = root_bytes(20, "AmazonLinux2")


def left(
    name: str, disk: int = DISK, loss: Fraction = NO_LOSS, own: Reservation | None = None
) -> dict[str, int]:
    kind = find(name)
    pods = addressable(kind)
    return allocatable(capacity(kind, pods, disk, loss), pods, own or Reservation())


@pytest.mark.parametrize(("name", "numbers"), ROWS, ids=[name for name, _ in ROWS])
def test_reserved_and_allocatable_of_known_types(name: str, numbers: str) -> None:
    eni_pods, managed_pods, cpu_reserved, cpu, memory_reserved, memory = map(int, numbers.split())
    kind = find(name)
    found = left(name)
    assert addressable(kind) == eni_pods
    assert managed([kind]) == managed_pods
    assert reserved_cpu(kind.vcpu) == cpu_reserved
    assert found["cpu"] == cpu
    assert found["memory"] == memory * MIB
    assert kind.memory_mib - memory == memory_reserved + 100


# Karpenter's reference; it cuts to whole MiB and GiB.
@pytest.mark.parametrize(
    ("name", "cpu", "memory_mib", "pods"),
    [
        ("m5.large", 1930, 6903, 29),
        ("t3.medium", 1930, 3246, 17),
        ("m5.4xlarge", 15890, 57691, 234),
    ],
)
def test_allocatable_after_what_the_kernel_keeps(
    name: str, cpu: int, memory_mib: int, pods: int
) -> None:
    kind = find(name)
    found = allocatable(capacity(kind, pods, DISK), pods)
    assert found["cpu"] == cpu
    assert found["memory"] == memory_mib * MIB
    assert found["pods"] == pods
    assert round(found["ephemeral-storage"] / GIB) == 17


# kubectl describe node of EKS nodes in public issues and logs. Amazon Linux 2: 20 and 80 GiB, 2022;
# Amazon Linux 2023: 20 GiB, 2025-11 (1.34), 2026-01 (1.32) and 2026-02 (1.35).
@pytest.mark.parametrize(
    ("family", "disk", "has", "free"),
    [
        ("AmazonLinux2", 20, 20959212 * KIB, 18242267924),
        ("AmazonLinux2", 80, 83873772 * KIB, 76224326324),
        ("AmazonLinux2023", 20, 20893676 * KIB, 18181869946),
    ],
)
def test_ephemeral_storage_to_the_byte(family: str, disk: int, has: int, free: int) -> None:
    reported = root_bytes(disk, family)
    assert reported == has
    assert left("m5.large", reported)["ephemeral-storage"] == free


def test_arm_kernels_keep_64_mib_more() -> None:
    assert memory_bytes(find("m6g.large")) == memory_bytes(find("m6i.large")) - 64 * MIB
    assert memory_bytes(find("m6g.large"), NO_LOSS) == 8 * GIB


@pytest.mark.parametrize(
    ("vcpu", "millicores"),
    [(1, 60), (2, 70), (4, 80), (8, 90), (16, 110), (32, 150), (48, 190), (64, 230), (96, 310)],
)
def test_reserved_cpu(vcpu: int, millicores: int) -> None:
    assert reserved_cpu(vcpu) == millicores


# AWS user guide: m5.large has 29, with custom networking 20, with prefix delegation 110 (capped).
@pytest.mark.parametrize(
    ("networking", "pods", "on_a_managed_group"),
    [
        (Networking(), 29, 29),
        (Networking(custom_networking=True), 20, 20),
        (Networking(prefix_delegation=True), 434, 110),
        (Networking(prefix_delegation=True, custom_networking=True), 290, 110),
        (Networking(max_enis=1), 11, 11),
        (Networking(max_enis=9), 29, 29),
    ],
)
def test_max_pods_of_m5_large(networking: Networking, pods: int, on_a_managed_group: int) -> None:
    assert addressable(find("m5.large"), networking) == pods
    assert managed([find("m5.large")], networking) == on_a_managed_group


def test_a_managed_group_has_the_least_of_its_types() -> None:
    assert managed([find("m5.4xlarge"), find("t3.medium")]) == 17


def test_windows_uses_one_interface() -> None:
    assert windows(find("m5.large")) == 9


def test_max_pods_per_node_does_not_change_the_reservation() -> None:
    kind = find("m5.large")
    few = allocatable(capacity(kind, 8, DISK, NO_LOSS), addressable(kind))
    assert few["memory"] == 7518 * MIB
    assert few["pods"] == 8


def test_own_reservations_replace_single_defaults() -> None:
    own = Reservation(
        kube_reserved={"cpu": "300m", "memory": "300Mi"},
        system_reserved={"memory": "200Mi", "ephemeral-storage": "1Gi"},
        eviction_hard={"memory.available": "5%", "nodefs.available": "2Gi"},
    )
    found = left("m5.large", DISK, NO_LOSS, own)
    assert found["cpu"] == 1700
    # 8 GiB - 300 Mi - 200 Mi - 5 % as float32
    assert found["memory"] == 8 * GIB - 500 * MIB - int(8 * GIB * Fraction(13421773, 2**28))
    assert found["ephemeral-storage"] == 20959212 * KIB - 4 * GIB


def test_amounts_are_written_as_the_kubelet_writes_them() -> None:
    amounts = {"cpu": 1930, "memory": 7518 * MIB, "ephemeral-storage": 18242267924, "pods": 29}
    assert resource_list(amounts) == {
        "cpu": "1930m",
        "memory": "7698432Ki",
        "ephemeral-storage": "18242267924",
        "pods": "29",
    }
    assert resource_list({"cpu": 2000})["cpu"] == "2"


@given(st.sampled_from(all_types()), st.integers(8, 500))
def test_allocatable_is_below_capacity(kind: InstanceType, disk: int) -> None:
    pods = addressable(kind)
    has = capacity(kind, pods, disk * GIB)
    found = allocatable(has, pods)
    for resource in ("cpu", "memory", "ephemeral-storage"):
        assert 0 <= found[resource] < has[resource]
    assert found["pods"] == has["pods"] == pods


@given(st.sampled_from(all_types()))
def test_the_formula_of_interfaces_agrees_with_the_published_number(kind: InstanceType) -> None:
    assert addressable(kind) == kind.max_pods
