"""VPA in a cluster: recommendations in the status, evictions, and new pods with other requests."""

from typing import Any

import pytest

from autoscale.world import World
from minieks.autoscale.vpa.checkpoints import checkpoint, restored
from minieks.autoscale.vpa.objects import CHECKPOINTS, COLLECTION
from minieks.autoscale.vpa.recommender import RecommenderLoop
from minieks.autoscale.vpa.recommending import History, Sample, recommend
from minieks.autoscale.vpa.registration import NAME, RegistrationLoop
from minieks.autoscale.vpa.status import quantities
from minieks.autoscale.vpa.updater import UpdaterLoop
from minieks.autoscale.vpa.webhook import VpaWebhook, problems
from minieks.data.manifests import read_manifests
from minieks.engine.clock import HOUR, MINUTE, Micros
from minieks.kube.controllers.deployment.loop import DeploymentLoop
from minieks.kube.controllers.disruption.loop import DisruptionLoop
from minieks.kube.controllers.replicaset.loop import ReplicaSetLoop
from minieks.kube.usage import Usage
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations, is_deleting, name

MONDAY = "2026-11-23"


def vpa_world(*programs: str) -> World:
    world = World()
    world.api.admit_also(VpaWebhook())
    for loop in (ReplicaSetLoop, DeploymentLoop, DisruptionLoop):
        world.run_loop(loop(world.api))
    for own in (RecommenderLoop, UpdaterLoop, RegistrationLoop):
        world.run_loop(own(world.api))
    for obj in read_manifests("vpa", {}):
        if obj["kind"] == "CustomResourceDefinition":
            world.api.create(obj)
    world.until(f"{MONDAY}T00:00:00Z")
    for program in programs:
        world.program(program)
    return world


@pytest.fixture
def world() -> World:
    return vpa_world("vpa-recommender", "vpa-updater", "vpa-admission-controller")


def workload(world: World, replicas: int = 4) -> None:
    labels = {"app": "web"}
    requests = {"cpu": "1", "memory": "1Gi"}
    container = {"name": "app", "image": "app", "resources": {"requests": requests}}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    world.create("Deployment", "web", "apps/v1", spec=spec)
    live(world)


def live(world: World) -> None:
    """Play the kubelet: new pods run, deleted ones go."""
    world.until(world.engine.now() + 1)
    for pod in world.api.list("pods"):
        if is_deleting(pod):
            world.api.delete("pods", "default", name(pod), grace_seconds=0)
    world.until(world.engine.now() + 1)
    for pod in world.api.list("pods"):
        if "phase" not in (pod.get("status") or {}) or pod["status"]["phase"] == "Pending":
            world.ready(pod)


def autoscaler(world: World, mode: str | None = "Recreate", **spec: Any) -> Obj:
    policy = {"updatePolicy": {"updateMode": mode}} if mode else {}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"targetRef": target, **policy, **spec}
    return world.create("VerticalPodAutoscaler", "web", "autoscaling.k8s.io/v1", spec=spec)


def status(world: World) -> Obj:
    found = world.api.get(COLLECTION, "default", "web")
    assert found is not None
    return found.get("status") or {}


def said(world: World) -> dict[str, tuple[str, str]]:
    return {
        one["type"]: (one["status"], one.get("message", "")) for one in status(world)["conditions"]
    }


def target(world: World) -> dict[str, str]:
    [one] = status(world)["recommendation"]["containerRecommendations"]
    found: dict[str, str] = one["target"]
    return found


def web_pods(world: World) -> list[Obj]:
    return world.api.list("pods", "default", {"matchLabels": {"app": "web"}})


def replaced(world: World) -> list[Obj]:
    """The pods that came by way of the admission controller, after the first ones."""
    return [pod for pod in web_pods(world) if annotations(pod).get("vpaUpdates")]


def events(world: World) -> set[str]:
    return {one["reason"] for one in world.api.list("events")}


