"""Who owns which field of the objects that clients write."""

from collections.abc import Mapping
from typing import Any

from minieks.kube.api.apply.kinds import FieldManagers
from minieks.kube.api.server import Api
from minieks.kube.kinds.registry import Kind
from minieks.kube.rest.versions import Versions

_DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"


def field_managers(api: Api, versions: Versions) -> FieldManagers:
    """The field managers of everything that an Api serves."""

    def schema(kind: Kind, api_version: str) -> Mapping[str, Any] | None:
        definition = api.get(_DEFINITIONS, "", kind.collection)
        wanted = api_version.rpartition("/")[2]
        for version in definition["spec"]["versions"] if definition else ():
            if version["name"] == wanted:
                found: Mapping[str, Any] | None = (version.get("schema") or {}).get(
                    "openAPIV3Schema"
                )
                return found
        return None

    return FieldManagers(api.schemas, versions.converted, schema)
