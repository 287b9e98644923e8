"""When pods that a PodDisruptionBudget wants healthy were lost; new ones that lack are no loss."""

from dataclasses import dataclass
from typing import Final

from minieks.engine.clock import Micros
from minieks.engine.engine import Engine
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects

COLLECTION: Final = "poddisruptionbudgets.policy"


@dataclass(slots=True)
class Breach:
    """A time below what a budget wants, begun by a loss; ``until`` is None as long as it lasts."""

    budget: str
    """``namespace/name``."""
    since: Micros
    desired: int
    least: int
    until: Micros | None = None


class Budgets:
    """The breaches of all budgets, oldest first."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self.breaches: list[Breach] = []
        self._open: dict[str, Breach] = {}
        self._healthy: dict[str, int] = {}
        store.subscribe(COLLECTION, self._on_budget, aspects.LIFE | aspects.STATUS)

    def _on_budget(self, change: Change) -> None:
        status, now = change.value.get("status") or {}, self._engine.now()
        desired, healthy = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        before = self._healthy.get(change.key, 0)
        self._healthy[change.key] = healthy
        breach = self._open.get(change.key)
        if change.type == "DELETED" or healthy >= desired:
            if breach is not None:
                self._open.pop(change.key).until = now
        elif breach is not None:
            breach.least = min(breach.least, healthy)
        elif healthy < before:
            breach = self._open[change.key] = Breach(change.key, now, desired, healthy)
            self.breaches.append(breach)
