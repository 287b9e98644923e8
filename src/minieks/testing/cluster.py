"""A cluster that is served from a thread of this process."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self, TypeVar

import yaml

from minieks.engine.clock import SECOND, Micros, micros
from minieks.engine.errors import UserError
from minieks.kube.api.server import Api
from minieks.scenario.readers.extras import with_extras
from minieks.scenario.readers.inputs import read_inputs, served_load
from minieks.scenario.readers.span import read_length
from minieks.serve import kubeconfig
from minieks.serve.asked import default_config
from minieks.serve.clock import machine_time
from minieks.serve.files import write_whole
from minieks.serve.host import Host
from minieks.serve.listener import bound
from minieks.serve.opening import Opened, open_cluster, with_version
from minieks.serve.process import loop_factory
from minieks.serve.runtime import Runtime

_T = TypeVar("_T")
_PATIENCE = 60.0
"""Seconds that the thread gets to begin or to end; it needs a fraction of one."""


class Cluster:
    """An EKS cluster behind a port of this machine, from ``start`` to ``stop`` or in a ``with``.

    ``config`` is an eksctl ClusterConfig or a folder with one, as for ``minieks up``; without it
    there is one node group of two nodes, and a Fargate profile for the namespace default.
    ``manifests`` are applied before the cluster is ready; UserError says what is wrong in them.

    Time stands still unless the test calls `advance`; with ``speed`` it also passes by itself, so
    many times as fast as the machine's. Only what is due at once happens without time: a
    Deployment has its pods, but they start later.
    """

    def __init__(
        self,
        config: str | Path | None = None,
        manifests: Sequence[str | Path] = (),
        *,
        kubernetes_version: str | None = None,
        speed: float = 0.0,
        seed: int = 0,
    ) -> None:
        self._config = str(config or default_config())
        self._manifests = [str(one) for one in manifests]
        self._version = kubernetes_version
        self._speed = speed
        self._seed = seed
        self._folder: TemporaryDirectory[str] | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._host: Host
        self._runtime: Runtime
        self._over: asyncio.Event

    # life

    def start(self) -> Self:
        """Serve; returns when clients are welcome. UserError if an input is wrong."""
        now = machine_time()
        load = served_load(self._config, micros(now.timestamp()))
        inputs = with_extras(read_inputs(self._config, self._manifests, load=load), ())
        opened = open_cluster(with_version(inputs, self._version), now, seed=self._seed)
        if opened.applied.refused:
            first = opened.applied.refused[0]
            raise UserError(f"{first.object}: {first.message}", where=first.where, hint=first.hint)
        ready = threading.Event()
        failed: list[BaseException] = []
        self._thread = threading.Thread(
            target=self._live, args=(opened, ready, failed), name="minieks", daemon=True
        )
        self._thread.start()
        if not ready.wait(_PATIENCE):
            raise TimeoutError("the cluster did not become ready")
        if failed:
            raise failed[0]
        self._folder = TemporaryDirectory(prefix="minieks-")
        write_whole(Path(self.kubeconfig), kubeconfig.render([self._host.context]).encode())
        return self

    def stop(self) -> None:
        """Serve no more; everything is forgotten."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(_PATIENCE)
            self._thread = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _live(self, opened: Opened, ready: threading.Event, failed: list[BaseException]) -> None:
        """What the thread does."""
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            try:
                runner.run(self._serve(opened, ready))
            except Exception as error:
                failed.append(error)
                ready.set()

    async def _serve(self, opened: Opened, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._runtime = Runtime(self._loop, opened.part.whole, self._speed)
        self._host = Host(opened, bound("127.0.0.1", 0), self._runtime)
        await self._host.start()
        self._runtime.pump.start()
        ready.set()
        await self._over.wait()
        self._runtime.pump.stop()
        await self._host.stop()

    # what clients need

    @property
    def kubeconfig(self) -> str:
        """A file that leads any client to this cluster, as its administrator."""
        if self._folder is None:
            raise RuntimeError("the cluster is not started: use it in a with, or call start()")
        return str(Path(self._folder.name) / "kubeconfig")

    @property
    def kubeconfig_dict(self) -> dict[str, Any]:
        """The same as an object, for clients that take one."""
        config: dict[str, Any] = yaml.safe_load(kubeconfig.render([self._host.context]))
        return config

    @property
    def environment(self) -> Mapping[str, str]:
        """What a program finds the cluster by: ``KUBECONFIG``."""
        return {"KUBECONFIG": self.kubeconfig}

    @property
    def url(self) -> str:
        """Where the API is."""
        return self._host.url

    # time

    @property
    def now(self) -> datetime:
        """What time it is in the cluster, in UTC."""
        at: Micros = self.run(lambda api: api.engine.now())
        return datetime.fromtimestamp(at / SECOND, UTC)

    def advance(self, length: str | float) -> None:
        """Let time pass: ``"10m"``, ``"1h30m"`` or seconds. All that is due until then happens.

        Clients are served meanwhile; whoever watches has been told when this returns.
        """
        span = read_length(length) if isinstance(length, str) else micros(length)
        self._await(self._advance(span))

    async def _advance(self, span: Micros) -> None:
        await self._runtime.pump.advance(self._runtime.engine.now() + span)

    # the inside

    def run(self, look: Callable[[Api], _T]) -> _T:
        """Call something with the cluster's API in its own thread, past HTTP: for a quick look."""

        async def called() -> _T:
            found = look(self._host.opened.cluster.api)
            self._runtime.pump.nudge()
            return found

        return self._await(called())

    def _await(self, what: Coroutine[Any, Any, _T]) -> _T:
        if self._thread is None:
            what.close()
            raise RuntimeError("the cluster is not started: use it in a with, or call start()")
        return asyncio.run_coroutine_threadsafe(what, self._loop).result()
