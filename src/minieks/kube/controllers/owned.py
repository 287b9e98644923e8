"""Adoption and release: an owner's objects are those that it controls and its selector matches.

Source: kubernetes pkg/controller/controller_ref_manager.go.
"""

from collections.abc import Callable

from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.words.objects import (
    Obj,
    is_deleting,
    labels,
    metadata,
    owner_reference,
    uid,
    with_metadata,
)
from minieks.kube.words.selectors import compile_selector


def claim(
    api: Api, owner: Obj, collection: str, *, may_adopt: Callable[[Obj], bool] = lambda _: True
) -> list[Obj]:
    """The owner's objects, after adopting orphans that match and releasing those that do not."""
    matches = compile_selector(owner["spec"].get("selector")).matches
    kept = [
        obj
        for obj in indexes.controlled(api, collection, owner)
        if matches(obj["metadata"].get("labels") or {}) or not _released(api, owner, obj)
    ]
    if is_deleting(owner):
        return kept
    for obj in indexes.orphans(api, collection, owner):
        if not is_deleting(obj) and matches(labels(obj)) and may_adopt(obj):
            kept.append(_adopted(api, owner, obj))
    return kept


def _adopted(api: Api, owner: Obj, obj: Obj) -> Obj:
    references = [*(metadata(obj).get("ownerReferences") or ()), owner_reference(owner)]
    return api.update(with_metadata(obj, ownerReferences=references))


def _released(api: Api, owner: Obj, obj: Obj) -> bool:
    """Give up an object that no longer matches; an owner being deleted only ignores it."""
    if not is_deleting(owner):
        others = [
            reference
            for reference in metadata(obj).get("ownerReferences") or ()
            if reference["uid"] != uid(owner)
        ]
        api.update(with_metadata(obj, ownerReferences=others or None))
    return True
