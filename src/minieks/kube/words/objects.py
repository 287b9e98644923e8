"""What every Kubernetes object has: metadata, and the references between objects.

Objects are JSON-shaped dicts. Once stored, an object is never changed: a writer makes a new one.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

Obj: TypeAlias = dict[str, Any]

_NOTHING: Mapping[str, Any] = {}


# What follows is asked most of all; it reads the metadata itself, and nearly all objects have it.


def metadata(obj: Obj) -> Mapping[str, Any]:
    """The object's metadata; empty if it has none."""
    return obj.get("metadata") or _NOTHING


def name(obj: Obj) -> str:
    """The object's name; empty before the API has generated one."""
    try:
        return f"{obj['metadata']['name'] or ''}"
    except (KeyError, TypeError):
        return ""


def namespace(obj: Obj) -> str:
    """The object's namespace; empty for a cluster-scoped object."""
    try:
        return f"{obj['metadata'].get('namespace') or ''}"
    except (KeyError, AttributeError):
        return ""


def uid(obj: Obj) -> str:
    """The object's uid; empty before it is stored."""
    try:
        return f"{obj['metadata']['uid'] or ''}"
    except (KeyError, TypeError):
        return ""


def labels(obj: Obj) -> Mapping[str, str]:
    """The object's labels; empty if it has none."""
    try:
        return obj["metadata"].get("labels") or _NOTHING
    except (KeyError, AttributeError):
        return _NOTHING


def annotations(obj: Obj) -> Mapping[str, str]:
    """The object's annotations; empty if it has none."""
    try:
        return obj["metadata"].get("annotations") or _NOTHING
    except (KeyError, AttributeError):
        return _NOTHING


def key(obj: Obj) -> str:
    """The store's key of the object: ``namespace/name``, or ``name`` for a cluster-scoped one."""
    meta = obj["metadata"]
    space = meta.get("namespace")
    return f"{space}/{meta['name']}" if space else str(meta["name"])


def split_key(text: str) -> tuple[str, str]:
    """The namespace (empty for cluster-scoped objects) and the name in a store key."""
    space, _, last = text.rpartition("/")
    return space, last


def is_deleting(obj: Obj) -> bool:
    """Whether deletion has begun: deletionTimestamp is set."""
    try:
        return obj["metadata"].get("deletionTimestamp") is not None
    except (KeyError, AttributeError):
        return False


def controller_ref(obj: Obj) -> Mapping[str, Any] | None:
    """The one owner reference with ``controller: true``, if there is one."""
    for reference in (obj.get("metadata") or _NOTHING).get("ownerReferences") or ():
        if reference.get("controller"):
            return reference  # type: ignore[no-any-return]  # JSON
    return None


def is_controlled_by(obj: Obj, owner: Obj) -> bool:
    """Whether ``owner`` is the object's controller, by uid."""
    reference = controller_ref(obj)
    return reference is not None and reference["uid"] == uid(owner)


def owner_reference(owner: Obj) -> Obj:
    """A controller reference to ``owner`` that also blocks its foreground deletion."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": name(owner),
        "uid": uid(owner),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def with_metadata(obj: Obj, **changes: Any) -> Obj:
    """A copy of the object with some metadata fields replaced; ``None`` removes a field."""
    meta = {**metadata(obj), **changes}
    return {**obj, "metadata": {k: v for k, v in meta.items() if v is not None}}


def with_status(obj: Obj, **changes: Any) -> Obj:
    """A copy of the object with some status fields replaced; ``None`` removes a field."""
    status = {**(obj.get("status") or _NOTHING), **changes}
    return {**obj, "status": {k: v for k, v in status.items() if v is not None}}
