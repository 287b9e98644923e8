"""Conditions: one per type, and a transition time that means something."""

from minieks.kube.words import conditions

READY = {"type": "Ready", "status": "True"}


def test_the_transition_time_moves_only_with_the_status() -> None:
    first = conditions.with_condition({}, READY, "t1")
    same = conditions.with_condition(first, {**READY, "reason": "Still"}, "t2")
    other = conditions.with_condition(same, {**READY, "status": "False"}, "t3")

    assert [entry["lastTransitionTime"] for entry in same["conditions"]] == ["t1"]
    assert same["conditions"][0]["reason"] == "Still"
    assert [entry["lastTransitionTime"] for entry in other["conditions"]] == ["t3"]


def test_a_new_condition_comes_last_and_a_known_one_keeps_its_place() -> None:
    status = conditions.with_condition({"conditions": [{**READY, "type": "A"}]}, READY, "t1")
    status = conditions.with_condition(status, {"type": "A", "status": "False"}, "t2")

    assert [entry["type"] for entry in status["conditions"]] == ["A", "Ready"]


def test_a_condition_can_be_taken_away() -> None:
    status = conditions.without_condition({"conditions": [READY]}, "Ready")

    assert status == {"conditions": []}
    assert conditions.find(status, "Ready") is None
    assert not conditions.is_true(status, "Ready")
