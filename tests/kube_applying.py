"""Objects whose every kind of field is known, and how they are written."""

from typing import Any

from minieks.kube.api.apply.fieldmanager import FieldManager
from minieks.kube.api.apply.kinds import FieldManagers
from minieks.kube.api.schema import SchemaSet
from minieks.kube.kinds.registry import BUILT_IN, Kind
from minieks.kube.words.objects import Obj

TEXT = {"type": "string"}
SCHEMA: Obj = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "text": TEXT,
                "number": {"type": "integer"},
                "map": {"type": "object", "additionalProperties": TEXT},
                "whole": {
                    "type": "object",
                    "additionalProperties": TEXT,
                    "x-kubernetes-map-type": "atomic",
                },
                "list": {"type": "array", "items": TEXT},
                "set": {"type": "array", "items": TEXT, "x-kubernetes-list-type": "set"},
                "items": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name", "side"],
                    "items": {
                        "type": "object",
                        "properties": {
                            "name": TEXT,
                            "side": {"type": "string", "default": "left"},
                            "value": TEXT,
                        },
                    },
                },
                "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            },
        },
        "status": {"type": "object", "properties": {"text": TEXT}},
    },
}
WIDGET = Kind("example.com", ("v1", "v2"), "Widget", "widgets", has_status=True, custom=True)
TIME = "2026-01-01T00:00:00Z"
LATER = "2026-01-02T00:00:00Z"

_MANAGERS = FieldManagers(
    SchemaSet.for_version("1.34"),
    lambda kind, obj, version: {**obj, "apiVersion": version},
    lambda kind, version: SCHEMA,
)


def widgets(version: str = "v1", subresource: str = "") -> FieldManager:
    return _MANAGERS.of(WIDGET, WIDGET.qualified(version), subresource)


def built_in(kind: str) -> FieldManager:
    found = next(one for one in BUILT_IN if one.kind == kind)
    return _MANAGERS.of(found, found.api_version)


def scales() -> FieldManager:
    return _MANAGERS.of_scale()


def widget(version: str = "v1", **spec: Any) -> Obj:
    return {
        "apiVersion": WIDGET.qualified(version),
        "kind": "Widget",
        "metadata": {"name": "w"},
        "spec": spec,
    }


def entries(obj: Obj) -> dict[str, Any]:
    """Who owns what: the fields below spec, by manager."""
    return {
        entry["manager"]: entry["fieldsV1"].get("f:spec")
        for entry in obj["metadata"].get("managedFields") or ()
    }
