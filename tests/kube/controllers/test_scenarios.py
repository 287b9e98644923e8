"""Controllers together, in virtual time, with a scripted kubelet."""

from itertools import pairwise
from typing import Any

import pytest

from golden.controllers.names import NAMESPACE
from golden.controllers.world import GENERIC, World
from minieks.engine.clock import HOUR, MINUTE, SECOND
from minieks.kube.api.deletion import Propagation
from minieks.kube.kinds import pods
from minieks.kube.words.conditions import find
from minieks.kube.words.objects import Obj, is_deleting, labels, name

DEPLOYMENTS, SETS, JOBS = "deployments.apps", "replicasets.apps", "jobs.batch"


def _template(image: str = "v1", **spec: Any) -> Obj:
    containers = [{"name": "c", "image": image}]
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers, **spec}}


def _deployment(replicas: int = 3, image: str = "v1", **spec: Any) -> Obj:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": NAMESPACE},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": _template(image),
            **spec,
        },
    }


def _get(world: World, collection: str, object_name: str) -> Obj:
    found = world.api.get(collection, NAMESPACE, object_name)
    assert found is not None
    return found


def _change(world: World, collection: str, object_name: str, **spec: Any) -> None:
    found = _get(world, collection, object_name)
    world.api.update({**found, "spec": {**found["spec"], **spec}})


def _run_all(world: World) -> None:
    for pod in world.api.list("pods", NAMESPACE):
        if is_deleting(pod):
            world.kubelet.finish(pod)
        elif pods.phase(pod) == "Pending":
            world.kubelet.run(pod, ready=True)
    world.settle()


def _condition(world: World, type_: str) -> tuple[str, str]:
    found = find(_get(world, DEPLOYMENTS, "web")["status"], type_)
    assert found is not None
    return found["status"], found["reason"]


def test_a_rollout_that_does_not_get_on_is_told_after_its_deadline() -> None:
    world = World()
    world.api.create(_deployment(progressDeadlineSeconds=600))
    world.settle()
    world.wait(590)
    assert _condition(world, "Progressing") == ("True", "ReplicaSetUpdated")
    world.wait(12)
    assert _condition(world, "Progressing") == ("False", "ProgressDeadlineExceeded")
    _run_all(world)
    assert _condition(world, "Progressing") == ("True", "NewReplicaSetAvailable")


def test_recreate_waits_until_the_last_old_pod_is_gone() -> None:
    world = World()
    world.api.create(_deployment(2, strategy={"type": "Recreate"}))
    world.settle()
    _run_all(world)
    _change(world, DEPLOYMENTS, "web", template=_template("v2"))
    world.settle()
    present = world.api.list("pods", NAMESPACE)
    assert len(present) == 2
    assert all(is_deleting(pod) for pod in present)
    world.kubelet.finish(present[0])
    world.settle()
    assert len(world.api.list("pods", NAMESPACE)) == 1
    world.kubelet.finish(present[1])
    world.settle()
    images = [pod["spec"]["containers"][0]["image"] for pod in world.api.list("pods", NAMESPACE)]
    assert images == ["v2", "v2"]


