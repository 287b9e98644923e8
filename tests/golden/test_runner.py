"""The runner tells of every difference, and of cases that it cannot replay."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from golden import known
from golden.choosing import smallest_half, smallest_part
from golden.recorded import SAMPLE
from golden.run import main

SCHEDULER = "01-resources-03"
CONTROLLERS = "rs-rank-deletion-cost"


def _case(folder: str, name: str) -> Any:
    return json.loads((SAMPLE / folder / f"{name}.json").read_text(encoding="utf-8"))


def _run(root: Path, **cases: Any) -> Result:
    for folder, case in cases.items():
        (root / folder).mkdir()
        (root / folder / "a.json").write_text(
            case if isinstance(case, str) else json.dumps(case), encoding="utf-8"
        )
    return CliRunner().invoke(main, [str(root)])


@pytest.fixture
def controllers() -> Any:
    return _case("controllers", CONTROLLERS)


@pytest.fixture
def scheduler() -> Any:
    return _case("scheduler", SCHEDULER)


def test_agreement_is_counted_and_the_exit_code_is_0(
    tmp_path: Path, controllers: Any, scheduler: Any
) -> None:
    found = _run(tmp_path, controllers=controllers, scheduler=scheduler)
    attempts = len(scheduler["expected"])
    assert found.exit_code == 0
    assert found.output.splitlines()[-2:] == [
        f"scheduler: {attempts} of {attempts} attempts, 1 of 1 cases agree",
        "controllers: 1 of 1 cases agree",
    ]


@pytest.mark.parametrize("field", ["feasible", "evaluated", "topScore"])
def test_another_number_is_a_difference(tmp_path: Path, scheduler: Any, field: str) -> None:
    entry = next(one for one in scheduler["expected"] if one.get(field))
    entry[field] += 1
    found = _run(tmp_path, scheduler=scheduler)
    assert found.exit_code == 1
    assert (
        f"{field}\n    expected: {entry[field]}\n    got:      {entry[field] - 1}" in found.output
    )


def test_another_best_node_is_a_difference(tmp_path: Path, scheduler: Any) -> None:
    entry = next(one for one in scheduler["expected"] if one["ties"])
    entry["ties"] = [*entry["ties"], "another"]
    assert _run(tmp_path, scheduler=scheduler).exit_code == 1


def _drop_a_change(case: Any) -> None:
    case["expected"]["phases"][0]["changes"].pop()


def _add_an_event(case: Any) -> None:
    event = ["rs/rs", "Normal", "Extra", "More", 1, "replicaset-controller"]
    case["expected"]["phases"][0].update(events=[event], events_order="total")


def _another_pod_goes(case: Any) -> None:
    for phase in case["expected"]["phases"]:
        for change in phase["changes"]:
            if change[1] == "deleting":
                change[0] = "pod/rs-p9"


def _another_count(case: Any) -> None:
    case["expected"]["phases"][0]["state"]["rs/rs"]["status"]["replicas"] += 1


def _an_object_less(case: Any) -> None:
    del case["expected"]["phases"][0]["state"]["rs/rs"]


def _unknown_step(case: Any) -> None:
    case["inputs"]["phases"][0].append({"do": "dance"})


def _unknown_field(case: Any) -> None:
    case["inputs"]["phases"][0][0]["speed"] = "high"


def _unknown_part(case: Any) -> None:
    case["expected"]["phases"][0]["mood"] = "good"


def _a_phase_less(case: Any) -> None:
    case["expected"]["phases"].pop()


@pytest.mark.parametrize(
    "change",
    [
        _drop_a_change,
        _add_an_event,
        _another_pod_goes,
        _another_count,
        _an_object_less,
        _unknown_step,
        _unknown_field,
        _unknown_part,
        _a_phase_less,
    ],
)
def test_a_case_that_was_changed_disagrees_and_says_how(
    tmp_path: Path, controllers: Any, change: Any
) -> None:
    change(controllers)
    found = _run(tmp_path, controllers=controllers)
    assert found.exit_code == 1
    assert "expected: " in found.output
    assert "got: " in found.output
    assert found.output.endswith("controllers: 0 of 1 cases agree\n")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"case": "x"}'])
def test_a_file_that_is_no_case_disagrees(tmp_path: Path, text: str) -> None:
    found = _run(tmp_path, controllers=text)
    assert found.exit_code == 1
    assert "controllers: 0 of 1 cases agree" in found.output


def test_a_folder_without_cases_is_an_error(tmp_path: Path) -> None:
    found = _run(tmp_path)
    assert found.exit_code == 2
    assert "nothing to replay" in found.output


def test_the_sample_is_the_smallest_part_of_each_family(tmp_path: Path) -> None:
    for number in range(7):
        case = {"family": "a" if number < 4 else "b", "text": "x" * number}
        (tmp_path / f"{number}.json").write_text(json.dumps(case), encoding="utf-8")
    found = smallest_part(sorted(tmp_path.glob("*.json")), 3)
    assert [path.stem for path in found] == ["0", "1", "4"]


def test_the_sample_is_the_smallest_half_of_a_family_in_its_order() -> None:
    assert smallest_half(["xxx", "x", "xxxx", "xx", "x"]) == ["x", "xx", "x"]


def test_a_case_that_is_known_to_differ_is_no_failure_and_tells_its_reason(
    tmp_path: Path, controllers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("golden.run.known", lambda folder: {CONTROLLERS: "it is so"})
    monkeypatch.setattr(known, "known", lambda folder: {CONTROLLERS: "it is so"})
    _another_count(controllers)
    found = _run(tmp_path, controllers=controllers)
    assert found.exit_code == 0
    assert "    known:    it is so\n" in found.output


def test_a_listed_case_that_agrees_is_a_failure(
    tmp_path: Path, controllers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("golden.run.known", lambda folder: {CONTROLLERS: "it is so"})
    monkeypatch.setattr(known, "known", lambda folder: {CONTROLLERS: "it is so"})
    found = _run(tmp_path, controllers=controllers)
    assert found.exit_code == 1
    assert f"{CONTROLLERS} agrees: take it out of differences.json" in found.output
