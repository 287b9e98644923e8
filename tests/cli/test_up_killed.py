"""A served cluster that is killed at any moment has kept all that it acknowledged."""

import json
import os
import random
import signal
import ssl
import subprocess
import sys
import threading
from base64 import b64decode
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from minieks.engine.persistence import Journal
from minieks.engine.store import Store
from minieks.serve import running

KILLS = 25
"""Of each of two tests, which two workers run beside each other."""
_WRITERS = 4
PATH = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))


_NURSERY = """
import os, sys
from minieks.cli.main import main
from minieks.cli import collector, up
from minieks.serve import announcing, asked, background, host, kubeconfig, opening, process
sys.stderr = open(os.devnull, "w")
for _ in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        sys.exit(main(["up", "--data-dir", "kept"]))
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""
"""Has everything imported, and becomes ``minieks up`` again and again: most of a start is that."""


class _Nursery:
    """Starts servers, each as a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _NURSERY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> "_Nursery":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def serve(self) -> int:
        """A server that is ready: its pid."""
        pid = int(self._told("go\n"))
        where = running.folder(os.environ)
        while not any(one.pid == pid for one in running.find(where)):
            threading.Event().wait(0.01)
        return pid

    def kill(self, pid: int) -> None:
        """Kill it, and wait until it is gone."""
        os.kill(pid, signal.SIGKILL)
        assert self._told("") == "ended\n"

    def _told(self, word: str) -> str:
        assert self._process.stdin is not None, "a pipe was asked for"
        assert self._process.stdout is not None, "a pipe was asked for"
        self._process.stdin.write(word)
        self._process.stdin.flush()
        return self._process.stdout.readline()


class _Writer(threading.Thread):
    """Creates ConfigMaps one after the other until the server is gone."""

    def __init__(self, life: int, number: int, acknowledged: dict[str, int]) -> None:
        super().__init__()
        self._name = f"c-{life}-{number}"
        self._acknowledged = acknowledged
        config = yaml.safe_load(Path("kubeconfig").read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        tls = ssl.create_default_context(
            cadata=b64decode(cluster["certificate-authority-data"]).decode()
        )
        pair = Path(f"{self._name}.pem")
        pair.write_bytes(
            b64decode(user["client-certificate-data"]) + b64decode(user["client-key-data"])
        )
        tls.load_cert_chain(pair)
        address = urlsplit(cluster["server"])
        self._connection = HTTPSConnection(
            str(address.hostname), address.port, context=tls, timeout=20
        )
        self._connection.connect()

    def run(self) -> None:
        number = 0
        try:
            while True:
                number += 1
                name = f"{self._name}-{number}"
                body = json.dumps({"metadata": {"name": name}})
                self._connection.request("POST", PATH, body)
                answer = json.loads(self._connection.getresponse().read())
                self._acknowledged[name] = int(answer["metadata"]["resourceVersion"])
        except (OSError, HTTPException, ValueError):
            self._connection.close()


@pytest.mark.slow
@pytest.mark.usefixtures("_home")
@pytest.mark.parametrize("seed", [0, 1])
def test_killed_at_any_moment_nothing_acknowledged_is_lost(seed: int) -> None:
    chance, acknowledged, latest = random.Random(seed), dict[str, int](), 0
    with _Nursery() as nursery:
        for life in range(KILLS):
            pid = nursery.serve()
            writers = [_Writer(life, number, acknowledged) for number in range(_WRITERS)]
            for writer in writers:
                writer.start()
            threading.Event().wait(chance.uniform(0, 0.3))
            nursery.kill(pid)
            for writer in writers:
                writer.join()

            store = _kept()
            for name, revision in acknowledged.items():
                assert store.revision_of("configmaps", f"default/{name}") == revision
            assert store.revision >= max([latest, *acknowledged.values()])
            latest = store.revision
    assert len(acknowledged) > KILLS


def _kept() -> Store:
    """What the file holds; to read it is also to recover it."""
    journal, store = Journal(Path("kept") / "minieks.sqlite3"), Store()
    journal.restore("kubernetes", store)
    journal.close()
    return store
