"""Discovery in two documents: all groups, versions and resources at once.

Source: kubernetes api/apidiscovery/v2, apiserver pkg/endpoints/discovery/aggregated.
"""

from collections.abc import Iterable
from hashlib import sha512
from typing import Any, Final

from minieks.kube.kinds.resources import Resource, Subresource
from minieks.kube.rest.discovery.groups import Group
from minieks.kube.words.objects import Obj

MEDIA_TYPE: Final = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def document(groups: Iterable[Group]) -> Obj:
    """``APIGroupDiscoveryList`` of these groups; the core group has no name."""
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [_group(one) for one in groups],
    }


def etag(body: bytes) -> str:
    """The ETag of an encoded document."""
    return f'"{sha512(body).hexdigest().upper()}"'


def _group(group: Group) -> Obj:
    return {
        "metadata": {"name": group.name} if group.name else {},
        "versions": [
            {
                "version": version,
                "resources": [_resource(one) for one in resources],
                "freshness": "Current",
            }
            for version, resources in group.versions.items()
        ],
    }


def _resource(resource: Resource) -> Obj:
    found: Obj = {
        "resource": resource.plural,
        "responseKind": _kind(resource, resource.kind),
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": list(resource.verbs),
    }
    optional: dict[str, Any] = {
        "shortNames": list(resource.short_names),
        "categories": list(resource.categories),
        "subresources": [_subresource(resource, part) for part in resource.subresources],
    }
    return {**found, **{key: value for key, value in optional.items() if value}}


def _kind(resource: Resource, kind: str) -> Obj:
    """Where nothing else is said, the kind is of the version that it stands in."""
    if resource.custom:
        return {"group": resource.group, "version": resource.version, "kind": kind}
    return {"group": "", "version": "", "kind": kind}


def _subresource(resource: Resource, part: Subresource) -> Obj:
    kind = _kind(resource, part.kind)
    if part.version:
        kind = {"group": part.group, "version": part.version, "kind": part.kind}
    return {"subresource": part.name, "responseKind": kind, "verbs": list(part.verbs)}
