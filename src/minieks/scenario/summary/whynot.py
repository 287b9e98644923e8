"""Why pods of a workload do not run, in the words of whoever keeps them from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minieks.eks.fargate.matching import NoMatch, match
from minieks.eks.fargate.profiles import Profile
from minieks.eks.fargate.refusals import SCHEDULER_NAME as FARGATE
from minieks.eks.labels import is_fargate_node
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words.conditions import find
from minieks.kube.words.objects import Obj, namespace, uid
from minieks.scenario.observe.moments import plain
from minieks.scenario.result import WhyNot
from minieks.scenario.summary.remedies import claim_field, field_to_change

# States of a start: they pass by themselves, or an event says what they wait for.
_PASSING = frozenset({"ContainerCreating", "PodInitializing", ""})

# A claim that waits for its own pod: what keeps the pod is said by the pod's scheduler.
_WAITS_FOR_ITS_POD = frozenset({"WaitForFirstConsumer", "WaitForPodScheduled"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """What one program says of one pod, and the field to change if it is known already."""

    source: str
    reason: str
    message: str
    field: str | None = None
    not_on_fargate: str = ""


class WhyNots:
    """Looks at the pods, claims and events of one cluster as they are now."""

    def __init__(self, api: Api, profiles: Sequence[Profile]) -> None:
        self._api = api
        self._profiles = profiles
        self._has_ec2_nodes = any(not is_fargate_node(node) for node in api.list("nodes"))
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
        return tuple(_why_not(kind, *entry) for entry in counted.values())

    def _complaints(self, kind: str, pod: Obj) -> Iterator[Complaint]:
        if pods.is_ready(pod) or pods.phase(pod) == "Succeeded":
            return
        if not pods.node_name(pod):
            yield from self._of_scheduler(pod)
            yield from self._of_claims(kind, pod)
            return
        status = pod.get("status") or {}
        if pods.phase(pod) == "Failed" and status.get("reason"):
            yield Complaint("kubelet", str(status["reason"]), str(status.get("message", "")))
            return
        said = list(_of_containers(status))
        yield from said[:1] or self._of_events(pod)

    def _of_scheduler(self, pod: Obj) -> Iterator[Complaint]:
        scheduled = pods.condition(pod, "PodScheduled")
        if scheduled is None or not scheduled.get("message"):
            return
        reason = str(scheduled.get("reason", "Unschedulable"))
        who, message = pods.scheduler_name(pod), str(scheduled["message"])
        if who == FARGATE or not self._profiles:
            yield Complaint(who, reason, message)
            return
        matched = match(self._profiles, pod)
        off = matched.reason if isinstance(matched, NoMatch) else ""
        # Where every node is Fargate's own, no toleration helps: those nodes take one pod each.
        yield Complaint(who, reason, message, None if self._has_ec2_nodes else "", off)

    def _of_claims(self, kind: str, pod: Obj) -> Iterator[Complaint]:
        """What keeps the pod's claims from having a volume."""
        for volume in pod["spec"].get("volumes") or ():
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName", "")
            claim = self._api.get("persistentvolumeclaims", namespace(pod), name) if name else None
            if claim is None or (claim.get("status") or {}).get("phase") == "Bound":
                continue
            event = self._events.get(uid(claim))
            if event is not None and event["reason"] not in _WAITS_FOR_ITS_POD:
                text = f"persistentvolumeclaim {name}: {event['message']}"
                source = event["source"]["component"]
                field = claim_field(kind, volume["name"])
                yield Complaint(source, event["reason"], text, field)

    def _of_events(self, pod: Obj) -> Iterator[Complaint]:
        event = self._events.get(uid(pod))
        if event is not None:
            yield Complaint(event["source"]["component"], event["reason"], event["message"])


def _why_not(kind: str, count: int, complaint: Complaint, pod: Obj) -> WhyNot:
    field = complaint.field
    if field is None:
        field = field_to_change(kind, pod["spec"], complaint.message)
    return WhyNot(
        pods=count,
        source=complaint.source,
        reason=complaint.reason,
        message=complaint.message,
        field=field,
        not_on_fargate=complaint.not_on_fargate,
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
