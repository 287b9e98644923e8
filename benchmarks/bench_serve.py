"""Clusters over HTTPS: start, memory, gets, creates, lists, watches, latency, durable creates.

The references are kube-apiserver 1.34 with etcd without fsync, 16 connections, on a machine with
two cores. The client runs beside the server and takes a core of its own; on a machine with two of
them both are busy.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from http_load import CONNECTIONS, Connection, Target, calm, connected, hammer, request

from minieks.serve.process import loop_factory

PODS = "/api/v1/namespaces/load/pods"
CONFIG_MAPS = "/api/v1/namespaces/load/configmaps"
_GETS = 20_000
_CREATES = 10_000
_WARM = 5
"""Lists after the first one, of which the median counts."""
_WATCHERS = 100
_EVENTS = 2_000
_PACED = 5_000
_PACE = 500
_NODES = 1_000
_LARGE = f"""
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {{name: large, region: eu-central-1}}
managedNodeGroups:
- {{name: many, instanceType: m5.large, desiredCapacity: {_NODES}, maxSize: {_NODES}}}
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured, and how it is to be: at most, or at least.

    ``reference`` is what kube-apiserver does, where that is known.
    """

    what: str
    value: float
    unit: str
    limit: float
    at_most: bool = True
    reference: str = ""

    def is_met(self) -> bool:
        """Whether it is as it is to be."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def __str__(self) -> str:
        bound = "at most" if self.at_most else "at least"
        missed = "" if self.is_met() else "  <-- missed"
        figure = f"{self.value:,.3f}" if self.value < 10 else f"{self.value:,.0f}"
        reference = f"; kube-apiserver: {self.reference}" if self.reference else ""
        return f"{self.what}: {figure} {self.unit} ({bound} {self.limit:,g}{reference}){missed}"


class Served:
    """A process of ``minieks up``."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.kubeconfig = folder / "kubeconfig"
        environment = {
            **os.environ,
            "XDG_STATE_HOME": str(folder / "state"),
            "KUBECONFIG": str(self.kubeconfig),
            # As for a user: modules are compiled once, and not at each start.
            "PYTHONDONTWRITEBYTECODE": "",
        }
        began = perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "minieks", "up", "-o", "json", *words],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None, "a pipe was asked for"
        while self.process.stdout.readline().rstrip() != "}":
            pass
        self.seconds = perf_counter() - began
        self.target = Target(self.kubeconfig)

    def mebibytes(self) -> float:
        """What is resident of it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()


@contextmanager
def served(*words: str) -> Iterator[Served]:
    """A cluster for a while."""
    with TemporaryDirectory() as folder:
        found = Served(Path(folder), *words)
        try:
            yield found
        finally:
            found.stop()


