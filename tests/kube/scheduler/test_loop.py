"""default-scheduler on an API: what it binds, writes and says, and when it tries again."""

from typing import Any

import pytest

from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.kube.api.server import Api
from minieks.kube.scheduler.loop import DefaultScheduler
from minieks.kube.words import conditions, times

Json = dict[str, Any]
START = times.parse("2026-11-23T00:00:00Z")
ZONE = "topology.kubernetes.io/zone"


class World:
    """An API with the scheduler at work."""

    def __init__(self, version: str = "1.34") -> None:
        self.engine = Engine(VirtualClock(START), seed=1)
        self.api = Api(self.engine, version)
        for name in ("default", "kube-system"):
            self.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        self.api.create(
            {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
                "metadata": {"name": "default", "namespace": "default"},
            }
        )
        self.scheduler = DefaultScheduler(self.api)
        Runner(self.engine, self.scheduler).attach(self.api.store)

    def run(self, seconds: float = 0) -> None:
        self.engine.run(self.engine.now() + int(seconds * SECOND))

    def node(self, name: str = "n1", cpu: str = "2", **more: Any) -> Json:
        labels = {"kubernetes.io/hostname": name, ZONE: "us-east-1a"}
        made = self.api.create(
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": name, "labels": labels},
                "status": {"allocatable": {"cpu": cpu, "memory": "4Gi", "pods": "10"}},
                **more,
            }
        )
        # admission taints every new node as not ready; here it is ready at once
        return self.api.update({**made, "spec": more.get("spec", {})})

    def pod(self, name: str, cpu: str = "1", **spec: Any) -> Json:
        container = {"name": "c", "image": "nginx", "resources": {"requests": {"cpu": cpu}}}
        return self.api.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "labels": {"app": name}},
                "spec": {"containers": [container], **spec},
            }
        )

    def at(self, name: str) -> str:
        pod = self.api.get("pods", "default", name)
        assert pod is not None
        return str(pod["spec"].get("nodeName") or "")

    def scheduled(self, name: str) -> Any:
        pod = self.api.get("pods", "default", name)
        assert pod is not None
        return conditions.find(pod["status"], "PodScheduled")

    def events(self, reason: str) -> list[Json]:
        return [e for e in self.api.list("events") if e["reason"] == reason]

    def delete(self, name: str) -> None:
        self.api.delete("pods", "default", name, grace_seconds=0)


def test_a_pod_is_bound_and_that_is_told() -> None:
    world = World()
    world.node()
    world.pod("web")
    world.run()
    assert world.at("web") == "n1"
    assert world.scheduled("web")["status"] == "True"
    (event,) = world.events("Scheduled")
    assert event["message"] == "Successfully assigned default/web to n1"
    assert event["source"] == {"component": "default-scheduler"}


def test_a_pod_of_another_scheduler_is_left_alone() -> None:
    world = World()
    world.node()
    world.pod("web", schedulerName="fargate-scheduler")
    world.run()
    assert world.at("web") == ""


