"""The Python library ``kubernetes``, typed and dynamic."""

from collections.abc import Callable
from typing import Any

import kubernetes as library
import pytest
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient

from clients import objects
from clients.verbs import verb
from minieks.testing import Cluster

kubernetes: Any = library  # its types are of the generator's making

_DYNAMIC: Any = DynamicClient
_Action = Callable[[Any, str], None]


def _client(cluster: Cluster) -> Any:
    return kubernetes.config.new_client_from_config_dict(cluster.kubeconfig_dict)


def _kubernetes(name: str) -> Callable[[_Action], _Action]:
    space = objects.space("kubernetes", name)

    def registered(action: _Action) -> _Action:
        def check(cluster: Cluster) -> None:
            with _client(cluster) as client:
                kubernetes.client.CoreV1Api(client).create_namespace(objects.namespace(space))
                action(client, space)

        verb("kubernetes", name)(check)
        return action

    return registered


@_kubernetes("create, read, replace, delete")
def _typed(client: Any, space: str) -> None:
    apps = kubernetes.client.AppsV1Api(client)
    made = apps.create_namespaced_deployment(space, objects.deployment())
    made.spec.replicas = 2
    made.metadata.resource_version = None  # its controller may have written meanwhile
    assert apps.replace_namespaced_deployment("web", space, made).spec.replicas == 2
    assert apps.read_namespaced_deployment("web", space).metadata.generation == 2
    apps.delete_namespaced_deployment("web", space)
    with pytest.raises(ApiException, match="404"):
        apps.read_namespaced_deployment("web", space)


@_kubernetes("list, page by page")
def _pages(client: Any, space: str) -> None:
    core = kubernetes.client.CoreV1Api(client)
    for number in range(5):
        core.create_namespaced_config_map(space, objects.config_map(f"c{number}"))
    first = core.list_namespaced_config_map(space, limit=2, label_selector="made=here")
    rest = core.list_namespaced_config_map(
        space, limit=9, label_selector="made=here", _continue=first.metadata._continue
    )
    names = [one.metadata.name for one in (*first.items, *rest.items)]
    assert names == [f"c{number}" for number in range(5)]


@_kubernetes("patch, scale, status")
def _patch(client: Any, space: str) -> None:
    apps = kubernetes.client.AppsV1Api(client)
    apps.create_namespaced_deployment(space, objects.deployment())
    patched = apps.patch_namespaced_deployment("web", space, {"spec": {"replicas": 2}})
    assert patched.spec.replicas == 2
    apps.patch_namespaced_deployment_scale("web", space, {"spec": {"replicas": 3}})
    assert apps.read_namespaced_deployment_scale("web", space).spec.replicas == 3


@_kubernetes("watch")
def _watch(client: Any, space: str) -> None:
    core = kubernetes.client.CoreV1Api(client)
    core.create_namespaced_config_map(space, objects.config_map("a"))
    seen = list[tuple[str, str]]()
    watch = kubernetes.watch.Watch()
    stream = watch.stream(
        core.list_namespaced_config_map, space, timeout_seconds=20, label_selector="made=here"
    )
    for event in stream:
        seen.append((event["type"], event["object"].metadata.name))
        if len(seen) == 1:
            core.create_namespaced_config_map(space, objects.config_map("b"))
            core.delete_namespaced_config_map("a", space)
        if len(seen) == 3:
            watch.stop()
    assert seen == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a")]


@_kubernetes("dynamic client, server-side apply")
def _dynamic(client: Any, space: str) -> None:
    resource = _DYNAMIC(client).resources.get(api_version="apps/v1", kind="Deployment")
    made = resource.server_side_apply(objects.deployment(), namespace=space, field_manager="test")
    assert made.metadata.managedFields[0].operation == "Apply"
    assert [one.metadata.name for one in resource.get(namespace=space).items] == ["web"]


@_kubernetes("logs, eviction, token")
def _subresources(client: Any, space: str) -> None:
    core = kubernetes.client.CoreV1Api(client)
    core.create_namespaced_pod(space, objects.pod("p"))
    objects.until(lambda: core.read_namespaced_pod("p", space).status.phase == "Running")
    assert isinstance(core.read_namespaced_pod_log("p", space), str)
    core.create_namespaced_pod_eviction("p", space, {"metadata": {"name": "p"}})
    asked = kubernetes.client.AuthenticationV1TokenRequest(
        spec=kubernetes.client.V1TokenRequestSpec(audiences=[])
    )
    made = core.create_namespaced_service_account_token("default", space, asked)
    assert made.status.token.count(".") == 2


@_kubernetes("access reviews")
def _reviews(client: Any, space: str) -> None:
    review = {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    api = kubernetes.client.AuthorizationV1Api(client)
    assert api.create_self_subject_access_review(review).status.allowed is True


@_kubernetes("watch of custom objects")
def _custom(client: Any, space: str) -> None:
    definitions = kubernetes.client.ApiextensionsV1Api(client)
    definitions.create_custom_resource_definition(objects.definition("kubernetes"))
    custom = kubernetes.client.CustomObjectsApi(client)
    place = ("kubernetes.example.com", "v1", space, "things")
    objects.until(lambda: "items" in custom.list_namespaced_custom_object(*place), ApiException)
    custom.create_namespaced_custom_object(*place, objects.thing("kubernetes"))
    custom.patch_namespaced_custom_object(*place, "t", {"spec": {"size": 4}})
    assert custom.get_namespaced_custom_object(*place, "t")["spec"]["size"] == 4
