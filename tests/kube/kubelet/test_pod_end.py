"""How a pod ends: by itself, by deletion, by its deadline, by crashes, by its probes."""

from itertools import pairwise
from typing import Any

import pytest

RUNNING_AFTER = 6.9


class TestCompletion:
    def test_a_pod_that_is_meant_to_end_runs_for_its_duration_and_succeeds(
        self, world: Any
    ) -> None:
        world.pod(restartPolicy="Never", notes={"run-duration": "12m"})
        world.at(720)
        assert world.status()["phase"] == "Running"
        world.at(730)
        assert world.status()["phase"] == "Succeeded"
        assert world.condition("Ready")[:2] == ("False", "PodCompleted")
        assert world.condition("Initialized")[:2] == ("True", "PodCompleted")
        ended = world.container()["state"]["terminated"]
        assert (ended["exitCode"], ended["reason"]) == (0, "Completed")
        assert (ended["startedAt"], ended["finishedAt"]) == (
            "2026-11-23T00:00:06Z",
            "2026-11-23T00:12:06Z",
        )

    def test_without_a_duration_the_default_of_jobs_counts(self, world: Any) -> None:
        world.pod(restartPolicy="OnFailure")
        world.at(65)
        assert world.status()["phase"] == "Running"
        world.at(70)
        assert world.status()["phase"] == "Succeeded"

    @pytest.mark.parametrize(
        ("policy", "phase"), [("Never", "Failed"), ("OnFailure", "Running"), ("Always", "Running")]
    )
    def test_what_a_failure_means_depends_on_the_restart_policy(
        self, world: Any, policy: str, phase: str
    ) -> None:
        world.pod(restartPolicy=policy, notes={"crash-after": "5s", "exit-code": "3"})
        world.at(60)
        assert world.status()["phase"] == phase
        state = world.container()
        assert (state["restartCount"] > 0) is (policy != "Never")

    def test_the_pod_ends_when_its_last_container_has(self, world: Any, c: Any) -> None:
        world.pod(
            containers=[c("a"), c("b")],
            restartPolicy="Never",
            notes={"run-duration.a": "10s", "run-duration.b": "50s"},
        )
        world.at(40)
        assert world.status()["phase"] == "Running"
        assert world.condition("ContainersReady")[2] == "containers with unready status: [a]"
        world.at(70)
        assert world.status()["phase"] == "Succeeded"

    def test_a_finished_pod_holds_nothing_on_its_node(self, new_world: Any) -> None:
        world = new_world()
        world.node(pods="1")
        world.pod("first", restartPolicy="Never", notes={"run-duration": "5s"})
        world.at(20)
        world.pod("second")
        world.at(30)
        assert world.status("second")["phase"] == "Running"


class TestCrashes:
    def test_the_first_restart_is_at_once_and_the_next_ones_back_off(self, world: Any) -> None:
        # util/flowcontrol/backoff.go: 10 s, doubling, at most 300 s.
        world.pod(notes={"crash-after": "1s"})
        starts: list[str] = []
        for _ in range(20_000):
            world.run(0.1)
            running = world.container()["state"].get("running")
            if running and (not starts or starts[-1] != running["startedAt"]):
                starts.append(running["startedAt"])
        seconds = [_seconds(text) for text in starts]
        waits = [b - a for a, b in pairwise(seconds)]
        # Each wait is a second of running, a second of starting, and the back-off.
        assert waits == [2, 12, 22, 42, 82, 162, 302, 302, 302, 302, 302]

    def test_the_state_while_it_waits(self, world: Any) -> None:
        world.pod(notes={"crash-after": "1s"})
        world.at(12)
        container = world.container()
        uid = world.get()["metadata"]["uid"]
        assert container["state"]["waiting"] == {
            "reason": "CrashLoopBackOff",
            "message": f"back-off 10s restarting failed container=app pod=web_default({uid})",
        }
        assert container["lastState"]["terminated"]["exitCode"] == 1
        assert container["restartCount"] == 1
        assert world.status()["phase"] == "Running"
        assert (
            f"Warning BackOff Back-off restarting failed container app in pod web_default({uid})"
            in world.events()
        )

    def test_ten_good_minutes_reset_the_back_off(self, world: Any) -> None:
        world.pod(notes={"crash-after": "11m"})
        world.at(3600)
        assert world.container()["restartCount"] == 5
        assert not [text for text in world.events() if "BackOff" in text]

    def test_a_clean_exit_is_restarted_too_under_always(self, world: Any) -> None:
        world.pod(notes={"run-duration": "30s"})
        world.at(45)
        assert world.container()["restartCount"] == 1
        assert world.container()["lastState"]["terminated"]["reason"] == "Completed"


