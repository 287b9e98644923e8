"""Makes a saved run again until a pod's last attempt, and says why the pod is where it is."""

from collections.abc import Callable, Mapping
from typing import Any

from minieks import __version__
from minieks.eks.fargate import microvm
from minieks.eks.fargate.refusals import SCHEDULER_NAME as FARGATE
from minieks.eks.fargate.verdict import Refused
from minieks.eks.labels import is_fargate_node
from minieks.engine.errors import UserError
from minieks.kube.kinds import pods
from minieks.kube.scheduler.schedule import Decision
from minieks.kube.scheduler.writer import NAME as DEFAULT
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name, namespace
from minieks.scenario.explain.explanation import (
    PLACED,
    REFUSED,
    SCHEMA,
    WAITING,
    Explanation,
    FargateView,
    PodFacts,
)
from minieks.scenario.explain.fargate import fargate_view
from minieks.scenario.explain.witness import Witness
from minieks.scenario.observe.attempts import PodNote
from minieks.scenario.runfile import Run
from minieks.scenario.script.spec import Script
from minieks.scenario.script.steps import applied_by
from minieks.scenario.script.trial import Trial
from minieks.scenario.simulation import Simulation
from minieks.scenario.summary.remedies import field_to_change

_UNSCHEDULABLE = "Unschedulable"


def explain(
    run: Run, note: PodNote, progress: Callable[[float], None] | None = None
) -> Explanation:
    """Why the pod of a note, one of the run's, is where it is.

    UserError if the run does not come out as it was saved.
    """
    witness = Witness(note)
    script = run.script
    trial = Trial(script, witness)
    trial.play(progress, script.end if note.last is None else max(note.last, script.start))
    if note.last is not None and witness.pod is None:
        raise UserError(
            f"{note.key} is not decided about as it was in the saved run",
            hint="minieks or its data changed since; simulate again: minieks simulate CONFIG",
        )
    return _Told(script, note, trial.simulation, witness).explanation()


class _Told:
    """One pod's story, put together from what the witness kept."""

    def __init__(
        self, script: Script, note: PodNote, simulation: Simulation, witness: Witness
    ) -> None:
        self._script = script
        self._note = note
        self._simulation = simulation
        self._witness = witness
        stored = simulation.api.get("pods", note.namespace, note.name)
        self._pod: Obj = witness.pod or stored or witness.created or {}

    def explanation(self) -> Explanation:
        """All of it."""
        note = self._note
        outcome, reason, message = self._outcome()
        return Explanation(
            schema=SCHEMA,
            minieks=__version__,
            pod=PodFacts(
                note.namespace, note.name, f"{note.kind}/{note.workload}", self._written()
            ),
            scheduler=pods.scheduler_name(self._pod),
            outcome=outcome,
            node=self._node() if outcome == PLACED else "",
            at=None if note.last is None else times.rfc3339(note.last),
            attempts=note.attempts,
            reason=reason,
            message=message,
            field=self._field(message) if outcome == REFUSED else "",
            fargate=self._fargate(),
            nodes=self._witness.nodes,
        )

    def _outcome(self) -> tuple[str, str, str]:
        """What it came to, and the scheduler's reason and words."""
        verdict, decision = self._witness.verdict, self._witness.decision
        if isinstance(verdict, Refused):
            return REFUSED, verdict.reason, verdict.message
        if decision is not None and decision.chosen is None:
            return REFUSED, _UNSCHEDULABLE, decision.error
        if verdict is None and decision is None:
            return self._untried()
        return PLACED, "Scheduled", f"Successfully assigned {self._note.key} to {self._node()}"

    def _untried(self) -> tuple[str, str, str]:
        """Why no scheduler looked at the pod."""
        spec = self._pod.get("spec") or {}
        asked, own = pods.scheduler_name(self._pod), pods.node_name(self._pod)
        if own:
            return PLACED, "", "spec.nodeName names the node, so no scheduler was asked"
        gates = ", ".join(str(gate["name"]) for gate in spec.get("schedulingGates") or ())
        if gates:
            text = f"its scheduling gates keep it from every scheduler: {gates}"
            return WAITING, "SchedulingGated", text
        if asked not in (DEFAULT, FARGATE):
            return WAITING, "", f"it asks for scheduler {asked}, which does not run here"
        return WAITING, "", "no scheduler had looked at it when the run ended or the pod went"

    def _machine(self) -> Mapping[str, Any]:
        """The Fargate machine that the attempt asked for."""
        return self._simulation.cluster.aws.get(microvm.COLLECTION, self._note.key) or {}

    def _node(self) -> str:
        decision: Decision | None = self._witness.decision
        if decision is not None and decision.chosen:
            return decision.chosen
        return str(self._machine().get("nodeName") or pods.node_name(self._pod))

    def _fargate(self) -> FargateView | None:
        created, found = self._witness.created, self._witness.match
        if created is None or found is None:
            return None
        zone = str(self._machine().get("availabilityZone", ""))
        return fargate_view(created, found, self._simulation.cluster.profiles(), zone)

    def _field(self, message: str) -> str:
        """The fields to change; none where every node is Fargate's own: they take one pod each."""
        nodes = self._simulation.api.list("nodes")
        default = self._witness.decision is not None
        if default and nodes and all(is_fargate_node(node) for node in nodes):
            return ""
        return field_to_change(self._note.kind, self._pod["spec"], message)

    def _written(self) -> str:
        """File and line of the workload, if the user brought it."""
        for one in (*self._script.inputs.objects, *applied_by(self._script.steps)):
            space = namespace(one.obj) or "default"
            wanted = (self._note.namespace, self._note.kind, self._note.workload)
            if (space, one.obj["kind"], name(one.obj)) == wanted:
                return f"{one.file}:{one.line}"
        return ""
