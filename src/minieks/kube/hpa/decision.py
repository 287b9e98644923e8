"""What the HorizontalPodAutoscaler does in one sync: a function from values to values.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go reconcileAutoscaler.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from minieks.engine.clock import SECOND, Micros
from minieks.kube.api.defaulting.autoscaling import horizontal_pod_autoscaler
from minieks.kube.hpa import limits, quiet
from minieks.kube.hpa.calculator import Sync
from minieks.kube.hpa.limits import Limited, Request, Said
from minieks.kube.hpa.memory import NOTHING, Memory, Recommendation
from minieks.kube.hpa.metrics import Failed, Proposal, computed
from minieks.kube.hpa.observed import Observed
from minieks.kube.hpa.settings import DEFAULTS, Settings
from minieks.kube.hpa.tolerances import tolerances
from minieks.kube.words import conditions, selectors, times
from minieks.kube.words.caching import remembered_if_short
from minieks.kube.words.objects import Obj, namespace

ABLE: Final = "AbleToScale"
ACTIVE: Final = "ScalingActive"
LIMITED: Final = "ScalingLimited"

_ABOVE: Final = "Current number of replicas above Spec.MaxReplicas"
_BELOW: Final = "Current number of replicas below Spec.MinReplicas"
_GOT_SCALE: Final = Said(
    "SucceededGetScale", "the HPA controller was able to get the target's current scale"
)
_DISABLED: Final = Said(
    "ScalingDisabled", "scaling is disabled since the replica count of the target is zero"
)


class Event(NamedTuple):
    """An Event about the autoscaler."""

    type: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a sync comes to.

    ``replicas`` is what the target's scale is to be set to if that differs from what it is
    (``rescales``); ``status`` and ``events`` are those of an autoscaler that did not have to, or
    before it was tried: `written` and `refused` say what comes of trying. ``memory`` is for the
    next sync. A sync that ``failed`` sets nothing. ``proposals`` are the replicas that each metric
    asks for, if all were asked and could be had. While what is observed stays the same, syncs
    come to the same until ``until``, without end if that is None.
    """

    replicas: int
    status: Obj
    events: tuple[Event, ...]
    memory: Memory
    rescales: bool = False
    reason: str = ""
    failed: bool = False
    until: Micros | None = None
    proposals: tuple[int, ...] = ()


def desired_replicas(
    autoscaler: Obj, observed: Observed, memory: Memory = NOTHING, settings: Settings = DEFAULTS
) -> Decision:
    """One sync of a HorizontalPodAutoscaler of ``autoscaling/v2``.

    ``autoscaler`` is the object as a user wrote it or as it is stored, with its status;
    ``observed`` is what the sync sees: the moment, the target's scale, its pods, the metrics'
    readings; ``memory`` is that of the sync before, empty for the first. Nothing is written:
    the decision says what is to be.
    """
    return _Step(horizontal_pod_autoscaler(autoscaler), observed, memory, settings).decide()


def judging(autoscaler: Obj, observed: Observed, settings: Settings) -> Sync:
    """What the metrics of a stored autoscaler are computed from."""
    return _judging(_complete(autoscaler["spec"].get("behavior"), settings), observed, settings)


def _judging(behavior: Mapping[str, Any] | None, observed: Observed, settings: Settings) -> Sync:
    return Sync(observed, tolerances(behavior, settings), settings)


def without_scale(autoscaler: Obj, error: str, now: Micros, memory: Memory = NOTHING) -> Decision:
    """What a sync comes to if the target's scale cannot be read; of the status all else stays."""
    said = Said(
        "FailedGetScale",
        f"the HPA controller was unable to get the target's current scale: {error}",
    )
    status = with_said(autoscaler.get("status") or {}, ABLE, said, now, is_true=False)
    event = Event("Warning", "FailedGetScale", error)
    return Decision(0, status, (event,), memory, failed=True)


def with_said(status: Obj, type_: str, said: Said, now: Micros, *, is_true: bool) -> Obj:
    """The status with a condition; the same if it says so already."""
    known = conditions.find(status, type_)
    if (
        known is not None
        and known["message"] == said.message
        and known["reason"] == said.reason
        and (known["status"] == "True") == is_true
    ):
        return status
    condition = {
        "type": type_,
        "status": "True" if is_true else "False",
        "reason": said.reason,
        "message": said.message,
    }
    return conditions.with_condition(status, condition, times.rfc3339(now))


