"""An operator written with kopf: handlers, finalizers, timers, status."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import kopf
import kubernetes as library

import settled
from clients import objects
from clients.verbs import verb
from minieks.testing import Cluster

kubernetes: Any = library  # its types are of the generator's making

GROUP = "kopf.example.com"
SPACE = "kopf"


def registry() -> Any:
    """Handlers' registry, whose operator finds its cluster by KUBECONFIG."""
    made = kopf.OperatorRegistry()

    @kopf.on.login(registry=made)
    def login(**kwargs: Any) -> Any:
        return kopf.login_with_kubeconfig(**kwargs)

    return made


def settings() -> Any:
    """Those of an operator that posts no events."""
    made = kopf.OperatorSettings()
    made.posting.enabled = False
    return made


def _handlers() -> Any:
    made = registry()

    @kopf.on.create(GROUP, "things", id="created", registry=made)
    def created(spec: Any, name: str, **_: Any) -> Any:
        return {"doubled": spec["size"] * 2}

    @kopf.on.delete(GROUP, "things", registry=made)
    def deleted(**_: Any) -> None:
        """Without a handler there would be no finalizer."""

    @kopf.timer(GROUP, "things", interval=0.1, registry=made)
    def ticked(patch: Any, status: Any, **_: Any) -> None:
        if status.get("ticks", 0) < 3:
            patch.status["ticks"] = status.get("ticks", 0) + 1

    return made


@contextmanager
def running(handlers: Any, chosen: Any, space: str) -> Iterator[None]:
    """An operator in a thread of its own, as `kopf run` would run it."""
    stop, ready = threading.Event(), threading.Event()

    def run() -> None:
        settled.run(
            kopf.operator(
                registry=handlers,
                settings=chosen,
                namespaces=[space],
                standalone=True,
                stop_flag=stop,
                ready_flag=ready,
            )
        )

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        stop.set()
        thread.join(20)


def prepared(cluster: Cluster, space: str) -> Any:
    """A client, once there are the definition of Things and a namespace of that name."""
    client = kubernetes.config.new_client_from_config_dict(cluster.kubeconfig_dict)
    definitions = kubernetes.client.ApiextensionsV1Api(client)
    definitions.create_custom_resource_definition(objects.definition(space))
    kubernetes.client.CoreV1Api(client).create_namespace(objects.namespace(space))
    return client


def _status(custom: Any, name: str) -> Callable[[], Any]:
    place = (GROUP, "v1", SPACE, "things", name)
    return lambda: custom.get_namespaced_custom_object(*place).get("status") or {}


@verb("kopf", "an operator with handlers, finalizers, timers")
def _operator(cluster: Cluster) -> None:
    client = prepared(cluster, SPACE)
    custom = kubernetes.client.CustomObjectsApi(client)
    place = (GROUP, "v1", SPACE, "things")
    status = _status(custom, "t")
    with running(_handlers(), settings(), SPACE):
        custom.create_namespaced_custom_object(*place, objects.thing("kopf"))
        objects.until(lambda: status().get("created") == {"doubled": 6})
        objects.until(lambda: status().get("ticks", 0) >= 3)
        made = custom.get_namespaced_custom_object(*place, "t")
        assert made["metadata"]["finalizers"] == ["kopf.zalando.org/KopfFinalizerMarker"]
        custom.delete_namespaced_custom_object(*place, "t")
        objects.until(lambda: not custom.list_namespaced_custom_object(*place)["items"])
    client.close()
