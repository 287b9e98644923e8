"""Rolling updates: kubernetes pkg/controller/deployment/rolling.go."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.controllers.deployment.bounds import Bounds, bounds
from minieks.kube.controllers.deployment.rolling import Scale, Size, new_size, next_step


@pytest.mark.parametrize(
    ("replicas", "surge", "unavailable", "expected"),
    [
        (10, "25%", "25%", (10, 3, 2)),  # surge rounded up, unavailable down
        (1, "25%", "25%", (1, 1, 0)),
        (3, 0, "10%", (3, 0, 1)),  # both 0: one may be missing
        (0, 2, 3, (0, 2, 0)),
        (2, 0, 5, (2, 0, 2)),
    ],
)
def test_bounds_of_a_rolling_update(
    replicas: int, surge: Any, unavailable: Any, expected: tuple[int, int, int]
) -> None:
    rolling = {"maxSurge": surge, "maxUnavailable": unavailable}
    strategy = {"type": "RollingUpdate", "rollingUpdate": rolling}
    assert bounds({"spec": {"replicas": replicas, "strategy": strategy}}) == Bounds(*expected)


def test_recreate_allows_neither_more_nor_fewer() -> None:
    spec = {"replicas": 4, "strategy": {"type": "Recreate"}}
    assert bounds({"spec": spec}) == Bounds(4, 0, 0)


@pytest.mark.parametrize(
    ("limits", "new", "old", "expected"),
    [
        pytest.param(Bounds(3, 1, 0), (0, 0), [(3, 3)], [("new", 1)], id="grow-by-the-surge"),
        pytest.param(Bounds(3, 1, 0), (1, 0), [(3, 3)], [], id="wait-for-the-new-pod"),
        pytest.param(Bounds(3, 1, 0), (1, 1), [(3, 3)], [("old-0", 2)], id="one-for-one"),
        pytest.param(Bounds(3, 0, 1), (0, 0), [(3, 3)], [("old-0", 2)], id="first-make-room"),
        pytest.param(Bounds(3, 1, 1), (1, 0), [(3, 1)], [("old-0", 2)], id="the-sick-go-first"),
        pytest.param(Bounds(4, 2, 1), (2, 2), [(2, 2), (2, 2)],
                     [("old-0", 0), ("old-1", 1)], id="oldest-first"),
        pytest.param(Bounds(2, 1, 0), (5, 5), [], [("new", 2)], id="shrink-to-the-replicas"),
        pytest.param(Bounds(3, 1, 1), (3, 3), [(0, 0)], [], id="done"),
    ],
)  # fmt: skip
def test_one_step(
    limits: Bounds,
    new: tuple[int, int],
    old: list[tuple[int, int]],
    expected: list[tuple[str, int]],
) -> None:
    sizes = [Size(f"old-{number}", *size) for number, size in enumerate(old)]
    steps = next_step(limits, Size("new", *new), sizes)
    assert steps == [Scale(*one) for one in expected]


_LIMITS = st.tuples(st.integers(0, 12), st.integers(0, 6), st.integers(0, 6)).map(
    lambda one: Bounds(one[0], one[1], min(one[0], one[2] or (0 if one[1] else 1)))
)


@given(limits=_LIMITS, data=st.data())
def test_whatever_pods_become_available_the_bounds_hold_and_the_update_ends(
    limits: Bounds, data: st.DataObject
) -> None:
    """Law: never more than replicas + surge wanted, never too few available by our own doing."""
    new, old = Size("new", 0, 0), Size("old", limits.replicas, limits.replicas)
    for _ in range(200):
        for step in next_step(limits, new, [old]):
            if step.name == "new":
                new = new._replace(replicas=step.replicas)
            else:
                old = old._replace(
                    replicas=step.replicas, available=min(old.available, step.replicas)
                )
        assert new.replicas + old.replicas <= max(limits.most, limits.replicas)
        assert new.available + old.available >= limits.min_available
        if new.available < new.replicas:
            came = data.draw(st.integers(0, new.replicas - new.available))
            new = new._replace(available=new.available + came)
        if new.replicas == new.available == limits.replicas and old.replicas == 0:
            return
    # Chance may keep pods from coming for long, but then some are still awaited.
    assert new.available < limits.replicas or old.replicas > 0


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 40), st.integers(0, 10))
def test_a_new_set_grows_to_no_more_than_is_allowed(
    replicas: int, new: int, others: int, surge: int
) -> None:
    new = min(new, replicas)
    size = new_size(Bounds(replicas, surge, 0), new, new + others)
    assert new <= size <= replicas
    assert size == new or size + others <= replicas + surge
