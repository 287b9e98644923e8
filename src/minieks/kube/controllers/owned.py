"""Adoption and release: an owner's objects are those that it controls and its selector matches.

Source: kubernetes pkg/controller/controller_ref_manager.go.
"""

from collections.abc import Callable

from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.words.objects import (
    Obj,
    is_deleting,
    key,
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


class Claims:
    """Claims for owners that come again and again, each time for what has changed since."""

    def __init__(self, api: Api, collection: str) -> None:
        self._api = api
        self._collection = collection
        self._settled: dict[str, tuple[Obj | None, list[Obj]]] = {}

    def claim(self, owner: Obj) -> list[Obj]:
        """The objects that it controls then; one that matched and is the same is not looked at.

        Of an owner that is being deleted, also those that do not match.
        """
        owner_key, selector = key(owner), owner["spec"].get("selector")
        found = indexes.controlled(self._api, self._collection, owner)
        before, known = self._settled.get(owner_key, (None, []))
        if before is not selector or not self._is_settled(owner, known, found):
            claim(self._api, owner, self._collection)
            found = indexes.controlled(self._api, self._collection, owner)
        self._settled[owner_key] = selector, found
        return found

    def forget(self, owner_key: str) -> None:
        """The owner is no more."""
        self._settled.pop(owner_key, None)

    def _is_settled(self, owner: Obj, known: list[Obj], found: list[Obj]) -> bool:
        if indexes.orphans(self._api, self._collection, owner):
            return False
        _, come = differing(known, found)
        if not come:
            return True
        matches = compile_selector(owner["spec"].get("selector")).matches
        return all(matches(labels(obj)) for obj in come)


def differing(before: list[Obj], after: list[Obj]) -> tuple[list[Obj], list[Obj]]:
    """What stood only in the one list, and what stands only in the other; maybe some of both.

    Most of the time two looks differ in one object, so what is the same costs next to nothing.
    """
    if len(before) == len(after):
        pairs = [pair for pair in zip(before, after, strict=True) if pair[0] is not pair[1]]
        return [old for old, _ in pairs], [new for _, new in pairs]
    old, new = {id(one): one for one in before}, {id(one): one for one in after}
    return (
        [one for key, one in old.items() if key not in new],
        [one for key, one in new.items() if key not in old],
    )


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
