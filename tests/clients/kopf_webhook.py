"""An operator written with kopf that is asked before objects are stored: admission webhooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import kopf
import kubernetes as library
import pytest
from kubernetes.client.exceptions import ApiException

from clients import kopf_operator, objects
from clients.verbs import verb
from minieks.serve.authority import Authority
from minieks.serve.clock import machine_time
from minieks.testing import Cluster

kubernetes: Any = library  # its types are of the generator's making

GROUP = "kopf-webhook.example.com"
SPACE = "kopf-webhook"
_MANAGED = "auto.kopf.dev"
_PLACE = (GROUP, "v1", SPACE, "things")


def _registry() -> Any:
    registry = kopf_operator.registry()

    @kopf.on.validate(GROUP, "things", id="limited", registry=registry)
    def limited(spec: Any, warnings: list[str], **_: Any) -> None:
        warnings.append("things are looked at")
        if spec["size"] > 9:
            raise kopf.AdmissionError("no thing is larger than 9", code=422)

    @kopf.on.mutate(GROUP, "things", id="marked", registry=registry)
    def marked(patch: Any, **_: Any) -> None:
        patch.metadata.labels["seen"] = "yes"

    return registry


@contextmanager
def _server() -> Iterator[Any]:
    """kopf's own web server, with a certificate of a new authority."""
    with TemporaryDirectory() as name:
        folder, authority = Path(name), Authority.create(machine_time())
        pair = authority.for_server(["localhost", "127.0.0.1"], machine_time())
        (folder / "ca.pem").write_bytes(authority.pair.certificate)
        (folder / "server.pem").write_bytes(pair.certificate)
        (folder / "server.key").write_bytes(pair.key)
        yield kopf.WebhookServer(
            addr="127.0.0.1",
            host="localhost",
            cafile=folder / "ca.pem",
            certfile=folder / "server.pem",
            pkeyfile=folder / "server.key",
        )


@verb("kopf", "admission webhooks that mutate and validate")
def _admission(cluster: Cluster) -> None:
    client = kopf_operator.prepared(cluster, SPACE)
    custom = kubernetes.client.CustomObjectsApi(client)
    hooks = kubernetes.client.AdmissionregistrationV1Api(client)
    settings = kopf_operator.settings()
    settings.admission.managed = _MANAGED
    with (
        _server() as settings.admission.server,
        kopf_operator.running(_registry(), settings, SPACE),
    ):
        objects.until(lambda: _is_registered(hooks))
        made = custom.create_namespaced_custom_object(*_PLACE, objects.thing(SPACE))
        assert made["metadata"]["labels"] == {"seen": "yes"}
        large = {**objects.thing(SPACE, "large"), "spec": {"size": 10}}
        with pytest.raises(ApiException) as refused:
            custom.create_namespaced_custom_object(*_PLACE, large)
        assert refused.value.status == 422
        assert "denied the request: no thing is larger than 9" in str(refused.value.body)
    client.close()


def _is_registered(hooks: Any) -> bool:
    found = [
        *hooks.list_validating_webhook_configuration().items,
        *hooks.list_mutating_webhook_configuration().items,
    ]
    return len([one for one in found if one.metadata.name == _MANAGED and one.webhooks]) == 2
