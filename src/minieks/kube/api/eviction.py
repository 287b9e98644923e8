"""POST pods/<name>/eviction: a deletion that PodDisruptionBudgets may refuse.

Source: kubernetes pkg/registry/core/pod/storage/eviction.go.
"""

from typing import TYPE_CHECKING

from minieks.kube.api import errors
from minieks.kube.api.deletion import DeleteOptions
from minieks.kube.api.options import Track
from minieks.kube.kinds import pods
from minieks.kube.words import selectors, times
from minieks.kube.words.conditions import with_condition
from minieks.kube.words.objects import Obj, is_deleting, key, labels, metadata, name

if TYPE_CHECKING:
    from minieks.kube.api.server import Api

REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."
TWO_BUDGETS = (
    "This pod has more than one PodDisruptionBudget,"
    " which the eviction subresource does not support."
)


def evict(
    api: "Api",
    space: str,
    object_name: str,
    options: DeleteOptions | None = None,
    track: Track | None = None,
) -> None:
    """Delete the pod if its budget allows; raises NotFound, TooManyRequests, InternalError.

    ``track`` keeps the managedFields of the budget.
    """
    pod = api.get("pods", space, object_name)
    if pod is None:
        raise errors.NotFound("pods", object_name)
    if not _needs_no_budget(pod):
        _spend_budget(api, pod, track, dry_run=options is not None and options.dry_run)
    if options is not None and options.dry_run:
        return
    if not is_deleting(pod) and not pods.is_terminal(pod):
        _mark_evicted(api, pod)
    api.delete_as("pods", space, object_name, options or DeleteOptions(), None)


def _needs_no_budget(pod: Obj) -> bool:
    phase = (pod.get("status") or {}).get("phase")
    return is_deleting(pod) or phase in ("Pending", "Succeeded", "Failed")


def budgets_of(api: "Api", pod: Obj) -> list[Obj]:
    """The PodDisruptionBudgets whose selector matches the pod."""
    space = str(metadata(pod)["namespace"])
    return [
        budget
        for budget in api.list("poddisruptionbudgets.policy", space)
        if budget["spec"].get("selector") is not None
        and selectors.compile_selector(budget["spec"]["selector"]).matches(labels(pod))
    ]


def _spend_budget(api: "Api", pod: Obj, track: Track | None, *, dry_run: bool) -> None:
    """Take one disruption from the pod's budget, if it has one and needs one."""
    budgets = budgets_of(api, pod)
    if len(budgets) > 1:
        raise errors.ApiError(500, "", TWO_BUDGETS)
    if not budgets or _may_go_unhealthy(pod, budgets[0]):
        return
    _check(budgets[0])
    if dry_run:
        return
    status = budgets[0]["status"]
    disrupted = {
        **(status.get("disruptedPods") or {}),
        name(pod): times.rfc3339(api.engine.now()),
    }
    spent = {
        **status,
        "disruptionsAllowed": status["disruptionsAllowed"] - 1,
        "disruptedPods": disrupted,
    }
    if not spent["disruptionsAllowed"]:
        spent = _exhausted(spent, times.rfc3339(api.engine.now()))
    new = {**budgets[0], "metadata": dict(metadata(budgets[0])), "status": spent}
    new = new if track is None else track(budgets[0], new)
    api.store.replace("poddisruptionbudgets.policy", key(new), new)


def _exhausted(status: Obj, now: str) -> Obj:
    """The status of a budget that has nothing left."""
    condition = {
        "type": "DisruptionAllowed",
        "status": "False",
        "observedGeneration": status.get("observedGeneration", 0),
        "reason": "InsufficientPods",
        "message": "",
    }
    return with_condition(status, condition, now)


def _may_go_unhealthy(pod: Obj, budget: Obj) -> bool:
    """A pod that is not ready may go without spending, by the budget's policy for such pods."""
    if pods.is_ready(pod):
        return False
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status = budget.get("status") or {}
    desired = int(status.get("desiredHealthy") or 0)
    return desired > 0 and int(status.get("currentHealthy") or 0) >= desired


def _check(budget: Obj) -> None:
    status = budget.get("status") or {}
    if status.get("observedGeneration", 0) < metadata(budget).get("generation", 0):
        why = f"The disruption budget {name(budget)} is still being processed by the server."
        raise errors.TooManyRequests(REFUSED, 10, [_cause(why)])
    if status.get("disruptionsAllowed", 0) <= 0:
        why = (
            f"The disruption budget {name(budget)} needs {status.get('desiredHealthy', 0)} healthy"
            f" pods and has {status.get('currentHealthy', 0)} currently"
        )
        raise errors.TooManyRequests(REFUSED, causes=[_cause(why)])


def _cause(message: str) -> dict[str, str]:
    return {"reason": "DisruptionBudget", "message": message}


def _mark_evicted(api: "Api", pod: Obj) -> None:
    condition = {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": "EvictionByEvictionAPI",
        "message": "Eviction API: evicting",
    }
    status = with_condition(pod.get("status") or {}, condition, times.rfc3339(api.engine.now()))
    marked = {**pod, "metadata": dict(pod["metadata"]), "status": status}
    api.store.replace("pods", key(pod), marked)