def test_half_of_the_requests_is_used_and_so_much_is_recommended(world: World) -> None:
    workload(world)
    autoscaler(world, "Off")
    world.until(f"{MONDAY}T01:00:00Z")
    assert said(world) == {"RecommendationProvided": ("True", "")}
    assert target(world)["cpu"] == "587m"
    assert len(web_pods(world)) == 4


def test_nothing_is_recommended_while_the_recommender_does_not_run() -> None:
    world = vpa_world("vpa-updater")
    workload(world)
    autoscaler(world)
    world.until(f"{MONDAY}T01:00:00Z")
    assert status(world) == {}


def test_a_missing_target_is_a_condition(world: World) -> None:
    autoscaler(world)
    world.until(f"{MONDAY}T00:05:00Z")
    missing = "Cannot read targetRef. Reason: Deployment default/web does not exist"
    assert said(world)["ConfigUnsupported"] == ("True", missing)
    assert said(world)["NoPodsMatched"] == ("True", "No pods match this VPA object")
    workload(world)
    world.until(f"{MONDAY}T00:10:00Z")
    assert said(world) == {"RecommendationProvided": ("True", "")}


def test_the_updater_evicts_after_twelve_hours_and_new_pods_ask_for_less(world: World) -> None:
    workload(world)
    autoscaler(world)
    world.until(f"{MONDAY}T11:59:00Z")
    assert not replaced(world)
    world.until(f"{MONDAY}T12:01:00Z")
    assert len(replaced(world)) == 2
    assert {"EvictedByVPA", "EvictedPod"} <= events(world)
    new = replaced(world)
    requests = new[0]["spec"]["containers"][0]["resources"]["requests"]
    assert requests["cpu"] == "587m"
    assert annotations(new[0])["vpaObservedContainers"] == "app"


def _shall(direction: str) -> dict[str, Any]:
    return {"resources": ["cpu"], "changeRequirement": f"Target{direction}ThanRequests"}


@pytest.mark.parametrize(
    ("mode", "replicas", "spec", "evicted"),
    [
        ("Off", 4, {}, 0),
        ("Initial", 4, {}, 0),
        ("Auto", 4, {}, 2),
        (None, 4, {}, 2),
        ("Recreate", 1, {}, 0),
        ("Recreate", 1, {"updatePolicy": {"updateMode": "Recreate", "minReplicas": 1}}, 1),
        ("Recreate", 3, {"updatePolicy": {"updateMode": "Recreate", "minReplicas": 4}}, 0),
        ("Recreate", 4, {"updatePolicy": {"evictionRequirements": [_shall("Lower")]}}, 2),
        ("Recreate", 4, {"updatePolicy": {"evictionRequirements": [_shall("Higher")]}}, 0),
    ],
)
def test_who_is_evicted(
    world: World, mode: str | None, replicas: int, spec: dict[str, Any], evicted: int
) -> None:
    workload(world, replicas)
    autoscaler(world, mode, **spec)
    world.until(f"{MONDAY}T12:01:00Z")
    assert len(replaced(world)) == evicted


def test_a_disruption_budget_holds_the_updater_back(world: World) -> None:
    workload(world)
    autoscaler(world)
    spec = {"minAvailable": 4, "selector": {"matchLabels": {"app": "web"}}}
    world.create("PodDisruptionBudget", "web", "policy/v1", spec=spec)
    world.until(f"{MONDAY}T12:05:00Z")
    assert not replaced(world)


def test_without_the_admission_controller_nothing_is_evicted() -> None:
    world = vpa_world("vpa-recommender", "vpa-updater")
    workload(world)
    autoscaler(world)
    world.until(f"{MONDAY}T13:00:00Z")
    assert not replaced(world)
    world.program("vpa-admission-controller")
    world.until(f"{MONDAY}T13:02:00Z")
    assert replaced(world)


def test_initial_sets_new_pods_only(world: World) -> None:
    workload(world)
    autoscaler(world, "Initial")
    world.until(f"{MONDAY}T01:00:00Z")
    world.api.delete("pods", "default", name(web_pods(world)[0]), grace_seconds=0)
    live(world)
    assert len(replaced(world)) == 1


