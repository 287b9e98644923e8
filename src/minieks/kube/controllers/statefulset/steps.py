"""What a StatefulSet does next: pods to create and to delete, from what its pods are now.

Source: kubernetes pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Action: TypeAlias = Literal["create", "delete"]


class Step(NamedTuple):
    """One thing to do to the pod with this number."""

    action: Action
    number: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A pod as far as the order of things depends on it.

    ``ready`` means running and ready, ``available`` ready for minReadySeconds.
    """

    revision: str
    ended: bool = False
    terminating: bool = False
    ready: bool = False
    available: bool = False

    @property
    def healthy(self) -> bool:
        """Ready and staying."""
        return self.ready and not self.terminating


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the StatefulSet asks for."""

    start: int
    replicas: int
    update_revision: str
    ordered: bool = True
    rolling: bool = True
    partition: int = 0

    @property
    def numbers(self) -> range:
        """The numbers of the pods there should be."""
        return range(self.start, self.start + self.replicas)


def next_steps(wanted: Wanted, pods: Mapping[int, Seen]) -> list[Step]:
    """What to do now; in an ordered set at most one thing, and nothing while one is awaited."""
    steps, waiting = _pods_that_should_be(wanted, pods)
    if waiting:
        return steps
    condemned = sorted((number for number in pods if number not in wanted.numbers), reverse=True)
    more, waiting = _pods_that_should_not(wanted, pods, condemned)
    steps += more
    if waiting or not wanted.rolling:
        return steps
    return steps + _update(wanted, pods, steps)


def _pods_that_should_be(wanted: Wanted, pods: Mapping[int, Seen]) -> tuple[list[Step], bool]:
    """From the lowest number up; whether to stop there."""
    steps: list[Step] = []
    ended = False
    for number in wanted.numbers:
        pod = pods.get(number)
        step = _for_one(pod, number)
        if step is not None:
            steps.append(step)
        ended = ended or (pod is not None and pod.ended)
        if wanted.ordered and not _is_settled(pod):
            return steps, True
    # An ended pod stops the pass in either mode: its successor comes when it is gone.
    return steps, ended


def _for_one(pod: Seen | None, number: int) -> Step | None:
    if pod is None:
        return Step("create", number)
    if pod.ended and not pod.terminating:
        return Step("delete", number)
    return None


def _is_settled(pod: Seen | None) -> bool:
    return pod is not None and pod.healthy and pod.available and not pod.ended


def _pods_that_should_not(
    wanted: Wanted, pods: Mapping[int, Seen], condemned: Sequence[int]
) -> tuple[list[Step], bool]:
    """From the highest number down; an ordered set waits for each to be gone."""
    first_unhealthy = _first_unhealthy(wanted, pods)
    steps: list[Step] = []
    for number in condemned:
        pod = pods[number]
        if pod.terminating:
            if wanted.ordered:
                return steps, True
            continue
        blocked = not (pod.ready and pod.available) and number != first_unhealthy
        if wanted.ordered and blocked:
            return steps, True
        steps.append(Step("delete", number))
        if wanted.ordered:
            return steps, True
    return steps, False


def _first_unhealthy(wanted: Wanted, pods: Mapping[int, Seen]) -> int | None:
    """The lowest number whose pod is missing or not healthy; condemned ones come last."""
    beyond = sorted(number for number in pods if number not in wanted.numbers)
    ordered = [*wanted.numbers, *beyond]
    sick = (number for number in ordered if number not in pods or not pods[number].healthy)
    return next(sick, None)


def _update(wanted: Wanted, pods: Mapping[int, Seen], done: Sequence[Step]) -> list[Step]:
    """The highest pod of another revision goes, once all above it are available."""
    created = {step.number for step in done if step.action == "create"}
    for number in reversed(wanted.numbers[wanted.partition :]):
        pod = pods.get(number)
        if pod is None or number in created:
            return []
        if pod.revision != wanted.update_revision and not pod.terminating:
            return [Step("delete", number)]
        if not (pod.ready and pod.available) or pod.terminating:
            return []
    return []


def revision_for(wanted: Wanted, number: int, current_revision: str) -> str:
    """The revision of a pod that is created now: below the partition the current one."""
    if wanted.rolling and number < wanted.start + wanted.partition:
        return current_revision
    return wanted.update_revision
