"""What becomes of dependents: kubernetes pkg/controller/garbagecollector/garbagecollector.go."""

from typing import Any

import pytest

from minieks.kube.controllers.garbage.fate import STAYS, Fate, OwnerState, fate, owner_state

ONE, TWO = {"uid": "1"}, {"uid": "2"}


def _obj(*finalizers: str, deleting: bool = False) -> dict[str, Any]:
    meta: dict[str, Any] = {"finalizers": list(finalizers)}
    if deleting:
        meta["deletionTimestamp"] = "2027-01-01T00:00:00Z"
    return {"metadata": meta}


@pytest.mark.parametrize(
    ("states", "has_dependents", "expected"),
    [
        pytest.param(["solid"], False, STAYS, id="owned"),
        pytest.param(["dangling"], False, Fate(delete="Background"), id="alone"),
        pytest.param(["solid", "dangling"], False, Fate(keep=(ONE,)), id="one-is-left"),
        pytest.param(["waiting", "solid"], False, Fate(keep=(TWO,)), id="one-goes"),
        pytest.param(["waiting"], True, Fate(delete="Foreground"), id="a-tree-goes-leaf-first"),
        pytest.param(["waiting"], False, Fate(delete="Background"), id="a-leaf-goes"),
        pytest.param([], False, STAYS, id="nobody's"),
    ],
)
def test_the_fate_of_a_dependent(
    states: list[OwnerState], has_dependents: bool, expected: Fate
) -> None:
    owners = list(zip((ONE, TWO), states, strict=False))
    assert fate(_obj(), owners, has_dependents=has_dependents) == expected


def test_what_is_being_deleted_is_left_alone() -> None:
    assert fate(_obj(deleting=True), [(ONE, "dangling")], has_dependents=False) == STAYS


def test_a_finalizer_of_its_own_decides_how_it_goes() -> None:
    found = fate(_obj("orphan"), [(ONE, "dangling")], has_dependents=True)
    assert found == Fate(delete="Orphan")


def test_the_state_of_an_owner() -> None:
    assert owner_state(None) == "dangling"
    assert owner_state(_obj()) == "solid"
    assert owner_state(_obj("foregroundDeletion", deleting=True)) == "waiting"
    assert owner_state(_obj("other", deleting=True)) == "solid"