class _Step:
    """One sync under way: the status grows while it goes on."""

    def __init__(
        self, autoscaler: Obj, observed: Observed, memory: Memory, settings: Settings
    ) -> None:
        self._space = namespace(autoscaler)
        self._spec = autoscaler["spec"]
        self._behavior = _complete(self._spec.get("behavior"), settings)
        self._observed = observed
        self._settings = settings
        self._before: Obj = autoscaler.get("status") or {}
        self._status = self._before
        self._events: list[Event] = []
        current = observed.scale.replicas
        self._memory = memory
        if not memory.recommendations:
            first = Recommendation(current, observed.now)
            self._memory = replace(memory, recommendations=(first,))

    def decide(self) -> Decision:
        self._say(ABLE, _GOT_SCALE)
        current = self._observed.scale.replicas
        least, most = self._spec["minReplicas"], self._spec["maxReplicas"]
        if current == 0 and least != 0:
            self._say(ACTIVE, _DISABLED, is_true=False)
            return self._decision(current, "", None, rescales=False)
        if current > most:
            return self._decision(most, _ABOVE, None)
        if current < least:
            return self._decision(least, _BELOW, None)
        return self._by_metrics()

    def _by_metrics(self) -> Decision:
        problem = self._selector_problem()
        if problem:
            return self._failure(problem, None)
        sync = _judging(self._behavior, self._observed, self._settings)
        found = [
            computed(sync, self._space, metric, reading)
            for metric, reading in zip(self._spec["metrics"], self._observed.readings, strict=True)
        ]
        shown = [one.status if isinstance(one, Proposal) else {"type": ""} for one in found]
        for one in found:
            if isinstance(one, Failed):
                self._warn(one.reason, one.message)
        best = _best(found)
        failures = [one for one in found if isinstance(one, Failed)]
        current = self._observed.scale.replicas
        if failures and (best is None or best.replicas < current):
            return self._unusable(failures, len(found), shown)
        # Without metrics there is neither failure nor proposal.
        wanted, name = (best.replicas, best.metric) if best is not None else (0, "")
        text = f"the HPA was able to successfully calculate a replica count from {name}"
        self._say(ACTIVE, Said("ValidMetricFound", text))
        decision = self._normalized(max(wanted, 0), name if wanted > 0 else "", shown)
        if failures:
            return decision
        asked = tuple(one.replicas for one in found if isinstance(one, Proposal))
        return replace(decision, proposals=asked)

    def _selector_problem(self) -> str:
        """Why the pods cannot be told, said and warned of; empty if they can."""
        selector = self._observed.scale.selector
        if not selector:
            self._warn("SelectorRequired", "selector is required")
            text = "the HPA target's scale is missing a selector"
            self._say(ACTIVE, Said("InvalidSelector", text), is_true=False)
            return "selector is required"
        problem, reason = _unparsable(selector), "InvalidSelector"
        if not problem and len(self._observed.selected_by) > 1:
            others = " ".join(self._observed.selected_by)
            problem = f"pods by selector {selector} are controlled by multiple HPAs: [{others}]"
            reason = "AmbiguousSelector"
        if problem:
            self._warn(reason, problem)
            self._say(ACTIVE, Said(reason, problem), is_true=False)
        return problem

    def _unusable(self, failures: Sequence[Failed], count: int, shown: list[Obj]) -> Decision:
        first = failures[0]
        text = f"the HPA was unable to compute the replica count: {first.message}"
        self._say(ACTIVE, Said(first.reason, text), is_true=False)
        part = f"invalid metrics ({len(failures)} invalid out of {count})"
        return self._failure(f"{part}, first error is: {first.error}", shown)

    def _normalized(self, wanted: int, metric: str, shown: list[Obj]) -> Decision:
        current, now = self._observed.scale.replicas, self._observed.now
        reason = ""
        if wanted > current:
            reason = f"{metric} above target"
        elif wanted < current:
            reason = "All metrics below target"
        least, most = self._spec["minReplicas"], self._spec["maxReplicas"]
        request = Request(current, wanted, least, most, now)
        found = self._limited(request)
        until = self._holds_until(request, found)
        self._memory = self._memory.recommended(wanted, now, self._longest_window())
        self._say(ABLE, found.stabilization)
        self._say(LIMITED, found.limit, is_true=found.is_limited)
        rescales = found.replicas != current
        decision = self._decision(found.replicas, reason, shown, rescales=rescales)
        return decision if until is None else replace(decision, until=until)

    def _limited(self, request: Request) -> Limited:
        if self._behavior is None:
            keep = self._settings.downscale_stabilization
            return limits.without_behavior(request, self._memory, keep)
        return limits.with_behavior(request, self._memory, self._behavior)

    def _holds_until(self, request: Request, found: Limited) -> Micros | None:
        if self._behavior is None:
            keep = self._settings.downscale_stabilization
            return quiet.holds_without_behavior(request, found, self._memory, keep)
        return quiet.holds_with_behavior(request, found, self._memory, self._behavior)

    def _longest_window(self) -> Micros:
        if self._behavior is None:
            return self._settings.downscale_stabilization
        return max(limits.window(self._behavior[key]) for key in ("scaleUp", "scaleDown"))

    def _say(self, type_: str, said: Said, *, is_true: bool = True) -> None:
        self._status = with_said(self._status, type_, said, self._observed.now, is_true=is_true)

    def _warn(self, reason: str, message: str) -> None:
        self._events.append(Event("Warning", reason, message))

    def _failure(self, error: str, shown: list[Obj] | None) -> Decision:
        """Nothing is done; what was desired before still is."""
        self._warn("FailedComputeMetricsReplicas", error)
        before = int(self._before.get("desiredReplicas") or 0)
        found = self._decision(before, "", shown, rescales=False)
        return replace(found, replicas=self._observed.scale.replicas, failed=True)

    def _decision(
        self, replicas: int, reason: str, shown: list[Obj] | None, *, rescales: bool = True
    ) -> Decision:
        status: Obj = {
            "currentReplicas": self._observed.scale.replicas,
            "desiredReplicas": replicas,
            "currentMetrics": shown,
            "conditions": self._status["conditions"],
        }
        if self._before.get("lastScaleTime"):
            status["lastScaleTime"] = self._before["lastScaleTime"]
        events = tuple(self._events)
        return Decision(replicas, status, events, self._memory, rescales, reason)


