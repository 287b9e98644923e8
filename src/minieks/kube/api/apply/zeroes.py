"""Objects as Go sees them: a struct that is no pointer is there though nothing is in it.

Whether ``spec`` itself, or only what is in it, is new when an object is made depends on it: the
server compares with an empty object of the kind. Source: kubernetes staging/src/k8s.io/api types.go
of each group, 1.34.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.kube.api.schema import SchemaSet, is_required, json_type, reference
from minieks.kube.api.zero_values import WRITTEN_LISTS
from minieks.kube.words.objects import Obj

# Optional fields that are structs and not pointers, beside spec and status of every kind.
_STRUCTS: Final = frozenset(
    {
        *("DeploymentSpec.strategy", "StatefulSetSpec.updateStrategy", "PodTemplateSpec.metadata"),
        *("DaemonSetSpec.updateStrategy", "PodTemplateSpec.spec", "ReplicaSetSpec.template"),
        *("JobTemplateSpec.metadata", "JobTemplateSpec.spec", "PodTemplate.template"),
        *("PersistentVolumeClaimSpec.resources", "ServiceStatus.loadBalancer"),
        *("IngressStatus.loadBalancer", "NodeStatus.daemonEndpoints", "NodeStatus.nodeInfo"),
        *("NodeDaemonEndpoints.kubeletEndpoint", "Event.source", "Event.deprecatedSource"),
        *("NetworkPolicySpec.podSelector", "ResourceClaimSpec.devices"),
        "CustomResourceDefinitionStatus.acceptedNames",
        *("ResourceClaimTemplateSpec.metadata", "Event.regarding"),
    }
)
# Required fields that are pointers all the same.
_POINTERS: Final = frozenset({"IPAddressSpec.parentRef", "ReplicationControllerSpec.template"})
# Times that are no pointers: null if nothing is said.
_TIMES: Final = frozenset(
    {
        *("Event.eventTime", "Event.firstTimestamp", "Event.lastTimestamp"),
        *("Event.deprecatedFirstTimestamp", "Event.deprecatedLastTimestamp"),
    }
)
# Texts that are written even if they are empty.
_TEXTS: Final = frozenset({"Event.reportingComponent", "Event.reportingInstance"})
_ALWAYS: Final = ("metadata", "spec", "status")
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is never absent in a struct: structs, by field, and other fields with their zero."""

    structs: Mapping[str, "_Plan"]
    zeroes: Mapping[str, Any]


class Zeroes:
    """The empty objects of one Kubernetes version."""

    def __init__(self, schemas: SchemaSet) -> None:
        self._schemas = schemas
        self._plans: dict[str, _Plan] = {}

    def filled(self, obj: Obj, api_version: str, kind: str) -> Obj:
        """The object with the structs that are never absent; the very object if it has them."""
        definition = self._schemas.definition_name(api_version, kind)
        return obj if definition is None else _filled(obj, self._plan(definition, root=True))

    def _plan(self, definition: str, *, root: bool = False) -> _Plan:
        known = self._plans.get(definition)
        if known is None:
            known = self._plans[definition] = self._made(definition, root)
        return known

    def _made(self, definition: str, root: bool) -> _Plan:
        schema = self._schemas.definition(definition)
        struct = definition.rpartition(".")[2]
        structs, zeroes = {}, dict[str, Any]()
        for key, field in schema.get("properties", _NOTHING).items():
            required = is_required(schema, key)
            name = f"{struct}.{key}"
            is_list = json_type(field) == "array" and (required or name in WRITTEN_LISTS)
            if is_list or name in _TIMES:
                zeroes[key] = None
            elif name in _TEXTS:
                zeroes[key] = ""
            elif _is_struct(name, required or (root and key in _ALWAYS)):
                target = reference(field)
                if target and "properties" in self._schemas.definition(target):
                    structs[key] = self._plan(target)
        return _Plan(structs, zeroes)


def _is_struct(name: str, by_rule: bool) -> bool:
    return name in _STRUCTS or (by_rule and name not in _POINTERS)


def _filled(value: Mapping[str, Any], plan: _Plan) -> Obj:
    added: Obj = {}
    for key, inner in plan.structs.items():
        before = value.get(key)
        after = _filled(before or {}, inner)
        if after is not before:
            added[key] = after
    for key, zero in plan.zeroes.items():
        if key not in value:
            added[key] = zero
    return {**value, **added} if added else value  # type: ignore[return-value]  # an Obj as given
