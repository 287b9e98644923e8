"""How endpoints are spread over slices: kubernetes staging k8s.io/endpointslice/reconciler.go."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.controllers.endpoints.addresses import Port
from minieks.kube.controllers.endpoints.packing import MOST, Packed, pack

HTTP: tuple[Port, ...] = (Port("", 8080, "TCP"),)
OTHER: tuple[Port, ...] = (Port("", 9090, "TCP"),)


def _endpoint(number: int) -> dict[str, Any]:
    return {"targetRef": {"uid": str(number)}}


def _desired(*numbers: int) -> dict[str, dict[str, Any]]:
    return {str(number): _endpoint(number) for number in numbers}


def _slice(name: str, *numbers: int, ports: tuple[Port, ...] = HTTP) -> Packed:
    return Packed(name, ports, [_endpoint(number) for number in numbers])


def test_a_service_without_pods_has_one_empty_slice() -> None:
    packing = pack([], {})
    assert [(made.ports, made.endpoints) for made in packing.create] == [((), [])]
    assert pack([Packed("s", ())], {}) == type(packing)([], [], [])


def test_the_first_pod_takes_over_the_empty_slice() -> None:
    packing = pack([Packed("s", ())], {HTTP: _desired(1)})
    assert [one.name for one in packing.update] == ["s"]
    assert not packing.create
    assert not packing.delete


def test_an_unchanged_slice_is_not_written() -> None:
    packing = pack([_slice("a", 1, 2)], {HTTP: _desired(1, 2)})
    assert (packing.create, packing.update, packing.delete) == ([], [], [])


def test_a_changed_slice_is_filled_before_another_is_touched() -> None:
    full = _slice("full", *range(60))
    changed = _slice("changed", 100, 101)
    desired = {HTTP: _desired(*range(60), 101, 200)}
    packing = pack([full, changed], desired)
    assert [one.name for one in packing.update] == ["changed"]


def test_each_set_of_ports_has_its_own_slices() -> None:
    packing = pack([], {HTTP: _desired(1), OTHER: _desired(2)})
    assert sorted(made.ports for made in packing.create) == [HTTP, OTHER]


@given(
    before=st.lists(st.sets(st.integers(0, 400), max_size=MOST), max_size=4),
    after=st.sets(st.integers(0, 400), max_size=350),
)
def test_every_endpoint_is_in_exactly_one_slice_and_none_is_too_full(
    before: list[set[int]], after: set[int]
) -> None:
    """Law, whatever the slices looked like before."""
    taken: set[int] = set()
    existing = []
    for number, members in enumerate(before):
        existing.append(_slice(f"s{number}", *sorted(members - taken)))
        taken |= members
    packing = pack(existing, {HTTP: _desired(*sorted(after))} if after else {})
    gone = set(packing.delete)
    written = {one.name for one in packing.update}
    kept = [one for one in existing if one.name not in gone and one.name not in written]
    slices = [*kept, *packing.update, *packing.create]
    found = [endpoint["targetRef"]["uid"] for one in slices for endpoint in one.endpoints]
    assert sorted(found) == sorted(str(number) for number in after)
    assert all(len(one.endpoints) <= MOST for one in slices)
