"""How checks run kubectl: the one on PATH, and for some of them every version that is here."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from typing import Any

import pytest

from clients import objects
from clients.verbs import WORKS, verb
from kubectl_programs import Program, on_path, programs
from minieks.testing import Cluster

VERSIONS = ("1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33")
"""The minor versions that are driven where they are found beside the one on PATH."""
_CACHE = tempfile.mkdtemp(prefix="minieks-kubectl-")
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: %(name)s}
spec:
  replicas: %(replicas)s
  selector: {matchLabels: {app: %(name)s}}
  template:
    metadata: {labels: {app: %(name)s}}
    spec: {containers: [{name: c, image: %(image)s}]}
"""


class Kubectl:
    """Runs kubectl against a cluster, in a namespace of its own."""

    def __init__(self, cluster: Cluster, space: str, program: Program | None = None) -> None:
        self.space = space
        self._program = (program or on_path()).path
        self._environment = {**os.environ, **cluster.environment, "KUBECACHEDIR": _CACHE}
        if space != "default":
            self("create", "namespace", space, space=None)

    def attempt(
        self, *words: str, sent: str = "", space: str | None = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """One command as it is; ``space`` None leaves the namespace out."""
        chosen = [] if space is None else ["--namespace", space or self.space]
        return subprocess.run(
            [self._program, *chosen, *words],
            input=sent,
            env={**self._environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def __call__(
        self, *words: str, sent: str = "", space: str | None = "", **environment: str
    ) -> str:
        """What a command that goes well prints."""
        done = self.attempt(*words, sent=sent, space=space, **environment)
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
        return done.stdout

    def json(self, *words: str) -> Any:
        """An object or a list."""
        return json.loads(self(*words, "-o", "json"))

    def deployment(self, name: str = "web", replicas: int = 1, image: str = "nginx:1") -> str:
        """A manifest."""
        return DEPLOYMENT % {"name": name, "replicas": replicas, "image": image}

    def deployed(self, name: str = "web", replicas: int = 1) -> None:
        """A Deployment whose pods run."""
        self("apply", "-f", "-", sent=self.deployment(name, replicas))
        self("rollout", "status", f"deployment/{name}", "--timeout=30s")


Action = Callable[[Kubectl], None]


def kubectl(
    name: str, *, result: str = WORKS, every: bool = False, since: str = ""
) -> Callable[[Action], Action]:
    """Register a check of a verb; with ``every`` each version that is here has to pass it.

    ``since`` is the version from which on kubectl has the verb, or asks the server as it does now.
    """
    space = objects.space("kubectl", name)

    def registered(action: Action) -> Action:
        def check(cluster: Cluster) -> None:
            if since and on_path().is_older_than(since):
                pytest.skip(f"kubectl has it from {since} on")
            action(Kubectl(cluster, space))

        told = f"{result}, from {since} on" if since else result
        verb("kubectl", name, told, VERSIONS if every else ())(check)
        for minor in VERSIONS if every else ():
            _register_with(minor, name, action)
        return action

    return registered


def _register_with(minor: str, name: str, action: Action) -> None:
    client = f"kubectl {minor}"
    space = objects.space(client, name)

    def check(cluster: Cluster) -> None:
        program = next((one for one in programs() if one.minor == minor), None)
        if program is None:
            pytest.skip(f"there is no {client} here")
        if program != on_path():
            action(Kubectl(cluster, space, program))

    verb(client, name)(check)
