"""The programs whose recorded behaviour can be replayed: one line each."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from golden.api import commands
from golden.api.replay import parts as parts_of_api
from golden.api.replay import replay as replay_api
from golden.clusterautoscaler.replay import parts as parts_of_clusterautoscaler
from golden.clusterautoscaler.replay import replay as replay_clusterautoscaler
from golden.controllers.replay import replay as replay_controllers
from golden.hpa.replay import replay as replay_hpa
from golden.known import known
from golden.outcome import Difference, Json, Outcome, Replay
from golden.scheduler.replay import replay as replay_scheduler
from golden.vpa.replay import replay as replay_vpa


@dataclass(frozen=True, slots=True)
class Program:
    """A folder of cases, how one is replayed, and how many parts it has."""

    folder: str
    replay: Replay
    parts: Callable[[Json], int]
    parts_are_called: str
    parts_in_total: bool
    """Whether the last line counts the parts too."""


# Transcripts of a command, which need that command and a server that listens.
OF_COMMANDS = "kubectl"
"""The family of transcripts."""


def _parts_of_api(case: Json) -> int:
    return commands.parts(case) if "steps" in case else parts_of_api(case)


def _replay_api(case: Json) -> Iterator[Sequence[Difference]]:
    return commands.replay(case) if "steps" in case else replay_api(case)


PROGRAMS = (
    Program("scheduler", replay_scheduler, lambda case: len(case["expected"]), "attempts", True),
    Program(
        "controllers",
        replay_controllers,
        lambda case: len(case["expected"]["phases"]),
        "phases",
        False,
    ),
    Program("api", _replay_api, _parts_of_api, "answers", False),
    Program("vpa", replay_vpa, lambda case: len(case["runs"]), "runs", True),
    Program("hpa", replay_hpa, lambda case: len(case["ticks"]), "ticks", True),
    Program(
        "cluster-autoscaler",
        replay_clusterautoscaler,
        parts_of_clusterautoscaler,
        "facts",
        True,
    ),
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a case is recorded: in a file of its own, or in a line of one."""

    path: Path
    line: str = ""

    @property
    def stem(self) -> str:
        """What to call it if it cannot be read; of one of many in a file, their family."""
        return self.path.stem

    @property
    def case(self) -> str:
        """The case's name: the file's, or the one in its line."""
        return str(json.loads(self.line)["case"]) if self.line else self.path.stem

    def read(self) -> Json:
        """The case; one of many in a file is of the family that the file is named after."""
        if not self.line:
            case: Json = json.loads(self.path.read_text(encoding="utf-8"))
            return case
        return {"family": self.path.stem, **json.loads(self.line)}


def program(folder: str) -> Program:
    return next(one for one in PROGRAMS if one.folder == folder)


def cases(root: Path, program: Program) -> list[Recorded]:
    """The recorded cases of a program, in the order of their names."""
    folder = root / program.folder
    alone = [Recorded(path) for path in sorted(folder.glob("*.json"))]
    return alone + [
        Recorded(path, line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if path.stem != OF_COMMANDS or commands.can_replay(json.loads(line))
    ]


def judge(path: Recorded, program: Program) -> Outcome:
    """Replay one case. A case that cannot be read or replayed does not agree, and says why."""
    try:
        case = path.read()
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


def as_known(path: Recorded, program: Program) -> Outcome:
    """What the tests hold a case to: it agrees, unless it is listed; then it is replayed."""
    if path.case in known(program.folder):
        return judge(path, program)
    case = path.read()
    parts = program.parts(case)
    return Outcome(str(case["case"]), str(case["family"]), parts, parts, None)


def _failure(error: Exception) -> Difference:
    return Difference("the case as a whole", "can be replayed", f"{type(error).__name__}: {error}")
