"""The disruption controller: keeps the status of each PodDisruptionBudget.

Source: kubernetes pkg/controller/disruption/disruption.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.controllers import indexes
from minieks.kube.controllers.disruption import budget as budgets
from minieks.kube.controllers.wakes import itself
from minieks.kube.words import times
from minieks.kube.words.conditions import with_condition
from minieks.kube.words.objects import Obj, controller_ref, key, labels, namespace, split_key
from minieks.kube.words.selectors import compile_selector

COLLECTION: Final = "poddisruptionbudgets.policy"
COMPONENT: Final = "controllermanager"
_COUNTED: Final = aspects.LIFE | aspects.READY | aspects.DELETION | aspects.LABELS | aspects.OWNERS
_SCALED: Final = {
    "ReplicaSet": "replicasets.apps",
    "StatefulSet": "statefulsets.apps",
    "ReplicationController": "replicationcontrollers",
    "Deployment": "deployments.apps",
}


class _Scale(NamedTuple):
    """What the controllers of some pods want together, and what hinders knowing it."""

    total: int
    unmanaged: bool
    problem: str = ""


class DisruptionLoop:
    """Counts the healthy pods of each budget and says how many may go."""

    name = "disruption"

    def __init__(self, api: Api) -> None:
        self._api = api
        indexes.add_label_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """Its own changes and those of the pods that a budget selects."""
        return {COLLECTION: itself, "pods": Minding(self._of_pod, _COUNTED)}

    def _of_pod(self, change: Change) -> Iterable[str]:
        budgets_here = self._api.list(COLLECTION, namespace(change.value))
        if not budgets_here:
            return ()
        worn, before = labels(change.value), labels(change.previous or change.value)
        return [
            key(one)
            for one in budgets_here
            if _selects(one, worn) or (before is not worn and _selects(one, before))
        ]

    def reconcile(self, key: str) -> Result | None:
        """Count and write; look again when a granted eviction is no longer waited for."""
        budget = self._api.get(COLLECTION, *split_key(key))
        if budget is None:
            return None
        matching = self._matching(budget)
        if not matching:
            self._event(budget, "Normal", "NoPods", "No matching pods found")
        scale = self._scale(matching) if budgets.needs_scale(budget["spec"]) else _Scale(0, False)
        if scale.unmanaged:
            self._event(budget, "Warning", "UnmanagedPods", _unmanaged(budget["spec"]))
        if scale.problem:
            self._fail(budget, scale.problem)
            return None
        wait = self._count(budget, matching, scale.total)
        # What is told of is told again after the status has been written.
        return Result(wait, settled=bool(matching) and not scale.unmanaged)

    def _matching(self, budget: Obj) -> list[Obj]:
        """The budget's pods."""
        selector = budget["spec"].get("selector") or {}
        wanted, space = selector.get("matchLabels"), namespace(budget)
        if wanted:
            found = indexes.pods_labelled(self._api, space, wanted)
            if not selector.get("matchExpressions"):
                return found
        else:
            found = self._api.list("pods", space)
        return [pod for pod in found if _selects(budget, labels(pod))]

    def _count(self, budget: Obj, matching: Sequence[Obj], scale: int) -> float | None:
        now = self._api.engine.now()
        before = (budget.get("status") or {}).get("disruptedPods") or {}
        disrupted = budgets.still_disrupted(before, matching, now)
        expected = budgets.expectation(budget["spec"], scale, len(matching))
        current = budgets.healthy(matching, disrupted)
        status = budgets.status(budget, expected, current, disrupted)
        enough = status["disruptionsAllowed"] > 0
        self._write(budget, status, enough, "SufficientPods" if enough else "InsufficientPods")
        return _next_look(disrupted, now)

    def _write(
        self, budget: Obj, status: Obj, allowed: bool, reason: str, message: str = ""
    ) -> None:
        before = budget.get("status") or {}
        condition = {
            "type": "DisruptionAllowed",
            "status": str(allowed),
            "reason": reason,
            "message": message,
            "observedGeneration": budget["metadata"]["generation"],
        }
        conditions = {"conditions": before.get("conditions") or []}
        new = with_condition(
            {**status, **conditions}, condition, times.rfc3339(self._api.engine.now())
        )
        self._api.update_status({**budget, "status": new})

    def _fail(self, budget: Obj, problem: str) -> None:
        """What cannot be counted allows nothing."""
        text = f"Failed to calculate the number of expected pods: {problem}"
        self._event(budget, "Warning", "CalculateExpectedPodCountFailed", text)
        status = {**(budget.get("status") or {}), "disruptionsAllowed": 0}
        self._write(budget, status, False, "SyncFailed", problem)

    # the controllers' scale

    def _scale(self, matching: Sequence[Obj]) -> _Scale:
        owners: dict[str, int] = {}
        unmanaged = False
        for pod in matching:
            owner = self._top_controller(pod)
            if owner is None:
                unmanaged = True
                continue
            if owner["uid"] in owners:
                continue
            found = self._wanted(namespace(pod), owner)
            if found is None:
                problem = f"{_plural(owner)} does not implement the scale subresource"
                return _Scale(0, unmanaged, problem)
            owners[owner["uid"]] = found
        return _Scale(sum(owners.values()), unmanaged)

    def _top_controller(self, pod: Obj) -> Mapping[str, Any] | None:
        """The pod's controller; of a Deployment's ReplicaSet the Deployment."""
        owner = controller_ref(pod)
        if owner is None or owner["kind"] != "ReplicaSet":
            return owner
        replica_set = self._api.get("replicasets.apps", namespace(pod), str(owner["name"]))
        above = controller_ref(replica_set) if replica_set is not None else None
        return above if above is not None and above["kind"] == "Deployment" else owner

    def _wanted(self, space: str, owner: Mapping[str, Any]) -> int | None:
        """How many pods a controller wants; None if its kind has no scale, 0 if it is gone."""
        collection = _SCALED.get(str(owner["kind"])) or self._custom(owner)
        if collection is None:
            return None
        found = self._api.get(collection, space, str(owner["name"]))
        if found is None or found["metadata"]["uid"] != owner["uid"]:
            return 0
        replicas = (found.get("spec") or {}).get("replicas")
        return None if replicas is None else int(replicas)

    def _custom(self, owner: Mapping[str, Any]) -> str | None:
        kind = self._api.kinds.find(str(owner["apiVersion"]), str(owner["kind"]))
        return kind.collection if kind is not None and kind.custom else None

    def _event(self, about: Obj, type_: str, reason: str, message: str) -> None:
        self._api.record_event(about, type_, reason, message, component=COMPONENT)


