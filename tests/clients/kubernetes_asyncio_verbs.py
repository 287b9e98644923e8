"""The Python library ``kubernetes_asyncio``."""

from collections.abc import Awaitable, Callable
from typing import Any

from kubernetes_asyncio import client as library
from kubernetes_asyncio import config
from kubernetes_asyncio.watch import Watch

import settled
from clients import objects
from clients.verbs import verb
from minieks.testing import Cluster

_Action = Callable[[Any, str], Awaitable[None]]


def _asyncio(name: str) -> Callable[[_Action], _Action]:
    space = objects.space("asyncio", name)

    async def run(cluster: Cluster, action: _Action) -> None:
        settings = library.Configuration()
        await config.load_kube_config_from_dict(
            cluster.kubeconfig_dict, client_configuration=settings
        )
        async with library.ApiClient(settings) as client:
            await library.CoreV1Api(client).create_namespace(objects.namespace(space))
            await action(client, space)

    def registered(action: _Action) -> _Action:
        verb("kubernetes_asyncio", name)(lambda cluster: settled.run(run(cluster, action)))
        return action

    return registered


@_asyncio("create, read, patch, delete")
async def _typed(client: Any, space: str) -> None:
    apps = library.AppsV1Api(client)
    await apps.create_namespaced_deployment(space, objects.deployment())
    patched = await apps.patch_namespaced_deployment("web", space, {"spec": {"replicas": 2}})
    assert patched.spec.replicas == 2
    assert len((await apps.list_namespaced_deployment(space)).items) == 1
    await apps.delete_namespaced_deployment("web", space)


@_asyncio("watch")
async def _watch(client: Any, space: str) -> None:
    core = library.CoreV1Api(client)
    await core.create_namespaced_config_map(space, objects.config_map("a"))
    seen = list[str]()
    async with Watch().stream(
        core.list_namespaced_config_map, space, timeout_seconds=20, label_selector="made=here"
    ) as stream:
        async for event in stream:
            seen.append(event["type"])
            if len(seen) == 1:
                await core.delete_namespaced_config_map("a", space)
            if len(seen) == 2:
                break
    assert seen == ["ADDED", "DELETED"]
