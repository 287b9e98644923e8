"""Whether something in the cluster belongs to a node, by the pods that run there.

Source: kubernetes plugin/pkg/auth/authorizer/node/graph.go.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from minieks.engine.store import Store
from minieks.kube.api import aspects
from minieks.kube.auth.node import references
from minieks.kube.words.objects import Obj, namespace

_INDEX: Final = "authorization-node"
_References: TypeAlias = Callable[[Obj], Iterable[str]]
_BY_PODS: Final[Mapping[str, _References]] = {
    "configmaps": references.config_maps,
    "persistentvolumeclaims": references.claims,
    "serviceaccounts": references.accounts,
}


def _node(pod: Obj) -> tuple[str, ...]:
    found = (pod.get("spec") or {}).get("nodeName")
    return (found,) if found else ()


class Relations:
    """Follows references from the pods of nodes; reads the store each time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def are(self, node: str, resource: str, space: str, name: str) -> bool:
        """Whether the object of the resource belongs to the node."""
        if resource == "volumeattachments":
            found = self._store.get("volumeattachments.storage.k8s.io", name)
            return found is not None and found["spec"].get("nodeName") == node
        if resource == "pods":
            pod = self._store.get("pods", f"{space}/{name}")
            return pod is not None and _node(pod) == (node,)
        if resource == "persistentvolumes":
            return any(one == name for one in self._volumes(node))
        pods = [pod for pod in self._pods(node) if namespace(pod) == space]
        if resource == "secrets":
            return self._needs_secret(node, pods, space, name)
        named = _BY_PODS.get(resource)
        return named is not None and any(name in named(pod) for pod in pods)

    def _needs_secret(self, node: str, pods: Iterable[Obj], space: str, name: str) -> bool:
        if any(name in references.secrets(pod) for pod in pods):
            return True
        return any(self._is_of_volume(volume, space, name) for volume in self._volumes(node))

    def _is_of_volume(self, volume: str, space: str, name: str) -> bool:
        spec = (self._store.get("persistentvolumes", volume) or {}).get("spec") or {}
        return any(
            one.get("name") == name and one.get("namespace", space) == space
            for one in _secret_references(spec.get("csi") or {})
        )

    def _volumes(self, node: str) -> Iterator[str]:
        for pod in self._pods(node):
            for claim in references.claims(pod):
                found = self._store.get("persistentvolumeclaims", f"{namespace(pod)}/{claim}")
                if found is not None and found["spec"].get("volumeName"):
                    yield str(found["spec"]["volumeName"])

    def _pods(self, node: str) -> list[Obj]:
        # Made when the first kubelet asks: most clusters have none outside the process.
        self._store.add_index("pods", _INDEX, _node, aspects.SPEC)
        return self._store.lookup("pods", _INDEX, node)


def _secret_references(source: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for field, value in source.items():
        if field.endswith("SecretRef") and isinstance(value, dict):
            yield value
