"""Deletion of CustomResourceDefinitions: the objects of the kind go first.

Source: kubernetes apiextensions-apiserver pkg/controller/finalizer/crd_finalizer.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import established
from minieks.kube.api.crd import COLLECTION
from minieks.kube.api.deletion import DEFINITION_FINALIZER
from minieks.kube.api.server import Api
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, is_deleting, metadata, name, namespace

_AGAIN: Final = 5.0
_IN_PROGRESS: Final = (
    "True",
    "InstanceDeletionInProgress",
    "CustomResource deletion is in progress",
)
_COMPLETED: Final = ("False", "InstanceDeletionCompleted", "removed all instances")


class CustomResourceCleanupLoop:
    """Empties the kinds of definitions that are being deleted, and then lets those go."""

    name = "customresourcecleanup"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """Definitions that are being deleted."""
        return {COLLECTION: self._of_definition}

    @staticmethod
    def _of_definition(change: Change) -> Iterable[str]:
        return (change.key,) if is_deleting(change.value) and change.type != "DELETED" else ()

    def reconcile(self, key: str) -> Result | None:
        """Delete the objects; come back while some are left."""
        definition = self._api.get(COLLECTION, "", key)
        if definition is None or not is_deleting(definition):
            return None
        if DEFINITION_FINALIZER not in (metadata(definition).get("finalizers") or ()):
            return None
        left = self._emptied(definition)
        now = times.rfc3339(self._api.engine.now())
        told = established.terminating(definition, _IN_PROGRESS if left else _COMPLETED, now)
        definition = self._api.update_status(told)
        if left:
            return Result(again_after=_AGAIN)
        self._let_go(definition)
        return None

    def _emptied(self, definition: Obj) -> list[Obj]:
        """Delete what may be deleted; returns what is left, as finalizers want."""
        spec = definition["spec"]
        collection = f"{spec['names']['plural']}.{spec['group']}"
        for obj in self._api.list(collection):
            if not is_deleting(obj):
                self._api.delete(collection, namespace(obj), name(obj))
        return self._api.list(collection)

    def _let_go(self, definition: Obj) -> None:
        meta = metadata(definition)
        kept = [one for one in meta["finalizers"] if one != DEFINITION_FINALIZER]
        self._api.update({**definition, "metadata": {**meta, "finalizers": kept}})
