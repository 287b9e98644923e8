"""The fargate-scheduler: a pod of its own gets a machine, a node and its binding.

Source: AWS user guide for EKS, "AWS Fargate", and pods and events in public dumps. In order: the
pod is judged, once; a machine is asked for at the pace of the account's token bucket and takes its
time; its node registers and becomes ready; the pod is bound to it, past the node's taint. The node
goes with its pod.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from minieks.data.timings import Timings
from minieks.eks import nodestatus, shortages
from minieks.eks.fargate import logging, microvm, profiles, refusals, verdict
from minieks.eks.fargate.bucket import TokenBucket
from minieks.eks.fargate.sizing import FargateSize
from minieks.eks.fargate.verdict import Refused, timed_out
from minieks.eks.labels import FARGATE_PROFILE
from minieks.eks.shortages import Launch
from minieks.eks.subnets import Addresses, Subnet, from_object, private_dns_name
from minieks.engine.clock import SECOND, Micros, micros
from minieks.engine.loop import SETTLED, Minding, Result, Wakes
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.kinds import nodes, pods
from minieks.kube.kubelet.nodestatus import ready
from minieks.kube.words import conditions, times
from minieks.kube.words.objects import (
    Obj,
    annotations,
    labels,
    metadata,
    namespace,
    split_key,
    uid,
    with_metadata,
)
from minieks.kube.words.objects import (
    key as key_of,
)

COMPONENT = refusals.SCHEDULER_NAME
NOT_READY = "node.kubernetes.io/not-ready"
# Seconds between looks at the taints: the node lifecycle controller makes a pass every five.
SETTLING = 1.0
BINDS_AFTER = SECOND
"""From the node's Ready condition to the binding (a model: the node's taints go meanwhile)."""

# What decides whether a pod waits, and for which profile.
_PLACING = aspects.LIFE | aspects.SPEC | aspects.PHASE | aspects.DELETION | aspects.LABELS

Observer: TypeAlias = Callable[[Micros, Obj, FargateSize | Refused], None]
"""Hears of the end of each attempt to place a pod: the size it is given, or why it gets none."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be set of Fargate; durations are in seconds.

    ``vcpu_quota`` is the account's "Fargate On-Demand vCPU resource count"; None, the default, is
    no quota, since AWS raises it with use. A pod is judged ``judged_after`` its creation (a model:
    claims made together with it bind meanwhile), and looked at again after ``retry_after`` where
    that helps. A machine that cannot come up is given up after ``times_out_after``.
    """

    timings: Timings
    vcpu_quota: Decimal | None = None
    judged_after: float = 1.0
    retry_after: float = 60.0
    times_out_after: float = 300.0


class FargateScheduler:
    """Places the pods that the webhook marked; its keys are the keys of pods."""

    name = "fargate-scheduler"

    def __init__(
        self,
        api: Api,
        aws: Store,
        region: str,
        settings: Settings,
        observer: Observer | None = None,
    ) -> None:
        self._api = api
        self._observer = observer
        self._aws = aws
        self._region = region
        self._settings = settings
        self._addresses = Addresses(aws)
        self._chance = api.engine.random("fargate")
        timings = settings.timings
        self._retry_at: dict[str, Micros] = {}
        self._bucket = TokenBucket(
            timings.of("fargate_launches_per_second").median,
            timings.of("fargate_launch_burst").median,
        )

    def watches(self) -> Mapping[str, Wakes]:
        """Its pods, and its machines."""
        return {
            "pods": Minding(_own_pod, _PLACING),
            microvm.COLLECTION: lambda change: (change.key,),
        }

    def reconcile(self, key: str) -> Result | None:
        """Bring one pod a step further, or clean up after it."""
        space, pod_name = split_key(key)
        pod = self._api.get("pods", space, pod_name)
        record = self._aws.get(microvm.COLLECTION, key)
        if record is not None and (pod is None or uid(pod) != record["podUid"]):
            self._release(record)
            record = None
        if pod is None or not _is_waiting(pod):
            self._retry_at.pop(key, None)
            return SETTLED
        if record is None:
            return self._begin(pod)
        return self._advance(pod, record)

    # judging

    def _begin(self, pod: Obj) -> Result | None:
        """Judge a pod that has no machine yet, and ask for one."""
        since = times.parse(metadata(pod)["creationTimestamp"])
        due = max(since + micros(self._settings.judged_after), self._retry_at.get(key_of(pod), 0))
        if due > self._now():
            return self._wait(due)
        found = self._aws.get(profiles.COLLECTION, labels(pod).get(FARGATE_PROFILE, ""))
        if found is None or _is_rejected(pod):
            return None
        profile = profiles.from_object(found)
        judged = verdict.judge(pod, profile, self._claims(pod))
        if isinstance(judged, FargateSize):
            over = self._over_quota(judged)
            if over is None:
                return self._provision(pod, profile, judged)
            judged = over
        return self._refuse(pod, judged)

    def _claims(self, pod: Obj) -> refusals.Claims:
        api, space = self._api, namespace(pod)
        return refusals.claims_of(
            pod,
            lambda name: api.get("persistentvolumeclaims", space, name),
            lambda name: api.get("persistentvolumes", "", name),
        )

    def _over_quota(self, wanted: FargateSize) -> Refused | None:
        quota = self._settings.vcpu_quota
        limit = shortages.quota(self._aws, shortages.FARGATE)
        if limit is not None:
            quota = Decimal(limit)
        if quota is None:
            return None
        records = self._aws.values(microvm.COLLECTION)
        used = sum((Decimal(record["vcpu"]) for record in records), Decimal(0))
        return verdict.over_quota(used, wanted, quota)

    def _refuse(self, pod: Obj, refused: Refused) -> Result | None:
        self._observe(pod, refused)
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": refused.reason,
            "message": refused.message,
            "lastProbeTime": None,
        }
        now = times.rfc3339(self._now())
        status = conditions.with_condition(pod.get("status") or {}, condition, now)
        self._event(pod, "Warning", "FailedScheduling", refused.message)
        self._api.update_status({**pod, "status": status})
        if not refused.retried:
            return SETTLED
        self._retry_at[key_of(pod)] = self._now() + micros(self._settings.retry_after)
        return Result(self._settings.retry_after, settled=True)

    # launching

    def _provision(self, pod: Obj, profile: profiles.Profile, size: FargateSize) -> Result | None:
        """Ask for a machine, tell of logging, and note on the pod what it will have."""
        subnet = self._subnet(profile)
        address = self._addresses.free(subnet, self._chance) if subnet else None
        if subnet is None or address is None or not subnet.egress:
            return self._give_up(pod)
        launch = Launch(subnet.zone, shortages.FARGATE)
        if shortages.is_short(shortages.present(self._aws), launch):
            return self._refuse(pod, verdict.no_capacity())
        record = self._aws.create(
            microvm.COLLECTION, key_of(pod), self._record(pod, size, subnet, address)
        )
        self._observe(pod, size)
        told = logging.logging(
            self._api.get("configmaps", logging.NAMESPACE, logging.CONFIG_MAP),
            self._api.get("namespaces", "", logging.NAMESPACE),
        )
        self._event(pod, told.event_type, told.event_reason, told.event_message)
        noted = {
            **annotations(pod),
            "CapacityProvisioned": size.capacity_provisioned,
            "Logging": told.annotation,
        }
        nominated = {**(pod.get("status") or {}), "nominatedNodeName": record["id"]}
        self._api.update_status({**with_metadata(pod, annotations=noted), "status": nominated})
        return self._wait(record["registersAt"])

    def _give_up(self, pod: Obj) -> Result | None:
        """A pod whose machine cannot come up: the time-out is told when it is over."""
        since = times.parse(metadata(pod)["creationTimestamp"])
        due = since + micros(self._settings.times_out_after)
        return self._wait(due) if due > self._now() else self._refuse(pod, timed_out(key_of(pod)))

    def _subnet(self, profile: profiles.Profile) -> Subnet | None:
        """Any of the profile's subnets: which zone a pod gets cannot be chosen."""
        known = (self._aws.get("subnets.ec2", one) for one in profile.subnets)
        found = [one for one in known if one is not None]
        return from_object(self._chance.choice(found)) if found else None

    def _record(self, pod: Obj, size: FargateSize, subnet: Subnet, address: str) -> Obj:
        timings, now = self._settings.timings, self._now()
        took = timings.of("fargate_schedule_delay").sample(self._chance)
        joins = min(timings.of("fargate_node_ready").sample(self._chance), took)
        bound = self._bucket.take(now) + micros(took)
        dns_name = private_dns_name(address, self._region)
        return {
            "id": microvm.new_id(self._chance),
            "podKey": key_of(pod),
            "podUid": uid(pod),
            "profile": labels(pod)[FARGATE_PROFILE],
            "vcpu": str(size.vcpu),
            "memoryGiB": str(size.memory_gib),
            "ephemeralGiB": size.ephemeral_gib,
            "subnetId": subnet.id,
            "availabilityZone": subnet.zone,
            "privateIpAddress": address,
            "privateDnsName": dns_name,
            "nodeName": microvm.node_name(dns_name),
            "requestedAt": now,
            "registersAt": max(bound - BINDS_AFTER - micros(joins), now),
            "readyAt": max(bound - BINDS_AFTER, now),
            "bindsAt": bound,
        }

    def _advance(self, pod: Obj, record: Obj) -> Result | None:
        """Let the node register and become ready when its time has come, then bind."""
        node = self._api.get("nodes", "", record["nodeName"])
        if self._now() < record["registersAt"]:
            return self._wait(record["registersAt"])
        if node is None:
            node = self._register(record)
        if self._now() < record["readyAt"]:
            return self._wait(record["readyAt"])
        if not nodes.is_ready(node):
            self._make_ready(node)
        if self._now() < record["bindsAt"]:
            return self._wait(record["bindsAt"])
        if not _is_settled(node):
            return Result(again_after=SETTLING)
        self._api.bind(namespace(pod), metadata(pod)["name"], record["nodeName"])
        text = f"Successfully assigned {key_of(pod)} to {record['nodeName']}"
        self._event(pod, "Normal", "Scheduled", text)
        self._retry_at.pop(key_of(pod), None)
        return SETTLED

    def _register(self, record: Obj) -> Obj:
        now = times.rfc3339(self._now())
        node = microvm.node_object(record, self._region, self._api.version, now)
        node = self._api.create(node)
        for type_, reason, text in nodestatus.REGISTRATION_EVENTS:
            self._node_event(node, type_, reason, text)
        return node

    def _make_ready(self, node: Obj) -> None:
        now = times.rfc3339(self._now())
        self._api.update_status({**node, "status": ready(node["status"], now)})
        self._node_event(node, *nodestatus.READY_EVENT)

    def _release(self, record: Obj) -> None:
        """The pod is gone: its node and its machine go too."""
        self._aws.remove(microvm.COLLECTION, record["podKey"])
        if self._api.get("nodes", "", record["nodeName"]) is not None:
            self._api.delete("nodes", "", record["nodeName"])

    # words

    def _observe(self, pod: Obj, verdict_: FargateSize | Refused) -> None:
        if self._observer is not None:
            self._observer(self._now(), pod, verdict_)

    def _now(self) -> Micros:
        return self._api.engine.now()

    def _wait(self, until: Micros) -> Result:
        return Result(max(until - self._now(), 0) / SECOND, settled=True)

    def _event(self, about: Obj, type_: str, reason: str, message: str) -> None:
        self._api.record_event(about, type_, reason, message, component=COMPONENT)

    def _node_event(self, node: Obj, type_: str, reason: str, text: str) -> None:
        name = metadata(node)["name"]
        message = text.format(name)
        self._api.record_event(node, type_, reason, message, component="kubelet", host=name)


