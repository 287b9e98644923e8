"""Reports of real inputs, checked by hand once and held since.

``pytest tests/scenario/test_reports.py --rewrite`` writes them anew; review the difference.
"""

import os
from pathlib import Path

import pytest

from minieks.cli.main import run
from shared import REAL, needs_shared

HERE = Path(__file__).parent
REPORTS = HERE / "reports"
CONFIGS = HERE / "configs"
EKSCTL = REAL / "eksctl"
APPS = REAL / "apps"

ALONE = sorted(path.name for path in EKSCTL.glob("*.yaml")) if EKSCTL.is_dir() else []

TOGETHER: dict[str, tuple[list[Path], int]] = {
    "boutique-on-fargate": ([EKSCTL / "16-fargate-profile.yaml", APPS / "online-boutique.yaml"], 0),
    "boutique-on-nodes": ([EKSCTL / "15-managed-nodes.yaml", APPS / "online-boutique.yaml"], 0),
    "game-2048-on-fargate": ([CONFIGS / "fargate-only.yaml", APPS / "game-2048-alb.yaml"], 0),
    "kube-prometheus": ([CONFIGS / "monitoring.yaml", APPS / "kube-prometheus"], 0),
    "cockroachdb": ([CONFIGS / "database.yaml", APPS / "cockroachdb-statefulset.yaml"], 2),
}


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))


def _compare(name: str, rewrite: bool, out: str) -> None:
    # Paths depend on where the checkout is; the report names inputs as the user named them.
    text = out.replace(f"{REAL}{os.sep}", "").replace(f"{HERE}{os.sep}", "")
    pinned = REPORTS / f"{name}.txt"
    if rewrite:
        pinned.write_text(text)
    assert text == pinned.read_text()


def _report(paths: list[Path], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = run(["simulate", *map(str, paths), "--start", "2026-11-23T00:00:00Z"])
    return code, capsys.readouterr().out


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A width at which no path of a checkout changes where a line breaks."""
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("NO_COLOR", "1")


@needs_shared
@pytest.mark.parametrize("name", ALONE)
def test_the_report_of_a_config_alone(
    name: str, rewrite: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = _report([EKSCTL / name], capsys)

    assert code == 0
    _compare(name.removesuffix(".yaml"), rewrite, out)


@needs_shared
@pytest.mark.parametrize("name", TOGETHER)
def test_the_report_of_a_config_with_an_application(
    name: str, rewrite: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    paths, expected = TOGETHER[name]
    code, out = _report(paths, capsys)

    assert code == expected
    _compare(name, rewrite, out)
