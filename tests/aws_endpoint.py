"""The AWS endpoint on a socket, in a thread of the test's process."""

import asyncio
import threading
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3

from minieks.engine.clock import SECOND
from minieks.scenario.readers.inputs import read_inputs
from minieks.serve.awssettings import AwsSettings
from minieks.serve.clock import machine_micros, machine_time
from minieks.serve.opening import Opened, new_engine, open_clusters
from minieks.serve.premises import Place, Premises
from minieks.serve.process import loop_factory
from minieks.serve.runtime import MAX, Runtime


class Endpoint:
    """The AWS side in a thread of its own, with the clusters of some configs at first."""

    def __init__(self, data_dir: Path | None = None, configs: Sequence[Path] = ()) -> None:
        self._ready = threading.Event()
        self._configs = configs
        self._settings = AwsSettings(port=0, data_dir=data_dir)
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._over: asyncio.Event
        self.premises: Premises

    def __enter__(self) -> "Endpoint":
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(30)

    def _live(self) -> None:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        opened = self._opened()
        engine = opened[0].part.whole if opened else new_engine(machine_micros() - SECOND, 0)
        runtime = Runtime(self._loop, engine, MAX)
        self.premises = Premises(opened, Place(aws=self._settings), runtime)
        await self.premises.start()
        self._ready.set()
        await self._over.wait()
        await self.premises.stop()

    def _opened(self) -> list[Opened]:
        read = [read_inputs(str(one), [], BytesIO()) for one in self._configs]
        return open_clusters(read, machine_time(), seed=0) if read else []

    @property
    def url(self) -> str:
        return self.premises.aws.url

    def client(self, service: str, **options: Any) -> Any:
        """A client of boto3."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            **{
                "region_name": "eu-west-1",
                "aws_access_key_id": "test",
                "aws_secret_access_key": "test",
                **options,
            },
        )
