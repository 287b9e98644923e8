"""Changes that the scheduler has heard of and not looked at yet.

As long as no pod waits for something to happen, a change matters only to the next pod that is to
be placed. Of several changes of one object the last is enough then, and of an object that has come
and gone meanwhile, nothing is. Where other schedulers place most pods, this is nearly everything.
"""

from collections.abc import Iterator

from minieks.engine.store import Change


class Backlog:
    """What changed, at most one change an object, in the order in which the objects came up."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str], Change] = {}
        self._came: set[tuple[str, str]] = set()

    def add(self, change: Change) -> bool:
        """Keep a change for later; False if what is kept must be taken over before it.

        That is so for an object that went and came again: it is another one, in another place.
        """
        what = (change.collection, change.key)
        if change.type == "ADDED":
            if what in self._changes:
                return False
            self._came.add(what)
        elif change.type == "DELETED" and what in self._came:
            self._came.discard(what)
            del self._changes[what]
            return True
        self._changes[what] = change
        return True

    def drain(self) -> Iterator[Change]:
        """Each change, once; nothing is kept afterwards."""
        if not self._changes:
            return iter(())
        changes, self._changes, self._came = self._changes, {}, set()
        return iter(changes.values())
