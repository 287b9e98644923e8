"""``minieks simulate``: formats, repeatability, files."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from minieks.cli import exits
from minieks.cli.main import run

SHOP = str(Path(__file__).resolve().parents[2] / "examples" / "shop")
HOUR = ["simulate", SHOP, "--for", "3h", "--start", "2026-11-23T00:00:00Z"]


def _out(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert run(arguments) == exits.OK
    return capsys.readouterr().out


def test_the_same_seed_gives_the_same_bytes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    one, two = (_out([*HOUR, "-o", "json", "--events", str(file)], capsys) for file in files)

    assert one == two
    assert files[0].read_bytes() == files[1].read_bytes()


def _without_chance(report: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What no seed can change: who runs where, with what, how many, and why others do not."""
    return [
        (
            *(row[field] for field in ("namespace", "kind", "name", "size", "desired", "ready")),
            list(row["runs_on"]),
            [why["message"] for why in row["why_not"]],
        )
        for row in report["workloads"]
    ]


def test_another_seed_changes_only_what_is_random(capsys: pytest.CaptureFixture[str]) -> None:
    one = json.loads(_out([*HOUR, "-o", "json", "--seed", "1"], capsys))
    two = json.loads(_out([*HOUR, "-o", "json", "--seed", "2"], capsys))

    assert one["workloads"] != two["workloads"]
    assert _without_chance(one) == _without_chance(two)
    for field in ("schema", "cluster", "refused"):
        assert one[field] == two[field]


def test_yaml_says_what_json_says(capsys: pytest.CaptureFixture[str]) -> None:
    as_json = json.loads(_out([*HOUR, "-o", "json"], capsys))
    as_yaml = yaml.safe_load(_out([*HOUR, "-o", "yaml"], capsys))

    assert as_yaml == as_json


def test_the_lines_of_the_bill_add_up_to_the_total(capsys: pytest.CaptureFixture[str]) -> None:
    from decimal import Decimal

    bill = json.loads(_out([*HOUR, "-o", "json"], capsys))["bill"]

    total = Decimal(bill["total"])
    assert sum(Decimal(line["amount"]) for line in bill["lines"]) == total
    assert sum(map(Decimal, bill["by_service"].values())) == total
    assert sum(map(Decimal, bill["by_namespace"].values())) == total


def test_no_colour_when_nobody_watches_or_nobody_wants_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b" not in _out(HOUR, capsys)


def test_the_event_log_has_every_change_in_order(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    _out([*HOUR, "--events", str(file)], capsys)
    lines = [json.loads(line) for line in file.read_text().splitlines()]

    moments = [line["time"] for line in lines]
    assert moments == sorted(moments)
    assert {"pods", "events", "deployments.apps"} <= {line["collection"] for line in lines}
    assert {line["type"] for line in lines} == {"ADDED", "MODIFIED", "DELETED"}


def test_the_report_is_the_same_with_and_without_an_event_log(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shop = [*HOUR, "-o", "json"]
    with_log = _out([*shop, "--events", str(tmp_path / "events.jsonl")], capsys)

    assert _out(shop, capsys) == with_log


def test_a_refused_manifest_is_reported_and_the_exit_code_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")  # no message is broken into lines
    manifest = tmp_path / "bad.yaml"
    manifest.write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"
        "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}},"
        " spec: {containers: [{name: c}]}}}\n"
    )

    code = run([*HOUR, str(manifest)])

    out = capsys.readouterr().out
    assert code == exits.BAD_INPUT
    assert "spec.template.spec.containers[0].image: Required value" in out
    assert "bad.yaml:4" in out
