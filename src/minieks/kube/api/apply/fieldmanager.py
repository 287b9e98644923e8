"""Keeps the managedFields of one kind of object, or of one part of it.

Source: kubernetes apimachinery pkg/util/managedfields/internal (fieldmanager.go and the managers
that it is made of).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from minieks.kube.api.apply import checking, conflicts, lastapplied, managed, paths
from minieks.kube.api.apply.capping import capped
from minieks.kube.api.apply.conflicts import Conflicts, Refused
from minieks.kube.api.apply.creating import Creating
from minieks.kube.api.apply.managed import Manager, Managers, Owned
from minieks.kube.api.apply.paths import MEMBER, Fields
from minieks.kube.api.apply.types import Atom
from minieks.kube.api.apply.updating import Change, Fill, Updating
from minieks.kube.api.errors import ApiError, BadRequest
from minieks.kube.words.objects import Obj

_BEFORE: Final = "before-first-apply"
# What nobody owns: it is the server's, or is the name of the object.
_NEVER_OWNED: Final[Fields] = {
    "f:apiVersion": MEMBER,
    "f:kind": MEMBER,
    "f:metadata": {
        paths.SELF: MEMBER,
        "f:name": MEMBER,
        "f:namespace": MEMBER,
        "f:creationTimestamp": MEMBER,
        "f:selfLink": MEMBER,
        "f:uid": MEMBER,
        "f:clusterName": MEMBER,
        "f:generation": MEMBER,
        "f:managedFields": MEMBER,
        "f:resourceVersion": MEMBER,
    },
}

# An object of the kind in a served version; None if that version is not served.
Convert: TypeAlias = Callable[[Obj, str], Obj | None]


@dataclass(frozen=True, slots=True)
class Target:
    """What is written: a kind in a version, and a part of it; ``ignored`` cannot be written.

    ``types`` knows the type of the kind in each version, ``convert`` shows an object in it,
    ``fill`` adds to it what is never absent; ``empty`` is an object with nothing in it.
    """

    api_version: str
    kind: str
    subresource: str
    ignored: Fields
    types: Callable[[str], Atom | None]
    convert: Convert
    fill: Fill
    empty: Obj


class FieldManager:
    """Who owns the fields of objects of one kind, for writers through one endpoint."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._updating = Updating(self._view, target.fill)
        self._creating = Creating(self._created)

    def updated(self, live: Obj | None, new: Obj, manager: str, now: str) -> Obj:
        """The new object with its managers after a create, an update or a patch.

        ``live`` is None for a new object. What a client sends as managedFields counts, but not
        through a subresource.
        """
        target = self._target
        known = managed.of_live(live) if target.subresource else managed.of_request(live, new)
        if not known and live is not None:
            # Where nobody is tracked nobody is, until somebody applies.
            return managed.with_managers(new, known)
        named = Manager("Update", manager or "unknown", target.api_version, target.subresource)
        if not known:
            fields = self._creating.fields(self._shown(new))
            return managed.with_creator(new, named, Owned(fields, target.api_version, now))
        before = target.empty if live is None else live
        return managed.with_managers(new, self._updated(before, new, known, named, now), live)

    def applied(self, live: Obj | None, config: Obj, manager: str, now: str, force: bool) -> Obj:
        """The object that results when a manager applies a configuration.

        It is in the version of the target, and has no defaults yet. Raises ApiError: 400 for a
        configuration of another kind, 409 for conflicts, 500 for what does not fit the type.
        """
        self._check(config)
        target = self._target
        named = Manager("Apply", manager, "", target.subresource)
        before = target.empty if live is None else self._shown(live)
        known = managed.of_live(live)
        if not known:
            past = Manager("Update", _BEFORE, target.api_version, target.subresource)
            known = self._updated(target.empty, before, {}, past, now)
        try:
            result, managers = self._applied(before, config, known, named, force)
        except Refused as refused:
            raise conflicts.refusal(refused.conflicts) from None
        managers = _stripped(managers, named)
        if result == before:
            return managed.with_managers(result, managers, live)
        if named in managers:
            owned = managers[named]
            managers[named] = Owned(owned.fields, owned.api_version, now)
        if manager == lastapplied.KUBECTL:
            result = lastapplied.noted(result, config)
        return managed.with_managers(result, managers, live)

    def _created(self, new: Obj) -> Fields:
        """What the creator of an object owns, in order."""
        target = self._target
        change = Change(target.empty, new, target.api_version, target.ignored)
        changed, _ = self._updating.update(change, {})
        return paths.in_order(paths.difference(changed, _NEVER_OWNED))

    def _updated(self, live: Obj, new: Obj, known: Managers, named: Manager, now: str) -> Managers:
        target = self._target
        change = Change(live, new, target.api_version, target.ignored)
        changed, managers = self._updating.update(change, known)
        changed = paths.difference(changed, _NEVER_OWNED)
        if changed:
            before = managers.get(named)
            fields = changed if before is None else paths.union(changed, before.fields)
            managers[named] = Owned(fields, target.api_version, now)
        return capped(managers)

    def _applied(
        self, live: Obj, config: Obj, known: Managers, named: Manager, force: bool
    ) -> tuple[Any, Managers]:
        """Apply; kubectl may take over what its client-side apply left as it is."""
        target = self._target
        change = Change(live, config, target.api_version, target.ignored)
        try:
            return self._updating.apply(change, known, named, force)
        except Refused as refused:
            if named.name != lastapplied.KUBECTL:
                raise
            rest = self._not_of_client(live, refused.conflicts)
            if rest:
                raise Refused(rest) from None
        return self._updating.apply(change, known, named, True)

    def _not_of_client(self, live: Obj, found: Conflicts) -> Conflicts:
        atom = self._type()
        theirs = lastapplied.owned_by_client(live, atom)
        rest = {one: paths.difference(fields, theirs) for one, fields in found.items()}
        return {one: fields for one, fields in rest.items() if fields}

    def _check(self, config: Obj) -> None:
        target = self._target
        api_version, kind = str(config.get("apiVersion") or ""), str(config.get("kind") or "")
        if (api_version, kind) != (target.api_version, target.kind):
            raise BadRequest(f"invalid object type: {_group_kind(api_version, kind)}")
        meta = config.get("metadata")
        if isinstance(meta, dict) and meta.get("managedFields") is not None:
            raise BadRequest("metadata.managedFields must be nil")
        found = checking.mistakes(config, self._type())
        if found:
            about = f"{_place(meta)}; {_group_kind(api_version, kind)}"
            why = checking.aggregate(found)
            raise ApiError(500, "", f"failed to create typed patch object ({about}): {why}")

    def _type(self) -> Atom:
        atom = self._target.types(self._target.api_version)
        assert atom is not None, "what is written is in a version that is served"
        return atom

    def _shown(self, obj: Obj) -> Obj:
        shown = self._view(obj, self._target.api_version)
        assert shown is not None, "what is written is in a version that is served"
        found: Obj = shown[0]
        return found

    def _view(self, obj: Any, api_version: str) -> tuple[Any, Atom] | None:
        atom = self._target.types(api_version)
        shown = self._target.convert(obj, api_version)
        return None if atom is None or shown is None else (shown, atom)


def _stripped(managers: Managers, named: Manager) -> Managers:
    """The managers, the named one without what nobody owns."""
    owned = managers.get(named)
    if owned is None:
        return managers
    fields = paths.difference(owned.fields, _NEVER_OWNED)
    kept = {one: other for one, other in managers.items() if one != named}
    return {**kept, named: owned.with_fields(fields)} if fields else kept


def _place(meta: Any) -> str:
    """Namespace and name of a configuration whose metadata may be anything."""
    given = meta if isinstance(meta, dict) else {}
    return f"{given.get('namespace') or ''}/{given.get('name') or ''}"


def _group_kind(api_version: str, kind: str) -> str:
    """A kind with its version as Go prints it: ``/v1, Kind=Pod``."""
    group, _, version = api_version.rpartition("/")
    return f"{group}/{version}, Kind={kind}"
