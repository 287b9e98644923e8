"""What the API server itself keeps: APIServices, the addresses of Services, and who wrote what
it made when the cluster began.

Source: kubernetes pkg/controlplane, kube-aggregator pkg/controllers/autoregister.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from minieks.engine.store import Change
from minieks.kube.api.apply.kinds import FieldManagers
from minieks.kube.api.bootstrap import SYSTEM_NAMESPACES
from minieks.kube.api.crd import COLLECTION as DEFINITIONS
from minieks.kube.api.options import WriteOptions
from minieks.kube.api.server import Api
from minieks.kube.auth.rbac.aggregation import MANAGER as GATHERER
from minieks.kube.auth.rbac.grants import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    ROLE_BINDINGS,
    ROLES,
)
from minieks.kube.kinds.registry import Kind
from minieks.kube.rest import addresses
from minieks.kube.rest.discovery import apiservices
from minieks.kube.rest.discovery.groups import Group
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, key, labels, name, with_metadata

_MANAGER: Final = "kube-apiserver"
_SERVICES: Final = "services"
_ALLOCATED: Final = ("clusterIPs", "ipFamilies")
_CLASSES: Final = "priorityclasses.scheduling.k8s.io"
_RBAC: Final = (CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS, ROLES, ROLE_BINDINGS)
_BEGAN: Final = "kubernetes.io/bootstrapping"


class OwnObjects:
    """Writes what is missing of the server's own objects, now and as the cluster changes."""

    def __init__(
        self,
        api: Api,
        managers: FieldManagers,
        groups: Callable[[], Mapping[str, Group]],
    ) -> None:
        self._api = api
        self._managers = managers
        self._groups = groups
        self._waiting = False

    def write(self) -> None:
        """Write all of it, and from now on what changes ask for."""
        self._sign()
        if self._serves(addresses.RANGES) and not self._api.list(addresses.RANGES):
            cidr = str(self._api.services.range)
            made = self._api.create(addresses.service_range(cidr, self._now()))
            self._api.update_status(addresses.ready(made, self._now()))
        self._follow()
        for collection in (DEFINITIONS, _SERVICES):
            self._api.store.subscribe(collection, self._changed)

    def _changed(self, change: Change) -> None:
        """Follow once the writer is done, however much it writes."""
        if not self._waiting:
            self._waiting = True
            self._api.engine.after(0, self._follow)

    def _follow(self) -> None:
        self._waiting = False
        local = apiservices.local(self._groups().values())
        for made in self._kept(apiservices.COLLECTION, local, apiservices.MANAGED):
            self._api.update_status(apiservices.available(made, self._now()))
        if self._serves(addresses.ADDRESSES):
            taken = [one for each in self._api.list(_SERVICES) for one in addresses.addresses(each)]
            self._kept(addresses.ADDRESSES, taken, "ipaddress.kubernetes.io/managed-by")

    def _kept(self, collection: str, wanted: Iterable[Obj], mark: str) -> list[Obj]:
        """Create what is missing and delete what is not wanted of those with the mark."""
        present = {name(one) for one in self._api.list(collection)}
        needed = {name(one): one for one in wanted}
        for one in self._api.list(collection):
            if name(one) not in needed and mark in labels(one):
                self._api.delete(collection, "", name(one))
        return [self._create(needed[each]) for each in needed if each not in present]

    def _sign(self) -> None:
        """Say of what the cluster began with that the server wrote it."""
        found = [self._api.get("namespaces", "", space) for space in SYSTEM_NAMESPACES]
        found += [*self._api.list(_CLASSES), self._api.get(_SERVICES, "default", "kubernetes")]
        found += [one for each in _RBAC for one in self._api.list(each) if _BEGAN in labels(one)]
        for one in found:
            if one is not None and "managedFields" not in one["metadata"]:
                kind = self._api.kinds.kind_of(one)
                assert kind is not None
                signed = with_metadata(one, managedFields=self._managers_of(kind, one))
                self._api.store.replace(kind.collection, key(one), signed)

    def _managers_of(self, kind: Kind, one: Obj) -> list[Obj]:
        """Who wrote what; the rules of an aggregated role are its controller's."""
        sent = _as_sent(one)
        tracked = self._tracked(None, sent)
        if "aggregationRule" in one:
            config = {**sent, "metadata": {"name": name(one)}}
            del config["aggregationRule"]
            manager = self._managers.of(kind, kind.api_version)
            bare = self._tracked(None, {**sent, "rules": None})
            tracked = manager.applied(bare, config, GATHERER, self._now(), False)
        managers: list[Obj] = tracked["metadata"]["managedFields"]
        return managers

    def _create(self, obj: Obj) -> Obj:
        return self._api.create(obj, options=replace(WriteOptions(), track=self._tracked))

    def _tracked(self, old: Obj | None, new: Obj) -> Obj:
        kind = self._api.kinds.kind_of(new)
        assert kind is not None
        manager = self._managers.of(kind, kind.api_version)
        return manager.updated(old, new, _MANAGER, self._now())

    def _serves(self, collection: str) -> bool:
        kind = self._api.kinds.of_collection(collection)
        return self._api.schemas.has(kind.api_version, kind.kind)

    def _now(self) -> str:
        return times.rfc3339(self._api.engine.now())


def _as_sent(obj: Obj) -> Obj:
    """The object without what was given to it only after its managers were noted."""
    sent = {field: value for field, value in obj.items() if field != "status"}
    if obj["kind"] == "Namespace":
        del sent["spec"]
    if obj["kind"] == "Service":
        sent["spec"] = {key: value for key, value in obj["spec"].items() if key not in _ALLOCATED}
    return sent
