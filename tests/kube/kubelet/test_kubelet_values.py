"""The kubelet's pure parts, as tables."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.data.timings import Timings
from minieks.engine.clock import SECOND
from minieks.kube.kubelet import annotations, images, phases, probes, stopping
from minieks.kube.kubelet.addresses import PodAddresses
from minieks.kube.kubelet.backoff import FIRST, FORGOTTEN_AFTER, MOST, NO_BACKOFF
from minieks.kube.kubelet.containerstages import CONTAINER_STAGES
from minieks.kube.kubelet.life import Container, Ended, Life
from minieks.kube.kubelet.podstages import STAGES
from minieks.kube.kubelet.workload import AnnotatedWorkload, Exit
from minieks.kube.words.objects import Obj


class TestAnnotations:
    @pytest.mark.parametrize("setting", annotations.SETTINGS, ids=lambda one: one.key)
    def test_every_example_can_be_read(self, setting: annotations.Setting) -> None:
        assert setting.read(setting.example) is not None
        assert setting.about.endswith(".")
        assert annotations.problems({f"minieks.dev/{setting.key}": setting.example}) == []

    @pytest.mark.parametrize(
        ("notes", "container", "init", "expected"),
        [
            ({"run-duration": "12m"}, "app", False, 720),
            ({"run-duration": "12m", "run-duration.app": "3m"}, "app", False, 180),
            ({"run-duration": "12m", "run-duration.other": "3m"}, "app", False, 720),
            ({"run-duration": "12m"}, "prepare", True, None),
            ({"run-duration.prepare": "12m"}, "prepare", True, 720),
            ({"run-duration": "soon"}, "app", False, None),
            ({}, "app", False, None),
        ],
        ids=["pod-wide", "own-is-stronger", "of-another", "not-for-inits", "init", "bad", "none"],
    )
    def test_whom_an_annotation_is_about(
        self, notes: dict[str, str], container: str, init: bool, expected: Any
    ) -> None:
        full = {f"minieks.dev/{key}": text for key, text in notes.items()}
        assert annotations.value(full, "run-duration", container, init=init) == expected

    @pytest.mark.parametrize(
        ("key", "text", "complaint"),
        [
            ("run-duration", "5", "'5' is not a duration such as 90s, 12m or 1h30m"),
            ("time-to-ready", "Never", "'Never' is not a duration"),
            ("exit-code", "-1", "'-1' is not an exit code from 0 to 255"),
            ("exit-code", "256", "'256' is not an exit code from 0 to 255"),
            ("image-size", "big", "'big' is not a size such as 350Mi or 1.2Gi"),
            ("image-size", "0", "'0' is not a size such as 350Mi or 1.2Gi"),
            ("pull-error", "", "the text is empty"),
            ("crash-after.app", "1x", "annotation minieks.dev/crash-after.app: '1x' is not"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, key: str, text: str, complaint: str) -> None:
        (found,) = annotations.problems({f"minieks.dev/{key}": text})
        assert complaint in found
        assert key in found

    @pytest.mark.parametrize(
        "notes",
        [{"example.com/run-duration": "x"}, {"minieks.dev/usage": "x"}, {"minieks.dev/": "x"}],
        ids=["other-prefix", "other-part", "no-key"],
    )
    def test_what_is_not_of_this_table_is_left_alone(self, notes: dict[str, str]) -> None:
        assert annotations.problems(notes) == []

    def test_infinity_means_never(self) -> None:
        assert (
            annotations.value({"minieks.dev/time-to-ready": "never"}, "time-to-ready") == math.inf
        )


class TestWorkload:
    """How a container ends by itself; the defaults are those of the timings."""

    @pytest.mark.parametrize(
        ("policy", "notes", "init", "expected"),
        [
            ("Always", {}, False, None),
            ("Never", {}, False, Exit(60, 0, "Completed")),
            ("OnFailure", {}, False, Exit(60, 0, "Completed")),
            ("Always", {}, True, Exit(1, 0, "Completed")),
            ("Never", {"run-duration": "5m", "exit-code": "3"}, False, Exit(300, 3, "Error")),
            ("Always", {"crash-after": "9s"}, False, Exit(9, 1, "Error")),
            ("Never", {"crash-after": "90s"}, False, Exit(90, 1, "Error")),
            ("Never", {"crash-after": "9s", "exit-code": "139"}, False, Exit(9, 139, "Error")),
            (
                "Never",
                {"crash-after": "9s", "run-duration": "5s"},
                False,
                Exit(5, 0, "Completed"),
            ),
        ],
        ids=[
            "service",
            "job",
            "job-on-failure",
            "init",
            "annotated",
            "crash",
            "crash-later-than-default",
            "crash-with-code",
            "done-before-the-crash",
        ],
    )
    def test_exit(
        self, policy: str, notes: dict[str, str], init: bool, expected: Exit | None
    ) -> None:
        said = {f"minieks.dev/{key}": text for key, text in notes.items()}
        pod: Obj = {"metadata": {"annotations": said}, "spec": {"restartPolicy": policy}}
        model = AnnotatedWorkload(Timings())
        assert model.exit(pod, {"name": "app"}, init=init) == expected


class TestBackoff:
    def test_it_doubles_from_10_s_to_300_s(self) -> None:
        backoff, waits, now = NO_BACKOFF, [], 0
        for _ in range(8):
            retry = backoff.retry_at(now)
            waits.append((retry - now) // SECOND)
            backoff = backoff.tried(now, retry)
            now = retry + SECOND
        assert waits == [0, 10, 20, 40, 80, 160, 300, 300]

    @given(st.lists(st.integers(0, 2 * FORGOTTEN_AFTER), max_size=30))
    def test_every_wait_is_nothing_or_between_10_and_300_s(self, runs: list[int]) -> None:
        backoff, now = NO_BACKOFF, 0
        for ran in runs:
            now += ran
            retry = backoff.retry_at(now)
            wait = retry - now
            assert wait == 0 or FIRST <= wait <= MOST
            assert wait > 0 or not backoff.wait or now - backoff.since > FORGOTTEN_AFTER
            backoff = backoff.tried(now, retry)
            now = retry


class TestProbes:
    # started at 7 s of the pod's life; ticks at multiples of the period.
    @pytest.mark.parametrize(
        ("probe", "answers", "expected"),
        [
            ({"periodSeconds": 10}, 0, 7),
            ({"periodSeconds": 10}, 1, 10),
            ({"periodSeconds": 10}, 25, 40),
            ({"periodSeconds": 10}, 23, 30),
            ({"periodSeconds": 5, "initialDelaySeconds": 20}, 0, 30),
            ({"periodSeconds": 5, "initialDelaySeconds": 18}, 0, 25),
            ({"periodSeconds": 5, "successThreshold": 3}, 4, 25),
            ({}, 2, 10),
        ],
        ids=[
            "at-once",
            "next-tick",
            "later-tick",
            "exactly-at-a-tick",
            "delay",
            "delay-to-a-tick",
            "three-times",
            "default-period",
        ],
    )
    def test_when_a_container_is_ready(
        self, probe: dict[str, int], answers: float, expected: int
    ) -> None:
        base, started = 0, 7 * SECOND
        first = probes.first_readiness(probe, base, started, started)
        assert probes.ready_at(probe, base, first, started, answers) == expected * SECOND

    def test_what_never_answers_is_never_ready(self) -> None:
        assert probes.ready_at({}, 0, 0, 0, math.inf) is None
        assert probes.success_at({}, 0, 0, math.inf) is None

    def test_failures_count_from_the_first_bad_tick(self) -> None:
        probe = {"periodSeconds": 10, "failureThreshold": 3}
        assert probes.failure_at(probe, 0, 7 * SECOND, 61 * SECOND) == 90 * SECOND

    @pytest.mark.parametrize(
        ("probe", "text"),
        [
            (
                {"httpGet": {"path": "/healthz", "port": "web"}},
                'Get "http://10.0.0.9:8080/healthz": dial tcp 10.0.0.9:8080: connect: '
                "connection refused",
            ),
            (
                {"httpGet": {"port": 443, "scheme": "HTTPS", "host": "1.2.3.4"}},
                'Get "https://1.2.3.4:443/": dial tcp 1.2.3.4:443: connect: connection refused',
            ),
            ({"tcpSocket": {"port": 5432}}, "dial tcp 10.0.0.9:5432: connect: connection refused"),
            (
                {"grpc": {"port": 9000}, "timeoutSeconds": 3},
                'timeout: failed to connect service "10.0.0.9:9000" within 3s: '
                "context deadline exceeded",
            ),
            ({"exec": {"command": ["true"]}}, ""),
        ],
        ids=["http", "https-host", "tcp", "grpc", "exec"],
    )
    def test_what_a_failed_probe_says(self, probe: dict[str, Any], text: str) -> None:
        container = {"name": "app", "ports": [{"name": "web", "containerPort": 8080}]}
        assert probes.output(probe, container, "10.0.0.9") == text

    @given(
        period=st.integers(1, 60),
        delay=st.integers(0, 120),
        threshold=st.integers(1, 5),
        started=st.integers(0, 100 * SECOND),
        answers=st.floats(0, 300),
    )
    def test_readiness_comes_after_the_delay_and_the_answer(
        self, period: int, delay: int, threshold: int, started: int, answers: float
    ) -> None:
        probe = {
            "periodSeconds": period,
            "initialDelaySeconds": delay,
            "successThreshold": threshold,
        }
        first = probes.first_readiness(probe, 0, started, started)
        ready = probes.ready_at(probe, 0, first, started, answers)
        assert ready is not None
        assert ready >= started + delay * SECOND
        assert ready >= started + round(answers * SECOND)
        assert ready <= started + (delay + answers + threshold * period + 1) * SECOND


# distribution reference grammar; containerd's normalised names.
@pytest.mark.parametrize(
    ("image", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("bitnami/redis", "docker.io/bitnami/redis:latest"),
        ("public.ecr.aws/nginx/nginx", "public.ecr.aws/nginx/nginx:latest"),
        ("localhost/app:1", "localhost/app:1"),
        ("registry:5000/app", "registry:5000/app:latest"),
        ("quay.io/a/b@sha256:" + "0" * 64, "quay.io/a/b@sha256:" + "0" * 64),
    ],
)
def test_full_names_of_images(image: str, full: str) -> None:
    assert images.full_name(image) == full
    assert images.invalid_name(image) == ""


@pytest.mark.parametrize(
    ("image", "text"),
    [
        ("Nginx", "repository name (library/Nginx) must be lowercase"),
        ("my/App:1", "repository name (my/App) must be lowercase"),
        ("a b", "invalid reference format"),
        ("nginx:", "invalid reference format"),
        ("nginx:1:2", "invalid reference format"),
        ("-x", "invalid reference format"),
    ],
)
def test_names_that_are_no_images(image: str, text: str) -> None:
    assert text in images.invalid_name(image)


def test_an_image_id_is_the_digest() -> None:
    digest = "sha256:" + "ab" * 32
    assert images.image_id(f"quay.io/a/b:1@{digest}") == f"quay.io/a/b@{digest}"
    assert images.image_id("nginx:1") == images.image_id("docker.io/library/nginx:1")
    assert images.image_id("nginx:1") != images.image_id("nginx:2")


def test_the_image_size_is_told_from_1_30_on() -> None:
    assert "Image size" not in images.pulled("nginx", 1, 10, (1, 29))
    assert images.pulled("nginx", 1, 10, (1, 30)).endswith("Image size: 10485760 bytes.")


@pytest.mark.parametrize(
    ("hook", "seconds"),
    [
        ({"sleep": {"seconds": 7}}, 7),
        ({"exec": {"command": ["/bin/sh", "-c", "sleep 5; sleep 10"]}}, 15),
        ({"exec": {"command": ["sh", "-c", "nginx -s quit; sleep 2.5s"]}}, 2.5),
        ({"exec": {"command": ["./sleepless", "30"]}}, 0),
        ({"httpGet": {"port": 80}}, 0),
        ({}, 0),
    ],
    ids=["action", "two-sleeps", "fraction", "not-sleep", "http", "none"],
)
def test_how_long_pre_stop_takes(hook: dict[str, Any], seconds: float) -> None:
    spec = {"lifecycle": {"preStop": hook}} if hook else {}
    assert stopping.pre_stop(spec) == round(seconds * SECOND)


DONE = Ended(0, "Completed", "", 0, 1, "")
FAILED = Ended(1, "Error", "", 0, 1, "")


def _app(state: Any, ended: Ended | None = None) -> Container:
    return Container("app", "app", state=state, ended=ended)


# pkg/kubelet/kubelet_pods.go getPhase and its table kubelet_pods_test.go TestPodPhaseWith*.
@pytest.mark.parametrize(
    ("policy", "apps", "expected"),
    [
        ("Always", [_app("waiting")], "Pending"),
        ("Always", [_app("running"), _app("waiting")], "Pending"),
        ("Always", [_app("running"), _app("running")], "Running"),
        ("Always", [_app("running"), _app("waiting", FAILED)], "Running"),
        ("Always", [_app("waiting", FAILED)], "Running"),
        ("Always", [_app("ended", DONE)], "Running"),
        ("OnFailure", [_app("ended", DONE)], "Succeeded"),
        ("OnFailure", [_app("ended", DONE), _app("ended", FAILED)], "Running"),
        ("OnFailure", [_app("running"), _app("ended", DONE)], "Running"),
        ("Never", [_app("ended", DONE)], "Succeeded"),
        ("Never", [_app("ended", DONE), _app("ended", FAILED)], "Failed"),
        ("Never", [_app("running"), _app("ended", FAILED)], "Running"),
    ],
)
def test_phases(policy: str, apps: list[Container], expected: str) -> None:
    life = Life("uid", 0, tuple(apps), initialized=True)
    assert phases.phase(life, policy) == expected


@pytest.mark.parametrize(
    ("apps", "expected"), [([DONE, DONE], "Succeeded"), ([DONE, FAILED], "Failed")]
)
def test_the_phase_of_a_pod_that_was_ended_is_terminal_under_any_policy(
    apps: list[Ended], expected: str
) -> None:
    containers = tuple(_app("ended", ended) for ended in apps)
    life = Life("uid", 0, containers, initialized=True, over_at=5)
    assert phases.phase(life, "Always") == expected


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_terminal_phase_stays_whatever_containers_do(phase: str) -> None:
    life = Life("uid", 0, (_app("running"),), phase=phase, initialized=True)
    assert phases.phase(life, "Always") == phase


class TestAddresses:
    def _node(self, ip: str, cidr: str = "", pods: str = "58") -> Obj:
        return {
            "metadata": {"name": "n"},
            "spec": {"podCIDR": cidr} if cidr else {},
            "status": {
                "capacity": {"pods": pods},
                "addresses": [{"type": "InternalIP", "address": ip}],
            },
        }

    def test_nodes_of_one_network_give_different_addresses(self) -> None:
        known = PodAddresses()
        first, second = self._node("192.168.96.7"), self._node("192.168.8.9")
        found = [known.take(first), known.take(second), known.take(first)]
        assert found == ["192.168.192.1", "192.168.192.2", "192.168.192.3"]

    def test_a_pod_cidr_is_used(self) -> None:
        assert PodAddresses().take(self._node("10.0.0.1", "10.244.3.0/24")) == "10.244.3.1"

    def test_an_address_comes_back_when_all_others_are_used(self) -> None:
        known, node = PodAddresses(), self._node("10.0.0.1", "10.244.3.0/29")
        taken = [known.take(node) for _ in range(6)]
        assert len(set(taken)) == 6
        known.give_back(node, taken[3])
        assert known.take(node) == taken[3]

    def test_a_node_for_one_pod_shares_its_own(self) -> None:
        assert PodAddresses().take(self._node("10.0.0.1", pods="1")) == "10.0.0.1"


def test_every_stage_says_what_it_is() -> None:
    texts = [stage.about for stage in STAGES] + [one.about for one in CONTAINER_STAGES]
    assert len(set(texts)) == len(texts)
    assert all(text.endswith(".") for text in texts)
