"""The cluster that others test with: in the process, over HTTPS, in the test's own time."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from minieks.engine.errors import UserError
from minieks.serve import wire
from minieks.testing import Cluster

POD = {
    "metadata": {"name": "a"},
    "spec": {"containers": [{"name": "c", "image": "nginx"}]},
}
PODS = "/api/v1/namespaces/default/pods"


class Client:
    """Plain HTTP with the certificate of the kubeconfig."""

    def __init__(self, cluster: Cluster, folder: Path, *, anonymous: bool = False) -> None:
        config = cluster.kubeconfig_dict
        server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        context = ssl.create_default_context(cadata=_decoded(server["certificate-authority-data"]))
        if not anonymous:
            pair = folder / "client.pem"
            pair.write_text(
                _decoded(user["client-certificate-data"]) + _decoded(user["client-key-data"])
            )
            context.load_cert_chain(pair)
        address = urlsplit(cluster.url)
        self.connection = HTTPSConnection(
            str(address.hostname), address.port, context=context, timeout=20
        )

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> HTTPResponse:
        sent = json.dumps(body) if body is not None else None
        self.connection.request(method, path, sent, headers)
        return self.connection.getresponse()

    def json(self, method: str, path: str, body: object = None) -> Any:
        return json.loads(self.ask(method, path, body).read())

    def close(self) -> None:
        self.connection.close()


def _decoded(text: str) -> str:
    import base64

    return base64.b64decode(text).decode()


@pytest.fixture
def client(minieks_cluster: Cluster, tmp_path: Path) -> Iterator[Client]:
    found = Client(minieks_cluster, tmp_path)
    yield found
    found.close()


def test_time_stands_still_until_the_test_advances_it(
    minieks_cluster: Cluster, client: Client
) -> None:
    before = minieks_cluster.now
    client.json("POST", PODS, POD)
    assert client.json("GET", f"{PODS}/a")["status"]["phase"] == "Pending"
    assert minieks_cluster.now == before

    minieks_cluster.advance("5m")

    assert client.json("GET", f"{PODS}/a")["status"]["phase"] == "Running"
    assert (minieks_cluster.now - before).total_seconds() == 300


def test_who_watches_has_been_told_when_time_has_advanced(
    minieks_cluster: Cluster, client: Client, tmp_path: Path
) -> None:
    watcher = Client(minieks_cluster, tmp_path)
    events = watcher.ask("GET", f"{PODS}?watch=1&fieldSelector=metadata.name%3Da")
    client.json("POST", PODS, POD)
    minieks_cluster.advance(300)

    phases = list[str]()
    while "Running" not in phases:
        phases.append(json.loads(events.readline())["object"]["status"]["phase"])

    assert phases[0] == "Pending"
    watcher.close()


@pytest.mark.minieks(kubernetes_version="1.32", seed=7)
def test_the_marker_says_how_the_cluster_is_made(client: Client) -> None:
    assert client.json("GET", "/version")["minor"].startswith("32")


def test_manifests_are_there_from_the_start(tmp_path: Path) -> None:
    manifest = tmp_path / "cm.yaml"
    manifest.write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}")

    with Cluster(manifests=[manifest]) as cluster:
        found = cluster.run(lambda api: api.get("configmaps", "default", "x"))

    assert found is not None


FOLDER = {
    "cluster.yaml": """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: app, region: eu-west-1}
