"""The lines that a modelled container writes: when it begins, every minute, and when it ends.

What a real container writes is its program's own; these lines only say that it lives. A line is a
moment and a text, and follows from the container's status alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from minieks.engine.clock import MINUTE, Micros
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

_LISTS: Final = (*("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"),)
_MOST: Final = 100_000
"""Lines of one container; an older one has been rotated away."""


class Line(NamedTuple):
    """What was written, and when."""

    at: Micros
    text: str


class Run(NamedTuple):
    """One run of a container: from when to when, and how it ended; None while it goes on."""

    name: str
    image: str
    began: Micros
    ended: Micros | None = None
    exit_code: int = 0


def status_of(pod: Obj, container: str) -> Mapping[str, Any]:
    """The status of a container; empty if the kubelet has not said any."""
    status = pod.get("status") or {}
    for key in _LISTS:
        for one in status.get(key) or ():
            if one.get("name") == container:
                found: Mapping[str, Any] = one
                return found
    return {}


def run_of(status: Mapping[str, Any], state: str) -> Run | None:
    """The run that a state (``state`` or ``lastState``) of a container tells of, if any."""
    found = status.get(state) or {}
    running, ended = found.get("running"), found.get("terminated")
    about = str(status.get("name")), str(status.get("image"))
    if running and running.get("startedAt"):
        return Run(*about, times.parse(running["startedAt"]))
    if ended and ended.get("startedAt"):
        end = times.parse(ended["finishedAt"]) if ended.get("finishedAt") else None
        return Run(*about, times.parse(ended["startedAt"]), end, int(ended.get("exitCode") or 0))
    return None


def lines(run: Run, now: Micros) -> list[Line]:
    """All that the run has written up to ``now``."""
    until = now if run.ended is None else run.ended
    found = [Line(run.began, f"{run.name}: started {run.image} (a container modelled by minieks)")]
    first = max(1, (until - run.began) // MINUTE - _MOST)
    found.extend(_each_minute(run, first, until))
    if run.ended is not None and run.ended <= now:
        found.append(Line(run.ended, f"{run.name}: exited with code {run.exit_code}"))
    return found


def next_line(run: Run, now: Micros) -> Micros:
    """When a run that goes on writes next."""
    return run.began + ((now - run.began) // MINUTE + 1) * MINUTE


def _each_minute(run: Run, first: int, until: Micros) -> Iterator[Line]:
    for minute in range(first, (until - run.began) // MINUTE + 1):
        yield Line(run.began + minute * MINUTE, f"{run.name}: running for {minute}m")
