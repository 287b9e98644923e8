"""What the autoscaler never does, whatever pods and limits there are."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from golden.clusterautoscaler.world import World
from minieks.engine.store import Change
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, is_deleting, labels

FLAGS = [
    "--scan-interval=1s",
    "--scale-down-delay-after-add=1s",
    "--scale-down-unneeded-time=4s",
    "--unremovable-node-recheck-timeout=2s",
    "--max-drain-parallelism=3",
    "--scale-down-utilization-threshold=0.9",
]
ZONES = ("a", "b")


def group(number: int, least: int, size: int, most: int) -> dict[str, Any]:
    amounts = {"cpu": "4", "memory": "16Gi", "pods": "29"}
    worn = {"topology.kubernetes.io/zone": ZONES[number % 2], "kubernetes.io/os": "linux"}
    return {
        "name": f"g{number}",
        "min": least,
        "max": most,
        "initial_nodes": [f"g{number}-{n}" for n in range(size)],
        "template": {"capacity": amounts, "allocatable": amounts, "labels": worn, "taints": []},
    }


def replica_set(name: str, replicas: int, cpu: int) -> Obj:
    container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": f"{cpu}m"}}}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template}
    meta = {"name": name}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": spec}


def budget(name: str, least: int) -> Obj:
    spec = {"minAvailable": least, "selector": {"matchLabels": {"app": name}}}
    meta = {"name": name}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": meta,
        "spec": spec,
    }


sizes = st.lists(st.integers(0, 4), min_size=3, max_size=3).map(sorted)
sets = st.lists(st.tuples(st.integers(1, 8), st.integers(100, 3900)), min_size=1, max_size=3)


class Watched:
    """Counts what must not be."""

    def __init__(self, world: World, groups: list[dict[str, Any]], least: dict[str, int]) -> None:
        self._world = world
        self._groups = {one["name"]: one for one in groups}
        self._least = least
        self.broken: list[str] = []
        world.api.store.subscribe("nodes", self._of_node)
        world.api.store.subscribe("pods", self._of_pod)

    def _of_node(self, change: Change) -> None:
        if change.type == "MODIFIED":
            return
        for one in self._world.provider.groups():
            if one.target_size > one.max_size:
                self.broken.append(f"{one.id} has {one.target_size}, more than {one.max_size}")
            if change.type == "DELETED" and one.target_size < one.min_size:
                self.broken.append(f"{one.id} has {one.target_size}, less than {one.min_size}")

    def _of_pod(self, change: Change) -> None:
        """An eviction begins when as many stay as the budget wants."""
        before = change.previous
        if change.type != "MODIFIED" or before is None or is_deleting(before):
            return
        if not is_deleting(change.value) or not pods.is_ready(before):
            return
        app = labels(change.value)["app"]
        stay = [one for one in self._world.api.list("pods") if labels(one).get("app") == app]
        ready = sum(pods.is_ready(one) and not is_deleting(one) for one in stay)
        if ready < self._least.get(app, 0):
            self.broken.append(f"{ready} of {app} are left of at least {self._least[app]}")


@settings(max_examples=6, deadline=None)
@given(st.lists(sizes, min_size=1, max_size=2), sets, st.integers(0, 3))
def test_sizes_stay_within_bounds_and_no_budget_is_broken(
    found: list[list[int]], wanted: list[tuple[int, int]], kept: int
) -> None:
    groups = [group(n, *one) for n, one in enumerate(found)]
    objects = [replica_set(f"s{n}", *one) for n, one in enumerate(wanted)]
    least = {f"s{n}": min(kept, one[0]) for n, one in enumerate(wanted)}
    budgets = [budget(name, count) for name, count in least.items()]
    world = World({"flags": FLAGS, "node_groups": groups, "objects": [*objects, *budgets]})
    watched = Watched(world, groups, least)
    world.pass_time(60)
    for one in world.api.list("replicasets.apps"):
        world.api.update({**one, "spec": {**one["spec"], "replicas": kept}})
    world.pass_time(90)
    assert not watched.broken
