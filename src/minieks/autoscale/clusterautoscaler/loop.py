"""The loop of the cluster autoscaler.

The program looks at everything every ``--scan-interval``. Here a round is done when something has
changed since the last one, or when time alone may change a decision; in all other rounds the same
would be found again, and nothing is done.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from minieks.autoscale import programs
from minieks.autoscale.clusterautoscaler.provider import Provider
from minieks.autoscale.clusterautoscaler.watching import COLLECTIONS, COMPONENT, is_soft, matters
from minieks.autoscale.programs import Program
from minieks.engine.clock import SECOND, Micros
from minieks.engine.errors import UserError
from minieks.engine.loop import Later, Minding, Result, Wakes
from minieks.engine.store import EVERYTHING, Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api

if TYPE_CHECKING:
    from minieks.autoscale.clusterautoscaler.rounds import Autoscaler
    from minieks.autoscale.clusterautoscaler.statusmap import StatusMap
    from minieks.autoscale.clusterautoscaler.unneeded import Unremovable

IMAGES: Final = ("cluster-autoscaler", "cluster-autoscaler-amd64", "cluster-autoscaler-arm64")
_BUDGETS: Final = "poddisruptionbudgets.policy"
_OF_PODS: Final = (
    aspects.LIFE
    | aspects.SPEC
    | aspects.LABELS
    | aspects.ANNOTATIONS
    | aspects.DELETION
    | aspects.STATUS
)
_OF_NODES: Final = (
    aspects.LIFE
    | aspects.SPEC
    | aspects.LABELS
    | aspects.ANNOTATIONS
    | aspects.DELETION
    | aspects.READY
)
_KEY: Final = "round"
_START: Final = "start"

Witness: TypeAlias = Callable[[Micros, Mapping[str, "Unremovable"]], None]
Matters: TypeAlias = Callable[[Change], bool]
MakeProvider: TypeAlias = Callable[[Mapping[str, Any]], Provider]
"""Makes the port to the node groups that these flags name."""


class ClusterAutoscalerLoop:
    """The loop; its keys are ``start``, when the program comes or goes, and ``round``."""

    name = COMPONENT

    def __init__(
        self, api: Api, provider: MakeProvider, cloud: Mapping[str, Matters] | None = None
    ) -> None:
        """``cloud``: collections of the cloud's side, and which of their changes matter."""
        self._api = api
        self._make_provider = provider
        self._cloud = cloud or {}
        self._program: Program | None = None
        self._running: Autoscaler | None = None
        self._status: StatusMap | None = None
        self._interval: Micros = 10 * SECOND
        self._next: Micros | None = None
        """The beat at which the next round is done."""
        self.witness: Witness | None = None
        """Hears after each round why nodes stay."""
        programs.add_image_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Pods, nodes, what placement depends on, budgets, and the cloud's side."""
        there = programs.with_program(IMAGES)
        of_cluster = Minding(self._of_cluster, EVERYTHING, there)
        clouds = {one: partial(self._of_cloud, matters) for one, matters in self._cloud.items()}
        return {
            **dict.fromkeys(COLLECTIONS, of_cluster),
            "nodes": Minding(self._of_node, _OF_NODES, there),
            "pods": Minding(self._of_pod, _OF_PODS, there),
            _BUDGETS: Minding(self._of_budget, EVERYTHING, there),
            **clouds,
        }

    # What happens ----------------------------------------------------------------------------

    def _of_pod(self, change: Change) -> Iterable[str | Later]:
        if programs.is_of(change, IMAGES):
            return (_START, *self._of_cluster(change))
        return self._of_cluster(change) if self._running and matters(change) else ()

    def _of_node(self, change: Change) -> Iterable[Later]:
        """A change of the soft taint, which only the autoscaler sets, leads to nothing new."""
        if self._running is not None and is_soft(change):
            self._running.mirror.note(change.collection, change.key)
            return ()
        return self._of_cluster(change)

    def _of_cluster(self, change: Change) -> Iterable[Later]:
        if self._running is None:
            return ()
        self._running.mirror.note(change.collection, change.key)
        return self._soon()

    def _of_budget(self, _: Change) -> Iterable[Later]:
        if self._running is None or not self._running.minds_budgets():
            return ()
        return self._soon()

    def _of_cloud(self, matters: Matters, change: Change) -> Iterable[Later]:
        if self._running is None or not matters(change):
            return ()
        self._running.cloud_changed = True
        return self._soon()

    def _soon(self) -> Iterable[Later]:
        """A round at the next beat of the scan interval."""
        now = self._api.engine.now()
        beat = self._beat(now + 1)
        if self._next is not None and self._next <= beat:
            return ()
        self._next = beat
        return (Later(_KEY, (beat - now) / SECOND),)

    def _beat(self, at: Micros) -> Micros:
        """The first beat at or after a moment."""
        assert self._program is not None, "beats are the program's"
        past = max(at - self._program.since, 0)
        return self._program.since + -(-past // self._interval) * self._interval

    # What is done ----------------------------------------------------------------------------

    def reconcile(self, key: str) -> Result | None:
        """Notice that the program runs or not; go on with what is under way, and do a round."""
        if key == _START:
            self._take_note()
        running = self._running
        if running is None:
            return None
        now = self._api.engine.now()
        steps = [running.actuator.step(one) for one in list(running.actuator.deletions)]
        if self._next is not None and self._next <= now:
            self._round(running, now)
            steps = [one.due for one in running.actuator.deletions.values()]
        elif running.cloud_changed:
            self._soon()
        due = [one for one in (*steps, self._next) if one is not None]
        return Result((min(due) - now) / SECOND) if due else None

    def _take_note(self) -> None:
        """Find the program that runs; one that has been started again remembers nothing."""
        found = programs.running(self._api, IMAGES)
        before, self._program = self._program, found
        if found is None:
            self._running = self._next = None
        elif before is None or before.since != found.since:
            self._start(found)

    def _start(self, program: Program) -> None:
        # Most clusters have no such program.
        from minieks.autoscale.clusterautoscaler.options import read_options  # noqa: PLC0415
        from minieks.autoscale.clusterautoscaler.rounds import Autoscaler  # noqa: PLC0415
        from minieks.autoscale.clusterautoscaler.statusmap import StatusMap  # noqa: PLC0415

        try:
            options = read_options(programs.arguments(program, "cluster-autoscaler"))
            provider = self._make_provider(options.flags)
        except UserError as error:
            self._program = self._running = None
            text = programs.refused("cluster-autoscaler", error)
            self._api.record_event(program.pod, "Warning", "Failed", text, component=COMPONENT)
            return
        self._interval = max(options["scan-interval"], 1)
        self._running = Autoscaler(self._api, provider, options)
        self._status = StatusMap(self._api, options)
        self._running.recorder.status = self._status.initialize()
        self._running.actuator.clean_up()
        self._next = self._beat(self._api.engine.now())

    def _round(self, running: "Autoscaler", now: Micros) -> None:
        self._next = None
        due = running.run()
        if self.witness is not None:
            self.witness(now, running.down.unneeded.why_not)
        if due:
            self._next = self._beat(max(now + 1, min(due)))
        if self._status is not None:
            told = self._status.write(running.registry, running.down.by_group())
            running.recorder.status = told or running.recorder.status
