"""What is asked of workloads under load over time, and whether they can give it."""

from minieks.engine.engine import Engine
from minieks.engine.store import Change
from minieks.kube.usage.sampling import CHANGES, MetricsServer
from minieks.load.group import LoadedGroup
from minieks.load.model import Load
from minieks.scenario.observe.series import Series


class Demand:
    """One workload's: what is asked (requests per second, or a pod's cores), and what is lost."""

    __slots__ = ("asked", "dropped", "short")

    def __init__(self) -> None:
        self.asked = Series()
        self.dropped = Series()
        """Requests per second."""
        self.short = Series()
        """1 while its pods cannot do what is asked: they are throttled, or requests wait or are
        lost."""


class Demands:
    """Demands by the names of the load file's workloads."""

    def __init__(self, engine: Engine, usage: MetricsServer, load: Load) -> None:
        self._engine = engine
        self._load = load
        self.groups = {name: Demand() for name in load.groups}
        usage.changes.subscribe(CHANGES, self._on_change)

    def _on_change(self, change: Change) -> None:
        group = self._load.groups.get(change.key)
        if group is not None:
            self._note(group, self.groups[change.key])

    def _note(self, group: LoadedGroup, demand: Demand) -> None:
        now = self._engine.now()
        phase = group.phase(now)
        if phase is None:
            return
        of_requests = group.load.requests is not None
        demand.asked.put(now, phase.rate if of_requests else phase.ready_cpu or 0.0)
        flow = phase.flow
        lost = flow.dropped if flow else 0.0
        waits = flow is not None and (flow.growth > 0 or phase.waiting > 0)
        demand.dropped.put(now, lost)
        demand.short.put(now, float(bool(lost) or waits or group.is_throttled()))
