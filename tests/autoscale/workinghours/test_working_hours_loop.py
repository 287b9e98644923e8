"""The loop of kube-downscaler: it does what rounds every 30 s would, and sleeps in between."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoscale.world import World
from minieks.autoscale.workinghours.deciding import applied, decide
from minieks.autoscale.workinghours.loop import WorkingHoursLoop
from minieks.engine.clock import HOUR, MINUTE, SECOND
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations, with_metadata

WORK = "Mon-Fri 08:00-18:00 UTC"
MONDAY = "2026-11-23"


@pytest.fixture
def world() -> World:
    found = World()
    found.run_loop(WorkingHoursLoop(found.api))
    return found


def replicas(world: World, name: str = "web") -> int:
    found = world.api.get("deployments.apps", "default", name)
    assert found is not None
    count: int = found["spec"]["replicas"]
    return count


def test_a_deployment_sleeps_at_night_and_works_by_day(world: World) -> None:
    world.deployment("web", uptime=WORK)
    world.program("kube-downscaler")
    seen = []
    for moment in ("00:10", "00:16", "08:00", "17:59", "18:01"):
        world.until(f"{MONDAY}T{moment}:00Z")
        seen.append(replicas(world))
    assert seen == [3, 0, 3, 3, 0]


def test_nothing_sleeps_while_the_program_does_not_run(world: World) -> None:
    world.deployment("web", uptime=WORK)
    world.until(f"{MONDAY}T02:00:00Z")
    assert replicas(world) == 3
    pod = world.program("kube-downscaler")
    world.until(f"{MONDAY}T02:01:00Z")
    assert replicas(world) == 0
    world.api.delete("pods", "default", pod["metadata"]["name"], grace_seconds=0)
    world.until(f"{MONDAY}T09:00:00Z")
    assert replicas(world) == 0


def test_flags_of_its_container_hold(world: World) -> None:
    world.deployment("web")
    world.create("ConfigMap", "hours", data={"DEFAULT_UPTIME": WORK})
    world.program(
        "py-kube-downscaler",
        ["--grace-period=60", "--interval", "300"],
        envFrom=[{"configMapRef": {"name": "hours"}}],
    )
    world.until(f"{MONDAY}T00:04:59Z")
    assert replicas(world) == 3
    world.until(f"{MONDAY}T00:05:00Z")
    assert replicas(world) == 0


def test_wrong_flags_are_a_warning_and_nothing_sleeps(world: World) -> None:
    world.deployment("web", uptime=WORK)
    world.program("kube-downscaler", ["--interval=often"])
    world.until(f"{MONDAY}T00:20:00Z")
    assert replicas(world) == 3
    [event] = world.api.list("events")
    assert "invalid int value: 'often'" in event["message"]


def test_a_wrong_annotation_is_a_warning_and_the_others_sleep(world: World) -> None:
    world.deployment("web", uptime=WORK)
    world.deployment("broken", uptime="at times")
    world.program("kube-downscaler")
    world.until(f"{MONDAY}T00:20:00Z")
    assert (replicas(world), replicas(world, "broken")) == (0, 3)
    [event] = world.api.list("events")
    assert event["involvedObject"]["name"] == "broken"
    assert "at times" in event["message"]


def test_events_are_told_if_asked_for(world: World) -> None:
    world.deployment("web", uptime=WORK)
    world.program("kube-downscaler", ["--enable-events"])
    world.until(f"{MONDAY}T08:10:00Z")
    said = [(one["reason"], one["message"]) for one in world.api.list("events")]
    assert ("ScaleUp", "Scaling up replicas") in said


def test_what_changes_is_looked_at_in_the_next_round(world: World) -> None:
    world.deployment("web")
    world.program("kube-downscaler")
    world.until(f"{MONDAY}T02:00:10Z")
    found = world.api.get("deployments.apps", "default", "web")
    assert found is not None
    world.api.update(with_metadata(found, annotations={"downscaler/uptime": WORK}))
    world.until(f"{MONDAY}T02:00:29Z")
    assert replicas(world) == 3
    world.until(f"{MONDAY}T02:00:30Z")
    assert replicas(world) == 0


def test_a_namespace_and_a_pod_can_wake_all(world: World) -> None:
    world.deployment("web", uptime=WORK)
    world.program("kube-downscaler")
    world.until(f"{MONDAY}T02:00:10Z")
    pod = world.create(
        "Pod",
        "late",
        metadata={"annotations": {"downscaler/force-uptime": "true"}},
        spec={"containers": [{"name": "c", "image": "c"}]},
    )
    world.until(f"{MONDAY}T02:01:00Z")
    assert replicas(world) == 3
    world.ready(pod, phase="Succeeded")
    world.until(f"{MONDAY}T02:02:00Z")
    assert replicas(world) == 0
    space = world.api.get("namespaces", "", "default")
    assert space is not None
    world.api.update(with_metadata(space, annotations={"downscaler/force-uptime": "true"}))
    world.until(f"{MONDAY}T02:03:00Z")
    assert replicas(world) == 3


def test_an_autoscaler_that_may_not_go_to_zero_is_told_once(world: World) -> None:
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "maxReplicas": 5,
    }
    noted = {"annotations": {"downscaler/uptime": WORK}}
    world.create("HorizontalPodAutoscaler", "web", "autoscaling/v2", metadata=noted, spec=spec)
    world.program("kube-downscaler", ["--include-resources=horizontalpodautoscalers"])
    world.until(f"{MONDAY}T00:40:00Z")
    [event] = world.api.list("events")
    assert "spec.minReplicas" in event["message"]
    assert event["count"] == 1


def test_a_quiet_week_costs_nothing_but_its_boundaries(world: World) -> None:
    for number in range(5):
        world.deployment(f"web-{number}", uptime=WORK)
    world.program("kube-downscaler")
    world.until(f"{MONDAY}T01:00:00Z")
    before = world.engine.events_run
    world.until(times.parse(f"{MONDAY}T01:00:00Z") + 7 * 24 * HOUR)
    assert world.engine.events_run - before < 100


_NOTED = st.fixed_dictionaries(
    {},
    optional={
        "uptime": st.sampled_from([WORK, "Mon-Sun 00:10-00:50 UTC", "always", "nonsense"]),
        "downtime": st.sampled_from(["Mon-Mon 00:20-01:10 CET", "never"]),
        "downscale_period": st.just("Mon-Fri 00:30-00:35 UTC"),
        "exclude_until": st.just("2026-11-23T00:40"),
        "grace_period": st.just("600"),
        "downtime_replicas": st.just("1"),
    },
)


@settings(max_examples=25)
@given(_NOTED, _NOTED)
def test_it_does_what_asking_every_30_seconds_would(
    own: dict[str, Any], of_space: dict[str, Any]
) -> None:
    world = World()
    world.run_loop(WorkingHoursLoop(world.api))
    noted = {f"downscaler/{k.replace('_', '-')}": v for k, v in of_space.items()}
    space = world.api.get("namespaces", "", "default")
    assert space is not None
    space = world.api.update(with_metadata(space, annotations=noted))
    polled: Obj = world.deployment("web", **own)
    world.program("kube-downscaler")
    start = world.engine.now()
    for at in range(start, start + 90 * MINUTE, 30 * SECOND):
        polled = applied(polled, decide(polled, space, at))
        world.until(at)
        found = world.api.get("deployments.apps", "default", "web")
        assert found is not None
        assert found["spec"]["replicas"] == polled["spec"]["replicas"]
        assert dict(annotations(found)) == dict(annotations(polled))
