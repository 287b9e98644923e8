"""Keeps the FlowSchemas and PriorityLevelConfigurations that every cluster has, and the condition
that says whether a FlowSchema's level is there.

Source: kubernetes pkg/registry/flowcontrol/rest/storage_flowcontrol.go, pkg/registry/flowcontrol/
ensurer, apiserver pkg/util/flowcontrol/apf_controller.go (syncFlowSchemaStatus).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from minieks.data import flow_defaults
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.apply.kinds import FieldManagers
from minieks.kube.api.options import Track, WriteOptions
from minieks.kube.api.server import Api
from minieks.kube.auth.running import start
from minieks.kube.rest.fairness.flows import GROUP, LEVELS, SCHEMAS, level_name
from minieks.kube.words import times
from minieks.kube.words.conditions import find, with_condition
from minieks.kube.words.objects import Obj, annotations, metadata, name, with_metadata

MANDATORY: Final = ("exempt", "catch-all")
"""The schemas and the levels whose specs nobody can change."""
_VERSION: Final = f"{GROUP}/v1"
_AUTOUPDATE: Final = "apf.kubernetes.io/autoupdate-spec"
_PRODUCER: Final = "api-priority-and-fairness-config-producer-v1"
_CONSUMER: Final = "api-priority-and-fairness-config-consumer-v1"
_DEFAULTS: Final = ""
"""The key under which the defaults are looked at; every other key names a FlowSchema."""
_EVERY: Final = 60.0


class FlowControlUpkeep:
    """Looks after the flow-control objects of one cluster."""

    name = "flow-control"

    def __init__(self, api: Api, managers: FieldManagers) -> None:
        self._api = api
        self._managers = managers
        self._right: dict[tuple[str, str], Obj] = {}
        """The defaults that were as they are to be when they were looked at last."""

    def start(self) -> None:
        """Write what is missing, and look after all of it, from now on."""
        if self._api.schemas.has(_VERSION, "FlowSchema"):
            start(self._api.engine, self._api.store, self).wake(_DEFAULTS)

    def watches(self) -> Mapping[str, Wakes]:
        """A FlowSchema, and those that refer to a level that comes or goes."""
        return {SCHEMAS: lambda change: (change.key,), LEVELS: self._referring}

    def _referring(self, change: Change) -> Iterator[str]:
        if change.type == "MODIFIED":
            return
        for schema in self._api.list(SCHEMAS):
            if level_name(schema) == change.key:
                yield name(schema)

    def reconcile(self, key: str) -> Result | None:
        """Write the condition of a FlowSchema, or each minute what the defaults have lost."""
        if key == _DEFAULTS:
            self._keep_defaults()
            return Result(again_after=_EVERY)
        schema = self._api.get(SCHEMAS, "", key)
        if schema is not None:
            self._tell(schema)
        return None

    # defaults

    def _keep_defaults(self) -> None:
        self._keep(LEVELS, "PriorityLevelConfiguration", flow_defaults.levels())
        self._keep(SCHEMAS, "FlowSchema", flow_defaults.schemas(self._api.schemas.minor))

    def _keep(self, collection: str, kind: str, wanted: Mapping[str, Obj]) -> None:
        for called, spec in wanted.items():
            meta = {"name": called, "annotations": {_AUTOUPDATE: "true"}}
            made = {"apiVersion": _VERSION, "kind": kind, "metadata": meta, "spec": spec}
            present = self._api.get(collection, "", called)
            if present is None:
                self._api.create(made, options=self._options(collection))
            elif self._right.get((collection, called)) is not present:
                self._mend(present, made)
                self._right[collection, called] = present
        for one in self._api.list(collection):
            if name(one) not in wanted and annotations(one).get(_AUTOUPDATE) == "true":
                self._api.delete(collection, "", name(one))

    def _mend(self, present: Obj, made: Obj) -> None:
        """Give an object its spec back, unless it is one that its users have taken over."""
        kept = is_kept(present)
        noted = {**annotations(present), _AUTOUPDATE: "true" if kept else "false"}
        mended = with_metadata(present, annotations=noted)
        if kept:
            mended["spec"] = self._api.defaulted(made, present)["spec"]
        if mended != present:
            collection = SCHEMAS if present["kind"] == "FlowSchema" else LEVELS
            self._api.update(mended, options=self._options(collection))

    def _options(self, collection: str) -> WriteOptions:
        return WriteOptions(field_manager=_PRODUCER, track=self._track(collection))

    def _track(self, collection: str) -> Track:
        manager = self._managers.of(self._api.kinds.of_collection(collection), _VERSION)
        now = self._now()
        return lambda old, new: manager.updated(old, new, _PRODUCER, now)

    # conditions

    def _tell(self, schema: Obj) -> None:
        condition = dangling(schema, exists=self._has_level(level_name(schema)))
        status = schema.get("status") or {}
        told = find(status, "Dangling") or {}
        if all(told.get(field) == value for field, value in condition.items()):
            return
        applied = with_condition({}, condition, _since(told, condition, self._now()))
        config = {
            **{field: schema[field] for field in ("apiVersion", "kind")},
            "metadata": {"name": name(schema)},
            "status": applied,
        }
        kind = self._api.kinds.of_collection(SCHEMAS)
        manager = self._managers.of(kind, _VERSION, "status")
        made = manager.applied(schema, config, _CONSUMER, self._now(), True)
        self._api.update_part(made, schema, WriteOptions(subresource="status"), lambda *_: ())

    def _has_level(self, called: str) -> bool:
        return called in MANDATORY or self._api.get(LEVELS, "", called) is not None

    def _now(self) -> str:
        return times.rfc3339(self._api.engine.now())


def is_kept(obj: Obj) -> bool:
    """Whether the server keeps the spec of a default as it is to be: its annotation says so, else
    that nobody has changed the spec yet."""
    said = annotations(obj).get(_AUTOUPDATE)
    if name(obj) in MANDATORY or said == "true":
        return True
    return said != "false" and metadata(obj).get("generation") == 1


def dangling(schema: Obj, *, exists: bool) -> Obj:
    """The condition that says whether the level of a FlowSchema is missing."""
    about = "This FlowSchema references the PriorityLevelConfiguration object named "
    about += f'"{level_name(schema)}"'
    return {
        "type": "Dangling",
        "status": "False" if exists else "True",
        "reason": "Found" if exists else "NotFound",
        "message": f"{about} and it exists" if exists else f"{about} but there is no such object",
    }


def _since(told: Mapping[str, str], condition: Obj, now: str) -> str:
    """When the condition became what it is."""
    return told["lastTransitionTime"] if told.get("status") == condition["status"] else now
