"""Transcripts of kubectl are replayed with a real one, and every difference is told."""

from typing import Any

import pytest

from golden.api import commands
from kubectl_programs import Program, on_path, programs


def _case(**changes: Any) -> Any:
    printed = "NAME   DATA   AGE\na      1      <age>\n"
    listed = {"command": "kubectl get cm a", "exitCode": 0, "stdout": printed, "stderr": ""}
    made = {"stdout": "configmap/a created\n", "stderr": "", "exitCode": 0}
    return {
        "case": "c",
        "kubectlVersion": on_path().minor,
        "files": {},
        "steps": [
            {"command": "kubectl create cm a -n NS --from-literal=b=c", **made},
            {**listed, **changes},
        ],
    }


def _differing(case: Any) -> list[list[str]]:
    return [[one.about.rpartition(": ")[2] for one in part] for part in commands.replay(case)]


def test_a_transcript_that_holds_agrees_part_by_part() -> None:
    case = _case()
    assert commands.can_replay(case)
    assert commands.parts(case) == 2
    assert _differing(case) == [[], []]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"exitCode": 1}, "exit code"),
        ({"stdout": "NAME   DATA   AGE\na      2      <age>\n"}, "stdout"),
        ({"stderr": "Warning: that is new\n"}, "stderr"),
    ],
    ids=["exit code", "what it prints", "what it complains of"],
)
def test_what_is_not_as_recorded_is_a_difference(change: Any, part: str) -> None:
    assert _differing(_case(**change)) == [[], [part]]


def test_a_transcript_of_a_version_that_is_not_here_is_left_out() -> None:
    assert not commands.can_replay({**_case(), "kubectlVersion": "1.3"})


def test_versions_are_numbers() -> None:
    assert Program("kubectl", "1.9.11").is_older_than("1.27")
    assert not Program("kubectl", "1.27.16").is_older_than("1.27")
    assert len({one.minor for one in programs()}) == len(programs())
