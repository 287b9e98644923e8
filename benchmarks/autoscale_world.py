"""A world that scales itself: Deployments under daily curves, each with a HorizontalPodAutoscaler.

    python benchmarks/autoscale_world.py FOLDER

writes it as a folder with ``cluster.yaml``, ``manifests/`` and ``load.yaml``. At the peak of the
day it is some six times as large as at night, so that nodes have to follow: with 200 Deployments
between 50 and 400 of them, three pods on each. Every fifth Deployment sleeps at night by
kube-downscaler's annotation.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from minieks.kube.words.objects import Obj

NAMESPACES = 10
WITH = ("kube-downscaler",)
"""Programs that belong to it, beside what the ClusterConfig has."""
_ZONES = ("Europe/Berlin", "Europe/London", "Europe/Helsinki")
_SLEEPERS = 5
_UPTIME = "Mon-Fri 06:30-21:30 Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Size:
    """How large it is: ``nodes`` are there from the beginning, a cluster autoscaler adds more."""

    deployments: int = 200
    nodes: int = 50
    most_nodes: int = 450
    vpas: int = 0
    peak_replicas: int = 6


def write(folder: Path, size: Size) -> None:
    """Write the folder's files."""
    manifests = folder / "manifests"
    manifests.mkdir(parents=True, exist_ok=True)
    _dump(folder / "cluster.yaml", [cluster_config(size)])
    _dump(manifests / "namespaces.yaml", [_namespace(one) for one in range(NAMESPACES)])
    _dump(manifests / "workloads.yaml", workloads(size))
    _dump(folder / "load.yaml", [load(size)])


def cluster_config(size: Size) -> Obj:
    """One node group of four cores per node, which an autoscaler may change."""
    group = {
        "name": "workers",
        "instanceType": "m5.xlarge",
        "minSize": min(size.nodes, 50),
        "desiredCapacity": size.nodes,
        "maxSize": size.most_nodes,
    }
    return {
        "apiVersion": "eksctl.io/v1alpha5",
        "kind": "ClusterConfig",
        "metadata": {"name": "waves", "region": "eu-central-1", "version": "1.34"},
        "addons": [{"name": name} for name in ("vpc-cni", "coredns", "kube-proxy")],
        "managedNodeGroups": [group],
    }


def workloads(size: Size) -> Sequence[Obj]:
    """The Deployments, their autoscalers, and VerticalPodAutoscalers for the first few."""
    numbers = range(size.deployments)
    return [
        *(_deployment(number) for number in numbers),
        *(_autoscaler(number, size) for number in numbers),
        *(_recommended(number) for number in range(size.vpas)),
    ]


def load(size: Size) -> Obj:
    """Requests that come by day, at weekends half as many; no two Deployments' alike."""
    return {"workloads": [_load(number, size) for number in range(size.deployments)]}


def _space(number: int) -> str:
    return f"team-{number % NAMESPACES}"


def _meta(number: int) -> Obj:
    return {"name": f"app-{number}", "namespace": _space(number)}


def _namespace(number: int) -> Obj:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _space(number)}}


def _deployment(number: int) -> Obj:
    labels = {"app": f"app-{number}"}
    requests = {"cpu": "1", "memory": "1Gi"}
    limits = {"cpu": "2", "memory": "2Gi"}
    container = {
        "name": "app",
        "image": f"registry.example.com/app-{number}:1",
        "resources": {"requests": requests, "limits": limits},
    }
    sleeps = {"annotations": {"downscaler/uptime": _UPTIME}} if number % _SLEEPERS == 0 else {}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**_meta(number), **sleeps},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def _target(number: int) -> Obj:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"app-{number}"}


def _autoscaler(number: int, size: Size) -> Obj:
    utilization = {"type": "Utilization", "averageUtilization": 60}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": _meta(number),
        "spec": {
            "scaleTargetRef": _target(number),
            "minReplicas": 1,
            "maxReplicas": size.peak_replicas + 2,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": utilization}}],
        },
    }


def _recommended(number: int) -> Obj:
    return {
        "apiVersion": "autoscaling.k8s.io/v1",
        "kind": "VerticalPodAutoscaler",
        "metadata": _meta(number),
        "spec": {"targetRef": _target(number), "updatePolicy": {"updateMode": "Off"}},
    }


def _load(number: int, size: Size) -> Obj:
    """A request costs 10 ms of CPU: a pod at its target of 600m serves 60 in a second."""
    peak = 60 * size.peak_replicas * (0.8 + number % 5 / 10)
    weekend = {key: rate / 2 for key, rate in _day(number, peak).items()}
    rate = {
        "weekly": {"mon-fri": _day(number, peak), "sat-sun": weekend},
        "zone": _ZONES[number % len(_ZONES)],
    }
    return {
        "workload": f"Deployment/{_space(number)}/app-{number}",
        "memory": "300Mi",
        "requests": {"rate": rate, "cpu": "10m", "queue": 1000},
    }


def _day(number: int, peak: float) -> dict[str, float]:
    """Quiet nights, a rise in the morning, two heights with a dip at noon."""
    minute = number * 7 % 60
    parts = (("05", 0.1), ("10", 0.9), ("13", 0.7), ("17", 1.0), ("22", 0.1))
    return {f"{hour}:{minute:02}": round(peak * part, 1) for hour, part in parts}


def _dump(path: Path, documents: Iterable[Obj]) -> None:
    path.write_text(yaml.safe_dump_all(documents, sort_keys=False))


if __name__ == "__main__":
    write(Path(sys.argv[1]), Size())
