"""The resources that one cluster serves at this moment, found by their paths."""

from collections.abc import Iterator
from typing import Final

from minieks.engine.store import Change
from minieks.kube.api.crd import COLLECTION as DEFINITIONS
from minieks.kube.api.server import Api
from minieks.kube.kinds import resources
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest.requestinfo import RequestInfo

_OF_COLLECTIONS: Final = ("create", "list", "watch", "deletecollection")


class ServedResources:
    """The built-in resources of the cluster's version and those of its definitions."""

    def __init__(self, api: Api) -> None:
        self._found: dict[tuple[str, str, str], Resource] = {}
        for one in resources.built_in(api.schemas.has, api.schemas.minor):
            self.add(one)
        self._built_in = frozenset(self._found)
        self._built_in_groups = frozenset(one.group for one in self._found.values())
        for definition in api.list(DEFINITIONS):
            self._add_custom(definition)
        api.store.subscribe(DEFINITIONS, self._on_definition)

    def add(self, resource: Resource) -> None:
        """Serve a resource."""
        self._found[resource.group, resource.version, resource.plural] = resource

    def find(self, info: RequestInfo) -> Resource | None:
        """The resource of a request's path; None if it is not served."""
        return self._found.get((info.group, info.version, info.resource))

    def knows_group(self, group: str) -> bool:
        """Whether an unknown resource of the group gets a Status and not a plain text."""
        return group in self._built_in_groups

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._found.values())

    def _on_definition(self, change: Change) -> None:
        old = change.previous if change.previous is not None else change.value
        group, plural = old["spec"]["group"], old["spec"]["names"]["plural"]
        for place in [one for one in self._found if (one[0], one[2]) == (group, plural)]:
            if place not in self._built_in:
                del self._found[place]
        if change.type != "DELETED":
            self._add_custom(change.value)

    def _add_custom(self, definition: dict[str, object]) -> None:
        for one in resources.custom(definition):
            self._found.setdefault((one.group, one.version, one.plural), one)


def is_path_of(resource: Resource, info: RequestInfo) -> bool:
    """Whether the path can be one of the resource's: items of namespaced kinds are in one."""
    if info.more:
        return False
    if resource.namespaced:
        in_collection = info.verb in _OF_COLLECTIONS and not info.subresource
        return bool(info.namespace) or in_collection or not info.name
    return not info.namespace or resource.plural == "namespaces"


def allows(resource: Resource, info: RequestInfo) -> bool:
    """Whether the resource, or the subresource of it, knows the verb on this path."""
    if info.subresource:
        part = resource.subresource(info.subresource)
        return part is not None and info.verb in part.verbs
    if info.verb not in resource.verbs:
        return False
    if info.verb in ("list", "watch"):
        return True
    if (info.verb in _OF_COLLECTIONS) == bool(info.name) and info.verb != "deletecollection":
        return False
    return bool(info.namespace) or not resource.namespaced or info.verb == "get"