def test_a_pod_that_fits_nowhere_is_told_why_and_bound_when_room_comes() -> None:
    world = World()
    world.node(cpu="1")
    world.pod("first")
    world.pod("second")
    world.run()
    assert world.at("first") == "n1"
    condition = world.scheduled("second")
    assert (condition["status"], condition["reason"]) == ("False", "Unschedulable")
    # pkg/scheduler/framework/types.go FitError
    assert condition["message"] == (
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
        "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    )
    (event,) = world.events("FailedScheduling")
    assert event["message"] == condition["message"]
    world.delete("first")
    world.run()
    assert world.at("second") == "n1"


def test_before_there_is_a_node_the_pod_waits_and_the_next_retry_finds_it() -> None:
    world = World()
    world.pod("web")
    world.run(12)
    assert world.scheduled("web")["message"] == "no nodes available to schedule pods"
    world.node()
    world.run(2)  # retries were after 1, 3, 7 and 15 seconds
    assert world.at("web") == ""
    world.run(1)
    assert world.at("web") == "n1"


def test_a_node_that_comes_or_is_uncordoned_wakes_the_pods_that_may_use_it() -> None:
    world = World()
    node = world.node(spec={"unschedulable": True})
    world.pod("web")
    world.run()
    assert "node(s) were unschedulable" in world.scheduled("web")["message"]
    world.api.update({**node, "spec": {}})
    world.run()
    assert world.at("web") == "n1"


def test_an_event_that_cannot_help_leaves_the_pod_alone() -> None:
    world = World()
    world.node(cpu="1")
    world.pod("big", cpu="3")
    world.run()
    world.node("n2", cpu="2")
    world.run(60)
    (event,) = world.events("FailedScheduling")
    assert event["count"] == 1
    world.node("n3", cpu="4")
    world.run()
    assert world.at("big") == "n3"


def test_after_five_minutes_a_pod_is_tried_again_whatever_happened() -> None:
    world = World()
    world.node(cpu="1")
    world.pod("big", cpu="3")
    world.run(329)
    (event,) = world.events("FailedScheduling")
    assert event["count"] == 1
    world.run(1)  # the first look, each 30 s, at more than 5 minutes
    (event,) = world.events("FailedScheduling")
    assert event["count"] == 2


def test_nothing_is_planned_when_nothing_waits() -> None:
    world = World()
    world.node()
    world.pod("web")
    world.run()
    before = world.engine.events_run
    world.run(3000)
    assert world.engine.events_run == before


def test_a_gated_pod_waits_for_its_gates() -> None:
    world = World()
    world.node()
    pod = world.pod("web", schedulingGates=[{"name": "example.com/hold"}])
    world.run(400)
    assert world.at("web") == ""
    assert world.events("FailedScheduling") == []
    spec = {k: v for k, v in pod["spec"].items() if k != "schedulingGates"}
    world.api.update({**pod, "spec": spec})
    world.run()
    assert world.at("web") == "n1"


def test_the_more_important_pod_goes_first() -> None:
    world = World()
    for name, value in (("low", 1), ("high", 1000)):
        world.api.create(
            {
                "apiVersion": "scheduling.k8s.io/v1",
                "kind": "PriorityClass",
                "metadata": {"name": name},
                "value": value,
            }
        )
    world.node(cpu="1")
    world.pod("modest", priorityClassName="low")
    world.pod("urgent", priorityClassName="high")
    world.run()
    assert (world.at("modest"), world.at("urgent")) == ("", "n1")


def test_a_less_important_pod_is_preempted() -> None:
    world = World()
    world.api.create(
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": "high"},
            "value": 1000,
        }
    )
    world.node(cpu="1")
    world.pod("modest", terminationGracePeriodSeconds=5)
    world.run()
    urgent = world.pod("urgent", priorityClassName="high")
    world.run()
    victim = world.api.get("pods", "default", "modest")
    assert victim is not None
    assert victim["metadata"]["deletionGracePeriodSeconds"] == 5
    cause = conditions.find(victim["status"], "DisruptionTarget")
    assert cause is not None
    assert cause["message"] == "default-scheduler: preempting to accommodate a higher priority pod"
    (event,) = world.events("Preempted")
    assert event["message"] == f"Preempted by pod {urgent['metadata']['uid']} on node n1"
    waiting = world.api.get("pods", "default", "urgent")
    assert waiting is not None
    assert waiting["status"]["nominatedNodeName"] == "n1"
    assert world.scheduled("urgent")["message"] == "0/1 nodes are available: 1 Insufficient cpu."
    world.pod("latecomer")  # the freed room is kept for the nominated pod
    world.delete("modest")
    world.run()
    assert (world.at("urgent"), world.at("latecomer")) == ("n1", "")


def test_a_claim_that_waits_for_its_pod_is_bound_before_the_pod() -> None:
    world = World()
    world.node()
    world.api.create(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "gp3"},
            "provisioner": "ebs.csi.aws.com",
            "volumeBindingMode": "WaitForFirstConsumer",
        }
    )
    world.api.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "gp3",
                "resources": {"requests": {"storage": "10Gi"}},
            },
        }
    )
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    world.pod("db", volumes=[volume])
    world.run(3)
    claim = world.api.get("persistentvolumeclaims", "default", "data")
    assert claim is not None
    assert claim["metadata"]["annotations"]["volume.kubernetes.io/selected-node"] == "n1"
    assert world.at("db") == ""
    notes = {**claim["metadata"]["annotations"], "pv.kubernetes.io/bind-completed": "yes"}
    world.api.update(
        {
            **claim,
            "metadata": {**claim["metadata"], "annotations": notes},
            "spec": {**claim["spec"], "volumeName": "pvc-1"},
        }
    )
    world.run()
    assert world.at("db") == "n1"


