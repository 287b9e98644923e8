"""``minieks up``, ``status`` and ``down``: processes of their own, driven as a user would."""

import json
import os
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from minieks.cli.main import run

CONFIG = """\
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: %s, region: eu-west-1}
managedNodeGroups: [{name: ng, instanceType: m5.large, desiredCapacity: 1}]
"""


class Done(NamedTuple):
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


class Home:
    """A user's home: its own state, its own kubeconfig."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self._capture = capture

    def minieks(self, *arguments: str) -> Done:
        """Run a command in this process, which is faster than a new one."""
        code = run(list(arguments))
        out, err = self._capture.readouterr()
        return Done(code, out, err)

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "minieks", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def json(self, *arguments: str) -> Any:
        done = self.minieks(*arguments, "-o", "json")
        return json.loads(done.stdout)

    def config(self) -> Any:
        return yaml.safe_load(self.kubeconfig.read_text())

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return name


@pytest.fixture
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Home]:
    found = Home(tmp_path, capfd)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("KUBECONFIG", str(found.kubeconfig))
    monkeypatch.setenv("NO_COLOR", "1")
    yield found
    found.minieks("down")


def test_up_serves_in_the_background_until_down(home: Home) -> None:
    done = home.minieks("up", "--detach")
    assert (done.returncode, done.stderr) == (0, "")
    assert "minieks is ready: Kubernetes 1." in done.stdout

    (state,) = home.json("status")["clusters"]
    assert state["ready"] is True
    assert home.config()["current-context"] == state["context"] == "minieks-minieks"
    assert Path(state["log"]).exists()

    assert home.minieks("down").stdout == "stopped: minieks\n"
    assert home.json("status") == {"clusters": []}
    assert home.config()["contexts"] == []


def test_the_context_that_was_current_is_current_again(home: Home) -> None:
    home.kubeconfig.write_text(
        "current-context: work\ncontexts: [{name: work, context: {cluster: a, user: b}}]\n"
    )

    home.minieks("up", "-d")
    assert home.config()["current-context"] == "minieks-minieks"
    home.minieks("down")

    assert home.config()["current-context"] == "work"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(home: Home, number: signal.Signals) -> None:
    process = home.begin("up", "-o", "json")
    assert process.stdout is not None
    while process.stdout.readline().rstrip() != "}":
        pass
    process.send_signal(number)
    _, err = process.communicate(timeout=20)

    assert (process.returncode, err) == (0, "")
    assert home.config()["contexts"] == []
    assert not list((home.folder / "state/minieks/up").glob("*.json"))


def test_several_clusters_have_several_contexts(home: Home) -> None:
    one, two = home.write("a.yaml", CONFIG % "one"), home.write("b.yaml", CONFIG % "two")

    found = json.loads(home.minieks("up", "-d", one, two, "-o", "json").stdout)

    assert [each["context"] for each in found["clusters"]] == ["minieks-one", "minieks-two"]
    servers = {each["server"] for each in found["clusters"]}
    assert len(servers) == 2
    names = [each["name"] for each in home.config()["contexts"]]
    assert names == ["minieks-one", "minieks-two"]


def test_a_cluster_is_served_once(home: Home) -> None:
    home.minieks("up", "-d")

    done = home.minieks("up", "-d")

    assert done.returncode == 2
    assert "the cluster minieks is served already" in done.stderr
    assert "hint: minieks down minieks" in done.stderr


def test_after_a_kill_the_note_does_not_count(home: Home) -> None:
    home.minieks("up", "-d")
    (state,) = home.json("status")["clusters"]
    _kill(state["pid"])

    assert home.json("status") == {"clusters": []}
    assert home.minieks("up", "-d").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(["absent.yaml"], "absent.yaml", id="no such file"),
        pytest.param(["--kubernetes-version", "1.99"], "1.99", id="no such version"),
        pytest.param(["--port", "1"], "cannot listen on port 1", id="a port that is not ours"),
        pytest.param(["--kubeconfig", "broken"], "broken: is no YAML", id="a broken kubeconfig"),
        pytest.param(["app"], "app/load.yaml", id="a folder with a broken load file"),
    ],
)
@pytest.mark.parametrize("detach", [(), ("--detach",)], ids=["foreground", "background"])
def test_bad_input_is_told_with_place(
    home: Home, arguments: list[str], complaint: str, detach: tuple[str, ...]
) -> None:
    if arguments == ["--port", "1"] and os.geteuid() == 0:
        pytest.skip("root may listen on any port")
    home.write("broken", "a: [")
    (home.folder / "app").mkdir()
    home.write("app/cluster.yaml", CONFIG % "app")
    home.write("app/load.yaml", "workloads: [{workload: Deployment/default/web, cpu: -1}]")

    done = home.minieks("up", *arguments, *detach)

    assert done.returncode == 2, done.stderr
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert (home.folder / "broken").read_text() == "a: ["


def test_down_names_what_is_not_served(home: Home) -> None:
    done = home.minieks("down", "shop")

    assert done.returncode == 2
    assert "no cluster shop is served" in done.stderr


def test_a_refused_manifest_is_a_warning(home: Home) -> None:
    file = home.write("cm.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: UPPER}}")

    done = home.minieks("up", "-d", file)

    assert done.returncode == 0
    assert "ConfigMap/UPPER" in done.stderr


# --- what --data-dir keeps ---

_POD = {"metadata": {"generateName": "p-"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}


class _Admin:
    """The administrator of the only cluster of a kubeconfig."""

    def __init__(self, home: Home) -> None:
        from base64 import b64decode

        config = home.config()
        self._server = config["clusters"][0]["cluster"]["server"]
        authority = config["clusters"][0]["cluster"]["certificate-authority-data"]
        user = config["users"][0]["user"]
        pair = home.folder / "pair.pem"
        pair.write_bytes(
            b64decode(user["client-certificate-data"]) + b64decode(user["client-key-data"])
        )
        self._tls = ssl.create_default_context(cadata=b64decode(authority).decode())
        self._tls.load_cert_chain(pair)

    def ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(
            self._server + path, data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, context=self._tls, timeout=20) as answer:
            return json.loads(answer.read())


def _killed(home: Home) -> None:
    (state,) = home.json("status")["clusters"]
    _kill(state["pid"])


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_cluster_goes_on_where_it_was_killed(home: Home) -> None:
    home.minieks("up", "-d", "--data-dir", "kept")
    made = _Admin(home).ask("/api/v1/namespaces/default/pods", _POD)
    before = _Admin(home).ask("/api/v1/pods")["metadata"]["resourceVersion"]
    _killed(home)

    home.minieks("up", "-d", "--data-dir", "kept")
    found = _Admin(home).ask("/api/v1/namespaces/default/pods")

    assert made["metadata"]["uid"] in [one["metadata"]["uid"] for one in found["items"]]
    assert int(found["metadata"]["resourceVersion"]) >= int(before)
    nodes = _Admin(home).ask("/api/v1/nodes")["items"]
    ready = [
        condition["status"]
        for node in nodes
        for condition in node["status"]["conditions"]
        if condition["type"] == "Ready"
    ]
    assert ready
    assert set(ready) == {"True"}
