"""Cluster IPs come from the cluster's own range, the first ones last.

Source: kubernetes pkg/registry/core/service/ipallocator (ipallocator.go, calculateRangeOffset).
"""

from ipaddress import ip_address, ip_network
from random import Random
from typing import Any

import pytest

from minieks.kube.api.allocation import ServiceAllocator, reserved
from minieks.kube.api.errors import InternalError


def service(address: str = "") -> dict[str, Any]:
    asked = {"clusterIP": address} if address else {}
    return {"metadata": {"name": "s", "namespace": "d"}, "spec": {"type": "ClusterIP", **asked}}


def allocator(cidr: str) -> ServiceAllocator:
    found = ServiceAllocator(Random(1))
    found.use(cidr)
    return found


@pytest.mark.parametrize("cidr", ["10.100.0.0/16", "172.20.0.0/16", "192.168.7.0/24"])
def test_addresses_come_from_the_range(cidr: str) -> None:
    given = [allocator(cidr).allocated(service())["spec"]["clusterIP"] for _ in range(5)]

    assert all(ip_address(one) in ip_network(cidr) for one in given)
    assert allocator(cidr).first == str(ip_network(cidr)[1])


def test_an_address_of_another_range_is_refused() -> None:
    (problem,) = allocator("172.20.0.0/16").problems(service("10.100.0.9"))
    assert "the provided network does not match the current range" in str(problem)


@pytest.mark.parametrize(
    ("size", "expected"), [(16, 0), (256, 16), (1024, 64), (4096, 256), (65536, 256)], ids=str
)
def test_the_first_addresses_are_given_out_last(size: int, expected: int) -> None:
    assert reserved(size) == expected


def test_every_address_is_given_once_and_then_the_range_is_full() -> None:
    small = allocator("10.0.0.0/24")
    given = [small.allocated(service())["spec"]["clusterIP"] for _ in range(254)]

    assert len(set(given)) == 254
    assert {int(one.rpartition(".")[2]) for one in given[-15:]} == set(range(1, 16))
    with pytest.raises(InternalError, match="range is full"):
        small.allocated(service())
