"""What VPA recommends, as a function of what was measured.

    recommend(History(samples=[Sample(at, "p1", "app", cpu=250, memory=300 << 20), …]), at)

agrees with the recommender of kubernetes/autoscaler vertical-pod-autoscaler 1.5 and its default
flags: exactly where its arithmetic is exact, which is everywhere but where it adds histograms of
several pod label sets in the random order of Go's maps.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import NamedTuple

from minieks.autoscale.vpa.aggregate import Aggregate
from minieks.autoscale.vpa.amounts import Amounts
from minieks.autoscale.vpa.estimating import estimate, least
from minieks.autoscale.vpa.model import Model
from minieks.autoscale.vpa.policies import ContainerPolicy, policy_of
from minieks.engine.clock import Micros


class Sample(NamedTuple):
    """What a container used at a time, in microseconds; None is not measured.

    ``cpu`` in millicores, ``memory`` in bytes.
    """

    at: Micros
    pod: str
    container: str
    cpu: int | None = None
    memory: int | None = None


class OomKill(NamedTuple):
    """A container was killed at ``at`` for want of memory, of which it requested so many bytes.

    ``seen`` is when the recommender learns of it; None for at once.
    """

    at: Micros
    pod: str
    container: str
    memory_request: int
    seen: Micros | None = None


class PodLife(NamedTuple):
    """A pod with its containers; ``created`` and ``deleted`` are None for before and after all."""

    name: str
    containers: tuple[str, ...]
    labels: Mapping[str, str] = {}
    created: Micros | None = None
    deleted: Micros | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What was measured of the pods that one VerticalPodAutoscaler selects.

    Samples stand in the order in which they are seen: each at its own time, or, if one of the same
    container that stands before it is later, right after that. Without ``pods`` those of the
    samples are there all the time, all with the same labels.
    """

    samples: Sequence[Sample] = ()
    ooms: Sequence[OomKill] = ()
    pods: Sequence[PodLife] = ()


@dataclass(frozen=True, slots=True)
class ContainerRecommendation:
    """What is recommended for one container, within its policy, and the target without it."""

    target: Amounts
    lower_bound: Amounts
    upper_bound: Amounts
    uncapped_target: Amounts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of the recommender gave."""

    at: Micros
    containers: Mapping[str, ContainerRecommendation] = field(default_factory=dict)
    pods_matched: bool = True


def recommend(
    history: History, at: Micros, policies: Sequence[ContainerPolicy] = ()
) -> Mapping[str, ContainerRecommendation]:
    """By container, what is recommended at ``at``; samples that come later do not count."""
    return recommendations(history, [at], policies)[0].containers


def recommendations(
    history: History, runs: Sequence[Micros], policies: Sequence[ContainerPolicy] = ()
) -> list[Outcome]:
    """What each of several runs of the recommender gives.

    At one moment pods come first, then samples, then kills, then the run. A run also forgets
    history whose last sample is eight days old, at most once an hour.
    """
    model = Model()
    begin = min((*runs, *_times(history)), default=0)
    sources = (_pods(history, begin), _samples(history), _ooms(history))
    events = merge(*sources, key=lambda one: one[:2])
    upcoming = next(events, None)
    found = []
    for run in sorted(runs):
        while upcoming is not None and upcoming[0] <= run:
            _apply(model, upcoming)
            upcoming = next(events, None)
        found.append(_outcome(model, run, policies))
        model.collect(run)
    return found


def of_containers(
    histories: Mapping[str, Aggregate], policies: Sequence[ContainerPolicy]
) -> dict[str, ContainerRecommendation]:
    """From the history of each container to what is recommended for it.

    Containers that the policy switches off get nothing, nor a share of the pod's minimum.
    """
    scaled = {name: policy_of(policies, name) for name in histories}
    active = [name for name, policy in scaled.items() if not policy.is_off]
    minimum = least(len(active)) if active else {}
    return {name: _recommendation(histories[name], minimum, scaled[name]) for name in active}


def _recommendation(
    history: Aggregate, minimum: Amounts, policy: ContainerPolicy
) -> ContainerRecommendation:
    found = estimate(history, minimum)
    return ContainerRecommendation(
        target=policy.capped(found.target),
        lower_bound=policy.capped(found.lower_bound),
        upper_bound=policy.capped(found.upper_bound),
        uncapped_target=policy.controlled(found.target),
    )


# --- replaying a history ---


class _Event(NamedTuple):
    """Something that the recommender sees; ``order`` sorts what happens at one moment."""

    seen: Micros
    order: int
    what: "PodLife | Sample | OomKill"


def _times(history: History) -> Iterator[Micros]:
    yield from (one.at for one in history.samples)
    yield from (one.at for one in history.ooms)


def _pods(history: History, begin: Micros) -> list[_Event]:
    lives = history.pods or _pods_of(history.samples)
    come = [_Event(begin if one.created is None else one.created, 0, one) for one in lives]
    go = [_Event(one.deleted, 1, one) for one in lives if one.deleted is not None]
    return sorted((*come, *go), key=lambda one: one[:2])


def _pods_of(samples: Iterable[Sample]) -> list[PodLife]:
    names: dict[str, dict[str, None]] = {}
    for one in samples:
        names.setdefault(one.pod, {})[one.container] = None
    return [PodLife(pod, tuple(containers)) for pod, containers in names.items()]


def _samples(history: History) -> list[_Event]:
    latest: dict[tuple[str, str], Micros] = {}
    events = []
    for one in history.samples:
        of = (one.pod, one.container)
        seen = latest[of] = max(one.at, latest.get(of, one.at))
        events.append(_Event(seen, 2, one))
    return sorted(events, key=lambda one: one.seen)


def _ooms(history: History) -> Iterator[_Event]:
    events = (_Event(one.at if one.seen is None else one.seen, 3, one) for one in history.ooms)
    yield from sorted(events, key=lambda one: one.seen)


def _apply(model: Model, event: _Event) -> None:
    what = event.what
    if isinstance(what, PodLife):
        if event.order == 0:
            model.track(_key(what.name), what.labels, what.containers, event.seen)
        else:
            model.forget(_key(what.name))
        return
    container = model.container(_key(what.pod), what.container)
    if container is None:
        return
    if isinstance(what, OomKill):
        container.record_oom(what.at, what.memory_request)
        return
    if what.cpu is not None:
        container.add_cpu(what.cpu, what.at)
    if what.memory is not None:
        container.add_memory(what.memory, what.at)


def _key(pod: str) -> str:
    return f"history/{pod}"


def _outcome(model: Model, at: Micros, policies: Sequence[ContainerPolicy]) -> Outcome:
    histories = model.by_container("history", lambda labels: True)
    matched = model.has_pods("history", lambda labels: True)
    return Outcome(at, of_containers(histories, policies), matched)