def test_old_replica_sets_are_kept_up_to_the_limit() -> None:
    world = World()
    world.api.create(_deployment(1, revisionHistoryLimit=1))
    for version in range(2, 6):
        world.settle()
        for _ in range(3):
            _run_all(world)
        _change(world, DEPLOYMENTS, "web", template=_template(f"v{version}"))
    world.settle()
    for _ in range(3):
        _run_all(world)
    revisions = sorted(
        one["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
        for one in world.api.list(SETS, NAMESPACE)
    )
    assert revisions == ["4", "5"]


def test_a_name_that_is_taken_by_another_template_is_avoided() -> None:
    world = World()
    world.api.create(_deployment(1))
    world.settle()
    (first,) = world.api.list(SETS, NAMESPACE)
    world.api.delete(DEPLOYMENTS, NAMESPACE, "web", propagation="Orphan")
    world.settle()
    stranger = _get(world, SETS, name(first))
    changed = {**stranger["spec"], "template": {**stranger["spec"]["template"]}}
    meta = {**changed["template"]["metadata"], "labels": {**labels(stranger), "more": "x"}}
    changed["template"]["metadata"] = meta
    changed["selector"] = stranger["spec"]["selector"]
    world.api.update({**stranger, "spec": changed})
    world.api.create(_deployment(1))
    world.settle()
    deployment = _get(world, DEPLOYMENTS, "web")
    assert deployment["status"]["collisionCount"] == 1
    assert len(world.api.list(SETS, NAMESPACE)) == 2


@pytest.mark.parametrize(("zone", "hours"), [("UTC", 24), ("America/New_York", 25)])
def test_an_hourly_cron_job_runs_once_an_hour_also_when_the_clock_is_set_back(
    zone: str, hours: int
) -> None:
    world = World()
    # 2026-11-01 has 25 hours in New York; the day begins there at 04:00 UTC, in UTC at 00:00.
    world.engine.run(1_825_200_000 * SECOND)
    job = {"template": _template(restartPolicy="Never")}
    spec: Obj = {"schedule": "0 * * * *", "timeZone": zone, "jobTemplate": {"spec": job}}
    spec["successfulJobsHistoryLimit"] = spec["failedJobsHistoryLimit"] = None
    meta = {"name": "tick", "namespace": NAMESPACE}
    world.api.create({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta, "spec": spec})
    world.wait(hours * 3600 + 1)
    starts = [int(name(job).rpartition("-")[2]) for job in world.api.list(JOBS, NAMESPACE)]
    assert len(starts) == hours
    assert {later - earlier for earlier, later in pairwise(starts)} == {60}


def test_no_node_is_tainted_for_eviction_when_none_is_heard_from() -> None:
    world = World()
    for node in GENERIC:
        world.kubelet.stop(node)
    world.wait(300)
    effects = {
        taint["effect"]
        for node in world.api.list("nodes")
        for taint in node["spec"].get("taints") or ()
    }
    assert effects == {"NoSchedule"}


def test_nodes_of_a_zone_are_tainted_one_each_ten_seconds() -> None:
    world = World()
    world.kubelet.stop(GENERIC[0])
    world.kubelet.stop(GENERIC[1])
    moments = []

    def note(change: Any) -> None:
        taints = change.value["spec"].get("taints") or ()
        if any(taint["effect"] == "NoExecute" for taint in taints):
            moments.append(world.engine.now())

    world.api.store.subscribe("nodes", note)
    world.wait(120)
    assert len(moments) == 2
    assert moments[1] - moments[0] == 10 * SECOND


def test_a_node_that_is_heard_from_again_loses_its_taints() -> None:
    world = World()
    world.kubelet.stop(GENERIC[0])
    world.wait(70)
    node = world.api.get("nodes", "", GENERIC[0])
    assert node is not None
    assert [one["effect"] for one in node["spec"]["taints"]] == ["NoSchedule", "NoExecute"]
    world.kubelet.start(GENERIC[0])
    world.wait(10)
    node = world.api.get("nodes", "", GENERIC[0])
    assert node is not None
    assert not node["spec"].get("taints")


def test_nothing_polls_when_nothing_changes() -> None:
    world = World()
    world.api.create(_deployment(3))
    world.settle()
    _run_all(world)
    world.wait(30 * 60)  # the rollout's deadline passes, once
    before = world.engine.events_run
    world.wait(6 * HOUR // SECOND)
    # Only the events of the objects expire, after an hour, in sweeps.
    assert world.engine.events_run - before < 20


def test_two_runs_give_the_same_objects() -> None:
    def run() -> list[Obj]:
        world = World()
        world.api.create(_deployment(5))
        world.settle()
        _run_all(world)
        _change(world, DEPLOYMENTS, "web", template=_template("v2"))
        world.wait(MINUTE // SECOND)
        return [
            obj
            for collection in world.api.store.collections()
            for obj in world.api.store.values(collection)
        ]

    assert run() == run()


@pytest.mark.parametrize("propagation", ["Orphan", "Foreground"])
@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_an_owner_of_revisions_can_be_deleted_in_every_way(
    kind: str, propagation: Propagation
) -> None:
    world = World()
    spec: Obj = {"selector": {"matchLabels": {"app": "a"}}, "template": _template()}
    spec["template"] = {**spec["template"], "metadata": {"labels": {"app": "a"}}}
    if kind == "StatefulSet":
        spec |= {"serviceName": "a", "replicas": 2}
    meta = {"name": "a", "namespace": NAMESPACE}
    world.api.create({"apiVersion": "apps/v1", "kind": kind, "metadata": meta, "spec": spec})
    world.settle()
    before = world.engine.events_run
    collection = f"{kind.lower()}s.apps"
    world.api.delete(collection, NAMESPACE, "a", propagation=propagation)
    world.engine.run(world.engine.now() + MINUTE)
    for pod in world.api.list("pods", NAMESPACE):
        if pod["metadata"].get("deletionTimestamp"):
            world.kubelet.finish(pod)
    world.engine.run(world.engine.now() + MINUTE)
    assert world.api.get(collection, NAMESPACE, "a") is None
    assert world.engine.events_run - before < 200
    left = len(world.api.list("controllerrevisions.apps", NAMESPACE))
    assert left == (propagation == "Orphan")
