"""What came of scale-ups. Source: cluster-autoscaler/clusterstate, utils/backoff."""

from minieks.autoscale.clusterautoscaler.provider import Instance, InstanceError, NodeGroup
from minieks.autoscale.clusterautoscaler.registry import Registry, SeenNode
from minieks.engine.clock import MINUTE, SECOND, Micros

ERROR = InstanceError("OutOfResource", "placeholder-cannot-be-fulfilled", "no capacity")


def group(target: int, name: str = "g") -> NodeGroup:
    return NodeGroup(name, 0, 10, target)


def seen(number: int, *, ready: bool = True, created: Micros = 0) -> SeenNode:
    return SeenNode(f"n{number}", f"i{number}", "g", ready, created)


def instances(*numbers: int, error: InstanceError | None = None) -> dict[str, list[Instance]]:
    return {"g": [Instance(f"i{one}", error) for one in numbers]}


def grown(registry: Registry, now: Micros = 0) -> None:
    """Two nodes are asked for and have not come."""
    registry.update(now, [], [group(0)], {"g": []})
    registry.asked_for("g", 2, now)
    registry.update(now, [], [group(2)], {"g": []})


def test_nodes_that_are_asked_for_are_upcoming() -> None:
    registry = Registry()
    grown(registry)
    assert registry.upcoming() == {"g": 2}
    registry.update(SECOND, [seen(1), seen(2, ready=False)], [group(2)], instances(1, 2))
    assert registry.upcoming() == {"g": 1}
    assert registry.by_group["g"].not_started == ["n2"]
    assert registry.is_scaling_up("g")
    assert registry.is_group_healthy("g")


def test_a_node_that_is_not_ready_after_15_minutes_is_unready() -> None:
    registry = Registry()
    registry.update(16 * MINUTE, [seen(1, ready=False)], [group(1)], instances(1))
    assert registry.by_group["g"].unready == ["n1"]
    assert registry.upcoming() == {}


def test_a_scale_up_that_takes_more_than_15_minutes_has_failed() -> None:
    registry = Registry()
    grown(registry)
    notes = registry.update(15 * MINUTE, [], [group(2)], {"g": []})
    assert not notes
    assert not registry.is_backed_off("g", 15 * MINUTE)
    notes = registry.update(15 * MINUTE + 10 * SECOND, [], [group(2)], {"g": []})
    assert [(one.reason, one.message) for one in notes] == [
        ("ScaleUpTimedOut", "Nodes added to group g failed to register within 15m10s")
    ]
    assert registry.is_backed_off("g", 20 * MINUTE)
    assert not registry.is_backed_off("g", 20 * MINUTE + 10 * SECOND)


def test_each_failure_doubles_the_wait_up_to_half_an_hour() -> None:
    registry, now, waits = Registry(), 0, []
    for _ in range(5):
        registry.refused("g", "no", now)
        waits.append((registry.backoffs["g"].until - now) // MINUTE)
        now = registry.backoffs["g"].until + 1
    assert waits == [5, 10, 20, 30, 30]


def test_a_success_ends_the_wait() -> None:
    registry = Registry()
    grown(registry)
    registry.refused("g", "no", 0)
    registry.update(SECOND, [seen(1), seen(2)], [group(2)], instances(1, 2))
    assert not registry.is_backed_off("g", SECOND)


def test_instances_that_cannot_be_created_stop_the_scale_up() -> None:
    registry = Registry()
    grown(registry)
    notes = registry.update(SECOND, [], [group(2)], instances(1, 2, error=ERROR))
    assert notes[0].reason == "ScaleUpFailed"
    assert notes[0].message.startswith(
        "Failed adding 2 nodes to group g due to OutOfResource.placeholder-cannot-be-fulfilled"
    )
    assert registry.failed == {"g": ["i1", "i2"]}
    assert registry.is_backed_off("g", 2 * SECOND)
    assert not registry.update(2 * SECOND, [], [group(2)], instances(1, 2, error=ERROR))


def test_an_instance_that_is_no_node_after_15_minutes_is_long_unregistered() -> None:
    registry = Registry()
    registry.update(0, [], [group(1)], instances(1))
    registry.update(15 * MINUTE + 1, [], [group(1)], instances(1))
    assert registry.long_unregistered("g") == ["i1"]


def test_more_than_three_and_45_percent_unready_nodes_are_too_many() -> None:
    registry, now = Registry(), 60 * MINUTE
    nodes = [seen(n, ready=n > 4) for n in range(1, 10)]
    registry.update(now, nodes, [group(9)], instances(*range(1, 10)))
    assert registry.is_cluster_healthy()  # 4 of 9 are 44 %
    registry.update(now, nodes[:8], [group(8)], instances(*range(1, 9)))
    assert not registry.is_cluster_healthy()


def test_a_size_that_is_wrong_for_long_is_noted() -> None:
    registry = Registry()
    registry.update(0, [seen(1)], [group(3)], instances(1))
    registry.update(MINUTE, [seen(1)], [group(3)], instances(1))
    assert registry.incorrect["g"] == (1, 3, 0)
