"""The updater's loop: it evicts or resizes pods whose requests are far from what is recommended.

The program looks at everything every minute. Here an object is looked at in the minute after its
status or its pods have changed, when one of its pods gets old enough, and every minute while there
are pods to replace that may not go yet.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/updater/logic/updater.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.autoscale import programs
from minieks.autoscale.vpa import inplace, registration
from minieks.autoscale.vpa.applying import processed, updated
from minieks.autoscale.vpa.evictionrequirements import are_met
from minieks.autoscale.vpa.limitranges import bounds_of
from minieks.autoscale.vpa.objects import (
    COLLECTION,
    controlling,
    is_updated,
    min_replicas,
    policies_of,
    recommendation_of,
    target_of,
    update_mode,
)
from minieks.autoscale.vpa.policies import policy_of
from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.autoscale.vpa.selecting import ROUND, Selecting, next_round
from minieks.autoscale.vpa.updating import (
    MIN_REPLICAS,
    SIGNIFICANT,
    Group,
    Priority,
    is_candidate,
    old_at,
    priority,
)
from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words.objects import (
    Obj,
    controller_ref,
    is_deleting,
    key,
    name,
    namespace,
    split_key,
)

IMAGES: Final = ("vpa-updater",)
COMPONENT: Final = "vpa-updater"
_OF_PODS: Final = aspects.PHASE | aspects.STARTED | programs.COMINGS_AND_GOINGS
_COLLECTIONS: Final = {
    "ReplicationController": "replicationcontrollers",
    "StatefulSet": "statefulsets.apps",
    "ReplicaSet": "replicasets.apps",
    "DaemonSet": "daemonsets.apps",
}


class UpdaterLoop:
    """The loop; its keys are those of VerticalPodAutoscalers."""

    name = "vpa-updater"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._selecting = Selecting(api)
        programs.add_image_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """VerticalPodAutoscalers with their status, the pods they select, the program."""
        return {
            COLLECTION: lambda change: (change.key,),
            "pods": Minding(self._of_pod, _OF_PODS, COLLECTION),
        }

    def _of_pod(self, change: Change) -> Iterable[str]:
        if programs.is_of(change, (*IMAGES, *registration.IMAGES)):
            return [key(vpa) for vpa in self._api.list(COLLECTION)]
        return self._selecting.of_pod(change)

    def reconcile(self, vpa_key: str) -> Result | None:
        """Evict what may go of one object's pods, in a minute of the program."""
        vpa = self._api.get(COLLECTION, *split_key(vpa_key))
        program = programs.running(self._api, IMAGES)
        if vpa is None or program is None or not is_updated(vpa) or not recommendation_of(vpa):
            return None
        admission = programs.running(self._api, registration.IMAGES)
        if admission is None:
            return None  # New pods would be as the old ones: it waits for the admission controller.
        now = self._api.engine.now()
        at = next_round(program.since, max(now, admission.since + registration.DELAY))
        if at > now:
            return Result(again_after=(at - now) / SECOND)
        then = self._round(vpa, now)
        return None if then is None else Result(again_after=(then - now) / SECOND)

    def _round(self, vpa: Obj, now: Micros) -> Micros | None:
        """Evict pods; returns when to look again without being woken."""
        live = [pod for pod in self._pods(vpa) if not is_deleting(pod)]
        groups = self._groups(vpa, live)
        found = {key(pod): self._recommended(vpa, pod) for pod in live}
        live = [pod for pod in live if are_met(vpa, pod, found[key(pod)])]
        wants = {key(pod): priority(pod, found[key(pod)]) for pod in live}
        scaled = self._scaled(vpa)
        waiting = [pod for pod in live if is_candidate(pod, wants[key(pod)], now, scaled=scaled)]
        in_order = sorted(waiting, key=lambda pod: wants[key(pod)].order())
        if update_mode(vpa) == "InPlaceOrRecreate":
            in_order = self._resized(vpa, in_order, groups, now)
        evicted = sum(self._evict(vpa, pod, groups) for pod in in_order)
        if evicted < len(waiting) and groups:
            return now + ROUND
        return self._next_birthday(live, wants, now)

    def _resized(
        self, vpa: Obj, waiting: list[Obj], groups: Mapping[str, Group], now: Micros
    ) -> list[Obj]:
        """Resize pods in place; returns those that have to be evicted instead."""
        left = []
        for pod in waiting:
            group = groups.get(_creator(pod))
            what = inplace.attempt(pod, group, now)
            if what == "evict" or (what == "resize" and not self._resize(vpa, pod)):
                left.append(pod)
            elif what == "resize" and group is not None:
                group.disrupted += 1
        return left

    def _resize(self, vpa: Obj, pod: Obj) -> bool:
        """Whether the API took the resize."""
        bounds = bounds_of(self._api.list("limitranges", namespace(vpa)))
        wanted = updated(pod, name(vpa), recommendation_of(vpa), policies_of(vpa), bounds)
        try:
            inplace.resize(self._api, pod, wanted)
        except ApiError:
            return False
        self._tell(pod, "InPlaceResizedByVPA", "Pod was resized in place by VPA Updater.")
        return True

    def _pods(self, vpa: Obj) -> list[Obj]:
        selected = self._selecting.pods_of(vpa, target_of(self._api, vpa))
        return [pod for pod in selected if controlling(self._api, pod) is vpa]

    def _recommended(self, vpa: Obj, pod: Obj) -> dict[str, ContainerRecommendation]:
        """What is recommended for the containers of this pod."""
        bounds = bounds_of(self._api.list("limitranges", namespace(vpa)))
        return processed(pod, recommendation_of(vpa), policies_of(vpa), bounds)

    def _scaled(self, vpa: Obj) -> frozenset[str]:
        policies = policies_of(vpa)
        return frozenset(
            one for one in recommendation_of(vpa) if not policy_of(policies, one).is_off
        )

    def _groups(self, vpa: Obj, live: list[Obj]) -> dict[str, Group]:
        """The pods by their controller, of those controllers that have enough of them."""
        members: dict[str, list[Obj]] = {}
        for pod in live:
            members.setdefault(_creator(pod), []).append(pod)
        least = min_replicas(vpa, MIN_REPLICAS)
        found = {}
        for creator, those in members.items():
            configured = self._configured(those)
            if len(those) >= least and configured:
                running = sum(pods.phase(pod) != "Pending" for pod in those)
                found[creator] = Group(configured, running)
        return found

    def _configured(self, those: list[Obj]) -> int:
        """How many pods the controller of these is to have."""
        reference = controller_ref(those[0]) or {}
        collection = _COLLECTIONS.get(reference.get("kind", ""))
        if collection is None:
            return len(those)
        owner = self._api.get(collection, namespace(those[0]), reference["name"])
        if owner is None:
            return 0
        if reference["kind"] == "DaemonSet":
            return int((owner.get("status") or {}).get("numberReady") or 0)
        return int(owner["spec"].get("replicas") or 0)

    def _evict(self, vpa: Obj, pod: Obj, groups: Mapping[str, Group]) -> bool:
        """Evict a pod, if its group and its disruption budget allow it."""
        group = groups.get(_creator(pod))
        is_pending = pods.phase(pod) == "Pending"
        if group is None or not (is_pending or group.may_lose_one()):
            return False
        try:
            self._api.evict(namespace(pod), name(pod))
        except ApiError:
            return False
        if not is_pending:
            group.disrupted += 1
        self._tell(
            pod, "EvictedByVPA", "Pod was evicted by VPA Updater to apply resource recommendation."
        )
        self._tell(
            vpa,
            "EvictedPod",
            f"VPA Updater evicted Pod {name(pod)} to apply resource recommendation.",
        )
        return True

    def _tell(self, about: Obj, reason: str, message: str) -> None:
        self._api.record_event(about, "Normal", reason, message, component=COMPONENT)

    def _next_birthday(
        self, live: list[Obj], wants: Mapping[str, Priority], now: Micros
    ) -> Micros | None:
        """When the next pod that wants a significant change is old enough for it."""
        moments = [old_at(pod) for pod in live if wants[key(pod)].difference >= SIGNIFICANT]
        return min((one for one in moments if one is not None and one > now), default=None)


def _creator(pod: Obj) -> str:
    reference = controller_ref(pod) or {}
    return f"{reference.get('kind')}/{reference.get('name')}"
