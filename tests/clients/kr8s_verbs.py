"""The Python library ``kr8s``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import kr8s
from kr8s._async_utils import Portal
from kr8s.objects import ConfigMap, Deployment, Namespace, Pod

from clients import objects
from clients.verbs import verb
from minieks.testing import Cluster

_Action = Callable[[Any, str], None]


def _kr8s(name: str) -> Callable[[_Action], _Action]:
    space = objects.space("kr8s", name)

    def registered(action: _Action) -> _Action:
        def check(cluster: Cluster) -> None:
            with _client(cluster) as api:
                Namespace(objects.namespace(space), api=api).create()
                action(api, space)

        verb("kr8s", name)(check)
        return action

    return registered


@contextmanager
def _client(cluster: Cluster) -> Iterator[Any]:
    """A client that is closed in the loop that kr8s runs it in: kr8s itself has no way to do so."""
    api: Any = kr8s.api(kubeconfig=cluster.kubeconfig)
    try:
        yield api
    finally:
        portal: Any = Portal
        portal().call(api._session.aclose)


@_kr8s("create, get, patch, delete")
def _typed(api: Any, space: str) -> None:
    made = ConfigMap(objects.config_map("a"), namespace=space, api=api)
    made.create()
    made.patch({"data": {"c": "d"}})
    (found,) = api.get("configmaps", namespace=space, label_selector="made=here")
    assert found.data == {"a": "b", "c": "d"}
    made.delete()
    assert not made.exists()


@_kr8s("scale, wait")
def _scale(api: Any, space: str) -> None:
    web = Deployment(objects.deployment(), namespace=space, api=api)
    web.create()
    web.scale(2)
    web.wait("condition=Available", timeout=20)
    assert web.replicas == 2


@_kr8s("logs")
def _logs(api: Any, space: str) -> None:
    pod = Pod(objects.pod("p"), namespace=space, api=api)
    pod.create()
    pod.wait("condition=Ready", timeout=20)
    list(pod.logs(tail_lines=1))


@_kr8s("watch")
def _watch(api: Any, space: str) -> None:
    ConfigMap(objects.config_map("a"), namespace=space, api=api).create()
    for type_, found in api.watch("configmaps", namespace=space):
        if (type_, found.name) == ("ADDED", "a"):
            return


@_kr8s("version, whoami, api resources")
def _about(api: Any, space: str) -> None:
    assert api.version()["major"] == "1"
    assert "Deployment" in {one["kind"] for one in api.api_resources()}
