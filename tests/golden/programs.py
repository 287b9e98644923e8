"""The programs whose recorded behaviour can be replayed: one line each."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from golden.controllers.replay import replay as replay_controllers
from golden.outcome import Difference, Json, Outcome, Replay
from golden.scheduler.replay import replay as replay_scheduler


@dataclass(frozen=True, slots=True)
class Program:
    """A folder of cases, how one is replayed, and how many parts it has."""

    folder: str
    replay: Replay
    parts: Callable[[Json], int]
    parts_are_called: str
    parts_in_total: bool
    """Whether the last line counts the parts too."""


PROGRAMS = (
    Program("scheduler", replay_scheduler, lambda case: len(case["expected"]), "attempts", True),
    Program(
        "controllers",
        replay_controllers,
        lambda case: len(case["expected"]["phases"]),
        "phases",
        False,
    ),
)


def program(folder: str) -> Program:
    return next(one for one in PROGRAMS if one.folder == folder)


def cases(root: Path, program: Program) -> list[Path]:
    """The recorded cases of a program, in the order of their names."""
    return sorted((root / program.folder).glob("*.json"))


def judge(path: Path, program: Program) -> Outcome:
    """Replay one case. A case that cannot be read or replayed does not agree, and says why."""
    try:
        case: Json = json.loads(path.read_text(encoding="utf-8"))
        name, family, parts = str(case["case"]), str(case["family"]), program.parts(case)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Outcome(path.stem, "unreadable", 1, 0, _failure(error))
    found: list[Sequence[Difference]] = []
    try:
        found.extend(program.replay(case))
    except Exception as error:  # whatever a case does to the replay, the others still count
        found.append([_failure(error)])
    first = next((differences[0] for differences in found if differences), None)
    agreeing = sum(not differences for differences in found)
    return Outcome(name, family, parts, agreeing, first)


def _failure(error: Exception) -> Difference:
    return Difference("the case as a whole", "can be replayed", f"{type(error).__name__}: {error}")
