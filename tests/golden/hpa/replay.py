"""Replays a recorded case: what the real HorizontalPodAutoscaler did, tick by tick."""

from collections.abc import Iterator
from typing import Any

from golden.hpa import world
from golden.outcome import Difference, Json
from minieks.kube import hpa
from minieks.kube.hpa.targets import NoTarget, target_kind
from minieks.kube.kinds.registry import BUILT_IN
from minieks.kube.words import times

_CASE = {
    *("case", "family", "program", "note", "hpa", "target", "controller", "featureGates"),
    *("otherHPA", "templates", "usageOf", "ticks"),
}
_TICK = {
    *("t", "replicas", "statusReplicas", "pods", "metrics", "getScaleError", "updateScaleError"),
    "expected",
}
_KEPT = ("lastScaleTime", "currentMetrics", "conditions")


def replay(case: Json) -> Iterator[list[Difference]]:
    """Follow a recorded case, sync by sync; the record's world is followed, not our own result."""
    unknown = {
        *(case.keys() - _CASE),
        *(key for tick in case["ticks"] for key in tick.keys() - _TICK),
    }
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    settings = world.settings(case)
    memory, autoscaler = hpa.Memory(), case["hpa"]
    for tick, pods, expected in _whole(case):
        decision = _sync({**case, "hpa": autoscaler}, tick, pods, memory, settings)
        memory = decision.memory
        autoscaler = {**autoscaler, "status": decision.status}
        yield list(_differences(tick, decision, expected))


def _whole(case: Json) -> Iterator[tuple[Json, list[Json], Json]]:
    """Each tick with its pods and with all that is expected, also what did not change."""
    pods: list[Json] = []
    last: Json = {}
    for tick in case["ticks"]:
        pods, said = tick.get("pods", pods), tick["expected"]
        changed = {one["type"]: one for one in said.get("conditions", ())}
        kept = [changed.pop(one["type"], one) for one in last.get("conditions", ())]
        carried = {key: last.get(key) for key in _KEPT}
        last = {"events": [], **carried, **said, "conditions": [*kept, *changed.values()]}
        yield tick, pods, last


def _sync(
    case: Json, tick: Json, pods: list[Json], memory: hpa.Memory, settings: hpa.Settings
) -> hpa.Decision:
    now, autoscaler = world.moment(tick["t"]), case["hpa"]
    error = tick.get("getScaleError") or _without_kind(autoscaler)
    if error:
        return hpa.without_scale(autoscaler, error, now, memory)
    observed = world.observed(case, tick, pods)
    decision = hpa.desired_replicas(autoscaler, observed, memory, settings)
    if not decision.rescales:
        return decision
    if "updateScaleError" in tick:
        return hpa.refused(decision, autoscaler, tick["updateScaleError"], now)
    return hpa.written(decision, autoscaler, tick["replicas"], now)


def _without_kind(autoscaler: Json) -> str:
    """Why the target's kind is not known; empty if it is."""
    try:
        target_kind(autoscaler["spec"]["scaleTargetRef"], BUILT_IN)
    except NoTarget as error:
        return str(error)
    return ""


def _differences(tick: Json, decision: hpa.Decision, expected: Json) -> Iterator[Difference]:
    vague = expected.get("messageArbitrary", False)
    for what, wanted, got in _fields(tick, decision, expected, vague):
        if wanted != got:
            yield Difference(f"t {tick['t']}: {what}", str(wanted), str(got))


def _fields(
    tick: Json, decision: hpa.Decision, expected: Json, vague: bool
) -> Iterator[tuple[str, Any, Any]]:
    status = decision.status
    done = decision.rescales and not decision.failed
    yield "replicas", expected["replicas"], decision.replicas if done else tick["replicas"]
    yield "desired", expected["desired"], status.get("desiredReplicas", 0)
    yield "current", expected["currentReplicas"], status.get("currentReplicas", 0)
    ours = [_condition(one, vague) for one in status["conditions"]]
    yield "conditions", [_told(one, vague) for one in expected["conditions"]], ours
    events = [_told(one._asdict(), vague) for one in decision.events]
    yield "events", [_told(one, vague) for one in expected["events"]], events
    yield "metrics", expected["currentMetrics"], status.get("currentMetrics")
    since = expected["lastScaleTime"]
    scaled = None if since is None else times.rfc3339(world.moment(since))
    yield "last scale time", scaled, status.get("lastScaleTime")


def _condition(condition: Json, vague: bool) -> Json:
    since = (times.parse(condition["lastTransitionTime"]) - world.START) // 1_000_000
    found = {key: condition[key] for key in ("type", "status", "reason", "message")}
    return _told({**found, "since": since}, vague)


def _told(said: Json, vague: bool) -> Json:
    """What is said, without its words where the real program takes them from an unordered map."""
    return {key: value for key, value in said.items() if key != "message" or not vague}