managedNodeGroups: [{name: ng, instanceType: m5.large, desiredCapacity: 1}]
""",
    "minieks.toml": 'with = ["vpa"]',
    "load.yaml": "workloads: [{workload: Pod/default/a, cpu: 250m}]",
}


def test_a_folder_brings_its_load_and_its_programs(tmp_path: Path) -> None:
    for named, text in FOLDER.items():
        (tmp_path / named).write_text(text)
    with Cluster(tmp_path) as cluster:
        client = Client(cluster, tmp_path)
        client.json("POST", PODS, POD)
        cluster.advance("2m")
        found = client.json("GET", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/a")
        autoscalers = client.json("GET", "/apis/autoscaling.k8s.io/v1")
        client.close()
    assert found["containers"][0]["usage"]["cpu"] == "250000000n"
    assert autoscalers["kind"] == "APIResourceList"


def test_a_manifest_that_is_refused_is_told(tmp_path: Path) -> None:
    manifest = tmp_path / "cm.yaml"
    manifest.write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: Not-A-Name}}")

    with pytest.raises(UserError, match="Not-A-Name"):
        Cluster(manifests=[manifest]).start()


def test_the_environment_leads_to_the_cluster(
    minieks_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    assert os.environ["KUBECONFIG"] == minieks_cluster.kubeconfig
    file = Path(minieks_cluster.kubeconfig)
    assert yaml.safe_load(file.read_text())["clusters"][0]["cluster"]["server"] == (
        minieks_cluster.url
    )
    assert file.stat().st_mode & 0o077 == 0


def test_before_and_after_its_life_it_says_so() -> None:
    cluster = Cluster()
    with pytest.raises(RuntimeError, match="not started"):
        cluster.advance("1m")
    with pytest.raises(RuntimeError, match="not started"):
        _ = cluster.kubeconfig


def test_a_stopped_cluster_leaves_nothing_behind() -> None:
    threads = threading.active_count()
    with Cluster() as cluster:
        folder = Path(cluster.kubeconfig).parent

    assert not folder.exists()
    assert threading.active_count() == threads


# --- what serving itself decides ---


def test_who_shows_no_certificate_is_unknown(minieks_cluster: Cluster, tmp_path: Path) -> None:
    stranger = Client(minieks_cluster, tmp_path, anonymous=True)

    answer = stranger.ask("GET", PODS)
    assert answer.status == 401
    answer.read()
    assert stranger.ask("GET", "/readyz").status == 200
    stranger.close()


def test_a_body_is_limited(client: Client) -> None:
    answer = client.ask("POST", PODS, {"x": "y" * wire.MAX_BODY})

    assert answer.status == 413
    assert json.loads(answer.read())["reason"] == "RequestEntityTooLarge"


def test_deep_nesting_is_refused(client: Client) -> None:
    depth = 20_000
    client.connection.request("POST", PODS, '{"a":' * depth + "1" + "}" * depth)

    assert client.connection.getresponse().status == 400


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET\r\n\r\n", id="no request"),
        pytest.param(b"GET * HTTP/1.1\r\nHost: x\r\n\r\n", id="no path"),
        pytest.param(b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", id="no text"),
        pytest.param(b"\x16\x03\x01\x00", id="no HTTP"),
    ],
)
def test_what_is_no_request_gets_a_400_and_the_door(client: Client, sent: bytes) -> None:
    client.connection.connect()
    client.connection.sock.sendall(sent)

    assert client.connection.sock.recv(100).startswith(b"HTTP/1.1 400 ")
    while client.connection.sock.recv(1000):
        pass


def test_headers_are_limited(client: Client) -> None:
    client.connection.connect()
    client.connection.sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    line = b"A: " + b"x" * 60_000 + b"\r\n"
    received = b""
    try:
        for _ in range(40):
            client.connection.sock.sendall(line)
        received = client.connection.sock.recv(100)
    except OSError:
        received = b"HTTP/1.1 431 "

    assert received.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))


def test_several_requests_at_once_are_answered_in_their_order(client: Client) -> None:
    client.connection.connect()
    client.connection.sock.sendall(
        b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in ("/livez", "/none"))
    )
    received = b""
    while received.count(b"HTTP/1.1 ") < 2:
        received += client.connection.sock.recv(10_000)

    assert received.index(b"HTTP/1.1 200") < received.index(b"HTTP/1.1 404")


def test_a_request_before_http_1_1_is_answered_and_closed(client: Client) -> None:
    client.connection.connect()
    client.connection.sock.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
    received = b""
    while more := client.connection.sock.recv(10_000):
        received += more

    assert received.startswith(b"HTTP/1.1 200 OK")
    assert received.endswith(b"ok")
