"""Which object an object is: what the API gives a new one, and what no later write takes from it.

Source: kubernetes apiserver pkg/registry/rest/{create,update,meta}.go and
pkg/storage/names/generate.go.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final, TypeAlias

from minieks.engine import ids
from minieks.engine.engine import Engine
from minieks.kube.api import strategy
from minieks.kube.api.attempts import Attempt
from minieks.kube.kinds.registry import Kind
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, is_deleting, metadata

# Whether a collection has an object of this name in this namespace.
IsTaken: TypeAlias = Callable[[str, str, str], bool]

# What a client may send with a new object, and the API forgets.
_SERVER_ONLY: Final = (
    *("resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"),
    "generation",
)
_FOR_LIFE: Final = ("uid", "creationTimestamp", "generation", "namespace", "name")
_OF_DELETION: Final = ("deletionTimestamp", "deletionGracePeriodSeconds")
_KEPT: Final = _FOR_LIFE + _OF_DELETION
_LONGEST_BASE: Final = 58
"""A name is at most 63 characters, and five are made up."""


class Identities:
    """Gives new objects their uid, time, name and namespace."""

    def __init__(self, engine: Engine, is_taken: IsTaken) -> None:
        self._engine = engine
        self._is_taken = is_taken

    def given(self, kind: Kind, obj: Obj, attempt: Attempt) -> Obj:
        """A copy with all of that; a request that is run again gets the same."""
        meta = {
            **metadata(obj),
            "uid": attempt.once(lambda: ids.uid(self._chance("uids", kind))),
            "creationTimestamp": attempt.once(lambda: times.rfc3339(self._engine.now())),
        }
        for field in _SERVER_ONLY:
            meta.pop(field, None)
        if kind.namespaced:
            meta["namespace"] = meta.get("namespace") or "default"
        else:
            meta.pop("namespace", None)
        if not meta.get("name") and meta.get("generateName"):
            base, space = str(meta["generateName"]), meta.get("namespace") or ""
            meta["name"] = attempt.once(lambda: self._generated(kind, base, space))
        if strategy.counts_generations(kind):
            meta["generation"] = 1
        api_version = obj["apiVersion"] if kind.custom else kind.api_version
        return {**obj, "apiVersion": api_version, "metadata": meta}

    def _chance(self, of: str, kind: Kind) -> Random:
        """Each kind has its own: a run without some loop has the same uids and names elsewhere."""
        return self._engine.random(f"{of} of {kind.collection}")

    def _generated(self, kind: Kind, base: str, space: str) -> str:
        """A free name of the base, cut to leave room, and five random characters."""
        while True:
            found = base[:_LONGEST_BASE] + ids.suffix(self._chance("names", kind))
            if not self._is_taken(kind.collection, space, found):
                return found


def kept(kind: Kind, obj: Obj, old: Obj) -> Obj:
    """The object with what no client can change taken from the stored one."""
    before = old["metadata"]
    meta = {**metadata(obj)}
    if [*map(meta.get, _KEPT)] != [*map(before.get, _KEPT)]:  # Whoever read it first kept it.
        _keep(meta, before)
    found = {**obj, "apiVersion": old["apiVersion"], "metadata": meta}
    if kind.has_status:
        found.pop("status", None)
        if "status" in old:
            found["status"] = old["status"]
    return found


def _keep(meta: Obj, before: Mapping[str, Any]) -> None:
    """Put into metadata that is still ours what is kept of the stored one."""
    for field in _FOR_LIFE:
        if field in before:
            meta[field] = before[field]
    for field in _OF_DELETION:
        if field in before:
            meta[field] = before[field]
        else:
            meta.pop(field, None)


def when_deleting(kind: Kind, left: Obj, old: Obj) -> Obj:
    """Setting deletionTimestamp counts as a change of what is wanted: the next generation."""
    if is_deleting(old) or not strategy.counts_deletions(kind):
        return left
    return next_generation(left, old)


def next_generation(obj: Obj, old: Obj) -> Obj:
    """The object as one generation after the stored one."""
    generation = metadata(old).get("generation", 0) + 1
    return {**obj, "metadata": {**obj["metadata"], "generation": generation}}
