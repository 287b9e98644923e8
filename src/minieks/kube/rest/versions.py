"""One stored object in the several versions that its kind is served in.

Built-in kinds are converted here, custom ones as their definition says: by a webhook, or by their
apiVersion alone. Source: kubernetes pkg/apis/autoscaling/v1/conversion.go and
pkg/apis/events/v1/conversion.go.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.server import Api
from minieks.kube.kinds.registry import Kind
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest import events_v1, hpa_v1
from minieks.kube.words.objects import Obj

Convert: TypeAlias = Callable[[Obj], Obj]

# By served apiVersion and kind: from the stored object, and to it.
_CONVERSIONS: Final[Mapping[tuple[str, str], tuple[Convert, Convert]]] = {
    ("events.k8s.io/v1", "Event"): (events_v1.from_core, events_v1.to_core),
    ("autoscaling/v1", "HorizontalPodAutoscaler"): (hpa_v1.from_v2, hpa_v1.to_v2),
}


class Versions:
    """Converts between what is stored and what is served.

    For custom resources that may raise ApiError, or WebhookNeeded.
    """

    def __init__(self, api: Api) -> None:
        self._kinds = api.kinds
        self._custom = api.custom
        self._read: IdentityMemo[dict[str, Obj]] = IdentityMemo()

    def read(self, obj: Obj, resource: Resource) -> Obj:
        """The stored object as the resource serves it; the very object if nothing differs."""
        wanted = resource.group_version
        if obj.get("apiVersion") == wanted:
            return obj
        if resource.custom:
            return self._custom.shown([obj], wanted)[0]
        known = self._read.get(obj)
        if known is None:
            known = self._read.put(obj, {})
        if wanted not in known:
            conversion = _CONVERSIONS.get((wanted, resource.kind))
            converted = conversion[0](obj) if conversion else obj
            known[wanted] = {**converted, "apiVersion": wanted}
        return known[wanted]

    def read_all(self, objects: Sequence[Obj], resource: Resource) -> Sequence[Obj]:
        """As `read`, of all objects of a list."""
        wanted = resource.group_version
        if {obj.get("apiVersion") for obj in objects} <= {wanted}:
            return objects
        return [self.read(obj, resource) for obj in objects]

    def shown(self, objects: Sequence[Obj], resource: Resource) -> Sequence[Obj]:
        """Stored objects as what selectors and tables look at: custom ones as they are served."""
        if not resource.custom:
            return objects
        return self._custom.shown(objects, resource.group_version)

    def stored(self, obj: Obj, resource: Resource) -> Obj:
        """The object as the pipeline takes it, from one in the version of the resource.

        That is the stored version, but for custom resources, which are converted at its end.
        """
        if resource.custom:
            return obj
        stored = self._kinds.of_collection(resource.collection).api_version
        if stored == resource.group_version:
            return obj
        conversion = _CONVERSIONS.get((resource.group_version, resource.kind))
        converted = conversion[1](obj) if conversion else obj
        return {**converted, "apiVersion": stored}

    def converted(self, kind: Kind, obj: Obj, api_version: str) -> Obj | None:
        """An object of a kind in another version; None if the kind is not served in that one."""
        if kind.custom:
            served = api_version in map(kind.qualified, kind.versions)
            return self._custom.converted(obj, api_version) if served else None
        found, stored = obj, kind.api_version
        if obj.get("apiVersion") != stored:
            conversion = _CONVERSIONS.get((str(obj.get("apiVersion")), kind.kind))
            found = {**(conversion[1](obj) if conversion else obj), "apiVersion": stored}
        if api_version == stored:
            return found
        conversion = _CONVERSIONS.get((api_version, kind.kind))
        if conversion is None and api_version not in map(kind.qualified, kind.versions):
            return None
        return {**(conversion[0](found) if conversion else found), "apiVersion": api_version}
