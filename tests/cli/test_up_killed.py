"""A served cluster that is killed at any moment has kept all that it acknowledged."""

import json
import os
import random
import signal
import ssl
import threading
from base64 import b64decode
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from minieks.engine.persistence import Journal
from minieks.engine.store import Store
from minieks.serve import background
from minieks.serve.running import Running

KILLS = 50
_WRITERS = 4
PATH = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))


def _served() -> Running:
    return background.start(["up", "--detach", "--data-dir", "kept"], os.environ)


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
def test_killed_at_any_moment_nothing_acknowledged_is_lost() -> None:
    chance, acknowledged, latest = random.Random(0), dict[str, int](), 0
    for life in range(KILLS):
        running = _served()
        writers = [_Writer(life, number, acknowledged) for number in range(_WRITERS)]
        for writer in writers:
            writer.start()
        threading.Event().wait(chance.uniform(0, 0.3))
        os.kill(running.pid, signal.SIGKILL)
        os.waitpid(running.pid, 0)
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
