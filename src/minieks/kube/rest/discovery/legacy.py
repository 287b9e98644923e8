"""Discovery, document by document: /api, /apis, one group, one version.

Source: kubernetes apiserver pkg/endpoints/discovery; that of the core group says no apiVersion.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from minieks.kube.kinds.resources import Resource, Subresource
from minieks.kube.rest.discovery.groups import Group
from minieks.kube.words.objects import Obj


def api_versions(server: str) -> Obj:
    """``APIVersions``, what /api is; ``server`` is the host and port that clients reach."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": server}],
    }


def group_list(groups: Iterable[Group]) -> Obj:
    """``APIGroupList``, what /apis is: every group but the core one."""
    found = [_group(one) for one in groups if one.name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": found}


def group(found: Group) -> Obj:
    """``APIGroup``, what /apis/<group> is."""
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(found)}


def _group(found: Group) -> Obj:
    versions = [
        {"groupVersion": f"{found.name}/{version}", "version": version}
        for version in found.versions
    ]
    return {"name": found.name, "versions": versions, "preferredVersion": versions[0]}


def resource_list(group_version: str, resources: Iterable[Resource]) -> Obj:
    """``APIResourceList``, what /api/v1 and /apis/<group>/<version> are."""
    rows = sorted(
        (row for resource in resources for row in _rows(resource)), key=lambda row: row["name"]
    )
    head: Obj = {"kind": "APIResourceList"}
    if "/" in group_version:
        head["apiVersion"] = "v1"
    return {**head, "groupVersion": group_version, "resources": rows}


def _rows(resource: Resource) -> Iterator[Obj]:
    row: Obj = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    optional: dict[str, Any] = {
        "shortNames": list(resource.short_names),
        "categories": list(resource.categories),
        "storageVersionHash": resource.storage_hash,
    }
    yield {**row, **{key: value for key, value in optional.items() if value}}
    for part in resource.subresources:
        yield _subresource(resource, part)


def _subresource(resource: Resource, part: Subresource) -> Obj:
    elsewhere = {"group": part.group, "version": part.version} if part.version else {}
    return {
        "name": f"{resource.plural}/{part.name}",
        "singularName": "",
        "namespaced": resource.namespaced,
        **elsewhere,
        "kind": part.kind,
        "verbs": list(part.verbs),
    }
