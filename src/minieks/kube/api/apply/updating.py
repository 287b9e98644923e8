"""What a write does to the ownership of fields.

An update takes every field that it changes. An apply owns what it says, is refused where that is
another's (unless it is forced), and takes away what it said before and says no longer.
Source: sigs.k8s.io/structured-merge-diff merge/update.go.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.comparing import Comparison, compare
from minieks.kube.api.apply.conflicts import Conflicts, Refused
from minieks.kube.api.apply.managed import Manager, Managers, Owned
from minieks.kube.api.apply.merging import merged
from minieks.kube.api.apply.owning import field_set
from minieks.kube.api.apply.paths import Fields
from minieks.kube.api.apply.removing import with_named, without
from minieks.kube.api.apply.types import Atom

# An object in one of its versions, with its type there; None if there is no such version.
View: TypeAlias = Callable[[Any, str], tuple[Any, Atom] | None]
# An object with what is never absent in one of its version.
Fill: TypeAlias = Callable[[Any, str], Any]


@dataclass(frozen=True, slots=True)
class Change:
    """From the stored object to the one to be stored, both in ``version``.

    ``ignored`` are the fields that this endpoint leaves alone, whatever is sent.
    """

    live: Any
    new: Any
    version: str
    ignored: Fields


class Updating:
    """The rules for one kind; ``view`` shows its objects in their versions.

    Objects are compared with what is never absent filled in.
    """

    def __init__(self, view: View, fill: Fill) -> None:
        self._view = view
        self._fill = fill

    def update(self, change: Change, managers: Managers) -> tuple[Fields, Managers]:
        """What the writer changed, and the other managers without it."""
        comparisons = self._comparisons(change, managers)
        rest, own = self._settled(comparisons, change.version, managers, None, force=True)
        return paths.union(own.modified, own.added), rest

    def apply(
        self, change: Change, managers: Managers, manager: Manager, force: bool
    ) -> tuple[Any, Managers]:
        """The object that results, and its managers; ``change.new`` is what is applied.

        Raises Refused if others own what would change.
        """
        atom = self._atom(change)
        before = managers.get(manager)
        said = paths.without_below(field_set(change.new, atom), change.ignored)
        time = before.time if before is not None else None
        managers = {**managers, manager: Owned(said, change.version, time)}
        result = merged(change.live, change.new, atom)
        if before is not None and before.fields:
            result = self._pruned(result, change.version, managers, before)
        done = Change(change.live, result, change.version, change.ignored)
        comparisons = self._comparisons(done, managers)
        rest, _ = self._settled(comparisons, change.version, managers, manager, force=force)
        return result, rest

    def _atom(self, change: Change) -> Atom:
        shown = self._view(change.new, change.version)
        assert shown is not None, "what is written is in a version that is served"
        return shown[1]

    def _comparisons(self, change: Change, managers: Managers) -> dict[str, Comparison]:
        """What changes, in each version in which someone owns fields."""
        found = {}
        for version in {change.version: None} | {o.api_version: None for o in managers.values()}:
            live, new = self._view(change.live, version), self._view(change.new, version)
            if live is not None and new is not None:
                before, after = self._fill(live[0], version), self._fill(new[0], version)
                found[version] = compare(before, after, new[1]).without(change.ignored)
        return found

    @staticmethod
    def _settled(
        comparisons: dict[str, Comparison],
        version: str,
        managers: Managers,
        writer: Manager | None,
        *,
        force: bool,
    ) -> tuple[Managers, Comparison]:
        """The managers without what others lose by the change; raises Refused."""
        conflicts: Conflicts = {}
        rest: Managers = {}
        for manager, owned in managers.items():
            if manager == writer:
                rest[manager] = owned
                continue
            seen = comparisons.get(owned.api_version)
            if seen is None:
                continue
            lost = paths.intersection(owned.fields, paths.union(seen.modified, seen.added))
            if lost:
                conflicts[manager] = lost
            rest[manager] = _less(owned, paths.union(lost, seen.removed))
        if conflicts and not force:
            raise Refused(conflicts)
        kept = {manager: owned for manager, owned in rest.items() if owned.fields}
        return kept, comparisons[version]

    def _pruned(self, result: Any, version: str, managers: Managers, before: Owned) -> Any:
        """The result without what the manager said before, and nobody says now."""
        shown = self._view(result, before.api_version)
        if shown is None:
            return result
        value, atom = shown
        left = without(value, with_named(before.fields, atom), atom)
        left = self._with_owned(value, left, before.api_version, managers)
        left = _without_dangling(value, left, atom, before.fields)
        back = self._view(left, version)
        return left if back is None else back[0]

    def _with_owned(self, value: Any, left: Any, version: str, managers: Managers) -> Any:
        """Put back what is owned by somebody, in each of the versions."""
        by_version: dict[str, Fields] = {version: {}}
        for owned in managers.values():
            known = by_version.get(owned.api_version, {})
            by_version[owned.api_version] = paths.union(known, owned.fields)
        for at, owned_fields in by_version.items():
            whole, pruned = self._view(value, at), self._view(left, at)
            if whole is None or pruned is None:
                continue
            atom = whole[1]
            keep = paths.union(_all(pruned[0], atom), with_named(owned_fields, atom))
            left = without(whole[0], paths.difference(_all(whole[0], atom), keep), atom)
            value = whole[0]
        return left


def _all(value: Any, atom: Atom) -> Fields:
    return with_named(field_set(value, atom), atom)


def _without_dangling(value: Any, left: Any, atom: Atom, before: Fields) -> Any:
    """Take away what only came back because something below it did."""
    gone = paths.difference(_all(value, atom), _all(left, atom))
    return without(value, paths.intersection(gone, with_named(before, atom)), atom)


def _less(owned: Owned, lost: Fields) -> Owned:
    fields = paths.difference(owned.fields, lost)
    return owned if fields == owned.fields else owned.with_fields(fields)
