"""Why pods of a workload do not run, in the words of whoever keeps them from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words.conditions import find
from minieks.kube.words.objects import Obj, namespace, uid
from minieks.scenario.observe.moments import plain
from minieks.scenario.result import WhyNot
from minieks.scenario.summary.remedies import claim_field, field_to_change

# States of a start: they pass by themselves, or an event says what they wait for.
_PASSING = frozenset({"ContainerCreating", "PodInitializing", ""})


@dataclass(frozen=True, slots=True)
class Complaint:
    """What one program says of one pod, and the field to change if it is known already."""

    source: str
    reason: str
    message: str
    field: str = ""


class WhyNots:
    """Looks at the pods, claims and events of one cluster as they are now."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._events: dict[str, Obj] = {}
        for event in api.list("events"):
            about = event["involvedObject"]
            waits = about["kind"] == "PersistentVolumeClaim"
            if event["type"] == "Warning" or waits:
                self._events[about.get("uid", "")] = event

    def of_pods(self, kind: str, found: Iterable[Obj]) -> tuple[WhyNot, ...]:
        """The complaints about these pods, equal ones counted together."""
        counted: dict[tuple[str, str, str], tuple[int, Complaint, Obj]] = {}
        for pod in found:
            for complaint in self._complaints(kind, pod):
                key = (complaint.source, complaint.reason, plain(complaint.message))
                count = counted[key][0] if key in counted else 0
                counted[key] = (count + 1, complaint, pod)
        return tuple(
            WhyNot(
                count,
                complaint.source,
                complaint.reason,
                complaint.message,
                complaint.field or field_to_change(kind, pod["spec"], complaint.message),
            )
            for count, complaint, pod in counted.values()
        )

    def _complaints(self, kind: str, pod: Obj) -> Iterator[Complaint]:
        if pods.is_ready(pod) or pods.phase(pod) == "Succeeded":
            return
        if not pods.node_name(pod):
            yield from _of_scheduler(pod)
            yield from self._of_claims(kind, pod)
            return
        status = pod.get("status") or {}
        if pods.phase(pod) == "Failed" and status.get("reason"):
            yield Complaint("kubelet", str(status["reason"]), str(status.get("message", "")))
            return
        said = list(_of_containers(status))
        yield from said[:1] or self._of_events(pod)

    def _of_claims(self, kind: str, pod: Obj) -> Iterator[Complaint]:
        """What keeps the pod's claims from having a volume."""
        for volume in pod["spec"].get("volumes") or ():
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName", "")
            claim = self._api.get("persistentvolumeclaims", namespace(pod), name) if name else None
            if claim is None or (claim.get("status") or {}).get("phase") == "Bound":
                continue
            event = self._events.get(uid(claim))
            if event is not None and event["reason"] != "WaitForFirstConsumer":
                text = f"persistentvolumeclaim {name}: {event['message']}"
                source = event["source"]["component"]
                field = claim_field(kind, volume["name"])
                yield Complaint(source, event["reason"], text, field)

    def _of_events(self, pod: Obj) -> Iterator[Complaint]:
        event = self._events.get(uid(pod))
        if event is not None:
            yield Complaint(event["source"]["component"], event["reason"], event["message"])


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


def _of_scheduler(pod: Obj) -> Iterator[Complaint]:
    scheduled = pods.condition(pod, "PodScheduled")
    if scheduled is not None and scheduled.get("message"):
        reason = str(scheduled.get("reason", "Unschedulable"))
        yield Complaint(pods.scheduler_name(pod), reason, str(scheduled["message"]))


def _of_containers(status: Mapping[str, Any]) -> Iterator[Complaint]:
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
