"""Long YAML, of requests and of answers, is read and written in a process beside this one.

It would take this one seconds in which no other client is served. kubectl sends and takes JSON;
what comes here is large and rare, or an attack. So there is one such process at a time.
"""

import asyncio
import pickle
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final

from minieks.engine.errors import EngineError
from minieks.kube.api.errors import ApiError, TooManyRequests
from minieks.kube.rest import answers, extent, goyaml
from minieks.kube.rest.http import ReadYaml, Request, Response
from minieks.serve import yamlchild

_WAITING: Final = 8
"""Documents that may wait for their turn."""
_WITHIN: Final = 90.0
"""Seconds for one document; a machine that is busy does not give it a processor all the time."""

_Document = tuple[Any, list[str]]


class LongYaml(EngineError):
    """A body is to be read by `YamlProcess.read` first, and the request to be run again then."""


def readable(request: Request) -> Request:
    """The same request; one with a long YAML body raises LongYaml when that is to be read."""
    if "yaml" in request.headers.get("content-type", ""):
        return request._replace(read_yaml=_unless_long)
    return request


def _unless_long(body: bytes) -> _Document:
    if goyaml.is_long(body):
        raise LongYaml("a long body is to be read elsewhere")
    return goyaml.load(body)


class YamlProcess:
    """Reads and writes documents, one after the other, each in a process of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def read(self, request: Request, resume: Callable[[Request], None]) -> None:
        """Read a request's body; ``resume`` gets the request that knows what is in it."""

        async def work() -> None:
            resume(request._replace(read_yaml=await self._read(request.body)))

        self._start(work())

    def write(self, answer: Response, reply: Callable[[Response], None]) -> None:
        """Write an answer's body as YAML; ``reply`` gets the answer, or a refusal."""

        async def work() -> None:
            reply(await self._written(answer))

        self._start(work())

    def stop(self) -> None:
        """Nobody waits any more."""
        for task in tuple(self._tasks):
            task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, body: bytes) -> ReadYaml:
        try:
            found = pickle.loads(await self._done("read", body))
        except ApiError as error:
            return _raising(error)
        if found is None:
            return _raising(extent.too_many())
        if isinstance(found, str):
            return _raising(goyaml.GoYamlError(found))
        return lambda body: found

    async def _written(self, answer: Response) -> Response:
        try:
            body = await self._done("write", answer.body)
        except ApiError as error:
            return answers.refusal(error)
        return answer._replace(body=body, unwritten=False)

    async def _done(self, work: str, given: bytes) -> bytes:
        """What a process makes of a document; raises ApiError if it does not."""
        if self._waiting == _WAITING:
            raise TooManyRequests("too many long YAML documents wait; send JSON", retry_after=1)
        self._waiting += 1
        try:
            async with self._turn:
                code, found = await _run(work, given)
        except OSError as error:
            text = f"no process can be started for a long YAML document: {error.strerror}"
            raise TooManyRequests(text, retry_after=1) from None
        finally:
            self._waiting -= 1
        if code:
            raise _too_much(work)
        return found


def _too_much(work: str) -> ApiError:
    if work == "read":
        text = f"too many values to be read within {yamlchild.SECONDS[work]} s: send JSON"
        return ApiError(413, "RequestEntityTooLarge", f"the YAML body holds {text}")
    return ApiError(504, "Timeout", "the answer takes too long to write as YAML: ask for JSON")


def _raising(error: Exception) -> ReadYaml:
    def read(body: bytes) -> _Document:
        raise error

    return read


async def _run(work: str, given: bytes) -> tuple[int, bytes]:
    """The exit code and the output of a process; it is ended if nobody waits for it any more."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", yamlchild.__name__, work),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_WITHIN):
            found, _ = await process.communicate(given)
    except TimeoutError:
        return 1, b""
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode or 0, found
