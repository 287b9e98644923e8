"""Whether a pod lets its node go: one rule after the other, until one decides.

Source: kubernetes/autoscaler cluster-autoscaler/simulator/drainability/rules and
utils/drain/drain.go.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from minieks.autoscale.clusterautoscaler.budgets import Budgets
from minieks.engine.clock import SECOND, Micros
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.kinds import pods
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations, controller_ref, name, namespace

SAFE: Final = "cluster-autoscaler.kubernetes.io/safe-to-evict"
SAFE_VOLUMES: Final = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"
UNMOVABLE: Final = "UnmovableKubeSystemPod"
"""The reason of a verdict that ends with time."""
_HEADROOM: Final = 30 * SECOND
_REPLICATED: Final = frozenset(("ReplicationController", "Job", "ReplicaSet", "StatefulSet"))
_LISTED: Final = {
    "ReplicationController": ("replicationcontrollers", "replication controller"),
    "DaemonSet": ("daemonsets.apps", "daemonset"),
    "Job": ("jobs.batch", "job"),
    "ReplicaSet": ("replicasets.apps", "replication controller"),
    "StatefulSet": ("statefulsets.apps", "statefulset"),
}
"""Controllers that are looked up, and what the program calls them."""
_COUNTED: Final = ("ReplicationController", "ReplicaSet")

Find: TypeAlias = Callable[[str, str, str], Obj | None]
"""An object by collection, namespace and name."""


@dataclass(frozen=True, slots=True)
class DrainRules:
    """The flags that decide what blocks."""

    skip_system_pods: bool = True
    skip_local_storage: bool = True
    skip_custom_controllers: bool = True
    min_replica_count: int = 0
    system_pods_block_for: Micros = 3600 * SECOND
    """``--blocking-system-pod-distruption-timeout``."""


class Verdict(NamedTuple):
    """What becomes of a pod when its node is to go."""

    outcome: Literal["move", "skip", "block"]
    """``skip``: the pod ends with its node and needs no other place."""
    reason: str = ""
    """Why it blocks, in one word."""
    message: str = ""


MOVE: Final = Verdict("move")
_SKIP: Final = Verdict("skip")


@dataclass(slots=True)
class Context:
    """What rules look at beside the pod."""

    now: Micros
    rules: DrainRules = field(default_factory=DrainRules)
    budgets: Budgets = field(default_factory=Budgets)
    find: Find | None = None
    """None: controllers are not looked up."""


_Rule: TypeAlias = Callable[[Obj, Context], Verdict | None]


def is_long_terminating(pod: Obj, now: Micros) -> bool:
    """Whether a pod should have been gone by now: its grace and half a minute have passed."""
    deleted = pod["metadata"].get("deletionTimestamp")
    if deleted is None:
        return False
    grace = pod["spec"].get("terminationGracePeriodSeconds")
    seconds = 30 if grace is None else int(grace)
    return times.parse(deleted) + seconds * SECOND + _HEADROOM < now


def drainable(pod: Obj, context: Context) -> Verdict:
    """What the first rule that decides says of a pod."""
    known = _ASKED.get(pod)
    if known is None or known.of is not context.rules:
        known = _ASKED.put(pod, _asked(pod, context.rules))
    for rule in known.rules:
        verdict = rule(pod, context)
        if verdict is not None:
            return verdict
    return known.otherwise


class _Asked(NamedTuple):
    """The rules that may say something else of a pod each time, and what the others say."""

    of: DrainRules
    rules: Sequence[_Rule]
    otherwise: Verdict


_ASKED: Final[IdentityMemo[_Asked]] = IdentityMemo(8192)


def _asked(pod: Obj, rules: DrainRules) -> _Asked:
    """Rules about the pod alone are asked once; none comes after the first of them that decides."""
    alone, each_time = Context(0, rules), list[_Rule]()
    for rule in _RULES:
        if rule in _EACH_TIME:
            each_time.append(rule)
            continue
        verdict = rule(pod, alone)
        if verdict is not None:
            return _Asked(rules, each_time, verdict)
    return _Asked(rules, each_time, MOVE)


def _mirror(pod: Obj, _: Context) -> Verdict | None:
    return _SKIP if pods.is_mirror(pod) else None


def _long_terminating(pod: Obj, context: Context) -> Verdict | None:
    return _SKIP if is_long_terminating(pod, context.now) else None


def _replica_count(pod: Obj, context: Context) -> Verdict | None:
    """The controller must be there, and ask for enough replicas."""
    owner = controller_ref(pod)
    if context.find is None or not context.rules.skip_custom_controllers or owner is None:
        return None
    if owner["kind"] not in _LISTED or not _is_known(owner):
        return None
    collection, called = _LISTED[owner["kind"]]
    about = f"{called} for {_called(pod)}"
    found = context.find(collection, namespace(pod), owner["name"])
    if found is None:
        text = f'{about} is not available, err: {called} "{owner["name"]}" not found'
        return Verdict("block", "ControllerNotFound", text)
    replicas, least = found["spec"].get("replicas"), context.rules.min_replica_count
    if owner["kind"] in _COUNTED and replicas is not None and replicas < least:
        text = f"{about} has too few replicas spec: {replicas} min: {least}"
        return Verdict("block", "MinReplicasReached", text)
    return None


def _is_known(owner: Mapping[str, str]) -> bool:
    """Whether a controller that calls itself so is one of Kubernetes' own."""
    group = owner["apiVersion"].rpartition("/")[0]
    return owner["kind"] not in ("DaemonSet", "StatefulSet") or group == "apps"


