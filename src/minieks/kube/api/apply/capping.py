"""No more than ten managers that update are kept apart; the oldest become one.

Source: kubernetes apimachinery pkg/util/managedfields/internal/capmanagers.go.
"""

from typing import Final

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.managed import Manager, Managers, Owned

_MOST: Final = 10
_OLD: Final = "ancient-changes"


def capped(managers: Managers) -> Managers:
    """The managers, with the oldest updates in one of each version if there are too many."""
    updaters = [manager for manager in managers if not manager.applies]
    too_many = len(updaters) - _MOST
    if too_many <= 0:
        return managers
    updaters.sort(key=lambda one: (managers[one].time or "", one))
    found, first = dict(managers), dict[str, Manager]()
    for manager in updaters:
        if too_many <= 0:
            break
        owned = managers[manager]
        known = first.setdefault(owned.api_version, manager)
        if known is not manager:
            _merge(found, known, manager, owned)
            too_many -= 1
    return found


def _merge(found: Managers, first: Manager, manager: Manager, owned: Owned) -> None:
    bucket = Manager("Update", _OLD, owned.api_version, "")
    if bucket not in found:
        found[bucket] = found.pop(first)
    fields = paths.union(owned.fields, found[bucket].fields)
    found[bucket] = Owned(fields, owned.api_version, owned.time)
    if manager != bucket:
        del found[manager]
