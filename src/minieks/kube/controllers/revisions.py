"""ControllerRevisions: the templates that a StatefulSet or DaemonSet has had.

Source: kubernetes pkg/controller/history/controller_history.go.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from minieks.kube.api import errors
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes, templates
from minieks.kube.controllers.owned import claim
from minieks.kube.words.objects import (
    Obj,
    annotations,
    is_deleting,
    labels,
    metadata,
    name,
    namespace,
    owner_reference,
)
from minieks.kube.words.selectors import compile_selector

COLLECTION: Final = "controllerrevisions.apps"


def template_data(template: Obj) -> Obj:
    """The patch that a revision stores: the template, to replace the present one."""
    return {"spec": {"template": {**template, "$patch": "replace"}}}


def template_of(revision: Obj) -> Obj:
    """The template that a revision stores."""
    stored = revision["data"]["spec"]["template"]
    return {field: value for field, value in stored.items() if field != "$patch"}


def ordered(revisions: Collection[Obj]) -> list[Obj]:
    """Lowest revision first; of equal ones the older."""
    return sorted(
        revisions,
        key=lambda one: (
            one["revision"],
            metadata(one).get("creationTimestamp") or "",
            name(one),
        ),
    )


def idle_surplus(revisions: Collection[Obj], live: Collection[str], limit: int) -> list[Obj]:
    """A StatefulSet's rule: the oldest beyond the limit of those whose names are not ``live``."""
    idle = [one for one in ordered(revisions) if name(one) not in live]
    return idle[: max(0, len(idle) - limit)]


def old_surplus(
    revisions: Collection[Obj], current: str, live: Collection[str], limit: int
) -> list[Obj]:
    """A DaemonSet's rule: as many as all but the ``current`` one are beyond the limit.

    Those whose names are ``live`` stay, and the oldest others go.
    """
    old = [one for one in ordered(revisions) if name(one) != current]
    idle = [one for one in old if name(one) not in live]
    return idle[: max(0, len(old) - limit)]


def _left_behind(api: Api, owner: Obj) -> list[Obj]:
    selector = compile_selector(owner["spec"].get("selector"))
    found = indexes.orphans(api, COLLECTION, owner)
    return [one for one in found if selector.matches(labels(one))]


class History:
    """The revisions of one owner; ``history`` is what they were when last read."""

    def __init__(self, api: Api, owner: Obj) -> None:
        self._api = api
        self._owner = owner
        # One that is being deleted adopts nothing, but still knows those it has been made to leave.
        lost = _left_behind(api, owner) if is_deleting(owner) else []
        self.history = ordered([*claim(api, owner, COLLECTION), *lost])

    def current(self, data: Mapping[str, Any], collisions: int) -> tuple[Obj, int]:
        """The revision of the owner's present data, made or renumbered as the newest.

        The other value is the collision count, raised when the name was another's.
        """
        found = next((one for one in reversed(self.history) if one["data"] == data), None)
        if found is None:
            return self._created(data, collisions)
        newest = self.history[-1]
        if found is not newest:
            found = self._api.update({**found, "revision": newest["revision"] + 1})
            others = [one for one in self.history if name(one) != name(found)]
            self.history = [*others, found]
        return found, collisions

    def _created(self, data: Mapping[str, Any], collisions: int) -> tuple[Obj, int]:
        newest = self.history[-1]["revision"] if self.history else 0
        while True:
            try:
                made = self._api.create(self._built(data, collisions, newest + 1))
            except errors.AlreadyExists:
                collisions += 1
                continue
            self.history = [*self.history, made]
            return made, collisions

    def _built(self, data: Mapping[str, Any], collisions: int, number: int) -> Obj:
        owner = self._owner
        digest = templates.template_hash(data, collisions)
        template = owner["spec"]["template"]
        meta: Obj = {
            "name": f"{name(owner)}-{digest}",
            "namespace": namespace(owner),
            "labels": {
                **(metadata(template).get("labels") or {}),
                templates.REVISION_LABEL: digest,
            },
            "ownerReferences": [owner_reference(owner)],
        }
        if annotations(owner):
            meta["annotations"] = dict(annotations(owner))
        return {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": meta,
            "data": dict(data),
            "revision": number,
        }

    def forget(self, surplus: Collection[Obj]) -> None:
        """Delete these revisions."""
        for one in surplus:
            self._api.delete(COLLECTION, namespace(one), name(one))