CONFIGURATIONS = "mutatingwebhookconfigurations.admissionregistration.k8s.io"


def test_the_admission_controller_registers_itself_ten_seconds_after_its_start(
    world: World,
) -> None:
    world.until(f"{MONDAY}T00:00:09Z")
    assert world.api.get(CONFIGURATIONS, "", NAME) is None
    world.until(f"{MONDAY}T00:00:11Z")
    found = world.api.get(CONFIGURATIONS, "", NAME)
    assert found is not None
    [webhook] = found["webhooks"]
    assert webhook["clientConfig"]["service"]["name"] == "vpa-webhook"
    assert [one["resources"] for one in webhook["rules"]] == [["pods"], ["verticalpodautoscalers"]]


def test_who_is_started_again_registers_itself_anew(world: World) -> None:
    world.until(f"{MONDAY}T00:01:00Z")
    first = world.api.get(CONFIGURATIONS, "", NAME)
    world.api.delete("pods", "default", "vpa-admission-controller", grace_seconds=0)
    world.until(f"{MONDAY}T00:02:00Z")
    assert world.api.get(CONFIGURATIONS, "", NAME) is first
    world.program("vpa-admission-controller")
    world.until(f"{MONDAY}T00:03:00Z")
    again = world.api.get(CONFIGURATIONS, "", NAME)
    assert first is not None
    assert again is not None
    assert again["metadata"]["uid"] != first["metadata"]["uid"]


def test_without_its_configuration_the_admission_controller_is_not_asked(world: World) -> None:
    workload(world)
    autoscaler(world, "Initial")
    world.until(f"{MONDAY}T01:00:00Z")
    world.api.delete(CONFIGURATIONS, "", NAME)
    world.api.delete("pods", "default", name(web_pods(world)[0]), grace_seconds=0)
    live(world)
    assert not replaced(world)


@pytest.mark.parametrize(("mode", "quarrels"), [("Recreate", True), ("Off", False)])
def test_an_autoscaler_on_the_same_metric_is_told(world: World, mode: str, quarrels: bool) -> None:
    workload(world)
    autoscaler(world, mode)
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    hpa = {"scaleTargetRef": reference, "maxReplicas": 5}
    world.create("HorizontalPodAutoscaler", "web", "autoscaling/v2", spec=hpa)
    world.until(f"{MONDAY}T00:10:00Z")
    assert ("SameMetricAsHorizontalPodAutoscaler" in said(world)) is quarrels
    assert ("SameMetric" in events(world)) is quarrels


def test_an_autoscaler_on_another_metric_is_no_rival(world: World) -> None:
    workload(world)
    policy = {"containerName": "*", "controlledResources": ["memory"]}
    autoscaler(world, resourcePolicy={"containerPolicies": [policy]})
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    hpa = {"scaleTargetRef": reference, "maxReplicas": 5}
    world.create("HorizontalPodAutoscaler", "web", "autoscaling/v2", spec=hpa)
    world.until(f"{MONDAY}T00:10:00Z")
    assert "SameMetricAsHorizontalPodAutoscaler" not in said(world)


def test_quiet_days_cost_little(world: World) -> None:
    workload(world)
    autoscaler(world, "Off")
    world.until(f"{MONDAY}T12:00:00Z")
    before = world.engine.events_run
    world.until(times.parse(f"{MONDAY}T12:00:00Z") + 24 * HOUR)
    first = world.engine.events_run - before
    assert first < 24 * 60


