"""A cluster under load: what pods use, what is measured of them, what the metrics APIs answer."""

from typing import Any

import orjson
import pytest

from minieks.engine.clock import HOUR, SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.http import Request, Response
from minieks.kube.usage.sampling import CHANGES, CPU, MEMORY
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name
from minieks.load.curves import Constant, Curve, Point, Steps
from minieks.load.model import Load
from minieks.load.spec import (
    ExternalMetric,
    LoadSpec,
    ObjectMetric,
    Requests,
    Subject,
    WorkloadLoad,
)
from minieks.scenario.summary.overload import overloads

START = times.parse("2026-11-23T00:00:00Z")
SUBJECT = Subject("default", labels={"app": "web"})
MILLI = 1_000_000
AN_HOUR = Steps((Point(START, 0.1), Point(START + HOUR, 0.2)))


def _pod(number: int, *, limit: str = "1") -> Obj:
    resources = {
        "requests": {"cpu": "100m", "memory": "100Mi"},
        "limits": {"cpu": limit, "memory": "1Gi"},
    }
    meta = {"name": f"web-{number}", "namespace": "default", "labels": {"app": "web"}}
    spec = {"containers": [{"name": "app", "image": "a", "resources": resources}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}


class World:
    """An API with pods under a load."""

    def __init__(
        self,
        load: WorkloadLoad,
        *more: Any,
        pods: int = 2,
        limit: str = "1",
        begins: float = 0,
    ) -> None:
        self.engine = Engine(VirtualClock(START))
        self.api = Api(self.engine, "1.34")
        external = tuple(one for one in more if isinstance(one, ExternalMetric))
        objects = tuple(one for one in more if isinstance(one, ObjectMetric))
        spec = LoadSpec((load,), external, objects, START + int(begins * SECOND))
        self.load = Load(self.api, spec)
        self.api.usage.demand = self.api.usage.custom = self.load
        Runner(self.engine, self.load).attach(self.api.store)
        bootstrap(self.api)
        meta = {"name": "default", "namespace": "default"}
        self.api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
        for number in range(pods):
            self.api.create(_pod(number, limit=limit))
            self.ready(number)

    def ready(self, number: int, status: str = "True") -> None:
        pod = self.pod(number)
        moment = times.rfc3339(self.engine.now())
        condition = {"type": "Ready", "status": status, "lastTransitionTime": moment}
        running = {"name": "app", "state": {"running": {"startedAt": times.rfc3339(START)}}}
        told = {"phase": "Running", "conditions": [condition], "containerStatuses": [running]}
        self.api.update_status({**pod, "status": told})

    def pod(self, number: int) -> Obj:
        found = self.api.get("pods", "default", f"web-{number}")
        assert found is not None
        return found

    def run(self, seconds: float) -> None:
        self.engine.run(START + int(seconds * SECOND))

    def cpu(self, number: int = 0) -> int:
        """Thousandths of a core that metrics-server tells."""
        sample = self.api.usage.sample(self.pod(number), self.engine.now())
        assert sample is not None
        return sample.containers["app"].cpu // MILLI

    def ask(self, path: str) -> Any:
        found = assembled(self.api, metrics=True).handle(Request("GET", path))
        assert isinstance(found, Response)
        return orjson.loads(found.body)


def _requests(rate: float, **more: Any) -> WorkloadLoad:
    requests = Requests(Constant(rate), 0.005, **more)
    return WorkloadLoad(
        SUBJECT, requests=requests, metrics={"rps": "rate", "in_flight": "concurrency"}
    )


def test_requests_are_shared_by_the_ready_pods() -> None:
    world = World(_requests(100), pods=2)
    world.run(120)
    assert [world.cpu(0), world.cpu(1)] == [250, 250]
    world.ready(1, "False")
    world.run(240)
    assert [world.cpu(0), world.cpu(1)] == [500, 0]


@pytest.mark.parametrize(
    ("memory", "expected"),
    [(None, 60), (Constant(100 << 20), 110)],
    ids=["half of what it requests", "what the file says"],
)
def test_requests_take_memory_beside_what_a_pod_uses(memory: Curve | None, expected: int) -> None:
    # Ten a second for a second each, on a pod that is never busy: ten in flight.
    requests = Requests(Constant(10), 0.0, memory=1 << 20, latency=1.0)
    world = World(WorkloadLoad(SUBJECT, memory=memory, requests=requests), pods=1)
    world.run(120)
    sample = world.api.usage.sample(world.pod(0), world.engine.now())
    assert sample is not None
    assert sample.containers["app"].memory >> 20 == expected


def test_before_a_run_begins_no_requests_come_and_nothing_counts() -> None:
    world = World(_requests(100, queue=50), pods=0, begins=600)
    world.run(599)
    group = world.load.groups[str(SUBJECT)]
    assert group.waiting(world.engine.now()) == 0
    assert group.settled(world.engine.now()).offered == 0
    world.run(602)
    assert group.waiting(world.engine.now()) == 50
    assert group.settled(world.engine.now()).offered == pytest.approx(200)
    assert group.settled(world.engine.now()).dropped == pytest.approx(150)


def test_a_pod_uses_no_more_than_its_limit_and_the_rest_is_dropped() -> None:
    world = World(_requests(100), pods=1, limit="200m")
    world.run(120)
    assert world.cpu() == 200
    group = world.load.groups[str(SUBJECT)]
    group.renew(world.engine.now())
    assert group.totals.dropped == pytest.approx(60 * 120)
    assert group.totals.throttled_seconds == pytest.approx(120)


def test_requests_that_wait_are_a_metric_that_moves() -> None:
    queue = ExternalMetric("waiting", {"of": "web"}, of=SUBJECT)
    world = World(_requests(100, queue=6000.0), queue, pods=1, limit="200m")
    world.run(46)
    assert world.load.is_moving(str(SUBJECT))
    path = "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/waiting"
    assert world.ask(path)["items"][0]["value"] == "2700"
    world.run(300)
    assert not world.load.is_moving(str(SUBJECT))
    assert world.ask(path)["items"][0]["value"] == "6k"


def test_a_load_per_pod_is_that_of_each() -> None:
    steps = Steps((Point(START, 0.1), Point(START + HOUR, 0.3)))
    world = World(WorkloadLoad(SUBJECT, cpu=steps, memory=Constant(2.0**20)))
    world.run(60)
    assert world.cpu() == 100
    world.run(3600 + 60)
    assert world.cpu() == 300
    told = world.ask("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/web-0")
    assert told["containers"] == [
        {"name": "app", "usage": {"cpu": "300000000n", "memory": "1024Ki"}}
    ]


def test_load_costs_only_where_it_changes() -> None:
    steps = Steps((Point(START, 0.1), Point(START + HOUR, 0.3)))
    world = World(WorkloadLoad(SUBJECT, cpu=steps))
    world.run(7200)
    before = world.engine.events_run
    world.engine.run(START + 1000 * HOUR)
    assert world.engine.events_run == before


@pytest.mark.parametrize(
    ("load", "touched"),
    [
        (WorkloadLoad(SUBJECT, cpu=AN_HOUR), CPU),
        (WorkloadLoad(SUBJECT, memory=AN_HOUR), CPU | MEMORY),
    ],
    ids=["cpu", "memory"],
)
def test_a_change_says_whether_memory_is_touched(load: WorkloadLoad, touched: int) -> None:
    world = World(load)
    world.engine.run(START + HOUR - SECOND)
    told: list[int] = []
    world.api.usage.changes.subscribe(CHANGES, lambda one: told.append(one.value["touched"]))
    world.engine.run(START + 2 * HOUR)
    assert told == [touched]


def test_custom_metrics_are_served() -> None:
    hits = ObjectMetric("hits", "Ingress", "default/main", Constant(12.5))
    world = World(_requests(100), hits)
    world.run(60)
    custom = "/apis/custom.metrics.k8s.io/v1beta2"
    found = world.ask(f"{custom}/namespaces/default/pods/*/rps")
    values = {name({"metadata": one["describedObject"]}): one["value"] for one in found["items"]}
    assert values == {"web-0": "50", "web-1": "50"}
    assert found["items"][0]["timestamp"] == times.rfc3339(START + 45 * SECOND)
    of_ingress = world.ask(f"{custom}/namespaces/default/ingresses/main/hits")
    assert of_ingress["items"][0]["value"] == "12500m"
    named = {one["name"] for one in world.ask(custom)["resources"]}
    assert named == {"pods/rps", "pods/in_flight", "ingresses/hits"}
    groups = {one["name"] for one in world.ask("/apis")["groups"]}
    assert "custom.metrics.k8s.io" in groups


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("custom.metrics.k8s.io/v1beta2/namespaces/default/pods/*/no", "the metric no for pods"),
        ("custom.metrics.k8s.io/v1beta2/namespaces/default/services/web/no", "the metric no for"),
        ("external.metrics.k8s.io/v1beta1/namespaces/default/no", "no.external.metrics.k8s.io"),
    ],
    ids=["of pods", "of an object", "external"],
)
def test_a_metric_that_nobody_knows_is_not_found(path: str, text: str) -> None:
    world = World(_requests(1))
    found = world.ask(f"/apis/{path}")
    assert (found["code"], found["reason"]) == (404, "NotFound")
    assert text in found["message"]


def test_a_report_tells_of_what_was_too_much() -> None:
    world = World(_requests(100), pods=1, limit="200m")
    world.run(120)
    lost, slow = overloads(world.load, world.engine.now())
    assert "dropped 7,200 of 12,000 requests (60.0 %)" in lost
    assert "throttled at its CPU limit for 2 minutes" in slow
    fine = World(_requests(10))
    fine.run(120)
    assert overloads(fine.load, fine.engine.now()) == []
    assert overloads(None, 0) == []
