"""Custom resources: kinds that CustomResourceDefinitions add while the cluster runs.

Source: kubernetes apiextensions-apiserver.
"""

from collections.abc import Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from minieks.engine.store import Change
from minieks.kube.api import custom_validation, established, structural
from minieks.kube.api.conversion.converter import Converter
from minieks.kube.api.errors import ApiError
from minieks.kube.api.fields import MOST_ERRORS, FieldError
from minieks.kube.api.options import Track
from minieks.kube.api.rules.correlation import NOTHING
from minieks.kube.api.structural import Node
from minieks.kube.api.validation.meta import object_meta
from minieks.kube.kinds.registry import Kind
from minieks.kube.words import conditions, names, times
from minieks.kube.words.objects import Obj, is_deleting, key
from minieks.kube.words.versions import version_order

if TYPE_CHECKING:
    from minieks.kube.api.server import Api

COLLECTION = "customresourcedefinitions.apiextensions.k8s.io"


class _Resource:
    """What one definition says, as far as it is needed."""

    def __init__(self, api: "Api", definition: Obj) -> None:
        spec = definition["spec"]
        self.definition = definition
        self.converter = Converter(api, definition, self._settled)
        self.versions: dict[str, Obj] = {version["name"]: version for version in spec["versions"]}
        self.namespaced = spec.get("scope") == "Namespaced"
        self._nodes: dict[str, Node] = {}

    def node(self, api_version: str) -> Node:
        """The schema of a version; one that says nothing allows everything."""
        version = api_version.rpartition("/")[2]
        if version not in self._nodes:
            found = (self.versions.get(version) or {}).get("schema") or {}
            schema = found.get("openAPIV3Schema") or {
                "type": "object",
                "x-kubernetes-preserve-unknown-fields": True,
            }
            self._nodes[version] = Node(schema, is_root=True)
        return self._nodes[version]

    def _settled(self, obj: Obj) -> Obj:
        """What a webhook has made, without what its version does not know."""
        found: Obj = structural.pruned(self.node(obj["apiVersion"]), obj, "", [])
        return found


