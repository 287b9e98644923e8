"""Why pods of a workload do not run, in the words of whoever keeps them from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from minieks.kube.kinds import pods
from minieks.kube.words.conditions import find
from minieks.kube.words.objects import Obj
from minieks.scenario.observe.moments import plain
from minieks.scenario.result import WhyNot
from minieks.scenario.summary.remedies import field_to_change

# States of a healthy start: they pass by themselves and need no explanation.
_PASSING = frozenset({"ContainerCreating", "PodInitializing", ""})


@dataclass(frozen=True, slots=True)
class Complaint:
    """What one program says of one pod."""

    source: str
    reason: str
    message: str


def of_pods(kind: str, found: Iterable[Obj]) -> tuple[WhyNot, ...]:
    """The complaints about these pods, equal ones counted together."""
    counted: dict[tuple[str, str, str], tuple[int, Complaint, Obj]] = {}
    for pod in found:
        complaint = _complaint(pod)
        if complaint is None:
            continue
        key = (complaint.source, complaint.reason, plain(complaint.message))
        count = counted[key][0] if key in counted else 0
        counted[key] = (count + 1, complaint, pod)
    return tuple(
        WhyNot(
            count,
            complaint.source,
            complaint.reason,
            complaint.message,
            field_to_change(kind, pod["spec"], complaint.message),
        )
        for count, complaint, pod in counted.values()
    )


def of_controller(kind: str, workload: Obj, pod_spec: Mapping[str, Any]) -> tuple[WhyNot, ...]:
    """Why a controller could not even create pods, or gave up."""
    status = workload.get("status") or {}
    for type_ in ("ReplicaFailure", "Failed"):
        condition = find(status, type_)
        if condition is not None and condition["status"] == "True":
            message = str(condition.get("message", ""))
            field = field_to_change(kind, dict(pod_spec), message)
            source = f"{kind.lower()}-controller"
            return (WhyNot(0, source, str(condition.get("reason", type_)), message, field),)
    return ()


def _complaint(pod: Obj) -> Complaint | None:
    if pods.is_ready(pod) or pods.phase(pod) == "Succeeded":
        return None
    scheduled = pods.condition(pod, "PodScheduled")
    if not pods.node_name(pod):
        if scheduled is None or not scheduled.get("message"):
            return None
        reason = str(scheduled.get("reason", "Unschedulable"))
        return Complaint(pods.scheduler_name(pod), reason, str(scheduled["message"]))
    status = pod.get("status") or {}
    if pods.phase(pod) == "Failed" and status.get("reason"):
        return Complaint("kubelet", str(status["reason"]), str(status.get("message", "")))
    return next(_container_complaints(status), None)


def _container_complaints(status: Mapping[str, Any]) -> Iterator[Complaint]:
    for part in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(part) or ():
            waiting = (container.get("state") or {}).get("waiting") or {}
            if waiting.get("reason", "") not in _PASSING:
                message = str(waiting.get("message") or f"container {container['name']}")
                yield Complaint("kubelet", str(waiting["reason"]), message)
            ended = (container.get("state") or {}).get("terminated") or {}
            if ended.get("exitCode"):
                reason = str(ended.get("reason", "Error"))
                text = f"container {container['name']} exited with code {ended['exitCode']}"
                yield Complaint("kubelet", reason, text)
