"""From a scenario's file to its outcome."""

from decimal import Decimal

from minieks.engine.clock import SECOND
from minieks.engine.errors import UserError
from minieks.kube.words import times
from minieks.scenario.script.file import read_script
from minieks.scenario.script.outcome import Failure, Outcome, Problem
from minieks.scenario.script.story import story
from minieks.scenario.script.trial import Trial, Verdict
from minieks.scenario.summary.report import bill_of


def play_file(file: str) -> Outcome:
    """Read, play and judge a scenario; what is wrong in its input is the outcome, too."""
    try:
        trial = Trial(read_script(file))
        trial.play()
    except UserError as error:
        problem = Problem(error.where or file, error.message, error.hint)
        return Outcome(file, file, "", "error", 0, (), (), problem, 0, 0, Decimal(0))
    return outcome_of(trial)


def outcome_of(trial: Trial) -> Outcome:
    """What came of a scenario that was played."""
    script, simulation = trial.script, trial.simulation
    verdicts = trial.verdicts()
    failures = tuple(one for verdict in verdicts for one in _failures(trial, verdict))
    return Outcome(
        name=script.name,
        file=script.file,
        about=script.about,
        status="failed" if failures else "passed",
        seconds=script.length // SECOND,
        checked=tuple(one.expected for one in verdicts),
        failures=failures,
        error=None,
        pods=sum(notes.created for notes in simulation.readiness.workloads.values()),
        nodes_max=simulation.utilisation.nodes.high,
        cost=bill_of(simulation).total,
    )


def _failures(trial: Trial, verdict: Verdict) -> list[Failure]:
    moments, start = trial.simulation.moments.all(), trial.script.start
    return [
        Failure(
            expected=verdict.expected,
            found=miss.found,
            at="" if miss.at is None else times.rfc3339(miss.at),
            about=tuple(miss.about),
            story=story(miss, moments, start),
        )
        for miss in verdict.misses
    ]
