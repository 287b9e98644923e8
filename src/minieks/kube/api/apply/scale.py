"""Who owns the replicas of an object that is written through its ``scale``.

    scale = shown(parent, scale_of_parent, path)      with the managers of the replicas
    ...                                               FieldManagers.of_scale().updated / .applied
    parent = written(parent, scale, path, version)    with what became of them

``path`` leads to the replicas in the parent: ``("spec", "replicas")``. Source: kubernetes
apimachinery pkg/util/managedfields/scalehandler.go.
"""

from collections.abc import Sequence
from typing import Final

from minieks.kube.api.apply import managed, paths
from minieks.kube.api.apply.managed import Managers, Owned
from minieks.kube.api.apply.paths import MEMBER, Fields
from minieks.kube.words.objects import Obj

API_VERSION: Final = "autoscaling/v1"
_REPLICAS: Final[Fields] = {"f:spec": {"f:replicas": MEMBER}}


def shown(parent: Obj, scale: Obj, path: Sequence[str]) -> Obj:
    """The scale with those managers of the parent that own its replicas."""
    replicas = _fields(path)
    owners = {
        manager: Owned(_REPLICAS, API_VERSION, owned.time)
        for manager, owned in managed.of_live(parent).items()
        if paths.intersection(owned.fields, replicas)
    }
    return managed.with_managers(scale, owners)


def written(parent: Obj, scale: Obj, path: Sequence[str], api_version: str) -> Obj:
    """The parent with the managers that own its replicas according to the written scale.

    One who came by them through the scale has no time: the server takes it from the parent, where
    it had none.
    """
    replicas = _fields(path)
    before, owners = managed.of_live(parent), managed.of_live(scale)
    found: Managers = {}
    for manager, owned in before.items():
        if not paths.intersection(owned.fields, replicas) or manager in owners:
            found[manager] = owned
            continue
        rest = paths.difference(owned.fields, replicas)
        if rest:
            found[manager] = owned.with_fields(rest)
    for manager, owned in owners.items():
        if manager not in before and paths.intersection(owned.fields, _REPLICAS):
            found[manager] = Owned(replicas, api_version)
    return managed.with_managers(parent, found, parent)


def _fields(path: Sequence[str]) -> Fields:
    found: Fields = MEMBER
    for name in reversed(path):
        found = {paths.field_element(name): found}
    return found
