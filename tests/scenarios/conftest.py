"""Each scenario file below this folder is a test: what it expects must hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from minieks.cli.collector import relaxed
from minieks.cli.outcomes import plain
from minieks.scenario.script.play import play_file


class ScenarioFile(pytest.File):
    """A scenario file."""

    def collect(self) -> Iterator[pytest.Item]:
        yield Scenario.from_parent(self, name=self.path.stem)


class Scenario(pytest.Item):
    """One scenario."""

    def runtest(self) -> None:
        with relaxed():
            outcome = play_file(str(self.path))
        if outcome.error is not None:
            pytest.fail(f"{outcome.error.where}: {outcome.error.message}", pytrace=False)
        if outcome.failures:
            pytest.fail("\n".join(map(plain, outcome.failures)), pytrace=False)
        assert outcome.checked, "a scenario without expectations checks nothing"

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"scenario {self.name}"


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.Collector | None:
    if file_path.suffix != ".toml":
        return None
    return ScenarioFile.from_parent(parent, path=file_path)
