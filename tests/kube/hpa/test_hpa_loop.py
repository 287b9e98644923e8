"""The autoscaler's loop: it does at each of its syncs what the decision says, and costs nothing."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minieks.engine.clock import SECOND, Micros, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.kube import hpa
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.hpa.loop import COLLECTION, HpaLoop
from minieks.kube.hpa.readings import Asked, readings
from minieks.kube.usage import Usage
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, labels, name

START = times.parse("2026-01-01T00:00:00Z")
MILLI = 1_000_000
POD_SPEC: Obj = {
    "containers": [{"name": "app", "image": "app", "resources": {"requests": {"cpu": "100m"}}}]
}


class Steps:
    """What each pod uses: thousandths of a core that change at known moments."""

    def __init__(self, api: Api, steps: Mapping[int, int]) -> None:
        self._api = api
        self._steps = {START + at * SECOND: Usage(milli * MILLI, 0) for at, milli in steps.items()}
        for at in self._steps:
            api.engine.at(at, lambda: api.usage.changed("all"))

    def used(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        return self._steps[self.unchanged_since(pod, at)]

    def needed(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        return self.used(pod, container, at)

    def members(self, group: str) -> list[str]:
        return []

    def unchanged_since(self, pod: Obj, at: Micros) -> Micros:
        return max(one for one in self._steps if one <= at)

    def group(self, pod: Obj) -> str:
        return "all"

    def twins(self, pod: Obj) -> str:
        return "all"

    def is_moving(self, group: str) -> bool:
        return False


class World:
    """An API with a Deployment whose pods follow its replicas at once, and are ready soon."""

    def __init__(self, spec: Obj, steps: Mapping[int, int], replicas: int = 2) -> None:
        self.engine = Engine(VirtualClock(START))
        self.api = Api(self.engine, "1.34")
        bootstrap(self.api)
        meta = {"name": "default", "namespace": "default"}
        self.api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
        self.api.usage.demand = Steps(self.api, steps)
        runner = Runner(self.engine, HpaLoop(self.api))
        runner.attach(self.api.store)
        runner.attach(self.api.usage.changes)
        self._made = 0
        self.api.create(_deployment(replicas))
        self.follow()
        self.create(spec)

    def create(self, spec: Obj, named: str = "web") -> None:
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
        self.api.create(
            {
                "apiVersion": "autoscaling/v2",
                "kind": "HorizontalPodAutoscaler",
                "metadata": {"name": named, "namespace": "default"},
                "spec": {"scaleTargetRef": target, **spec},
            }
        )

    def follow(self) -> None:
        """Have as many pods as the Deployment wants."""
        deployment = self.api.get("deployments.apps", "default", "web")
        assert deployment is not None
        wanted, found = deployment["spec"]["replicas"], self.api.list("pods", "default")
        for pod in found[wanted:]:
            self.api.store.remove("pods", f"default/{name(pod)}")
        for _ in range(wanted - len(found)):
            self._made += 1
            pod = self.api.create(_pod(self._made))
            self.api.update_status({**pod, "status": _ready(self.engine.now())})
        status = {"replicas": wanted}
        self.api.update_status({**deployment, "status": status})

    def run(self, until: int) -> None:
        self.engine.run(START + until * SECOND)

    @property
    def replicas(self) -> int:
        deployment = self.api.get("deployments.apps", "default", "web")
        assert deployment is not None
        return int(deployment["spec"]["replicas"])

    def autoscaler(self, named: str = "web") -> Obj:
        found = self.api.get(COLLECTION, "default", named)
        assert found is not None
        return found

    def conditions(self, named: str = "web") -> dict[str, str]:
        status = self.autoscaler(named).get("status") or {}
        return {one["type"]: one["reason"] for one in status.get("conditions") or ()}

    def events(self) -> dict[tuple[str, str], int]:
        return {(one["reason"], one["message"]): one["count"] for one in self.api.list("events")}


def _deployment(replicas: int) -> Obj:
    own = {"app": "web"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": own},
            "template": {"metadata": {"labels": own}, "spec": POD_SPEC},
        },
    }


def _pod(number: int) -> Obj:
    meta = {"name": f"web-{number}", "namespace": "default", "labels": {"app": "web"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": POD_SPEC}


def _ready(now: Micros) -> Obj:
    moment = times.rfc3339(now)
    return {
        "phase": "Running",
        "startTime": moment,
        "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": moment}],
        "containerStatuses": [{"name": "app", "state": {"running": {"startedAt": moment}}}],
    }


def _spec(**more: Any) -> Obj:
    target = {"type": "Utilization", "averageUtilization": 50}
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": target}}
    return {"minReplicas": 1, "maxReplicas": 10, "metrics": [metric], **more}


def test_the_first_sync_comes_one_period_after_creation() -> None:
    world = World(_spec(minReplicas=3), {0: 50})
    world.run(14)
    assert world.conditions() == {}
    world.run(15)
    assert world.replicas == 3
    assert (
        "SuccessfulRescale",
        "New size: 3; reason: Current number of replicas below Spec.MinReplicas",
    ) in world.events()


def test_a_step_of_load_is_followed_when_scrapes_and_readiness_tell_of_it() -> None:
    world = World(_spec(), {0: 50, 600: 100})
    world.run(599)
    assert world.replicas == 2
    world.run(615)
    assert world.replicas == 2
    world.run(630)
    assert world.replicas == 4
    assert world.conditions()["AbleToScale"] == "SucceededRescale"
    world.follow()
    world.run(645)
    assert world.conditions()["AbleToScale"] == "ReadyForNewScale"


def test_scaling_down_waits_for_the_stabilisation_window() -> None:
    world = World(_spec(), {0: 50, 600: 10})
    world.run(899)
    assert world.replicas == 2
    assert world.conditions()["AbleToScale"] == "ScaleDownStabilized"
    world.run(960)
    assert world.replicas == 1


@pytest.mark.parametrize("days", [1, 8])
def test_an_autoscaler_that_sees_nothing_new_costs_nothing(days: int) -> None:
    world = World(_spec(), {0: 50})
    world.run(7200)
    before = world.engine.events_run
    world.run(7200 + days * 86400)
    assert world.engine.events_run == before


def test_two_autoscalers_on_one_target_are_ambiguous() -> None:
    world = World(_spec(), {0: 50})
    world.create(_spec(), "web2")
    world.run(60)
    text = "pods by selector app=web are controlled by multiple HPAs: [default/web default/web2]"
    assert world.conditions("web")["ScalingActive"] == "AmbiguousSelector"
    assert world.conditions("web2")["ScalingActive"] == "AmbiguousSelector"
    assert world.events()["AmbiguousSelector", text] >= 2
    world.api.delete(COLLECTION, "default", "web2")
    world.run(90)
    assert world.conditions("web")["ScalingActive"] == "ValidMetricFound"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (
            _spec(
                metrics=[
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "memory",
                            "target": {"type": "Utilization", "averageUtilization": 50},
                        },
                    }
                ]
            ),
            "FailedGetResourceMetric",
        ),
        (
            _spec(
                metrics=[
                    {
                        "type": "Pods",
                        "pods": {
                            "metric": {"name": "hits"},
                            "target": {"type": "AverageValue", "averageValue": "5"},
                        },
                    }
                ]
            ),
            "FailedGetPodsMetric",
        ),
        (
            _spec(
                metrics=[
                    {
                        "type": "External",
                        "external": {
                            "metric": {"name": "queue"},
                            "target": {"type": "Value", "value": "5"},
                        },
                    }
                ]
            ),
            "FailedGetExternalMetric",
        ),
        (
            _spec(
                metrics=[
                    {
                        "type": "Object",
                        "object": {
                            "metric": {"name": "hits"},
                            "describedObject": {
                                "apiVersion": "v1",
                                "kind": "Service",
                                "name": "web",
                            },
                            "target": {"type": "Value", "value": "5"},
                        },
                    }
                ]
            ),
            "FailedGetObjectMetric",
        ),
    ],
    ids=[
        "no request",
        "unknown metric of pods",
        "unknown external metric",
        "unknown object metric",
    ],
)
def test_a_metric_that_cannot_be_had_is_told_at_every_sync(spec: Obj, reason: str) -> None:
    world = World(spec, {0: 50})
    world.run(15 + 4 * 15)
    assert world.conditions()["ScalingActive"] == reason
    counts = [count for (said, _), count in world.events().items() if said == reason]
    assert sum(counts) == 5


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ({"kind": "Deployment", "name": "shop"}, 'no matches for kind "Deployment" in group ""'),
        (
            {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"},
            'deployments.apps "shop" not found',
        ),
        (
            {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "web"},
            "the server could not find the requested resource",
        ),
    ],
    ids=["no group", "no object", "no scale"],
)
def test_a_target_without_scale_is_told(target: Obj, text: str) -> None:
    world = World(_spec(scaleTargetRef=target), {0: 50})
    world.run(30)
    assert world.conditions() == {"AbleToScale": "FailedGetScale"}
    assert world.events()["FailedGetScale", text] == 2


def test_a_target_of_no_replicas_is_left_alone() -> None:
    world = World(_spec(), {0: 50}, replicas=0)
    world.run(60)
    assert world.conditions()["ScalingActive"] == "ScalingDisabled"
    assert world.replicas == 0


_BEHAVIORS = st.sampled_from(
    [
        None,
        {"scaleDown": {"stabilizationWindowSeconds": 60}},
        {"scaleUp": {"stabilizationWindowSeconds": 90}, "scaleDown": {"selectPolicy": "Disabled"}},
        {
            "scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
            "scaleDown": {
                "stabilizationWindowSeconds": 0,
                "policies": [{"type": "Percent", "value": 30, "periodSeconds": 45}],
            },
        },
    ]
)


@settings(max_examples=100, deadline=None)
@given(
    behavior=_BEHAVIORS,
    changes=st.lists(st.tuples(st.integers(1, 1500), st.integers(1, 200)), max_size=6),
    follows=st.lists(st.integers(1, 1800), max_size=8),
)
def test_syncs_that_are_left_out_would_have_come_to_the_same(
    behavior: Obj | None, changes: list[tuple[int, int]], follows: list[int]
) -> None:
    """The loop against a controller that looks at everything at every sync."""
    spec = _spec() if behavior is None else _spec(behavior=behavior)
    world = World(spec, {0: 50, **dict(changes)})
    plain, memory = world.autoscaler(), hpa.Memory()
    for tick in range(15, 1800, 15):
        for at in sorted(one for one in follows if tick - 15 < one < tick):
            world.run(at)
            world.follow()
        world.run(tick - 1)
        replicas = world.replicas
        observed = _observed(world, replicas, tick)
        decision = hpa.desired_replicas(plain, observed, memory)
        if decision.rescales:
            decision = hpa.written(decision, plain, replicas, observed.now)
        memory, plain = decision.memory, {**plain, "status": decision.status}
        world.run(tick)
        assert world.autoscaler()["status"] == decision.status, tick
        assert world.replicas == (decision.replicas if decision.rescales else replicas)


def _observed(world: World, replicas: int, tick: int) -> hpa.Observed:
    now = START + tick * SECOND
    pods = [pod for pod in world.api.list("pods", "default") if labels(pod) == {"app": "web"}]
    asked = Asked(world.api.usage, world.api.kinds, "default", tuple(pods), now)
    deployment = world.api.get("deployments.apps", "default", "web") or {}
    scale = hpa.Scale(replicas, deployment["status"]["replicas"], "app=web")
    found = readings(asked, world.autoscaler()["spec"]["metrics"])
    return hpa.Observed(now, scale, pods, found, ("default/web",))


@pytest.mark.parametrize(("version", "counts"), [("1.34", False), ("1.35", True)])
def test_what_the_autoscaler_minds_follows_the_control_planes_version(
    version: str, counts: bool
) -> None:
    # kubernetes pkg/features/kube_features.go, HPAConfigurableTolerance
    api = Api(Engine(VirtualClock(START)), "1.34")
    loop = HpaLoop(api)
    api.upgrade(version)

    assert loop.settings.configurable_tolerance is counts
