"""The targets of autoscalers: their scale as it is, and as it is to be.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go scaleForResourceMappings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minieks.kube.api import crd, scales
from minieks.kube.api.errors import NotFound
from minieks.kube.api.scales import Paths
from minieks.kube.api.server import Api
from minieks.kube.hpa.observed import Scale
from minieks.kube.hpa.targets import NoTarget, target_kind
from minieks.kube.kinds.registry import Kind
from minieks.kube.words.objects import Obj, key


@dataclass(frozen=True, slots=True)
class Target:
    """An object whose scale is looked after, with its scale as it is now."""

    collection: str
    obj: Obj
    paths: Paths
    scale: Scale

    @property
    def place(self) -> str:
        """Where it is stored: the collection and the key."""
        return f"{self.collection}/{key(self.obj)}"

    def scaled(self, replicas: int) -> Obj:
        """The object as it is to be written."""
        return scales.with_value(self.obj, self.paths.spec, replicas)


def find(api: Api, space: str, reference: Mapping[str, Any]) -> Target:
    """The target of an autoscaler in a namespace; raises NoTarget."""
    kind = target_kind(reference, api.kinds)
    paths = _paths(api, kind)
    found = api.get(kind.collection, space if kind.namespaced else "", reference["name"])
    if found is None:
        raise NoTarget(str(NotFound(kind.collection, reference["name"])))
    return Target(kind.collection, found, paths, _scale(found, paths))


def _scale(obj: Obj, paths: Paths) -> Scale:
    return Scale(
        int(scales.at(obj, paths.spec) or 0),
        int(scales.at(obj, paths.status) or 0),
        scales.selector_text(obj, paths),
    )


def _paths(api: Api, kind: Kind) -> Paths:
    if kind.collection in scales.SCALABLE:
        return Paths()
    definition = api.get(crd.COLLECTION, "", kind.collection) or {}
    for version in (definition.get("spec") or {}).get("versions") or ():
        said = (version.get("subresources") or {}).get("scale")
        if version["name"] == kind.versions[0] and said:
            return scales.custom_paths(said)
    raise NoTarget("the server could not find the requested resource")