def _selects(budget: Obj, worn: Mapping[str, str]) -> bool:
    return compile_selector(budget["spec"].get("selector")).matches(worn)


def _next_look(disrupted: Mapping[str, str], now: Micros) -> float | None:
    if not disrupted:
        return None
    first = min(times.parse(since) for since in disrupted.values())
    return (first + budgets.DELETION_TIMEOUT - now) / SECOND


def _plural(owner: Mapping[str, Any]) -> str:
    group = str(owner["apiVersion"]).rpartition("/")[0]
    return f"{str(owner['kind']).lower()}s.{group}" if group else f"{str(owner['kind']).lower()}s"


def _unmanaged(spec: Mapping[str, Any]) -> str:
    """The warning, with the selector as Go prints it."""
    selector = spec.get("selector") or {}
    pairs = sorted((selector.get("matchLabels") or {}).items())
    matched = "".join(f"{label}: {value}," for label, value in pairs)
    asked = "".join(
        f"LabelSelectorRequirement{{Key:{one['key']},Operator:{one['operator']},"
        f"Values:[{' '.join(one.get('values') or ())}],}},"
        for one in selector.get("matchExpressions") or ()
    )
    shown = (
        f"&LabelSelector{{MatchLabels:map[string]string{{{matched}}},"
        f"MatchExpressions:[]LabelSelectorRequirement{{{asked}}},}}"
    )
    return (
        f"Pods selected by this PodDisruptionBudget (selector: {shown}) were found to be unmanaged."
        " As a result, the status of the PDB cannot be calculated correctly, which may result in"
        ' undefined behavior. To account for these pods please set ".spec.minAvailable" field of'
        " the PDB to an integer value."
    )
