"""Compares a decision with the recorded attempt, in every field that was recorded."""

from collections.abc import Iterator
from typing import Any

from golden.outcome import Difference, Json
from minieks.kube.scheduler.schedule import Decision, plugin_scores
from minieks.kube.scheduler.state import ClusterState

_FIELDS = {
    "pod",
    "attempt",
    "evaluated",
    "feasible",
    "ties",
    "topScore",
    "chosen",
    "scores",
    "error",
    "preemption",
}


def compare(
    state: ClusterState, decision: Decision, expected: Json, about: str
) -> Iterator[Difference]:
    """The fields in which a decision differs from the record."""
    for what, wanted, got in _fields(state, decision, expected):
        if wanted != got:
            yield Difference(f"{about}: {what}", str(wanted), str(got))


def _fields(
    state: ClusterState, decision: Decision, expected: Json
) -> Iterator[tuple[str, Any, Any]]:
    """What is compared, as it was recorded and as it is."""
    yield "fields that are not known", [], sorted(expected.keys() - _FIELDS)
    yield "ties", sorted(expected["ties"]), sorted(decision.best)
    if expected["topScore"] is not None:
        top = None if decision.scores is None else int(decision.scores.totals.max())
        yield "topScore", expected["topScore"], top
    if expected["ties"]:
        yield "chosen node is one of the best", True, decision.chosen in expected["ties"]
    yield "feasible", expected["feasible"], len(decision.feasible)
    if "evaluated" in expected:
        yield "evaluated", expected["evaluated"], decision.evaluated
    yield "error", expected["error"], decision.error or None
    if expected.get("scores"):
        yield from _scores(plugin_scores(state, decision), expected["scores"])
    yield from _preemption(decision, expected.get("preemption"))


def _scores(found: dict[str, dict[str, int]], expected: Json) -> Iterator[tuple[str, Any, Any]]:
    yield "scored nodes", sorted(expected), sorted(found)
    for node in sorted(found.keys() & expected.keys()):
        theirs = expected[node]
        if not isinstance(theirs, dict):
            yield f"score of {node}", theirs, found[node]["TOTAL"]
            continue
        for plugin in sorted(found[node].keys() | theirs.keys()):
            # A plugin that was skipped is left out on either side.
            ours = found[node].get(plugin) or 0
            yield f"{plugin} score of {node}", theirs.get(plugin) or 0, ours


def _preemption(decision: Decision, expected: Json | None) -> Iterator[tuple[str, Any, Any]]:
    outcome = decision.preemption
    best = outcome.best if outcome is not None else ()
    ours = sorted((one.node, sorted(victim.key for victim in one.victims)) for one in best)
    ties = expected["ties"] if expected is not None else ()
    theirs = sorted((tie["node"], sorted(tie["victims"])) for tie in ties)
    yield "preemption", expected is not None, bool(best)
    yield "preemption candidates", theirs, ours
    if theirs:
        chosen = outcome.chosen.node if outcome is not None and outcome.chosen else None
        yield "nominated node is a candidate", True, chosen in {node for node, _ in theirs}
