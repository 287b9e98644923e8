"""``minieks test``: lines, stories, files, exit codes."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from minieks.cli import exits
from minieks.cli.main import run

SCENARIO = '''
about = "the web scales"
for = "10m"
manifests = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: nginx, resources: {requests: {cpu: 1000m}}}]
"""
[cluster]
managedNodeGroups = [{name = "general", instanceType = "m5.large", desiredCapacity = 1}]
[[at]]
time = "2m"
scale = {workload = "Deployment/default/web", replicas = REPLICAS}
[expect]
running = {workload = "Deployment/default/web", by = "5m"}
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that passes, one that fails, one that is wrong, in the folder where we are."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "bad.toml").write_text("nonsense = 1")
    (tmp_path / "s" / "large.toml").write_text(SCENARIO.replace("REPLICAS", "3"))
    (tmp_path / "s" / "small.toml").write_text(SCENARIO.replace("REPLICAS", "1"))
    (tmp_path / "s" / "minieks.toml").write_text("seed = 1")
    return tmp_path


def _json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    run(["test", *arguments, "-o", "json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("words", "code"),
    [("small", exits.OK), ("large", exits.UNMET), ("bad", exits.BAD_INPUT), ("s/", 2)],
)
def test_the_exit_code_tells_what_came_of_it(folder: Path, words: str, code: int) -> None:
    assert run(["test", "s", "-k", words]) == code


def test_a_failure_tells_its_story(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")  # no message is broken into lines
    run(["test", "s/large.toml"])
    out = capsys.readouterr().out

    assert "✗ large s/large.toml" in out
    assert "all pods of Deployment/default/web are ready" in out
    assert "but 1 of 3 are ready at 00:05:00" in out
    assert "00:02:00 scaled Deployment/default/web from 1 to 3" in out
    assert "FailedScheduling" in out
    assert "Insufficient cpu" in out
    assert "1 failed" in out


def test_json_has_all_of_it_and_is_the_same_each_time(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _json(["s"], capsys)

    assert [one["status"] for one in found["scenarios"]] == ["error", "failed", "passed"]
    assert (found["passed"], found["failed"], found["errors"]) == (1, 1, 1)
    assert found["scenarios"][0]["error"]["where"] == "s/bad.toml"
    assert found == _json(["s"], capsys)


def test_processes_give_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _json(["s", "-n", "2"], capsys) == _json(["s"], capsys)


def test_junit_has_a_case_for_each(folder: Path) -> None:
    run(["test", "s", "--junitxml", "out.xml"])
    suite = Xml.parse(folder / "out.xml").getroot()

    assert suite.attrib["tests"] == "3"
    assert [[part.tag for part in case] for case in suite] == [["error"], ["failure"], []]
    assert "Insufficient cpu" in (suite[1][0].text or "")


def test_x_stops_at_the_first_that_does_not_pass(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(_json(["s", "-x"], capsys)["scenarios"]) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["nowhere"], "no such file", id="no such path"),
        pytest.param(["s", "-k", "huge"], "no scenario has huge", id="nothing chosen"),
        pytest.param([], "Missing argument", id="no path"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    folder: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", *arguments]) == exits.BAD_INPUT
    assert words in capsys.readouterr().err


def test_no_colour_where_nobody_wants_it(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    run(["test", "s"])

    assert "\x1b" not in capsys.readouterr().out
