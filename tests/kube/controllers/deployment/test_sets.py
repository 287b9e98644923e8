"""A Deployment's ReplicaSets: kubernetes pkg/controller/deployment/util/deployment_util.go."""

from typing import Any

from minieks.kube.controllers.deployment import sets
from minieks.kube.controllers.templates import template_hash


def _set(name: str, image: str, **meta: Any) -> dict[str, Any]:
    labels = {"app": "web", "pod-template-hash": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"image": image}]}}
    return {
        "metadata": {"name": name, "generation": 1, **meta},
        "spec": {"replicas": 0, "template": template},
        "status": {"replicas": 0, "observedGeneration": 1},
    }


def _deployment(image: str, **annotations: str) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"image": image}]}}
    meta = {"name": "web", "annotations": annotations}
    return {"metadata": meta, "spec": {"template": template}}


def test_the_new_set_is_the_oldest_with_the_template_whatever_its_hash() -> None:
    found = [
        _set("b", "v1", creationTimestamp="2026-01-02T00:00:00Z"),
        _set("a", "v1", creationTimestamp="2026-01-01T00:00:00Z"),
        _set("c", "v2", creationTimestamp="2025-01-01T00:00:00Z"),
    ]
    new = sets.Surveys().survey(_deployment("v1"), found).new
    assert new is found[1]
    assert sets.Surveys().survey(_deployment("v3"), found).new is None


def test_a_set_that_becomes_new_again_remembers_its_revision() -> None:
    first = sets.new_annotations(_deployment("v1"), {}, 1)
    again = sets.new_annotations(_deployment("v1"), first, 3)
    twice = sets.new_annotations(_deployment("v1"), again, 5)
    assert first == {sets.REVISION: "1"}
    assert again == {sets.REVISION: "3", sets.HISTORY: "1"}
    assert twice == {sets.REVISION: "5", sets.HISTORY: "1,3"}


def test_the_history_of_revisions_is_cut_at_the_front() -> None:
    long = ",".join(str(number) for number in range(1000, 1400))
    noted = sets.new_annotations(_deployment("v1"), {sets.REVISION: "7", sets.HISTORY: long}, 8)
    assert len(noted[sets.HISTORY]) <= 2000
    assert noted[sets.HISTORY].endswith(",1399,7")


def test_annotations_are_copied_but_for_the_deployments_own() -> None:
    applied = "kubectl.kubernetes.io/last-applied-configuration"
    deployment = _deployment("v1", **{"team": "a", applied: "{}", sets.REVISION: "9"})
    assert sets.new_annotations(deployment, {}, 1) == {"team": "a", sets.REVISION: "1"}


def test_old_sets_beyond_the_limit_go_lowest_revision_first() -> None:
    old = [_set(f"r{n}", "v", annotations={sets.REVISION: str(n)}) for n in (3, 1, 2)]
    assert [one["metadata"]["name"] for one in sets.to_forget(old, 1)] == ["r1", "r2"]
    busy = {**old[1], "status": {"replicas": 1, "observedGeneration": 1}}
    assert [one["metadata"]["name"] for one in sets.to_forget([old[0], busy, old[2]], 1)] == ["r2"]
    assert sets.to_forget(old, 3) == []


def test_the_hash_is_stable_and_another_for_each_collision() -> None:
    template = _deployment("v1")["spec"]["template"]
    reordered = {"spec": template["spec"], "metadata": template["metadata"]}
    assert template_hash(template) == template_hash(reordered)
    assert len({template_hash(template, count) for count in range(20)}) == 20
    assert set(template_hash(template)) <= set("bcdfghjklmnpqrstvwxz2456789")