def _is_settled(node: Obj) -> bool:
    """Whether the node's NoExecute taint is gone, as it is a moment after the node is ready.

    A pod bound before that would be told of an eviction that is cancelled at once; no Fargate pod
    in public dumps was.
    """
    return (NOT_READY, "NoExecute") not in [
        (taint["key"], taint["effect"]) for taint in nodes.taints(node)
    ]


def _own_pod(change: Change) -> Iterable[str]:
    """A pod of its own that waits, or has just ceased to, or is gone."""
    if pods.scheduler_name(change.value) != refusals.SCHEDULER_NAME:
        return ()
    before = change.previous
    concerned = (
        change.type != "MODIFIED"
        or _is_waiting(change.value)
        or (before is not None and _is_waiting(before))
    )
    return (change.key,) if concerned else ()


def _is_waiting(pod: Obj) -> bool:
    """Whether the pod is this scheduler's to place, and is not placed yet."""
    return (
        pods.scheduler_name(pod) == refusals.SCHEDULER_NAME
        and not pods.node_name(pod)
        and not pods.is_terminal(pod)
        and not pod["spec"].get("schedulingGates")
        and metadata(pod).get("deletionTimestamp") is None
    )


def _is_rejected(pod: Obj) -> bool:
    """Whether the pod was refused for good: it is tried once (aws/containers-roadmap #2654)."""
    found = pods.condition(pod, "PodScheduled")
    if found is None or found.get("status") != "False":
        return False
    if found.get("reason") in (verdict.UNSUPPORTED, verdict.EXCEEDS_MAX):
        return True
    return str(found.get("message", "")).startswith("Misconfigured Fargate Profile")