class TestDeletion:
    def test_a_pod_ends_within_its_termination_time_and_is_gone(self, world: Any) -> None:
        world.pod(notes={"termination-time": "8s"})
        world.at(20)
        world.api.delete("pods", "default", "web")
        world.at(20.1)
        assert world.events()[-1] == "Normal Killing Stopping container app"
        assert world.is_ready()
        world.at(27.9)
        assert not world.gone()
        world.at(28.1)
        assert world.gone()

    def test_what_does_not_end_is_killed_at_the_end_of_the_grace(self, world: Any) -> None:
        last = _last_status(world)
        world.pod(terminationGracePeriodSeconds=5, notes={"termination-time": "never"})
        world.at(20)
        world.api.delete("pods", "default", "web")
        world.at(24.9)
        assert not world.gone()
        world.at(25.1)
        assert world.gone()
        assert last["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 137

    def test_a_terminal_phase_is_written_before_the_pod_goes(self, world: Any) -> None:
        # Kubernetes 1.27: pkg/kubelet/kubelet_pods.go getPhase with podIsTerminal.
        last = _last_status(world)
        world.pod()
        world.at(20)
        world.api.delete("pods", "default", "web")
        world.at(30)
        assert last["phase"] == "Failed"
        assert last["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 143

    @pytest.mark.parametrize(
        ("hook", "ends_after"),
        [
            ({"sleep": {"seconds": 10}}, 11),
            ({"exec": {"command": ["sh", "-c", "sleep 15 && nginx -s quit"]}}, 16),
            ({"exec": {"command": ["/bin/sleep", "5"]}}, 6),
            ({"exec": {"command": ["sleep", "100"]}}, 31),
            ({"httpGet": {"path": "/drain", "port": 80}}, 1),
        ],
        ids=["sleep-action", "sleep-in-shell", "sleep-command", "longer-than-grace", "http"],
    )
    def test_pre_stop_runs_inside_the_grace(
        self, world: Any, c: Any, hook: dict[str, Any], ends_after: int
    ) -> None:
        world.pod(containers=[c("app", lifecycle={"preStop": hook})])
        world.at(20)
        world.api.delete("pods", "default", "web")
        world.run(ends_after - 0.1)
        assert not world.gone()
        world.run(0.2)
        assert world.gone()

    def test_sidecars_go_last_and_in_reverse_order(self, world: Any, c: Any) -> None:
        world.pod(
            initContainers=[c("log", restartPolicy="Always"), c("net", restartPolicy="Always")]
        )
        world.at(30)
        world.api.delete("pods", "default", "web")
        world.run(10)
        assert world.gone()
        killed = [line for line in world.transcript().splitlines() if "Killing" in line]
        assert killed == [
            "30s Normal Killing Stopping container app",
            "31s Normal Killing Stopping container net",
            "32s Normal Killing Stopping container log",
        ]

    def test_a_shorter_grace_that_is_asked_later_counts(self, world: Any) -> None:
        world.pod(terminationGracePeriodSeconds=60, notes={"termination-time": "never"})
        world.at(20)
        world.api.delete("pods", "default", "web")
        world.at(25)
        world.api.delete("pods", "default", "web", grace_seconds=2)
        world.at(27.2)
        assert world.gone()

    def test_a_pod_that_has_not_started_goes_at_once(self, world: Any) -> None:
        world.pod(volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}])
        world.at(20)
        world.api.delete("pods", "default", "web")
        world.run(0.2)
        assert world.gone()

    def test_a_pod_that_is_pulling_stops_pulling_and_goes(self, world: Any) -> None:
        world.pod()
        world.at(3)
        world.api.delete("pods", "default", "web")
        world.run(0.2)
        assert world.gone()
        world.run(60)
        assert "Started" not in world.transcript()

    def test_a_finalizer_keeps_the_ended_pod(self, world: Any) -> None:
        world.make(
            "Pod",
            "job",
            namespace="default",
            metadata={"finalizers": ["batch.kubernetes.io/job-tracking"]},
            spec={"containers": [{"name": "c", "image": "busybox"}], "restartPolicy": "Never"},
        )
        world.api.bind("default", "job", "n1")
        world.at(20)
        world.api.delete("pods", "default", "job")
        world.at(30)
        pod = world.get("job")
        assert pod["status"]["phase"] == "Failed"
        world.api.update({**pod, "metadata": {**pod["metadata"], "finalizers": []}})
        assert world.gone("job")


def test_a_pod_past_its_deadline_fails(world: Any) -> None:
    world.pod(activeDeadlineSeconds=30)
    world.at(31.5)
    status = world.status()
    assert (status["phase"], status["reason"], status["message"]) == (
        "Failed",
        "DeadlineExceeded",
        "Pod was active on the node longer than the specified deadline",
    )
    assert world.container()["state"]["terminated"]["exitCode"] == 143


