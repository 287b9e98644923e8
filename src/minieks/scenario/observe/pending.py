"""Which pods were Pending, from when to when."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from minieks.engine.clock import Micros
from minieks.engine.engine import Engine
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.kinds import pods
from minieks.kube.kinds.workloads import WorkloadRef, workload_of
from minieks.kube.words.objects import name
from minieks.scenario.observe.series import Series

_MINDED: Final = aspects.LIFE | aspects.PHASE


@dataclass(slots=True)
class Wait:
    """A pod in the phase Pending; ``until`` is None as long as it is."""

    workload: WorkloadRef
    pod: str
    since: Micros
    until: Micros | None = None


class Pending:
    """Every pod's time in the phase Pending, and how many there were at a time."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store
        self._open: dict[str, Wait] = {}
        self._over: list[Wait] = []
        self.count = Series()
        store.subscribe("pods", self._on_pod, _MINDED)

    def restart(self) -> None:
        """Forget who waits no more; who waits, waits since now."""
        now = self._engine.now()
        self._over = []
        for wait in self._open.values():
            wait.since = now
        self.count.restart(now)

    def waits(self) -> Iterator[Wait]:
        """All of them, those that are over first."""
        yield from self._over
        yield from self._open.values()

    def _on_pod(self, change: Change) -> None:
        waits = change.type != "DELETED" and pods.phase(change.value) == "Pending"
        known = self._open.get(change.key)
        if waits == (known is not None):
            return
        now = self._engine.now()
        if known is None:
            ref = workload_of(self._store, change.value)
            self._open[change.key] = Wait(ref, name(change.value), now)
        else:
            known.until = now
            self._over.append(self._open.pop(change.key))
        self.count.put(now, len(self._open))