def pod(number: int, mode: str = "fast") -> dict[str, Any]:
    """A pod like many others; no node is left for it."""
    container = {
        "name": "app",
        "image": "registry.example.com/app:1",
        "ports": [{"containerPort": 8080}],
        "env": [{"name": "MODE", "value": mode}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
    }
    return {
        "metadata": {"name": f"p{number}", "labels": {"app": "load"}},
        "spec": {"containers": [container], "nodeSelector": {"no": "node"}},
    }


async def prepared(target: Target) -> None:
    """Make the namespace."""
    space = {"metadata": {"name": "load"}}
    await hammer(target, iter([request("POST", "/api/v1/namespaces", space)]), 1)
    await asyncio.sleep(0.5)


async def rates(target: Target) -> list[Figure]:
    """Gets, creates, and a list of all that was created."""
    await prepared(target)
    creates = (request("POST", PODS, pod(number)) for number in range(_CREATES))
    took, _ = await hammer(target, creates)
    got, _ = await hammer(target, (request("GET", f"{PODS}/p1") for _ in range(_GETS)))
    listed = [request("GET", PODS)]
    cold, _ = await hammer(target, iter(listed), 1)
    _, again = await hammer(target, iter(listed * _WARM), 1)
    return [
        Figure("pod creates", _CREATES / took, "/s", 1800, False, "1,130 /s, p99 40 ms"),
        Figure("gets", _GETS / got, "/s", 8000, False, "4,750 /s, p50 3.1 ms"),
        Figure(
            f"list of {_CREATES:,} pods, cold", cold, "s", 0.4, reference="13,600 in 0.8 to 1.3 s"
        ),
        Figure(f"list of {_CREATES:,} pods, warm", median(again), "s", 0.08),
    ]


async def unlike(target: Target) -> Figure:
    """Creates of pods of which no two have the same spec."""
    await prepared(target)
    count = _CREATES // 2
    creates = (request("POST", PODS, pod(number, f"m{number}")) for number in range(count))
    took, _ = await hammer(target, creates)
    return Figure("creates of pods that are all different", count / took, "/s", 1000, False)


class Watcher(asyncio.Protocol):
    """Counts the events that it hears of."""

    def __init__(self, over: "asyncio.Future[None]") -> None:
        self._over = over
        self.seen = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Watch from now on."""
        assert hasattr(transport, "write"), "TCP"
        transport.write(request("GET", f"{CONFIG_MAPS}?watch=1"))

    def data_received(self, data: bytes) -> None:
        """Some events."""
        self.seen += data.count(b'"type":"ADDED"')
        if self.seen >= _EVENTS and not self._over.done():
            self._over.set_result(None)


async def watching(target: Target) -> Figure:
    """How many events a second all watchers see, as they are made."""
    await prepared(target)
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(_WATCHERS)]
    waiting = iter(futures)
    await connected(target, lambda: Watcher(next(waiting)), _WATCHERS)
    writes = (
        request("POST", CONFIG_MAPS, {"metadata": {"name": f"c{number}"}})
        for number in range(_EVENTS)
    )
    began = perf_counter()
    await hammer(target, writes)
    await asyncio.gather(*futures)
    rate = _EVENTS / (perf_counter() - began)
    return Figure(f"events that {_WATCHERS} watchers each see", rate, "/s", 1000, at_most=False)


async def latency(target: Target) -> list[Figure]:
    """The 99th percentile of writes at a steady pace, while the engine runs nodes and these pods.

    The pods are scheduled to the nodes and started there: all of them have a node soon after.
    """
    await prepared(target)
    assert await counted(target, "/api/v1/nodes", b'"reason":"KubeletReady"') == _NODES, "all run"
    writes = (request("POST", PODS, landing(number)) for number in range(_PACED))
    _, seconds = await hammer(target, writes, pace=_PACE)
    began = perf_counter()
    while await counted(target, PODS, b'"nodeName":') < _PACED:
        await asyncio.sleep(0.1)
    late = perf_counter() - began
    worst = sorted(seconds)[int(len(seconds) * 0.99)]
    beside = f"{_PACE} writes/s of pods that land on {_NODES:,} nodes"
    return [
        Figure(f"99th percentile of {beside}", worst * 1000, "ms", 20),
        Figure("until the last of them has a node", late, "s", 5),
    ]


def landing(number: int) -> dict[str, Any]:
    """A pod for which there is room on any node."""
    found = pod(number)
    return {**found, "spec": {"containers": found["spec"]["containers"]}}


async def counted(target: Target, path: str, mark: bytes) -> int:
    """How often something stands in an answer."""
    feed = iter([request("GET", path)])
    over = asyncio.Event()
    (connection,) = await connected(target, lambda: Connection(feed, over.set), 1)
    connection.next()
    await over.wait()
    connection.close()
    return int(connection.last.count(mark))


async def durable(target: Target) -> Figure:
    """Creates that are kept before they are acknowledged."""
    await prepared(target)
    count = 3_000
    took, _ = await hammer(target, (request("POST", PODS, pod(one)) for one in range(count)))
    return Figure("durable creates", count / took, "/s", 500, at_most=False)


def run(main: Any) -> Any:
    """Run in the fastest event loop there is."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(main)


def figures() -> Iterator[Figure]:
    """Everything, one after the other."""
    starts = []
    for _ in range(3):
        with served() as found:
            starts.append(found.seconds)
            idle = found.mebibytes()
    yield Figure("ready for kubectl after", min(starts), "s", 1.0, reference="4 s")
    yield Figure("resident when idle", idle, "MiB", 120)
    with served() as found:
        yield from run(rates(found.target))
        yield Figure(
            f"resident with {_CREATES:,} pods", found.mebibytes(), "MiB", 1300, True, "1.3 GB"
        )
    with served() as found:
        yield run(unlike(found.target))
    with served() as found:
        yield run(watching(found.target))
    with TemporaryDirectory() as folder:
        large = Path(folder) / "large.yaml"
        large.write_text(_LARGE)
        with served(str(large)) as found:
            yield from run(latency(found.target))
    with TemporaryDirectory() as folder, served("--data-dir", folder) as found:
        yield run(durable(found.target))


def main() -> int:
    """Print each figure with its limit; 1 if one is missed."""
    missed = 0
    print(f"{CONNECTIONS} connections, {os.cpu_count()} cores, {calm()}")
    for one in figures():
        print(one, flush=True)
        missed += not one.is_met()
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
