"""Lists that the API server writes even if they are empty: as null, once they were stored.

A client that sends an empty list owns the field all the same. Source: kubernetes
staging/src/k8s.io/api types.go (fields without omitempty) and generated.pb.go, in which an empty
list is the same as none.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from minieks.kube.words.objects import Obj

_RULES: Final = (("rules",),)
_PLACES: Final[Mapping[str, Sequence[Sequence[str]]]] = {
    "roles.rbac.authorization.k8s.io": _RULES,
    "clusterroles.rbac.authorization.k8s.io": _RULES,
    "endpointslices.discovery.k8s.io": (("endpoints",), ("ports",)),
    "horizontalpodautoscalers.autoscaling": (("status", "currentMetrics"),),
}


def nulled(collection: str, obj: Obj) -> Obj:
    """The object as it is read after it was stored; the very object if nothing differs."""
    for place in _PLACES.get(collection, ()):
        obj = _nulled(obj, place)
    return obj


def _nulled(obj: Obj, place: Sequence[str]) -> Obj:
    key, *rest = place
    value = obj.get(key)
    if not rest:
        return {**obj, key: None} if value == [] else obj
    if not isinstance(value, dict):
        return obj
    found = _nulled(value, rest)
    return obj if found is value else {**obj, key: found}
