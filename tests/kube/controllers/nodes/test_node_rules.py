"""Taints, zones and tolerations: kubernetes pkg/controller/{nodelifecycle,tainteviction}."""

from typing import Any

import pytest

from minieks.kube.controllers.nodes.condition_taints import (
    evicting_key,
    with_evicting,
    with_no_schedule,
)
from minieks.kube.controllers.nodes.eviction import tolerated_for
from minieks.kube.controllers.nodes.zones import rates, zone_state

_PREFIX = "node.kubernetes.io/"


def _node(*taints: dict[str, Any], unschedulable: bool = False, **said: str) -> dict[str, Any]:
    conditions = [{"type": type_, "status": status} for type_, status in said.items()]
    spec: dict[str, Any] = {"taints": list(taints), "unschedulable": unschedulable}
    return {"metadata": {"name": "n"}, "spec": spec, "status": {"conditions": conditions}}


def _taint(key: str, effect: str = "NoSchedule") -> dict[str, str]:
    return {"key": key, "effect": effect}


@pytest.mark.parametrize(
    ("node", "keys"),
    [
        (_node(Ready="True"), []),
        (_node(Ready="False"), ["not-ready"]),
        (_node(Ready="Unknown", MemoryPressure="Unknown"), ["unreachable"]),
        (_node(Ready="True", DiskPressure="True", PIDPressure="True"),
         ["disk-pressure", "pid-pressure"]),
        (_node(Ready="True", unschedulable=True), ["unschedulable"]),
        (_node(_taint(f"{_PREFIX}not-ready"), Ready="True"), []),
    ],
)  # fmt: skip
def test_taints_follow_conditions(node: dict[str, Any], keys: list[str]) -> None:
    found = [taint["key"] for taint in with_no_schedule(node, "now")]
    assert found == [f"{_PREFIX}{key}" for key in keys]


def test_taints_of_others_stay() -> None:
    mine = _taint("team")
    other_effect = _taint(f"{_PREFIX}not-ready", "NoExecute")
    node = _node(mine, other_effect, Ready="True")
    assert with_no_schedule(node, "now") == [mine, other_effect]


def test_the_evicting_taint_changes_with_what_is_known() -> None:
    node = _node(_taint(f"{_PREFIX}not-ready", "NoExecute"), Ready="Unknown")
    key = evicting_key(node)
    found = with_evicting(node["spec"]["taints"], key, "now")
    assert [taint["key"] for taint in found] == [f"{_PREFIX}unreachable"]
    assert with_evicting(found, None, "now") == []


@pytest.mark.parametrize(
    ("ready", "not_ready", "state"),
    [
        (1, 0, "Normal"),
        (3, 2, "Normal"),
        (0, 1, "FullDisruption"),
        (2, 3, "PartialDisruption"),
        (3, 3, "Normal"),
        (0, 0, "Normal"),
    ],
)
def test_the_state_of_a_zone(ready: int, not_ready: int, state: str) -> None:
    assert zone_state(ready, not_ready) == state


def test_the_rate_of_a_zone() -> None:
    assert rates({"a": (5, 1), "b": (0, 4)}) == {"a": 0.1, "b": 0.1}
    assert rates({"a": (0, 2), "b": (0, 4)}) == {"a": 0.0, "b": 0.0}
    assert rates({"a": (5, 0), "b": (2, 5)}) == {"a": 0.1, "b": 0.0}
    assert rates({"a": (5, 0), "b": (20, 40)}) == {"a": 0.1, "b": 0.01}


_EXISTS = {"key": "k", "operator": "Exists", "effect": "NoExecute"}


@pytest.mark.parametrize(
    ("tolerations", "seconds"),
    [
        ([], 0),
        ([_EXISTS], None),
        ([{**_EXISTS, "tolerationSeconds": 5}], 5),
        ([{**_EXISTS, "tolerationSeconds": 60}, {"operator": "Exists", "tolerationSeconds": 4}], 4),
        ([{**_EXISTS, "tolerationSeconds": 5}, _EXISTS], 5),
        ([{**_EXISTS, "tolerationSeconds": -1}], 0),
        ([{**_EXISTS, "effect": "NoSchedule"}], 0),
    ],
)
def test_how_long_a_pod_may_stay(tolerations: list[dict[str, Any]], seconds: int | None) -> None:
    assert tolerated_for(tolerations, [_taint("k", "NoExecute")]) == seconds


def test_one_taint_that_is_not_tolerated_is_enough() -> None:
    assert tolerated_for([_EXISTS], [_taint("k", "NoExecute"), _taint("j", "NoExecute")]) == 0