class TestProbes:
    def test_a_readiness_probe_decides_when_the_container_is_ready(
        self, world: Any, c: Any
    ) -> None:
        probe = {"httpGet": {"path": "/ok", "port": "http"}, "periodSeconds": 10}
        ports = [{"name": "http", "containerPort": 8080}]
        world.pod(
            containers=[c("app", readinessProbe=probe, ports=ports)],
            notes={"time-to-ready": "25s"},
        )
        # It runs at 6.8 s and answers from 31.8 s on: the tick at 40 s is the first to succeed.
        world.at(39.9)
        assert not world.is_ready()
        world.at(40.1)
        assert world.is_ready()
        refused = "dial tcp 10.0.192.1:8080: connect: connection refused"
        assert world.transcript().splitlines()[-1] == (
            f'6s Warning Unhealthy Readiness probe failed: Get "http://10.0.192.1:8080/ok": '
            f"{refused} (x3)"
        )

    def test_an_application_that_never_answers_is_never_ready(self, world: Any, c: Any) -> None:
        probe = {"exec": {"command": ["true"]}, "periodSeconds": 5}
        world.pod(containers=[c("app", readinessProbe=probe)], notes={"time-to-ready": "never"})
        world.at(3600)
        assert world.status()["phase"] == "Running"
        assert not world.is_ready()
        assert world.container()["restartCount"] == 0

    def test_a_liveness_probe_that_fails_restarts_the_container(self, world: Any, c: Any) -> None:
        probe = {"tcpSocket": {"port": 80}, "periodSeconds": 10, "failureThreshold": 3}
        world.pod(containers=[c("app", livenessProbe=probe)], notes={"liveness-fails-after": "60s"})
        world.at(95)
        assert world.container()["restartCount"] == 1
        assert world.container()["lastState"]["terminated"]["exitCode"] == 143
        assert world.events()[-3:] == [
            "Warning Unhealthy Liveness probe failed: dial tcp 10.0.192.1:80: connect: "
            "connection refused",
            "Normal Killing Container app failed liveness probe, will be restarted",
            'Normal Pulled Container image "nginx:1.27" already present on machine',
        ]

    def test_a_liveness_probe_alone_restarts_nothing(self, world: Any, c: Any) -> None:
        world.pod(containers=[c("app", livenessProbe={"tcpSocket": {"port": 80}})])
        world.at(86400)
        assert world.container()["restartCount"] == 0

    def test_a_startup_probe_gives_up_an_application_that_is_too_slow(
        self, world: Any, c: Any
    ) -> None:
        probe = {"tcpSocket": {"port": 80}, "periodSeconds": 10, "failureThreshold": 3}
        world.pod(containers=[c("app", startupProbe=probe)], notes={"time-to-ready": "5m"})
        world.at(60)
        assert world.container()["restartCount"] == 1
        assert (
            "Normal Killing Container app failed startup probe, will be restarted" in world.events()
        )


class TestAdmission:
    """What pkg/kubelet/lifecycle/predicate.go says of pods bound by hand."""

    def test_a_pod_that_needs_more_cpu_than_is_left_is_refused(self, world: Any, c: Any) -> None:
        needs = {"resources": {"requests": {"cpu": "2500m"}}}
        world.pod("first", containers=[c("app", **needs)])
        world.pod("second", containers=[c("app", **needs)])
        world.at(1)
        status = world.status("second")
        text = "Node didn't have enough resource: cpu, requested: 2500, used: 2500, capacity: 4000"
        assert (status["phase"], status["reason"]) == ("Failed", "OutOfcpu")
        assert status["message"] == f"Pod was rejected: {text}"
        assert world.events("second") == [f"Warning OutOfcpu {text}"]

    def test_a_node_takes_no_more_pods_than_it_says(self, new_world: Any) -> None:
        world = new_world()
        world.node(pods="1")
        world.pod("first")
        world.pod("second")
        world.at(1)
        assert world.status("second")["reason"] == "OutOfpods"

    @pytest.mark.parametrize(
        ("spec", "reason", "text"),
        [
            (
                {"nodeSelector": {"disk": "ssd"}},
                "NodeAffinity",
                "node(s) didn't match Pod's node affinity/selector",
            ),
            (
                {"containers": [{"name": "a", "image": "b", "ports": [
                    {"containerPort": 80, "hostPort": 80}]}]},
                "NodePorts",
                "node(s) didn't have free ports for the requested pod ports",
            ),
        ],
        ids=["affinity", "ports"],
    )  # fmt: skip
    def test_other_predicates(
        self, world: Any, c: Any, spec: dict[str, Any], reason: str, text: str
    ) -> None:
        world.pod("first", containers=[c("x", ports=[{"containerPort": 1, "hostPort": 80}])])
        world.pod("second", **spec)
        world.at(1)
        status = world.status("second")
        assert status["reason"] == reason
        assert status["message"] == f"Pod was rejected: Predicate {reason} failed: {text}"

    def test_a_no_execute_taint_is_minded(self, world: Any) -> None:
        node = world.api.get("nodes", "", "n1")
        taints = [{"key": "team", "value": "a", "effect": "NoExecute"}]
        world.api.update({**node, "spec": {"taints": taints}})
        world.pod()
        world.at(1)
        assert world.status()["reason"] == "TaintToleration"


def _seconds(text: str) -> int:
    hours, minutes, seconds = text[11:19].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def _last_status(world: Any) -> dict[str, Any]:
    """A dict that always holds the latest status of any pod, also after it is gone."""
    latest: dict[str, Any] = {}
    world.api.store.subscribe(
        "pods", lambda change: latest.update(change.value.get("status") or {})
    )
    return latest
