"""A world with all controllers and no nodes but the script's, in virtual time."""

from collections.abc import Callable

from golden.controllers.kubelet import Binder, Kubelet
from golden.controllers.names import NAMESPACE
from minieks.engine.clock import SECOND, Micros, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Loop, Runner
from minieks.engine.store import Change
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.controllers import CONTROLLERS
from minieks.kube.controllers.volumes import volume_loops
from minieks.kube.words.objects import Obj

# Three large nodes that the script made; no case shows them.
GENERIC = ("generic-1", "generic-2", "generic-3")
# 2026-11-23T00:00:11Z, some seconds into a minute.
START: Micros = 1_795_392_011 * SECOND
# No phase of any case takes a tenth of that.
MOST_EVENTS = 200_000
# The recorded runs called it quiet after two seconds without a change.
QUIET: Micros = 205 * SECOND // 100


class World:
    """One cluster's API and controllers."""

    def __init__(self, second: int = 0) -> None:
        """``second``: how far into the controllers' rounds it begins."""
        start = START + second * SECOND
        self.engine = Engine(VirtualClock(start), seed=7)
        self.api = Api(self.engine, "1.34")
        self.kubelet = Kubelet(self.api)
        self._last_change: Micros = start
        self.api.store.subscribe(None, self._note)
        loops: list[Loop] = [make(self.api) for make in CONTROLLERS]
        Binder(self.api, GENERIC)
        for loop in (*loops, *volume_loops(self.api, [])):
            Runner(self.engine, loop).attach(self.api.store)
        self._begin()

    def _begin(self) -> None:
        bootstrap(self.api)
        for name in GENERIC:
            self.kubelet.register(self.api.create(_generic(name)))
        meta = {"name": NAMESPACE}
        self.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
        self.settle()

    def _note(self, change: Change) -> None:
        self._last_change = self.engine.now()

    def settle(self) -> None:
        """Let everything run until nothing has changed for a while."""
        self._last_change = self.engine.now()
        self._run(lambda: self._last_change + QUIET)

    def wait(self, seconds: float) -> None:
        until = self.engine.now() + round(seconds * SECOND)
        self._run(lambda: until)

    def _run(self, until: Callable[[], Micros]) -> None:
        """Run to a moment that may recede; RuntimeError if that never ends."""
        begun = self.engine.events_run
        while (due := self.engine.next_due()) is not None and due <= until():
            self.engine.step()
            if self.engine.events_run - begun > MOST_EVENTS:
                raise RuntimeError(f"more than {MOST_EVENTS:,} events and no end")
        self.engine.run(until())


def _generic(name: str) -> Obj:
    amounts = {"cpu": "64", "memory": "256Gi", "pods": "500"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "spec": {},
        "status": {"capacity": amounts, "allocatable": amounts},
    }
