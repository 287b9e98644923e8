"""The command line: exit codes, messages, help."""

import subprocess
import sys
from pathlib import Path

import pytest

from minieks import __version__
from minieks.cli import exits
from minieks.cli.main import COMMANDS, cli, run

CLUSTER = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: us-east-1}
managedNodeGroups: [{name: ng}]
"""


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == exits.OK
    assert __version__ in capsys.readouterr().out


def test_help_tells_every_exit_code_and_what_each_command_is_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--help"]) == exits.OK
    told, commands = " ".join(capsys.readouterr().out.split()).split(" Commands: ")
    assert [code for code in exits.MEANINGS if f"{code} " not in told] == []
    assert [name for name in COMMANDS if f"{name} " not in commands] == []
    assert "..." not in commands


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_helps_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--help"]) == exits.OK
    assert f"minieks {command}" in capsys.readouterr().out.split("Example")[1]


def test_every_command_can_be_loaded() -> None:
    assert cli.list_commands(None) == sorted(COMMANDS)  # type: ignore[arg-type]  # unused there


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["unknown"], "No such command", id="unknown command"),
        pytest.param(["simulate"], "Missing argument", id="no config"),
        pytest.param(["simulate", "c.yaml", "--for", "soon"], "24h", id="no duration"),
        pytest.param(["simulate", "c.yaml", "--for", "0h"], "no time at all", id="no time"),
        pytest.param(["simulate", "c.yaml", "--start", "today"], "2026-11-23", id="no moment"),
        pytest.param(["simulate", "c.yaml", "-o", "xml"], "json", id="no such format"),
        pytest.param(["simulate", "absent.yaml"], "absent.yaml", id="no such file"),
    ],
)
def test_a_wrong_command_line_is_explained_and_exits_with_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == exits.BAD_INPUT
    printed = capsys.readouterr()
    assert words in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


def test_an_event_file_that_cannot_be_written_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "cluster.yaml"
    config.write_text(CLUSTER)

    code = run(["simulate", str(config), "--for", "1m", "--events", str(tmp_path / "no" / "e")])

    assert code == exits.BAD_INPUT
    assert "cannot write the events" in capsys.readouterr().err


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    config = tmp_path / "cluster.yaml"
    config.write_text(CLUSTER)
    command = f"{sys.executable} -m minieks simulate {config} --for 1m -o json | head -n 1"

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("{")
    assert done.stderr == ""
