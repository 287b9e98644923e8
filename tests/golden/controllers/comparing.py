"""Compares what happened with what was recorded, as far as the two recorded runs agreed."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from golden.controllers.comparing_states import StateComparison
from golden.controllers.entries import Entry
from golden.outcome import Difference, Json
from minieks.engine.clock import SECOND, Micros

_PHASE = {
    "changes",
    "changes_order",
    "events",
    "events_order",
    "state",
    "state_unstable",
    "seconds_after_first_step",
}
_ORDERS = ("total", "single", "none", "per-object", "set", "partial")
_ANY_POD = "-any-pod"
# About how far a moment may be off; the recorded runs differed by as much.
_SLACK = 2.0

Timed = tuple[Micros, Entry]


@dataclass(frozen=True, slots=True)
class Phase:
    """What happened in one phase; answers are those that are not as recorded."""

    start: Micros
    answers: list[Difference] = field(default_factory=list)
    changes: list[Timed] = field(default_factory=list)
    events: list[Timed] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)


def differences(case: Json, phases: Sequence[Phase]) -> list[list[Difference]]:
    """Per phase, where the outcome is another than the recorded one."""
    recorded = case["expected"]["phases"]
    states = StateComparison.of(recorded)
    found = []
    for number, (phase, expected) in enumerate(zip(phases, recorded, strict=True)):
        if unknown := expected.keys() - _PHASE:
            raise ValueError(f"unknown fields {sorted(unknown)} of a phase")
        all_of_it = (*phase.answers, *_of_phase(phase, expected, states))
        found.append(
            [Difference(f"phase {number}: {one.about}", one.expected, one.got) for one in all_of_it]
        )
    return found


def _of_phase(phase: Phase, expected: Json, states: StateComparison) -> Iterator[Difference]:
    yield from compare_list(
        phase.changes, expected["changes"], expected["changes_order"], "changes"
    )
    yield from compare_list(phase.events, expected["events"], expected["events_order"], "events")
    unstable = expected.get("state_unstable") or ()
    yield from states.differences(phase.state, expected["state"], unstable)
    times = expected.get("seconds_after_first_step")
    if times is not None:
        yield from _compare_times(phase, expected["changes"], times)


def _text(entry: Entry) -> str:
    return json.dumps(entry, sort_keys=True)


def any_pod(text: str) -> str:
    """Without the numbers of pods: of a ReplicaSet or Job ``-p3``, of a DaemonSet its node."""
    text = re.sub(r"-p\d+\b", "-p*", text)
    return re.sub(r"\bn\d+\b", "n*", text) if "@n" in text else text


def is_any_pod(order: str, texts: Iterable[str]) -> bool:
    """Whether a record does not tell which of several equal pods it was."""
    return order.endswith(_ANY_POD) or any(re.search(r"-p\*|@n\*", text) for text in texts)


def compare_list(
    found: Sequence[Timed], wanted: Sequence[Entry], order: str, about: str
) -> Iterator[Difference]:
    """Per object in its order, or as a set, or only what was recorded, as ``order`` says."""
    plain = order.removesuffix(_ANY_POD)
    if plain not in _ORDERS:
        raise ValueError(f"unknown order {order!r}")
    there = [_text(entry) for entry in wanted]
    normal: Callable[[str], str] = any_pod if is_any_pod(order, there) else str
    here = [(at, normal(_text(entry))) for at, entry in found]
    there = [normal(text) for text in there]
    missing = _missing(there, (text for _, text in here))
    extra = [] if plain == "partial" else _missing((text for _, text in here), there)
    if missing or extra:
        yield Difference(about, _listed(missing), _listed(extra))
    elif plain not in ("set", "partial"):
        yield from _order_differences(here, there, about)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(texts) or "nothing else"


def _missing(wanted: Iterable[str], found: Iterable[str]) -> list[str]:
    return sorted((Counter(wanted) - Counter(found)).elements())


def _order_differences(
    here: Sequence[tuple[Micros, str]], there: Sequence[str], about: str
) -> Iterator[Difference]:
    ours: dict[str, list[tuple[Micros, str]]] = defaultdict(list)
    theirs: dict[str, list[str]] = defaultdict(list)
    for at, text in here:
        ours[json.loads(text)[0]].append((at, text))
    for text in there:
        theirs[json.loads(text)[0]].append(text)
    for shown, texts in theirs.items():
        # A name that stands for several pods has no order of its own.
        if "*" not in shown and not _same_order(ours[shown], texts):
            listed = _listed(text for _, text in ours[shown])
            yield Difference(f"{about}: order", _listed(texts), listed)


def _same_order(ours: Sequence[tuple[Micros, str]], theirs: Sequence[str]) -> bool:
    """Whether the order is the same, but among what one pass did at once to several pods.

    The real controllers make and delete pods concurrently: which of them is told of first is
    chance.
    """
    start = 0
    while start < len(ours):
        end = start + 1
        while end < len(ours) and _alike(ours[start], ours[end]):
            end += 1
        if Counter(text for _, text in ours[start:end]) != Counter(theirs[start:end]):
            return False
        start = end
    return True


def _alike(one: tuple[Micros, str], other: tuple[Micros, str]) -> bool:
    return one[0] == other[0] and any_pod(one[1]) == any_pod(other[1])


def _compare_times(
    phase: Phase, wanted: Sequence[Entry], times: Sequence[Sequence[float | None] | None]
) -> Iterator[Difference]:
    """Whether each change came when it did in the recorded runs, give or take."""
    left = [((at - phase.start) / SECOND, _text(entry)) for at, entry in phase.changes]
    for entry, recorded in zip(wanted, times, strict=True):
        index = next((i for i, (_, text) in enumerate(left) if text == _text(entry)), None)
        if recorded is None or index is None or recorded[0] is None or recorded[-1] is None:
            continue
        seconds, _ = left.pop(index)
        if not recorded[0] - _SLACK <= seconds <= recorded[-1] + _SLACK:
            wanted_text = f"after {recorded[0]} to {recorded[-1]} s"
            yield Difference(f"when {_text(entry)}", wanted_text, f"after {seconds:.1f} s")
