"""Two implementations agree: the fast scheduler and a plain one, on random clusters."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from minieks.kube.scheduler import feed
from minieks.kube.scheduler.features import features_of
from minieks.kube.scheduler.schedule import schedule
from minieks.kube.scheduler.state import ClusterState
from scheduler_plain import HOSTNAME, ZONE, Json, Plain

APPS = ("web", "api", "db")
SPACES = ("default", "shop")
RACK = "example.com/rack"
KEYS = (HOSTNAME, ZONE, RACK)


class Dice:
    """Draws objects from a seeded generator: hypothesis gives the seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def maybe(self, share: float) -> bool:
        return self.rng.random() < share

    def one(self, items: Any) -> Any:
        return self.rng.choice(items)

    def node(self, number: int) -> Json:
        name = f"n{number}"
        labels = {HOSTNAME: name}
        if self.maybe(0.8):
            labels[ZONE] = self.one(("a", "b", "c"))
        if self.maybe(0.5):
            labels[RACK] = self.one(("1", "2", "12"))
        spec: Json = {"unschedulable": True} if self.maybe(0.05) else {}
        if self.maybe(0.3):
            spec["taints"] = [self.taint() for _ in range(self.one((1, 2)))]
        offered = {"cpu": self.one("1248"), "memory": self.one(("1000", "4000")) + "000000"}
        status: Json = {"allocatable": {**offered, "pods": self.one(("3", "20"))}}
        if self.maybe(0.4):
            status["images"] = [
                {"names": [self.one(("nginx:latest", "app:1"))], "sizeBytes": 300_000_000}
            ]
        return {"metadata": {"name": name, "labels": labels}, "spec": spec, "status": status}

    def taint(self) -> Json:
        effect = self.one(("NoSchedule", "NoExecute", "PreferNoSchedule", "PreferNoSchedule"))
        return {"key": self.one("xy"), "value": self.one("12"), "effect": effect}

    def toleration(self) -> Json:
        found: Json = {"key": self.one("xy"), "operator": self.one(("Exists", "Equal"))}
        if found["operator"] == "Equal":
            found["value"] = self.one("12")
        if self.maybe(0.5):
            found["effect"] = self.one(("NoSchedule", "PreferNoSchedule"))
        return found

    def pod(self, number: int) -> Json:
        meta: Json = {
            "name": f"p{number}",
            "namespace": self.one(SPACES),
            "uid": f"u{number}",
            "labels": {"app": self.one(APPS), "tier": self.one("12")},
        }
        if self.maybe(0.1):
            meta["deletionTimestamp"] = "2026-11-23T00:00:00Z"
        containers = [self.container() for _ in range(self.one((1, 1, 2)))]
        spec: Json = {"containers": containers, "affinity": self.affinity()}
        if self.maybe(0.5):
            spec["tolerations"] = [self.toleration() for _ in range(self.one((1, 2)))]
        if self.maybe(0.15):
            spec["nodeSelector"] = {ZONE: self.one("ab")}
        if self.maybe(0.4):
            spec["topologySpreadConstraints"] = [self.spread() for _ in range(self.one((1, 1, 2)))]
        return {"metadata": meta, "spec": spec}

    def container(self) -> Json:
        asked = {}
        if self.maybe(0.7):
            asked["cpu"] = self.one(("0", "50m", "300m", "1"))
        if self.maybe(0.7):
            asked["memory"] = self.one(("0", "50M", "400M"))
        found: Json = {"image": self.one(("nginx", "app:1", "x/y")), "resources": {}}
        found["resources"]["requests"] = asked
        if self.maybe(0.15):
            port = {"containerPort": 80, "hostPort": self.one((80, 81))}
            if self.maybe(0.5):
                port["hostIP"] = self.one(("10.0.0.1", "10.0.0.2"))
            found["ports"] = [port]
        return found

    def selector(self) -> Json:
        if self.maybe(0.1):
            return {}
        if self.maybe(0.7):
            return {"matchLabels": {"app": self.one(APPS)}}
        operator = self.one(("In", "NotIn"))
        return {"matchExpressions": [{"key": "tier", "operator": operator, "values": ["1"]}]}

    def spread(self) -> Json:
        found: Json = {
            "topologyKey": self.one(KEYS),
            "maxSkew": self.one((1, 2)),
            "whenUnsatisfiable": self.one(("DoNotSchedule", "ScheduleAnyway", "ScheduleAnyway")),
            "labelSelector": self.selector(),
        }
        if found["whenUnsatisfiable"] == "DoNotSchedule" and self.maybe(0.3):
            found["minDomains"] = 3
        if self.maybe(0.3):
            found["nodeTaintsPolicy"] = "Honor"
        if self.maybe(0.3):
            found["nodeAffinityPolicy"] = "Ignore"
        return found

    def pod_term(self) -> Json:
        found: Json = {"topologyKey": self.one(KEYS), "labelSelector": self.selector()}
        if self.maybe(0.2):
            found["namespaces"] = [self.one(SPACES)]
        elif self.maybe(0.2):
            wanted = {"kubernetes.io/metadata.name": self.one(SPACES)}
            found["namespaceSelector"] = self.one(({}, {"matchLabels": wanted}))
        return found

    def affinity(self) -> Json:
        found: Json = {}
        for kind, share in (("podAffinity", 0.25), ("podAntiAffinity", 0.25)):
            part: Json = {}
            if self.maybe(share):
                part["requiredDuringSchedulingIgnoredDuringExecution"] = [self.pod_term()]
            if self.maybe(share):
                part["preferredDuringSchedulingIgnoredDuringExecution"] = [
                    {"weight": self.one((1, 10, 100)), "podAffinityTerm": self.pod_term()}
                ]
            if part:
                found[kind] = part
        if self.maybe(0.25):
            found["nodeAffinity"] = self.node_affinity()
        return found

    def node_affinity(self) -> Json:
        found: Json = {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": self.one((1, 7, 50)), "preference": self.node_term()}
            ]
        }
        if self.maybe(0.4):
            terms = [self.node_term() for _ in range(self.one((1, 2)))]
            found["requiredDuringSchedulingIgnoredDuringExecution"] = {"nodeSelectorTerms": terms}
        return found

    def node_term(self) -> Json:
        operator = self.one(("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"))
        key = RACK if operator in ("Gt", "Lt") else self.one((ZONE, RACK))
        values = [] if operator in ("Exists", "DoesNotExist") else [self.one(("a", "1"))]
        if operator in ("Gt", "Lt"):
            values = ["5"]
        return {"matchExpressions": [{"key": key, "operator": operator, "values": values}]}


