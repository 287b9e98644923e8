"""What a pod is given. Source: AWS user guide for EKS, "Fargate Pod configuration"."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.eks.fargate.sizing import (
    LIMIT_OF_2020,
    TABLE,
    Cap,
    FargateSize,
    TooBig,
    combinations,
    fit,
    size,
)
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj

MIB = 1024**2
GIB = 1024**3

# cpu, memory, size now, size in 2020. Sources: a public workshop's table of provisioned sizes, the
# user guide's worked example (1 vCPU, 8 GiB), and arithmetic at the edges.
VECTORS = [
    ("250m", "1000Mi", "0.25vCPU 2GB", "0.25vCPU 2GB"),
    ("255m", "1000Mi", "0.5vCPU 2GB", "0.5vCPU 2GB"),
    ("260m", "1750Mi", "0.5vCPU 2GB", "0.5vCPU 2GB"),
    ("255m", "1800Mi", "0.5vCPU 3GB", "0.5vCPU 3GB"),
    ("255m", "10Gi", "2vCPU 11GB", "2vCPU 11GB"),
    ("9", "10Gi", "16vCPU 32GB", None),
    ("255m", "31Gi", "8vCPU 32GB", None),
    ("1", "8Gi", "2vCPU 9GB", "2vCPU 9GB"),
    ("0", "0", "0.25vCPU 0.5GB", "0.25vCPU 0.5GB"),
    ("250m", "256Mi", "0.25vCPU 0.5GB", "0.25vCPU 0.5GB"),
    ("250m", "257Mi", "0.25vCPU 1GB", "0.25vCPU 1GB"),
    ("4", "30464Mi", "4vCPU 30GB", "4vCPU 30GB"),
    ("4", "30Gi", "8vCPU 32GB", None),
    ("16", "122624Mi", "16vCPU 120GB", None),
    ("16", "122625Mi", None, None),
    ("16001m", "1Gi", None, None),
]


def provisioned(cpu: str, memory: str, cap: Cap) -> str | None:
    found = fit({"cpu": quantity.milli(cpu), "memory": quantity.value(memory)}, cap)
    return found.capacity_provisioned if isinstance(found, FargateSize) else None


@pytest.mark.parametrize(("cpu", "memory", "now", "then"), VECTORS)
def test_requests_become_the_next_combination(
    cpu: str, memory: str, now: str | None, then: str | None
) -> None:
    assert provisioned(cpu, memory, Cap()) == now
    assert provisioned(cpu, memory, LIMIT_OF_2020) == then


def test_there_are_74_combinations() -> None:
    counts = [len(row.memory_gib) for row in TABLE]
    assert counts == [3, 4, 7, 13, 23, 12, 12]
    assert len(list(combinations())) == 74


def pod(containers: list[Obj], init: list[Obj] | None = None) -> Obj:
    return {"spec": {"containers": containers, "initContainers": init or []}}


def container(cpu: str, memory: str, **more: str) -> Obj:
    return {"name": "c", "resources": {"requests": {"cpu": cpu, "memory": memory, **more}}}


def test_containers_are_summed_and_the_largest_init_container_counts() -> None:
    two = [container("500m", "512Mi"), container("500m", "1Gi")]
    init = [container("250m", "3Gi"), container("2", "64Mi")]
    found = size(pod(two, init))
    assert isinstance(found, FargateSize)
    # cpu: max(1, 2) = 2; memory: max(1.5 GiB, 3 GiB) + 256 MiB -> 4 GB
    assert found.capacity_provisioned == "2vCPU 4GB"


def test_a_pod_without_requests_gets_the_smallest_size() -> None:
    found = size(pod([{"name": "c"}]))
    assert found == FargateSize(Decimal("0.25"), Decimal("0.5"), 20)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("0", 20),
        ("20Gi", 20),
        ("20481Mi", 36),
        ("100Gi", 115),  # the guide's own example
        ("170Gi", 175),
        ("175Gi", 175),
        ("176Gi", None),
    ],
)
def test_ephemeral_storage(asked: str, given: int | None) -> None:
    found = size(pod([container("1", "1Gi", **{"ephemeral-storage": asked})]))
    if given is None:
        assert isinstance(found, TooBig)
    else:
        assert isinstance(found, FargateSize)
        assert found.ephemeral_gib == given


def test_too_big_says_what_was_needed() -> None:
    assert fit({"cpu": 17000, "memory": GIB}) == TooBig(17000, GIB + 256 * MIB, 0)


requests = st.fixed_dictionaries(
    {
        "cpu": st.integers(0, 17000),
        "memory": st.integers(0, 121 * GIB) | st.integers(0, 8 * GIB),
    }
)


@given(requests)
def test_the_size_covers_the_requests_and_is_the_smallest_that_does(asked: dict[str, int]) -> None:
    def covers(vcpu: Decimal, gib: Decimal) -> bool:
        return vcpu * 1000 >= asked["cpu"] and gib * GIB >= asked["memory"] + 256 * MIB

    found = fit(asked)
    enough = [pair for pair in combinations() if covers(*pair)]
    if isinstance(found, TooBig):
        assert not enough
    else:
        assert (found.vcpu, found.memory_gib) == min(enough)


@given(requests, st.integers(0, 500), st.integers(0, GIB))
def test_more_is_never_given_less(asked: dict[str, int], cpu: int, memory: int) -> None:
    before = fit(asked)
    after = fit({"cpu": asked["cpu"] + cpu, "memory": asked["memory"] + memory})
    if isinstance(before, TooBig):
        assert isinstance(after, TooBig)
    elif isinstance(after, FargateSize):
        assert (after.vcpu, after.memory_gib) >= (before.vcpu, before.memory_gib)