def test_history_is_kept_in_checkpoints_and_goes_with_its_object(world: World) -> None:
    workload(world)
    vpa = autoscaler(world, "Off")
    world.until(f"{MONDAY}T03:00:00Z")
    [kept] = world.api.list(CHECKPOINTS)
    assert name(kept) == "web-app"
    history = restored(kept, world.engine.now())
    assert history is not None
    again = checkpoint(vpa, "app", history, world.engine.now())
    assert again["status"]["cpuHistogram"] == kept["status"]["cpuHistogram"]
    world.api.delete(COLLECTION, "default", "web")
    world.until(world.engine.now() + MINUTE)
    assert world.api.list(CHECKPOINTS) == []


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({}, None),
        ({"updatePolicy": {"minReplicas": 0}}, "minReplicas has to be positive, got 0"),
        ({"resourcePolicy": {"containerPolicies": [{}]}}, "ContainerName is required"),
        (
            {
                "resourcePolicy": {
                    "containerPolicies": [
                        {
                            "containerName": "a",
                            "minAllowed": {"cpu": "2"},
                            "maxAllowed": {"cpu": "1"},
                        }
                    ]
                }
            },
            "max resource for cpu is lower than min",
        ),
    ],
)
def test_what_the_admission_controller_refuses(spec: dict[str, Any], problem: str | None) -> None:
    found = next(problems({"spec": spec}), None)
    assert (found is None) is (problem is None)
    assert problem is None or problem in str(found)


def test_in_place_pods_get_what_they_need_where_they_run(world: World) -> None:
    workload(world)
    autoscaler(world, "InPlaceOrRecreate")
    before = {name(pod) for pod in web_pods(world)}
    world.until(f"{MONDAY}T12:01:00Z")
    assert {name(pod) for pod in web_pods(world)} == before
    asked = [pod["spec"]["containers"][0]["resources"]["requests"] for pod in web_pods(world)]
    assert sum(one["cpu"] == "587m" for one in asked) == 4
    assert all(annotations(pod)["vpaInPlaceUpdated"] == "true" for pod in web_pods(world))
    assert "InPlaceResizedByVPA" in events(world)


class _Steps:
    """A demand of two levels: so many millicores at first, others from a moment on."""

    def __init__(self, first: int, then: int, at: str) -> None:
        self.levels = (first, then)
        self.at = times.parse(at)

    def used(self, pod: Obj, container: Any, at: Micros) -> Usage:
        return Usage(self.levels[at >= self.at] * 1_000_000, 512 << 20)

    def needed(self, pod: Obj, container: Any, at: Micros) -> Usage:
        return self.used(pod, container, at)

    def members(self, group: str) -> list[str]:
        return []

    def unchanged_since(self, pod: Obj, at: Micros) -> Micros:
        return self.at if at >= self.at else 0

    def group(self, pod: Obj) -> str:
        return "web"

    def twins(self, pod: Obj) -> str:
        return ""

    def is_moving(self, group: str) -> bool:
        return False


def test_quiet_minutes_count_as_if_they_had_been_looked_at(world: World) -> None:
    world.api.usage.demand = demand = _Steps(250, 900, f"{MONDAY}T10:17:20Z")
    workload(world, 1)
    autoscaler(world, "Off")
    world.engine.at(demand.at, lambda: world.api.usage.changed("web"))
    seen: list[Micros] = []
    world.api.store.subscribe(COLLECTION, lambda change: seen.append(world.engine.now()))
    world.until(f"{MONDAY}T18:00:00Z")
    assert len(seen) < 300, "most minutes were not looked at"
    assert seen[-1] % MINUTE == 0
    [pod] = web_pods(world)
    started = times.parse(pod["status"]["startTime"])
    samples = [
        Sample(found.at, "p", "app", found.containers["app"].cpu // 1_000_000, 512 << 20)
        for minute in range(started, seen[-1] + 1, MINUTE)
        if (found := world.api.usage.sample(pod, minute)) is not None
    ]
    [wanted] = recommend(History(samples), seen[-1]).values()
    assert target(world) == quantities(wanted.target)
    [one] = status(world)["recommendation"]["containerRecommendations"]
    assert one["upperBound"] == quantities(wanted.upper_bound)
    assert one["lowerBound"] == quantities(wanted.lower_bound)