def _both(dice: Dice, nodes: int) -> tuple[ClusterState, Plain]:
    made = [dice.node(number) for number in range(nodes)]
    services = [
        {
            "metadata": {"name": f"s{number}", "namespace": dice.one(SPACES)},
            "spec": {"selector": {"app": dice.one(APPS)}},
        }
        for number in range(2)
    ]
    state = ClusterState(features_of("1.34"))
    for service in services:
        feed.put(state, "services", service)
    for node in made:
        feed.put(state, "nodes", node)
    return state, Plain(made, services)


def _changes(state: ClusterState, plain: Plain, dice: Dice) -> None:
    """Now and then a pod goes, and a node comes back with other labels."""
    if plain.pods and dice.maybe(0.2):
        gone = plain.pods.pop(dice.rng.randrange(len(plain.pods)))[0]
        feed.remove(state, "pods", f"{gone['metadata']['namespace']}/{gone['metadata']['name']}")
    if dice.maybe(0.1):
        number = dice.rng.randrange(len(plain.nodes))
        changed = dice.node(number)
        changed["status"].pop("images", None)
        before = plain.nodes[f"n{number}"]["status"].get("images")
        if before:
            changed["status"]["images"] = before
        plain.nodes[f"n{number}"] = changed
        feed.put(state, "nodes", changed)


@given(st.integers(0, 2**32), st.integers(1, 9))
@settings(max_examples=120)
def test_the_fast_and_the_plain_scheduler_agree(seed: int, nodes: int) -> None:
    dice = Dice(seed)
    state, plain = _both(dice, nodes)
    for number in range(25):
        pod = dice.pod(number)
        info = state.compiler.compile(pod)
        decision = schedule(state, info, dice.rng)
        expected = plain.feasible(pod)
        assert sorted(decision.feasible) == sorted(expected)
        if decision.scores is not None:
            ours = dict(zip(decision.feasible, decision.scores.totals.tolist(), strict=True))
            assert ours == plain.totals(pod, expected)
        if decision.diagnosis is not None and not expected:
            _same_plugins(state, plain, pod, decision)
        if decision.chosen is not None:
            bound = {**pod, "spec": {**pod["spec"], "nodeName": decision.chosen}}
            feed.put(state, "pods", bound)
            plain.place(pod, decision.chosen)
        _changes(state, plain, dice)


def _same_plugins(state: ClusterState, plain: Plain, pod: Json, decision: Any) -> None:
    """Each node was rejected by the same plugin."""
    ours = {
        state.nodes.names[slot]: status.plugin
        for status, slots in decision.diagnosis.groups
        for slot in slots
    }
    assert ours == {name: plain.reason(pod, name) for name in plain.nodes}


@given(st.integers(0, 2**32))
@settings(max_examples=40)
def test_nothing_is_left_of_pods_that_have_gone(seed: int) -> None:
    dice = Dice(seed)
    state, _ = _both(dice, 5)
    for number in range(20):
        pod = dice.pod(number)
        bound = {**pod, "spec": {**pod["spec"], "nodeName": f"n{dice.rng.randrange(5)}"}}
        feed.put(state, "pods", bound)
    for number in range(20):
        for space in SPACES:
            feed.remove(state, "pods", f"{space}/p{number}")
    assert not state.pod_counts.any()
    assert not state.nonzero_cpu.any()
    for column in state.nodes.resources.values():
        assert (column.free == column.offered).all()


@given(st.integers(0, 2**32), st.integers(1, 6))
@settings(max_examples=40)
def test_no_node_is_ever_overcommitted(seed: int, nodes: int) -> None:
    dice = Dice(seed)
    state, _ = _both(dice, nodes)
    for number in range(40):
        info = state.compiler.compile(dice.pod(number))
        decision = schedule(state, info, dice.rng)
        if decision.chosen is not None:
            state.add_pod(info, decision.chosen)
    for column in state.nodes.resources.values():
        assert (column.free[: state.nodes.size] >= 0).all()
    assert (state.pod_counts[: state.nodes.capacity] <= state.nodes.pod_limit).all()
