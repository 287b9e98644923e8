"""Other names for what is alike: which of several equal pods got a number was chance.

A record is of one run. If the controllers did the same here, there is one way to number the pods of
each owner, and to name the nodes that are alike, under which everything agrees, in all phases. What
a step names keeps its name.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, TypeAlias

from golden.controllers.comparing import Phase, is_any_pod
from golden.controllers.entries import Entry
from golden.outcome import Json

Names: TypeAlias = Mapping[str, str]
_POD = re.compile(r"[\w#.-]+-p\d+\b")
# So many nodes that are alike are tried in every order.
_MOST_NODES = 5


def renamings(case: Json, phases: Sequence[Phase]) -> Iterator[Names]:
    """None at all, then those that the record suggests."""
    yield {}
    nodes = equal_nodes(case)
    for order in permutations(nodes) if len(nodes) <= _MOST_NODES else ():
        if order != tuple(nodes):
            yield dict(zip(nodes, order, strict=True))
    for with_place in (True, False):
        names = _by_trace(case, phases, with_place=with_place)
        if names:
            yield names


def renamed(phases: Sequence[Phase], names: Names) -> list[Phase]:
    """The phases with other names in them."""
    if not names:
        return list(phases)
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w#-])({'|'.join(map(re.escape, longest_first))})(?![\w*])")

    def change(value: Any) -> Any:
        text = json.dumps(value)
        return json.loads(pattern.sub(lambda found: names[found[1]], text))

    return [
        replace(
            phase,
            changes=[(at, change(entry)) for at, entry in phase.changes],
            events=[(at, change(entry)) for at, entry in phase.events],
            state=change(phase.state),
        )
        for phase in phases
    ]


def equal_nodes(case: Json) -> list[str]:
    """The nodes that only differ by name and that no step but their creation speaks of."""
    alike: dict[str, list[str]] = defaultdict(list)
    others = []
    for step in (step for phase in case["inputs"]["phases"] for step in phase):
        if step["do"] == "create" and step["object"]["kind"] == "Node":
            name = step["object"]["metadata"]["name"]
            alike[json.dumps(step).replace(f'"{name}"', '""')].append(name)
        else:
            others.append(json.dumps(step))
    most = max(alike.values(), key=len, default=[])
    return [name for name in most if not any(_mentions(text, name) for text in others)]


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


# pods by what is told of them


@dataclass(frozen=True, slots=True)
class _Told:
    """The lists of one phase that say which pod it was."""

    number: int
    entries: Sequence[Entry]
    ordered: bool


def _by_trace(case: Json, phases: Sequence[Phase], *, with_place: bool) -> Names:
    """Pairs each pod with the recorded one of which the same is told."""
    recorded = case["expected"]["phases"]
    ours, theirs = [], []
    for what in ("changes", "events"):
        for number, (phase, expected) in enumerate(zip(phases, recorded, strict=True)):
            order = expected[f"{what}_order"]
            if order.startswith("partial") or is_any_pod(order, map(json.dumps, expected[what])):
                continue
            found = [entry for _, entry in getattr(phase, what)]
            ordered = with_place and not order.startswith("set")
            ours.append(_Told(number, found, ordered))
            theirs.append(_Told(number, expected[what], ordered))
    steps = json.dumps(case["inputs"])
    here, there = (_traces(told, steps) for told in (ours, theirs))
    return {one: other for owner in here for one, other in _pairs(here[owner], there[owner])}


_Traces: TypeAlias = dict[str, list[str]]


def _traces(told: Sequence[_Told], steps: str) -> dict[str, _Traces]:
    """Per owner, per pod what is told of it."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in told:
        places: dict[str, int] = defaultdict(int)
        for entry in one.entries:
            text = json.dumps(entry)
            places[entry[0]] += 1
            for pod in dict.fromkeys(_POD.findall(text.replace("pod/", " "))):
                place = places[entry[0]] if one.ordered else 0
                shown = f"{one.number} {place} {text.replace(pod, '@')}"
                found[pod.rpartition("-p")[0]][pod].append(shown)
    for pods in found.values():
        for pod, traces in pods.items():
            if _mentions(steps, pod):
                traces.append(pod)
    return found


def _pairs(here: _Traces, there: _Traces) -> Iterator[tuple[str, str]]:
    """Each pod with one of the same trace, itself if that is one; the rest as they are."""
    by_trace: dict[str, list[str]] = defaultdict(list)
    for pod in sorted(there, key=_number):
        by_trace["\n".join(there[pod])].append(pod)
    missed = []
    for pod in sorted(here, key=_number):
        candidates = by_trace["\n".join(here[pod])]
        if not candidates:
            missed.append(pod)
            continue
        chosen = pod if pod in candidates else candidates[0]
        candidates.remove(chosen)
        if chosen != pod:
            yield pod, chosen
    left = sorted((pod for pods in by_trace.values() for pod in pods), key=_number)
    yield from zip(missed, left, strict=False)


def _number(pod: str) -> int:
    return int(pod.rpartition("-p")[2])
