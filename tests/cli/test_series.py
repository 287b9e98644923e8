"""``--series`` and ``--scenario`` of ``minieks simulate``."""

import csv
import json
import sys
from pathlib import Path

import pytest

from minieks.cli import exits
from minieks.cli.main import run

ZONE = str(Path(__file__).resolve().parents[1] / "scenarios" / "outage" / "zone.toml")


def test_csv_and_json_have_the_same_points(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("s.csv", "s.json"):
        assert run(["simulate", "--scenario", ZONE, "--series", str(tmp_path / name)]) == exits.OK
    with (tmp_path / "s.csv").open() as file:
        rows = [
            (row["what"], row["of"], row["unit"], row["time"], float(row["value"]))
            for row in csv.DictReader(file)
        ]
    document = json.loads((tmp_path / "s.json").read_text())

    assert document["schema"] == "minieks.dev/series/v1"
    assert rows == [
        (one["what"], one["of"], one["unit"], at, value)
        for one in document["series"]
        for at, value in one["points"]
    ]
    nodes = [(at[11:16], value) for what, _, _, at, value in rows if what == "nodes"]
    assert nodes[:3] == [("00:00", 3), ("00:10", 2), ("00:15", 3)]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("s.xlsx", ".xlsx is no format", id="unknown ending"),
        pytest.param("s.parquet", "pip install 'minieks[parquet]'", id="without pyarrow"),
    ],
)
def test_a_series_that_cannot_be_written_is_refused_before_the_run(
    name: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    assert run(["simulate", "--scenario", ZONE, "--series", name]) == exits.BAD_INPUT
    assert words in capsys.readouterr().err


def test_a_scenario_is_simulated_with_its_report_and_its_expectations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", "--scenario", ZONE, "-o", "json"]) == exits.OK
    report = json.loads(capsys.readouterr().out)
    assert all(one["holds"] for one in report["expected"])
    assert any("zone us-east-1a fails" in one["message"] for one in report["timeline"])

    broken = tmp_path / "a.toml"
    text = Path(ZONE).read_text().replace("../spread.yaml", f"{Path(ZONE).parents[1]}/spread.yaml")
    broken.write_text(text.replace("max = 3", "max = 1"))
    assert run(["simulate", "--scenario", str(broken)]) == exits.UNMET
    assert "but 3 at" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], "Missing argument 'CONFIG'", id="neither"),
        pytest.param(["--scenario", ZONE, "--for", "1h"], "--for: the scenario says", id="both"),
    ],
)
def test_a_scenario_stands_alone(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", *arguments]) == exits.BAD_INPUT
    assert words in capsys.readouterr().err
