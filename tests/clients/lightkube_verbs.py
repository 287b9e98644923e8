"""The Python library ``lightkube``."""

from collections.abc import Callable
from typing import Any

import pytest
from lightkube import Client, KubeConfig
from lightkube.core.exceptions import ApiError
from lightkube.generic_resource import create_namespaced_resource
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import ConfigMap, Namespace, Pod

from clients import objects
from clients.verbs import verb
from minieks.testing import Cluster

_Action = Callable[[Any, str], None]


def _lightkube(name: str) -> Callable[[_Action], _Action]:
    space = objects.space("lightkube", name)

    def registered(action: _Action) -> _Action:
        def check(cluster: Cluster) -> None:
            config = KubeConfig.from_dict(cluster.kubeconfig_dict)
            client: Any = Client(config=config, namespace=space, field_manager="test")
            with client:
                client.create(Namespace.from_dict(objects.namespace(space)))
                action(client, space)

        verb("lightkube", name)(check)
        return action

    return registered


@_lightkube("create, get, replace, patch, delete")
def _typed(client: Any, space: str) -> None:
    client.create(ConfigMap.from_dict(objects.config_map("a")))
    found = client.get(ConfigMap, "a")
    found.data["c"] = "d"
    client.replace(found)
    client.patch(ConfigMap, "a", {"data": {"a": None}})
    assert client.get(ConfigMap, "a").data == {"c": "d"}
    client.delete(ConfigMap, "a")
    with pytest.raises(ApiError, match="not found"):
        client.get(ConfigMap, "a")


@_lightkube("server-side apply")
def _apply(client: Any, space: str) -> None:
    client.apply(Deployment.from_dict(objects.deployment()))
    assert client.apply(Deployment.from_dict(objects.deployment(2))).spec.replicas == 2


@_lightkube("list, watch, wait")
def _watch(client: Any, space: str) -> None:
    # Until its controller has made the namespace's service account, a pod is refused.
    objects.until(lambda: bool(client.create(Pod.from_dict(objects.pod("p")))), ApiError)
    type_, found = next(iter(client.watch(Pod)))
    assert (type_, found.metadata.name) == ("ADDED", "p")
    objects.until(lambda: client.get(Pod, "p").status.phase == "Running")
    assert [one.metadata.name for one in client.list(Pod)] == ["p"]


@_lightkube("custom resources")
def _custom(client: Any, space: str) -> None:
    definition = CustomResourceDefinition.from_dict(objects.definition("lightkube"))
    client.create(definition)
    established = {"for_conditions": ["Established"]}
    client.wait(CustomResourceDefinition, "things.lightkube.example.com", **established)
    thing = create_namespaced_resource("lightkube.example.com", "v1", "Thing", "things")
    client.create(thing(objects.thing("lightkube")))
    assert [one.spec["size"] for one in client.list(thing)] == [3]
