"""Replays a recorded case: what the real cluster autoscaler did with nodes and pods."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from golden.clusterautoscaler.observing import Phase
from golden.clusterautoscaler.world import World
from golden.outcome import Difference, Json

_CASE = {"case", "family", "program", "about", "inputs", "expected"}
_INPUTS = {
    *("flags", "node_groups", "nodes_outside_groups", "node_annotations", "priority_expander"),
    *("priority_classes", "placed_pods", "objects", "then_objects"),
}
# Facts of a phase that are compared; the rest of the record explains or says how to compare.
_COMPARED = (
    *("scale_ups", "scale_ups_any_group", "first_scale_up", "node_counts"),
    *("node_counts_any_group", "removed_per_group", "removed_nodes", "placement"),
    *("placement_any_group", "pending", "pod_events", "events"),
)
# Seconds until nothing happens any more.
_UP, _SECOND_UP, _DOWN = 45, 30, 240


def phases(case: Json) -> list[Json]:
    """What is expected, phase by phase."""
    expected = case["expected"]
    found: list[Json] = expected.get("phases") or [expected]
    return found


def parts(case: Json) -> int:
    """How many facts are compared."""
    return sum(field in one for one in phases(case) for field in _COMPARED)


def replay(case: Json) -> Iterator[list[Difference]]:
    """Fact by fact, what differs from what was recorded."""
    unknown = {*(case.keys() - _CASE), *(case["inputs"].keys() - _INPUTS)}
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    inputs = case["inputs"]
    world = World(inputs)
    observer = Phase(world, [one["name"] for one in inputs["node_groups"]])
    wanted = phases(case)
    both = len(wanted) > 1
    world.pass_time(_DOWN if case["family"] == "scale-down" else 20 if both else _UP)
    yield from _compared(wanted[0], observer.observe(), 1 if both else 0)
    for number, one in enumerate(wanted[1:], 2):
        for obj in inputs.get("then_objects") or ():
            world.create(obj)
        world.pass_time(_DOWN if case["family"] == "scale-down" else _SECOND_UP)
        yield from _compared(one, observer.observe(), number)


def _compared(expected: Json, got: Json, phase: int) -> Iterator[list[Difference]]:
    for field in _COMPARED:
        if field not in expected:
            continue
        ours, theirs = _comparison(field, expected)(got, expected)
        about = f"phase {phase}: {field}" if phase else field
        text, other = (json.dumps(one, sort_keys=True) for one in (theirs, ours))
        yield [] if text == other else [Difference(about, text, other)]


_Pair = tuple[Any, Any]


def _comparison(field: str, expected: Json) -> Callable[[Json, Json], _Pair]:
    """How a fact is compared: both sides, brought into a form in which they must be equal."""
    if field.endswith("_any_group"):
        return _ANY_GROUP[field]
    if field == "scale_ups":
        return lambda got, want: (_by_decision(got[field]), _by_decision(want[field]))
    if field == "removed_nodes" and expected["removed_nodes_order"] == "set":
        return lambda got, want: (sorted(got[field]), sorted(want[field]))
    if field == "pod_events":
        return _pod_events
    if field == "events":
        return _events
    return lambda got, want: (got[field], want[field])


def _by_decision(ups: list[Any]) -> list[Any]:
    """Scale-ups, those of one decision sorted: a group comes at most once in it."""
    found: list[list[Any]] = []
    for one in ups:
        if not found or any(other[0] == one[0] for other in found[-1]):
            found.append([])
        found[-1].append(one)
    return [sorted(one) for one in found]


def _sorted_texts(values: Any) -> list[str]:
    return sorted(json.dumps(one, sort_keys=True) for one in values)


def _ups_any(got: Json, want: Json) -> _Pair:
    return [one[1:] for one in got["scale_ups"]], want["scale_ups_any_group"]


def _counts_any(got: Json, want: Json) -> _Pair:
    return sorted(got["node_counts"].values()), sorted(want["node_counts_any_group"])


def _placement_any(got: Json, want: Json) -> _Pair:
    ours = [one for group in got["placement"].values() for one in group]
    return _sorted_texts(ours), _sorted_texts(want["placement_any_group"])


_ANY_GROUP: Mapping[str, Callable[[Json, Json], _Pair]] = {
    "scale_ups_any_group": _ups_any,
    "node_counts_any_group": _counts_any,
    "placement_any_group": _placement_any,
}


def _pod_events(got: Json, want: Json) -> _Pair:
    """A set; where both recorded runs differed, only what they had in common."""
    ours = {json.dumps(one[:4]) for one in got["pod_events"]}
    theirs = {json.dumps(one[:4]) for one in want["pod_events"]}
    if want.get("pod_events_order") == "partial":
        return sorted(ours & theirs), sorted(theirs)
    return sorted(ours), sorted(theirs)


def _events(got: Json, want: Json) -> _Pair:
    """Events, without repetitions, in the order or as the set that the record is sure of."""
    how = want["events_order"]
    ours, theirs = got["events"], want["events"]
    if how.endswith("-any-node"):
        ours = [[_any_node(text) for text in one] for one in ours]
    if how.startswith("same-order"):
        return ours, theirs
    mine, other = _sorted_texts(ours), _sorted_texts(theirs)
    if how.startswith("partial"):
        return [one for one in other if one in mine], other
    return sorted(set(mine)), sorted(set(other))


def _any_node(text: str) -> str:
    return re.sub(r"\b([a-z]\w*)[-+]\d+\b(?!\.)", r"\1-*", text)
