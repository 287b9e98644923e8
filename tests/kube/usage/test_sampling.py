"""metrics-server tells of pods with the delays of its scrapes."""

from collections.abc import Mapping
from typing import Any

import pytest

from minieks.engine.clock import SECOND, Micros
from minieks.kube.usage import HalfOfRequests, MetricsServer, PodSample, Usage, scraped_at
from minieks.kube.words import times

CPU = 1_000_000_000
START = times.parse("2026-01-01T00:00:00Z")


class Steps:
    """Demand that changes at given seconds."""

    def __init__(self, *steps: tuple[int, Usage]) -> None:
        self._steps = [(START + at * SECOND, used) for at, used in steps]

    def _at(self, at: Micros) -> tuple[Micros, Usage]:
        return max((one for one in self._steps if one[0] <= at), default=(0, Usage(0, 0)))

    def used(self, pod: Any, container: Mapping[str, Any], at: Micros) -> Usage:
        return self._at(at)[1]

    def needed(self, pod: Any, container: Mapping[str, Any], at: Micros) -> Usage:
        return self.used(pod, container, at)

    def members(self, group: str) -> list[str]:
        return []

    def unchanged_since(self, pod: Any, at: Micros) -> Micros:
        return self._at(at)[0]

    def group(self, pod: Any) -> str:
        return "all"

    def twins(self, pod: Any) -> str:
        return ""

    def is_moving(self, group: str) -> bool:
        return False


def _pod(*started: int | None) -> dict[str, Any]:
    states: list[dict[str, Any]] = [
        {"waiting": {}}
        if at is None
        else {"running": {"startedAt": times.rfc3339(START + at * SECOND)}}
        for at in started
    ]
    names = [f"c{number}" for number in range(len(started))]
    return {
        "metadata": {"name": "p", "namespace": "n"},
        "spec": {"containers": [{"name": one} for one in names]},
        "status": {
            "containerStatuses": [
                {"name": one, "state": state} for one, state in zip(names, states, strict=True)
            ]
        },
    }


def _sample(pod: dict[str, Any], at: float, *steps: tuple[int, Usage]) -> PodSample | None:
    server = MetricsServer(Steps(*steps) if steps else HalfOfRequests())
    return server.sample(pod, START + int(at * SECOND))


@pytest.mark.parametrize(
    ("started", "first"),
    [(0, 16), (5, 16), (6, 31), (14, 31), (15, 31)],
    ids=str,
)
def test_a_container_is_told_of_at_the_first_scrape_at_which_it_is_ten_seconds_old(
    started: int, first: int
) -> None:
    # metrics-server pkg/storage/pod.go: the start is the earlier point of a fresh container.
    pod = _pod(started)
    told = [at for at in range(started, 60) if _sample(pod, at) is not None]
    assert told[0] == first
    assert told == list(range(first, 60))


@pytest.mark.parametrize("started", [(0, None), ()], ids=["one waits", "no status"])
def test_a_pod_of_which_not_all_containers_run_is_not_told_of(started: tuple[Any, ...]) -> None:
    assert _sample(_pod(*started), 600) is None


def test_the_window_of_a_fresh_container_is_its_age() -> None:
    found = _sample(_pod(4), 17)
    assert found is not None
    assert (found.at - START, found.window) == (15 * SECOND, 11 * SECOND)


@pytest.mark.parametrize(
    ("at", "cpu", "memory"),
    [(61, 1.0, 10), (75.9, 1.0, 10), (76, 1.0 + 2.0 * 5 / 15, 30), (91, 3.0, 30)],
    ids=["before", "not scraped yet", "in part", "whole"],
)
def test_cpu_is_the_average_between_scrapes_and_memory_what_is_used_at_the_last(
    at: float, cpu: float, memory: int
) -> None:
    found = _sample(_pod(0), at, (0, Usage(CPU, 10)), (70, Usage(3 * CPU, 30)))
    assert found is not None
    assert found.containers["c0"] == Usage(int(cpu * CPU), memory)


def test_several_changes_within_one_scrape_are_averaged() -> None:
    steps = [(60 + at, Usage(at * CPU, at)) for at in (0, 3, 6, 9, 12)]
    found = _sample(_pod(0), 76, *steps)
    assert found is not None
    assert found.containers["c0"] == Usage((0 + 3 + 6 + 9 + 12) * 3 * CPU // 15, 12)


def test_scrapes_are_at_each_quarter_of_a_minute_and_take_a_second() -> None:
    seen = {scraped_at(START + at * SECOND) - START for at in range(16, 61)}
    assert seen == {15 * SECOND, 30 * SECOND, 45 * SECOND}


def test_without_a_load_a_container_uses_half_of_its_requests() -> None:
    container = {"name": "a", "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}
    assert HalfOfRequests().used({}, container, 0) == Usage(CPU // 4, 512 * 1024 * 1024)
    assert HalfOfRequests().used({}, {"name": "b"}, 0) == Usage(1_000_000, 8 * 1024 * 1024)


def test_pods_that_ask_for_the_very_same_share_a_sample() -> None:
    # Only where the demand knows them for twins, and only with the same window.
    same, other = {"requests": {"cpu": "1"}}, {"requests": {"cpu": "2"}}
    pods = [
        _asking("a", 0, same),
        _asking("b", 0, same),
        _asking("young", 4, same),
        _asking("large", 0, other),
    ]
    server = MetricsServer(HalfOfRequests())
    at = START + 17 * SECOND
    found = server.samples(server.running(pods), at)
    assert found["a"] is found["b"]
    assert [found[pod].window // SECOND for pod in ("a", "young")] == [15, 11]
    assert found["large"].containers["c0"].cpu == CPU
    assert all(found[pod["metadata"]["name"]] == server.sample(pod, at) for pod in pods)


def _asking(name: str, started: int, resources: dict[str, Any]) -> dict[str, Any]:
    pod = _pod(started)
    containers = [{"name": "c0", "resources": resources}]
    return {**pod, "metadata": {"name": name, "namespace": "n"}, "spec": {"containers": containers}}
