"""10,000 connections over TLS that are held at once: what they cost, and what is left of that.

Each asks once and is then kept. While they are there, one more client asks one get after the other.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from time import perf_counter

from bench_serve import Figure, Served, run, served
from http_load import Connection, Target, calm, connected, hammer, request

COUNT = 10_000
_AT_ONCE = 50
_GETS = 1_000
_GET = request("GET", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt")
_SETTLED = 3.0
"""Seconds in which the server hears that its clients are gone."""


class Kept(Connection):
    """A connection that asks once and stays."""

    def __init__(self) -> None:
        self._answered = asyncio.Event()
        super().__init__(iter([_GET]), self._answered.set)
        self.is_open = True

    async def ask(self) -> None:
        """Ask, and wait for the answer."""
        self.next()
        await self._answered.wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has closed it."""
        self.is_open = False


async def kept(target: Target, count: int) -> list[Kept]:
    """So many connections, each of which has been answered once."""
    found: list[Kept] = []

    async def some(number: int) -> None:
        for _ in range(number):
            (one,) = await connected(target, Kept, 1)
            await one.ask()
            found.append(one)

    await asyncio.gather(*(some(count // _AT_ONCE) for _ in range(_AT_ONCE)))
    return found


async def figures(server: Served) -> list[Figure]:
    """Hold them, ask beside them, let them go."""
    before = server.mebibytes()
    began = perf_counter()
    held = await kept(server.target, COUNT)
    took = perf_counter() - began
    full = server.mebibytes()
    _, seconds = await hammer(server.target, (_GET for _ in range(_GETS)), 1)
    is_open = sum(one.is_open for one in held)
    for one in held:
        one.close()
    await asyncio.sleep(_SETTLED)
    await hammer(server.target, iter([_GET]), 1)
    worst = sorted(seconds)[int(len(seconds) * 0.99)]
    return [
        Figure("connections held", is_open, "", COUNT, at_most=False),
        Figure("opened", COUNT / took, "/s", 200, at_most=False),
        Figure("resident before", before, "MiB", 120),
        Figure("resident for each", (full - before) * 1024 / COUNT, "KiB", 50),
        Figure("99th percentile of gets beside them", worst * 1000, "ms", 20),
        Figure("resident when they are gone", server.mebibytes(), "MiB", 160),
    ]


def measured() -> Iterator[Figure]:
    """All figures of one server."""
    with served() as server:
        yield from run(figures(server))


def main() -> int:
    """Print each figure with its limit; 1 if one is missed."""
    missed = 0
    print(f"{COUNT:,} connections, {os.cpu_count()} cores, {calm()}")
    for one in measured():
        print(one, flush=True)
        missed += not one.is_met()
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
