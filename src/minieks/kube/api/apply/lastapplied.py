"""The annotation in which ``kubectl apply`` notes what it applied, when the server takes over.

Source: kubernetes apimachinery pkg/util/managedfields/internal/lastapplied*.go.
"""

from typing import Any, Final

import orjson

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.comparing import compare
from minieks.kube.api.apply.owning import field_set
from minieks.kube.api.apply.paths import Fields
from minieks.kube.api.apply.types import Atom
from minieks.kube.words.objects import Obj, annotations, with_metadata

ANNOTATION: Final = "kubectl.kubernetes.io/last-applied-configuration"
KUBECTL: Final = "kubectl"
_MOST: Final = 256 * 1024
"""Bytes that all annotations of an object may have together."""


def owned_by_client(live: Obj, atom: Atom) -> Fields:
    """The fields that a client applied and that still are as it applied them."""
    try:
        applied: Any = orjson.loads(annotations(live).get(ANNOTATION, ""))
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(applied, dict):
        return {}
    found, seen = field_set(applied, atom), compare(applied, live, atom)
    for other in (seen.modified, seen.added, seen.removed):
        found = paths.difference(found, other)
    return found


def noted(obj: Obj, config: Obj) -> Obj:
    """The object with the annotation of what was applied, if it has one."""
    notes = annotations(obj)
    if ANNOTATION not in notes:
        return obj
    changed = {**notes, ANNOTATION: _text(config)}
    if sum(len(key) + len(value.encode()) for key, value in changed.items()) > _MOST:
        changed = {key: value for key, value in notes.items() if key != ANNOTATION}
    return with_metadata(obj, annotations=changed)


def _text(config: Obj) -> str:
    meta = dict(config.get("metadata") or {})
    rest = {key: value for key, value in annotations(config).items() if key != ANNOTATION}
    meta.pop("annotations", None)
    if rest:
        meta["annotations"] = rest
    said = {**config, "metadata": meta}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode() + "\n"