def written(decision: Decision, autoscaler: Obj, current: int, now: Micros) -> Decision:
    """What comes of a rescale from ``current`` replicas that the target took."""
    count = decision.replicas
    said = Said(
        "SucceededRescale", f"the HPA controller was able to update the target scale to {count}"
    )
    status = with_said(decision.status, ABLE, said, now, is_true=True)
    status = {**status, "lastScaleTime": times.rfc3339(now)}
    message = f"New size: {count}; reason: {decision.reason}"
    event = Event("Normal", "SuccessfulRescale", message)
    memory = decision.memory
    behavior = horizontal_pod_autoscaler(autoscaler)["spec"].get("behavior")
    if behavior is not None:
        rules = behavior["scaleUp" if count > current else "scaleDown"]
        longest = max(policy["periodSeconds"] for policy in rules["policies"]) * SECOND
        memory = memory.rescaled(count - current, now, longest)
    return replace(decision, status=status, events=(*decision.events, event), memory=memory)


def refused(decision: Decision, autoscaler: Obj, error: str, now: Micros) -> Decision:
    """What comes of a rescale that the target's API refused with ``error``."""
    said = Said(
        "FailedUpdateScale", f"the HPA controller was unable to update the target scale: {error}"
    )
    status = with_said(decision.status, ABLE, said, now, is_true=False)
    before = int((autoscaler.get("status") or {}).get("desiredReplicas") or 0)
    message = f"New size: {decision.replicas}; reason: {decision.reason}; error: {error}"
    event = Event("Warning", "FailedRescale", message)
    return replace(
        decision,
        status={**status, "desiredReplicas": before},
        events=(*decision.events, event),
        failed=True,
    )


def _best(found: Sequence[Proposal | Failed]) -> Proposal | None:
    """The highest proposal; of equal ones the first, but one of 0 yields to any later."""
    best: Proposal | None = None
    for one in found:
        if isinstance(one, Proposal) and (
            best is None or best.replicas == 0 or one.replicas > best.replicas
        ):
            best = one
    return best


def _complete(behavior: Mapping[str, Any] | None, settings: Settings) -> Mapping[str, Any] | None:
    """``spec.behavior`` with the window for scaling down that the controller's flag names."""
    if behavior is None or "stabilizationWindowSeconds" in behavior["scaleDown"]:
        return behavior
    seconds = settings.downscale_stabilization // SECOND
    down = {**behavior["scaleDown"], "stabilizationWindowSeconds": seconds}
    return {**behavior, "scaleDown": down}


@remembered_if_short(4096)
def _unparsable(selector: str) -> str:
    """Why a text is no label selector; empty if it is one."""
    try:
        selectors.parse(selector)
    except selectors.InvalidSelector as error:
        what = "couldn't convert selector into a corresponding internal selector object"
        return f"{what}: {error}"
    return ""
