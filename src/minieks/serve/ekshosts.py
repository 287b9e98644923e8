"""Runs the clusters that the EKS operations make: each on a port of its own, while serving."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minieks.cluster import Cluster
from minieks.data.prices import PriceList
from minieks.data.timings import Timings
from minieks.eks.operations.ports import Running
from minieks.eks.spec import ClusterSpec
from minieks.engine.persistence import Journal
from minieks.serve.host import Host
from minieks.serve.listener import bound
from minieks.serve.opening import begin
from minieks.serve.runtime import Runtime


@dataclass(frozen=True, slots=True)
class RunningHost:
    """A cluster that is served; fulfils `minieks.eks.operations.ports.Running`."""

    host: Host

    @property
    def endpoint(self) -> str:
        """The URL of its API server."""
        return self.host.url

    @property
    def authority(self) -> bytes:
        """The certificate of its authority, as PEM."""
        return self.host.opened.authority.pair.certificate

    @property
    def issuer(self) -> str:
        """The URL of its OIDC issuer."""
        return self.host.issuer

    @property
    def cluster(self) -> Cluster:
        """The cluster itself."""
        return self.host.opened.cluster


class EksHosts:
    """Fulfils `minieks.eks.operations.ports.Clusters`. ``folder`` is where clusters are kept.

    ``timings`` say how long everything takes in them.
    """

    def __init__(
        self, runtime: Runtime, address: str, folder: Path | None, timings: Timings
    ) -> None:
        self._runtime = runtime
        self._address = address
        self._folder = folder
        self.timings = timings
        self._tasks: set[asyncio.Task[None]] = set()
        self.hosts: dict[Host, None] = {}

    def all_hosts(self) -> tuple[Host, ...]:
        """Every cluster that is served now."""
        return tuple(self.hosts)

    def take(self, host: Host) -> None:
        """Have a cluster beside the ones that are made here; it is served already."""
        self.hosts[host] = None

    def start(self, spec: ClusterSpec) -> RunningHost:
        """Run a new cluster, or go on with the one of this place and name that was kept."""
        path = self._path(spec)
        journal = None if path is None else Journal(path)
        opened = begin(self._runtime.engine, spec, self.timings, PriceList(), journal)
        host = Host(opened, bound(self._address, 0), self._runtime)
        self.hosts[host] = None
        self._do(host.start())
        return RunningHost(host)

    def upgrade(self, running: Running, version: str) -> None:
        """Let the control plane be of another Kubernetes version; its API has it afterwards."""
        host = self._host(running)
        if host is not None:
            host.upgrade(version)

    def _host(self, running: Running) -> Host | None:
        return next((one for one in self.hosts if one.url == running.endpoint), None)

    def stop(self, running: Running) -> None:
        """Stop a cluster for good; nothing of it is kept."""
        host = self._host(running)
        if host is not None:
            del self.hosts[host]
            host.opened.part.close()  # Its loops must not run while connections are closed.
            self._do(self._end(host))

    async def _end(self, host: Host) -> None:
        await host.stop()
        journal = host.opened.journal
        if journal is not None:
            journal.remove()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._runtime.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _path(self, spec: ClusterSpec) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / "aws" / spec.account_id / spec.region / f"{spec.name}.sqlite3"
