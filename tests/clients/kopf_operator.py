"""An operator written with kopf: handlers, finalizers, timers, status."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import kopf
import kubernetes as library

from clients import objects
from clients.verbs import verb
from minieks.testing import Cluster

kubernetes: Any = library  # its types are of the generator's making

GROUP = "kopf.example.com"
SPACE = "kopf"


def _registry() -> Any:
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    def login(**kwargs: Any) -> Any:
        return kopf.login_with_kubeconfig(**kwargs)

    @kopf.on.create(GROUP, "things", id="created", registry=registry)
    def created(spec: Any, name: str, **_: Any) -> Any:
        return {"doubled": spec["size"] * 2}

    @kopf.on.delete(GROUP, "things", registry=registry)
    def deleted(**_: Any) -> None:
        """Without a handler there would be no finalizer."""

    @kopf.timer(GROUP, "things", interval=0.1, registry=registry)
    def ticked(patch: Any, status: Any, **_: Any) -> None:
        if status.get("ticks", 0) < 3:
            patch.status["ticks"] = status.get("ticks", 0) + 1

    return registry


class _Operator:
    """An operator in a thread of its own, as `kopf run` would run it."""

    def __init__(self, cluster: Cluster) -> None:
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        loop = asyncio.new_event_loop()
        settings = kopf.OperatorSettings()
        settings.posting.enabled = False
        loop.run_until_complete(
            kopf.operator(
                registry=_registry(),
                settings=settings,
                namespaces=[SPACE],
                standalone=True,
                stop_flag=self._stop,
                ready_flag=self._ready,
            )
        )
        loop.close()

    def __enter__(self) -> None:
        self._thread.start()
        assert self._ready.wait(20)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(20)


def _prepared(cluster: Cluster) -> Any:
    client = kubernetes.config.new_client_from_config_dict(cluster.kubeconfig_dict)
    definitions = kubernetes.client.ApiextensionsV1Api(client)
    definitions.create_custom_resource_definition(objects.definition("kopf"))
    kubernetes.client.CoreV1Api(client).create_namespace(objects.namespace(SPACE))
    return client


def _status(custom: Any, name: str) -> Callable[[], Any]:
    place = (GROUP, "v1", SPACE, "things", name)
    return lambda: custom.get_namespaced_custom_object(*place).get("status") or {}


@verb("kopf", "an operator with handlers, finalizers, timers")
def _operator(cluster: Cluster) -> None:
    client = _prepared(cluster)
    custom = kubernetes.client.CustomObjectsApi(client)
    place = (GROUP, "v1", SPACE, "things")
    status = _status(custom, "t")
    with _Operator(cluster):
        custom.create_namespaced_custom_object(*place, objects.thing("kopf"))
        objects.until(lambda: status().get("created") == {"doubled": 6})
        objects.until(lambda: status().get("ticks", 0) >= 3)
        made = custom.get_namespaced_custom_object(*place, "t")
        assert made["metadata"]["finalizers"] == ["kopf.zalando.org/KopfFinalizerMarker"]
        custom.delete_namespaced_custom_object(*place, "t")
        objects.until(lambda: not custom.list_namespaced_custom_object(*place)["items"])
    client.close()
