"""How soon pods are ready: those that never are count, too."""

from pathlib import Path

import pytest

from minieks.scenario.script.outcome import Outcome
from minieks.scenario.script.play import play_file

WORLD = '''
for = "20m"
manifests = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 9
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: 200m}}}]}
"""
[cluster]
managedNodeGroups = [{name = "general", instanceType = "m5.large", desiredCapacity = 1}]
[expect]
'''
"""Six of nine pods find room; the others wait to the end."""


def _played(folder: Path, expected: str) -> Outcome:
    file = folder / "a.toml"
    file.write_text(WORLD + expected)
    return play_file(str(file))


@pytest.mark.parametrize(
    ("bound", "found"),
    [
        ('p50 = "1m"', None),
        ('p95 = "1m"', "p95 of 9 pods is 20m00s; 3 of them never were ready"),
        ('max = "19m"', "max of 9 pods is 20m00s; 3 of them never were ready"),
        ('max = "20m"', None),
        ('p50 = "1s"', "p50 of 9 pods is 7s; 3 of them never were ready"),
    ],
    ids=["most are", "too few are", "not all are", "too soon to say", "none so soon"],
)
def test_pods_that_never_are_ready_count_as_late(
    tmp_path: Path, bound: str, found: str | None
) -> None:
    outcome = _played(tmp_path, f"ready = {{ {bound} }}")
    assert [one.found for one in outcome.failures] == ([found] if found else [])


def test_the_story_is_that_of_the_slowest_pod(tmp_path: Path) -> None:
    [failure] = _played(tmp_path, 'ready = { p95 = "1m" }').failures
    assert failure.about == ("default/Deployment/web",)
    assert "FailedScheduling" in [one.reason for one in failure.story]
