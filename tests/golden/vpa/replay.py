"""Replays a recorded case: what the real recommender of VPA made of measurements."""

from collections.abc import Iterator, Mapping
from typing import Any

from golden.outcome import Difference, Json
from minieks.autoscale.vpa.policies import container_policies
from minieks.autoscale.vpa.recommending import (
    ContainerRecommendation,
    History,
    OomKill,
    Outcome,
    PodLife,
    Sample,
    recommendations,
)
from minieks.autoscale.vpa.status import conditions
from minieks.engine.clock import SECOND, Micros
from minieks.kube.words import times

_BEGIN = times.parse("2026-01-01T00:00:00Z")
_BOUNDS = {
    "target": "target",
    "lowerBound": "lower_bound",
    "upperBound": "upper_bound",
    "uncappedTarget": "uncapped_target",
}


def replay(case: Json) -> Iterator[list[Difference]]:
    """Per run of the recommender, what differs from what was recorded."""
    history = History(
        samples=[one for series in case["samples"] for one in _samples(series)],
        ooms=[_oom(one) for one in case.get("ooms", ())],
        pods=[_pod(one) for one in case["pods"]],
    )
    runs = [_moment(run["t"]) for run in case["runs"]]
    found = recommendations(history, runs, container_policies(case["vpa"]))
    for run, outcome in zip(case["runs"], found, strict=True):
        yield list(_differences(run["expected"], outcome, f"run at {run['t']}"))


def _moment(seconds: int) -> Micros:
    return _BEGIN + seconds * SECOND


def _maybe(seconds: int | None) -> Micros | None:
    return None if seconds is None else _moment(seconds)


def _pod(one: Json) -> PodLife:
    return PodLife(
        name=one["name"],
        containers=tuple(one["containers"]),
        labels=one.get("labels") or {},
        created=_maybe(one.get("created")),
        deleted=_maybe(one.get("deleted")),
    )


def _samples(series: Json) -> Iterator[Sample]:
    at = series["t"]
    for number, (cpu, memory) in enumerate(zip(series["cpu"], series["memoryKi"], strict=True)):
        if cpu is None and memory is None:
            continue
        seconds = at[number] if isinstance(at, list) else at["start"] + number * at["step"]
        used = None if memory is None else memory * 1024
        yield Sample(_moment(seconds), series["pod"], series["container"], cpu, used)


def _oom(one: Json) -> OomKill:
    moment = _moment(one["t"])
    seen = _maybe(one.get("seen"))
    return OomKill(moment, one["pod"], one["container"], one["memoryRequest"], seen)


def _differences(expected: Json, outcome: Outcome, about: str) -> Iterator[Difference]:
    for name in sorted(expected["containers"].keys() | outcome.containers.keys()):
        wanted = expected["containers"].get(name)
        got = _plain(outcome.containers.get(name))
        if wanted != got:
            yield Difference(f"{about}: container {name}", str(wanted), str(got))
    said = conditions(outcome.pods_matched, bool(outcome.containers))
    if expected["conditions"] != said:
        yield Difference(f"{about}: conditions", str(expected["conditions"]), str(said))


def _plain(found: ContainerRecommendation | None) -> Mapping[str, Any] | None:
    if found is None:
        return None
    return {name: dict(getattr(found, field)) for name, field in _BOUNDS.items()}
