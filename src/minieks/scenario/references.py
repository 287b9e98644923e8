"""Names that an accepted object mentions and that nothing has.

Kubernetes takes such an object and waits. Where a pod is what waits, the report says so by itself;
here are the references at which nothing would be seen to fail. A new kind is a line in `_READERS`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.kube.api.server import Api
from minieks.kube.kinds import storage
from minieks.kube.words.objects import Obj, namespace
from minieks.scenario.checks import POD_TEMPLATES, pod_template
from minieks.scenario.readers.manifests import SourcedObject

# Roles that every cluster has; the others of the system begin with "system:" or "eks:".
_ROLES: Final = frozenset(
    {"cluster-admin", "admin", "edit", "view", "extension-apiserver-authentication-reader"}
)


@dataclass(frozen=True, slots=True)
class _Reference:
    """A field, and the object that it names; ``space`` is empty for cluster-scoped kinds."""

    field: str
    kind: str
    collection: str
    space: str
    name: str
    remedy: str = "add it to the manifests, or correct the name"


def dangling(api: Api, taken: Iterable[tuple[SourcedObject, Obj]]) -> list[str]:
    """A warning with place and remedy for each reference to what is not there."""
    found: dict[str, None] = {}
    for source, obj in taken:
        for one in _references(obj):
            if api.get(one.collection, one.space, one.name) is None:
                where = f" in namespace {one.space}" if one.space else ""
                found[
                    f"{source.where_field(one.field)}: {one.field}: there is no {one.kind}"
                    f" {one.name}{where} ({one.remedy})"
                ] = None
    return list(found)


def _references(obj: Obj) -> Iterator[_Reference]:
    for reader in _READERS.get(str(obj["kind"]), ()):
        yield from reader(obj)


def _spec(obj: Obj) -> Mapping[str, Any]:
    return obj.get("spec") or {}


def _pull_secrets(obj: Obj) -> Iterator[_Reference]:
    path = POD_TEMPLATES[str(obj["kind"])]
    for index, secret in enumerate(_spec(pod_template(obj)).get("imagePullSecrets") or ()):
        if secret.get("name"):
            field = ".".join((*path, "spec", f"imagePullSecrets[{index}]", "name"))
            yield _Reference(field, "Secret", "secrets", namespace(obj), secret["name"])


def _backends(ingress: Obj) -> Iterator[_Reference]:
    spec = _spec(ingress)
    found = [("spec.defaultBackend", spec.get("defaultBackend") or {})]
    for rule_index, rule in enumerate(spec.get("rules") or ()):
        for index, path in enumerate((rule.get("http") or {}).get("paths") or ()):
            field = f"spec.rules[{rule_index}].http.paths[{index}].backend"
            found.append((field, path.get("backend") or {}))
    for field, backend in found:
        service = (backend.get("service") or {}).get("name")
        # The AWS Load Balancer Controller takes names of its actions for services.
        action = ((backend.get("service") or {}).get("port") or {}).get("name") == "use-annotation"
        if service and not action:
            named = f"{field}.service.name"
            yield _Reference(named, "Service", "services", namespace(ingress), service)


def _ingress_class(ingress: Obj) -> Iterator[_Reference]:
    name = _spec(ingress).get("ingressClassName")
    if name:
        yield _Reference(
            "spec.ingressClassName",
            "IngressClass",
            "ingressclasses.networking.k8s.io",
            "",
            name,
            "its controller brings it; without one nothing serves the Ingress",
        )


def _role(binding: Obj) -> Iterator[_Reference]:
    role = binding.get("roleRef") or {}
    name = str(role.get("name") or "")
    if not name or name in _ROLES or name.startswith(("system:", "eks:")):
        return
    space = namespace(binding) if role.get("kind") == "Role" else ""
    collection = "roles" if space else "clusterroles"
    group = "rbac.authorization.k8s.io"
    yield _Reference("roleRef.name", str(role["kind"]), f"{collection}.{group}", space, name)


def _scale_target(autoscaler: Obj) -> Iterator[_Reference]:
    target = _spec(autoscaler).get("scaleTargetRef") or {}
    plural = _SCALABLE.get((str(target.get("apiVersion")), str(target.get("kind"))))
    if plural and target.get("name"):
        field, space = "spec.scaleTargetRef.name", namespace(autoscaler)
        yield _Reference(field, target["kind"], plural, space, target["name"])


_SCALABLE: Final = {
    ("apps/v1", "Deployment"): "deployments.apps",
    ("apps/v1", "StatefulSet"): "statefulsets.apps",
    ("apps/v1", "ReplicaSet"): "replicasets.apps",
}


def _storage_class(claim: Obj) -> Iterator[_Reference]:
    name = _spec(claim).get("storageClassName")
    if name and not _spec(claim).get("volumeName"):
        collection = storage.CLASSES
        remedy = "add it to the manifests, or name gp2, which EKS brings"
        yield _Reference("spec.storageClassName", "StorageClass", collection, "", name, remedy)


def _headless(stateful: Obj) -> Iterator[_Reference]:
    name = _spec(stateful).get("serviceName")
    if name:
        remedy = "without it the pods have no names of their own in DNS"
        space = namespace(stateful)
        yield _Reference("spec.serviceName", "Service", "services", space, name, remedy)


_READERS: Final[Mapping[str, tuple[Callable[[Obj], Iterator[_Reference]], ...]]] = {
    **dict.fromkeys(POD_TEMPLATES, (_pull_secrets,)),
    "StatefulSet": (_pull_secrets, _headless),
    "Ingress": (_backends, _ingress_class),
    "RoleBinding": (_role,),
    "ClusterRoleBinding": (_role,),
    "HorizontalPodAutoscaler": (_scale_target,),
    "PersistentVolumeClaim": (_storage_class,),
}
