"""A conversion webhook behind HTTPS, called by a served cluster for lists, writes and watches."""

import json
import ssl
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conversion_objects import V2, convert, definition, server
from minieks.serve.authority import Authority
from minieks.serve.clock import machine_time
from minieks.serve.tls import server_context
from minieks.testing import Cluster

LIST_V1 = "/apis/stable.example.com/v1/namespaces/default/servers"
LIST_V2 = "/apis/stable.example.com/v2/namespaces/default/servers"


class Webhook:
    """A web server that converts; ``sizes`` are how many objects each review brought."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self._authority = Authority.create(machine_time())
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        pair = self._authority.for_server(["127.0.0.1"], machine_time())
        context = server_context(pair, self._authority.pair.certificate)
        context.set_alpn_protocols(["http/1.1"])
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                webhook.sizes.append(len(review["request"]["objects"]))
                body = json.dumps(convert(review)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        return Handler

    @property
    def client(self) -> Any:
        """The clientConfig of a definition."""
        port = self._server.server_address[1]
        bundle = b64encode(self._authority.pair.certificate).decode()
        return {"url": f"https://127.0.0.1:{port}/convert", "caBundle": bundle}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def _connection(cluster: Cluster, folder: Path) -> Iterator[HTTPSConnection]:
    config = cluster.kubeconfig_dict
    told, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    authority = b64decode(told["certificate-authority-data"]).decode()
    pair = folder / "client.pem"
    parts = (user["client-certificate-data"], user["client-key-data"])
    pair.write_bytes(b"".join(b64decode(part) for part in parts))
    context = ssl.create_default_context(cadata=authority)
    context.load_cert_chain(pair)
    place = urlsplit(cluster.url)
    connection = HTTPSConnection(str(place.hostname), place.port, context=context, timeout=20)
    with closing(connection):
        yield connection


def _ask(connection: HTTPSConnection, method: str, path: str, body: Any = None) -> Any:
    connection.request(method, path, None if body is None else json.dumps(body))
    return json.loads(connection.getresponse().read())


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    found = Webhook()
    yield found
    found.stop()


def test_a_served_cluster_calls_the_webhook(webhook: Webhook, tmp_path: Path) -> None:
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    with (
        Cluster() as cluster,
        _connection(cluster, tmp_path) as client,
        _connection(cluster, tmp_path) as watcher,
    ):
        _ask(client, "POST", path, definition(webhook.client))
        made = _ask(client, "POST", LIST_V2, server("a"))
        assert (made["apiVersion"], made["spec"]) == (V2, {"address": "x:1"})
        assert _ask(client, "GET", f"{LIST_V1}/a")["spec"] == {"host": "x", "port": "1"}
        for name in ("b", "c", "d"):
            _ask(client, "POST", LIST_V1, server(name, "stable.example.com/v1"))
        before = len(webhook.sizes)
        found = _ask(client, "GET", LIST_V2)
        assert [one["spec"]["address"] for one in found["items"]] == ["x:1"] * 4
        assert webhook.sizes[before:] == [3]  # The first one is known already.
        since = found["metadata"]["resourceVersion"]
        watcher.request("GET", f"{LIST_V2}?watch=1&resourceVersion={since}")
        events = watcher.getresponse()
        for name in ("e", "f"):
            _ask(client, "POST", LIST_V1, server(name, "stable.example.com/v1"))
        told = [json.loads(events.readline()) for _ in range(2)]
        assert [one["object"]["metadata"]["name"] for one in told] == ["e", "f"]
        assert {one["object"]["spec"]["address"] for one in told} == {"x:1"}


def test_a_webhook_that_is_not_there_is_a_500(tmp_path: Path) -> None:
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    service = {"service": {"namespace": "default", "name": "none", "path": "/convert"}}
    with Cluster() as cluster, _connection(cluster, tmp_path) as client:
        _ask(client, "POST", path, definition(service))
        refusal = _ask(client, "POST", LIST_V2, server("a"))
        assert refusal["code"] == 500
        assert refusal["message"] == (
            "conversion webhook for stable.example.com/v2, Kind=Server failed: Post"
            ' "https://none.default.svc:443/convert?timeout=30s": service "none" not found'
        )