def test_volumes_that_never_come_end_in_an_error_and_another_try() -> None:
    world = World()
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "gp3",
            "resources": {"requests": {"storage": "10Gi"}},
        },
    }
    world.node()
    world.api.create(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "gp3"},
            "provisioner": "ebs.csi.aws.com",
            "volumeBindingMode": "WaitForFirstConsumer",
        }
    )
    world.api.create(claim)
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    world.pod("db", volumes=[volume])
    world.run(599)
    assert world.events("FailedScheduling") == []
    world.run(1)
    assert world.scheduled("db")["reason"] == "SchedulerError"
    world.run(5)
    assert "db" in {held.waiting.info.pod["metadata"]["name"] for held in held_pods(world)}


def held_pods(world: World) -> Any:
    return world.scheduler.binder.held.values()


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("1.33", "1 node(s) had untolerated taint {team: a}"),
        ("1.34", "1 node(s) had untolerated taint(s)"),
    ],
)
def test_taints_are_told_as_the_version_does(version: str, text: str) -> None:
    world = World(version)
    taint = {"key": "team", "value": "a", "effect": "NoSchedule"}
    world.node(spec={"taints": [taint]})
    world.pod("web")
    world.run()
    assert text in world.scheduled("web")["message"]


def test_the_scheduler_is_of_the_version_that_the_control_plane_has_now() -> None:
    # AWS user guide for EKS, "Update existing cluster to new Kubernetes version": all of it is new
    world = World("1.33")
    world.node(spec={"taints": [{"key": "team", "value": "a", "effect": "NoSchedule"}]})
    world.pod("web")
    world.run()
    assert "1 node(s) had untolerated taint {team: a}" in world.scheduled("web")["message"]

    world.api.upgrade("1.34")
    world.pod("next")
    world.run()
    for pod in ("web", "next"):
        assert "1 node(s) had untolerated taint(s)" in world.scheduled(pod)["message"]

    world.node("n2")
    world.run(60)
    assert {world.at("web"), world.at("next")} == {"n2"}


def test_pods_and_nodes_that_were_there_before_the_scheduler_count() -> None:
    world = World()
    world.node(cpu="1")
    world.pod("first")
    world.run()
    world.pod("second")
    again = DefaultScheduler(world.api)
    assert again.state.node_of("default/first") == "n1"
    assert "default/second" in again.queue


def test_pods_alike_that_wait_for_room_are_looked_at_once_for_each_change() -> None:
    world = World()
    world.node(cpu="1")
    world.pod("first")
    world.run()
    for number in range(5):
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"job-{number}", "labels": {"app": "job"}},
            "spec": {
                "containers": [{"name": "c", "image": "x", "resources": {"requests": {"cpu": "1"}}}]
            },
        }
        world.api.create(pod)
    world.run()
    assert len(world.events("FailedScheduling")) == 5  # each is told
    world.delete("first")
    world.run(20)
    placed = [n for n in range(5) if world.at(f"job-{n}")]
    assert placed == [0]  # the one that waited longest
    counts = {e["involvedObject"]["name"]: e["count"] for e in world.events("FailedScheduling")}
    assert counts == {"job-0": 1, "job-1": 2, "job-2": 1, "job-3": 1, "job-4": 1}


def test_before_1_33_a_pod_waits_for_the_end_of_its_back_off() -> None:
    world = World("1.32")
    world.node(cpu="1")
    world.pod("first")
    world.pod("second")
    world.run(0.5)
    world.delete("first")
    world.run(0.4)
    assert world.at("second") == ""
    world.run(0.1)
    assert world.at("second") == "n1"


def test_a_long_message_is_cut_in_the_event_but_not_in_the_condition() -> None:
    # kubernetes pkg/scheduler/schedule_one.go truncateMessage
    world = World("1.33")
    for number in range(40):
        taint = {"key": f"example.com/team-{number:02d}", "value": "a", "effect": "NoSchedule"}
        world.node(f"n{number}", spec={"taints": [taint]})
    world.pod("web")
    world.run()
    (event,) = world.events("FailedScheduling")
    message = world.scheduled("web")["message"]
    assert len(message) > 1024
    assert len(event["message"]) == 1024
    assert event["message"].endswith(" ...")
    assert message.startswith(event["message"].removesuffix(" ..."))