class CustomResources:
    """The custom kinds of one Api; it follows the definitions that are stored there."""

    def __init__(self, api: "Api") -> None:
        self._api = api
        self._resources: dict[tuple[str, str], _Resource] = {}
        # Keeps the managedFields of what the server itself writes; whoever serves sets it.
        self.track: Track | None = None
        api.store.subscribe(COLLECTION, self._on_definition)

    def decode(self, raw: Obj, warnings: list[str]) -> Obj:
        """The object without unknown fields, each of which is told in ``warnings``."""
        resource = self._resource(raw)
        report = self._api.schemas.check_metadata(raw)
        refusal = report.refusal(raw)
        if refusal is not None:
            raise refusal
        raw = self._api.schemas.decoded_metadata(raw)
        unknown: list[str] = []
        pruned = structural.pruned(self._node(raw), structural.floats(raw), "", unknown)
        found: Obj = structural.defaulted(self._node(raw), pruned)
        warnings.extend(f'unknown field "{path}"' for path in sorted(unknown))
        warnings.extend(_deprecations(resource, raw))
        return found

    def defaulted(self, obj: Obj) -> Obj:
        """The object with the defaults of its schema."""
        found: Obj = structural.defaulted(self._node(obj), obj)
        return found

    def converted(self, obj: Obj, api_version: str) -> Obj:
        """The object in a version of its kind; raises ApiError, or WebhookNeeded."""
        return self._resource(obj).converter.converted(obj, api_version)

    def shown(self, objects: Sequence[Obj], api_version: str) -> Sequence[Obj]:
        """Stored objects of one kind in a version of it; raises ApiError, or WebhookNeeded."""
        return self._resource(objects[0]).converter.shown(objects, api_version) if objects else ()

    def stored(self, kind: Kind, obj: Obj) -> Obj:
        """The object in the stored version, without what that does not know.

        Only what is stored is cut: until then a client's own version says what is known. That it
        can be shown to its writer is made sure of before it is stored.
        """
        stored = self.converted(obj, kind.api_version)
        found: Obj = structural.pruned(self._node(stored), stored, "", [])
        self.converted(found, obj["apiVersion"])
        return found

    def validate(
        self, obj: Obj, old: Obj | None = None, warnings: list[str] | None = None
    ) -> list[FieldError]:
        """What the metadata rules, the schema and its CEL rules forbid.

        ``old`` is the object that is replaced; what was wrong in it before only warns.
        """
        resource = self._resource(obj)
        if old is None:
            self._check_stays(resource)
        found = object_meta(obj, names.dns_subdomain, namespaced=resource.namespaced)
        before = NOTHING if old is None else old
        own = custom_validation.problems(self._node(obj), obj, before, warnings)
        return list(islice(chain(found, own), MOST_ERRORS))

    def _check_stays(self, resource: _Resource) -> None:
        """Raises MethodNotAllowed while the definition is being deleted."""
        definition = self._api.store.get(COLLECTION, key(resource.definition))
        if definition is not None and is_deleting(definition):
            text = "create not allowed while custom resource definition is terminating"
            spec = definition["spec"]
            details = {"group": spec["group"], "kind": spec["names"]["plural"]}
            raise ApiError(405, "MethodNotAllowed", text, details)

    def schema(self, obj: Obj) -> Obj:
        """The schema of an object's version."""
        return self._node(obj).schema

    def settle(self, collection: str) -> None:
        """Accept the names of definitions as far as they are free, after one was written."""
        if collection != COLLECTION:
            return
        found = self._api.store.values(COLLECTION)
        for definition in found:
            group = definition["spec"]["group"]
            others = (
                other
                for other in self._api.store.values(COLLECTION)
                if other["spec"]["group"] == group and key(other) != key(definition)
            )
            now = times.rfc3339(self._api.engine.now())
            new = established.established(definition, others, now)
            if new is not definition and not is_deleting(definition):
                self._replace(definition, new)

    def _replace(self, old: Obj, new: Obj) -> None:
        new = {**new, "metadata": dict(new["metadata"])}
        if self.track is not None:
            new = self.track(old, new)
        self._api.store.replace(COLLECTION, key(new), new)

    def _resource(self, obj: Obj) -> _Resource:
        group = str(obj["apiVersion"]).rpartition("/")[0]
        return self._resources[group, str(obj["kind"])]

    def _node(self, obj: Obj) -> Node:
        return self._resource(obj).node(str(obj["apiVersion"]))

    def _on_definition(self, change: Change) -> None:
        spec = change.value["spec"]
        place = (spec["group"], spec["names"]["kind"])
        kind = kind_of_definition(change.value)
        known = self._resources.get(place)
        if change.type == "DELETED":
            if known is not None and key(known.definition) == key(change.value):
                del self._resources[place]
                self._api.kinds.remove(kind.collection)
        elif not conditions.is_true(change.value.get("status") or {}, "Established"):
            return
        elif known is None or known.definition["spec"] != spec:
            self._resources[place] = _Resource(self._api, change.value)
            self._api.kinds.add(kind)


def kind_of_definition(definition: Obj) -> Kind:
    """The kind that a definition adds; the stored version comes first."""
    spec = definition["spec"]
    stored = [version for version in spec["versions"] if version.get("storage")]
    served = [v for v in spec["versions"] if v.get("served") and not v.get("storage")]
    return Kind(
        group=spec["group"],
        versions=tuple(version["name"] for version in (*stored, *served)),
        kind=spec["names"]["kind"],
        plural=spec["names"]["plural"],
        namespaced=spec.get("scope") == "Namespaced",
        short_names=tuple(spec["names"].get("shortNames") or ()),
        has_status=any("status" in (v.get("subresources") or {}) for v in stored),
        custom=True,
    )


def _deprecations(resource: _Resource, raw: Obj) -> list[str]:
    group, _, version = str(raw["apiVersion"]).rpartition("/")
    said = resource.versions.get(version) or {}
    if not said.get("deprecated"):
        return []
    if said.get("deprecationWarning"):
        return [said["deprecationWarning"]]
    newer = [
        found["name"]
        for found in resource.versions.values()
        if found.get("served") and not found.get("deprecated")
    ]
    text = f"{group}/{version} {raw['kind']} is deprecated"
    best = min(newer, key=version_order, default="")
    return [f"{text}; use {group}/{best} {raw['kind']}" if best else text]
