"""`minieks up` loads what it needs, and the rest when it is asked for: it starts fast."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

_LATER = (
    *("boto3", "botocore", "moto", "rich"),
    "minieks.autoscale.clusterautoscaler.rounds",
    "minieks.aws.front",
    "minieks.eks.operations.service",
    "minieks.kube.cel.environment",
    "minieks.kube.rest.openapi.documents",
    "minieks.kube.rest.patching",
    "minieks.load.model",
    "minieks.scenario.apply",
    "minieks.scenario.simulation",
)
"""What a cluster of its own needs only when it is given more to do."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The modules of a process that serves a cluster and was asked nothing."""
    folder = tmp_path_factory.mktemp("up")
    environment = {**os.environ, "XDG_STATE_HOME": str(folder), "PYTHONPROFILEIMPORTTIME": "1"}
    words = ["up", "-o", "json", "--aws-port", "0", "--kubeconfig", str(folder / "config")]
    notes = Path(folder / "imports")
    with notes.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "minieks", *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        assert process.stdout is not None
        while process.stdout.readline().rstrip() not in {"}", ""}:
            pass
        found = notes.read_text()
        process.send_signal(signal.SIGINT)
        process.communicate()
    return frozenset(line.rpartition("|")[2].strip() for line in found.splitlines())


@pytest.mark.parametrize("module", _LATER)
def test_it_is_not_loaded_before_it_is_needed(loaded: frozenset[str], module: str) -> None:
    assert module not in loaded


def test_few_modules_are_loaded(loaded: frozenset[str]) -> None:
    """Each takes a third of a millisecond; if this fails, import where the thing is made."""
    ours = [name for name in loaded if name.startswith("minieks.")]

    assert 100 < len(ours) < 740