def _daemon(pod: Obj, _: Context) -> Verdict | None:
    return MOVE if pods.is_daemon(pod) else None


def _safe(pod: Obj, _: Context) -> Verdict | None:
    return MOVE if annotations(pod).get(SAFE) == "true" else None


def _terminal(pod: Obj, _: Context) -> Verdict | None:
    restarts = pod["spec"].get("restartPolicy") or "Always"
    phase = pods.phase(pod)
    ended = (restarts == "Never" and phase in ("Succeeded", "Failed")) or (
        restarts == "OnFailure" and phase == "Succeeded"
    )
    return MOVE if ended else None


def _replicated(pod: Obj, context: Context) -> Verdict | None:
    """Somebody must make the pod again elsewhere."""
    owner = controller_ref(pod)
    only_known = context.rules.skip_custom_controllers
    if owner is not None and (not only_known or owner["kind"] in _REPLICATED):
        return None
    return Verdict("block", "NotReplicated", f"{_called(pod)} is not replicated")


def _system(pod: Obj, context: Context) -> Verdict | None:
    """A pod of kube-system without a budget keeps its node for its first hour."""
    if not context.rules.skip_system_pods or namespace(pod) != "kube-system":
        return None
    if context.budgets.matching(pod):
        return None
    if blocks_until(pod, context.rules) <= context.now:
        return None
    text = f"non-daemonset, non-mirrored, non-pdb-assigned kube-system pod present: {name(pod)}"
    return Verdict("block", UNMOVABLE, text)


def blocks_until(pod: Obj, rules: DrainRules) -> Micros:
    """When a pod of kube-system stops to keep its node."""
    since = (pod.get("status") or {}).get("startTime") or pod["metadata"]["creationTimestamp"]
    return times.parse(since) + rules.system_pods_block_for


def _not_safe(pod: Obj, _: Context) -> Verdict | None:
    if annotations(pod).get(SAFE) != "false":
        return None
    text = f"pod annotated as not safe to evict present: {name(pod)}"
    return Verdict("block", "NotSafeToEvictAnnotation", text)


def _local_storage(pod: Obj, context: Context) -> Verdict | None:
    if not context.rules.skip_local_storage or not _blocking_volumes(pod):
        return None
    text = f"pod with local storage present: {name(pod)}"
    return Verdict("block", "LocalStorageRequested", text)


def _blocking_volumes(pod: Obj) -> bool:
    """Whether data would be lost: on the host or on its disk, unless it is said to be harmless."""
    harmless = {one.strip() for one in annotations(pod).get(SAFE_VOLUMES, "").split(",")}
    for volume in pod["spec"].get("volumes") or ():
        on_disk = "emptyDir" in volume and (volume["emptyDir"] or {}).get("medium") != "Memory"
        if ("hostPath" in volume or on_disk) and volume["name"] not in harmless:
            return True
    return False


def _budget(pod: Obj, context: Context) -> Verdict | None:
    if all(one.allowed >= 1 for one in context.budgets.matching(pod)):
        return None
    text = f"not enough pod disruption budget to move {_called(pod)}"
    return Verdict("block", "NotEnoughPdb", text)


def _called(pod: Obj) -> str:
    return f"{namespace(pod)}/{name(pod)}"


_RULES: Final[Sequence[_Rule]] = (
    _mirror,
    _long_terminating,
    _replica_count,
    _daemon,
    _safe,
    _terminal,
    _replicated,
    _system,
    _not_safe,
    _local_storage,
    _budget,
)
_EACH_TIME: Final = (_long_terminating, _replica_count, _system, _budget)
"""Those that look at the time, at budgets or at other objects too."""
