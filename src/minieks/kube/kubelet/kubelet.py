"""The kubelets of all nodes in one loop: it reads pods and nodes, asks ``stages``, writes statuses.

It looks at its pods on a grid of 100 ms: what happens within a tenth of a second is written
together, as the status manager batches its writes, and the pods of a large Deployment then do not
cause one sync of their owners each. Moments within statuses are exact all the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from minieks.data.timings import Timings
from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects, heartbeats
from minieks.kube.api.errors import NotFound
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.server import Api
from minieks.kube.kinds import nodes, pods
from minieks.kube.kubelet import (
    admission,
    annotations,
    life,
    memory,
    mounts,
    resizing,
    resuming,
    stages,
    status,
    versions,
    wakes,
)
from minieks.kube.kubelet.addresses import PodAddresses, internal_ip
from minieks.kube.kubelet.life import Life, Verdict
from minieks.kube.kubelet.machine import Machine
from minieks.kube.kubelet.mounts import NOTHING_MISSING, Needs, Wishes
from minieks.kube.kubelet.resizes import Resizable, Resizes, everywhere
from minieks.kube.kubelet.scene import NodeView, Obstacle, Scene
from minieks.kube.kubelet.stages import Step
from minieks.kube.kubelet.workload import AnnotatedWorkload, WorkloadModel
from minieks.kube.usage.sampling import CHANGES, MEMORY
from minieks.kube.words.objects import (
    Obj,
    is_deleting,
    key,
    metadata,
    name,
    namespace,
    split_key,
    uid,
)

GRID: Final[Micros] = SECOND // 10
COMPONENT: Final = "kubelet"
NO_NETWORK: Final = Obstacle(
    "NetworkNotReady",
    "network is not ready: container runtime network not ready: NetworkReady=false "
    "reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
)


class Machines(Protocol):
    """Which nodes' machines run; a kubelet whose machine does not run does nothing."""

    def is_running(self, node_name: str) -> bool:
        """Whether the machine of the node runs."""


class AllRun:
    """Machines that never stop."""

    def is_running(self, node_name: str) -> bool:
        """Always."""
        return True


class _Place(NamedTuple):
    """Where a pod is: its node, its address there, and what it asks for."""

    node: Obj
    address: str
    wishes: Wishes


class _Told(NamedTuple):
    """A pod as its status was told last, and what of its life was told."""

    pod: Obj
    life: Life


class Kubelet:
    """The loop; its key is a pod's ``namespace/name``.

    ``model`` says how containers behave, ``handlers`` are further checks before a node takes a
    pod, ``machines`` say which nodes are alive, ``resizable`` which of them resize pods in place.
    """

    name = "kubelet"

    def __init__(
        self,
        api: Api,
        timings: Timings,
        *,
        model: WorkloadModel | None = None,
        machines: Machines | None = None,
        handlers: Sequence[admission.Handler] = (),
        resizable: Resizable = everywhere,
    ) -> None:
        self._api = api
        self._timings = timings
        self._model = model or AnnotatedWorkload(timings)
        self._machines = machines or AllRun()
        self._handlers = tuple(handlers)
        self._resizes = Resizes(resizable, handlers)
        self._chance = api.engine.random("kubelet")
        self._addresses = PodAddresses()
        self._lives: dict[str, Life] = {}
        self._places: dict[str, _Place] = {}
        self._told: dict[str, _Told] = {}
        self._views: IdentityMemo[NodeView] = IdentityMemo()
        self._nodes: dict[str, Machine] = {}
        self._waiting: dict[str, dict[str, None]] = {}
        api.store.add_index("pods", wakes.BY_NODE, wakes.node_of, aspects.SPEC)

    # waking

    def watches(self) -> Mapping[str, Wakes]:
        """Pods that came or are to go, nodes that came or came back, and what pods wait for."""
        waited: dict[str, Wakes] = dict.fromkeys(wakes.WAITED_FOR, self._wake_waiting)
        return {
            "pods": self._pod_changed,
            "nodes": Minding(self._node_changed, aspects.LIFE | aspects.READY),
            heartbeats.LEASES: self._lease_changed,
            CHANGES: Minding(self._use_changed, MEMORY),
            **waited,
        }

    def _pod_changed(self, change: Change) -> Iterable[str]:
        return (*wakes.pods_of(change), *self._resizes.waiting(change.value))

    def _use_changed(self, change: Change) -> Iterable[str]:
        """The pods that need more memory now than they may have."""
        demand, now = self._api.usage.demand, self._api.engine.now()
        for pod_key in demand.members(change.key):
            pod = self._api.store.get("pods", pod_key)
            if pod is not None and memory.is_short(demand, pod, now):
                yield pod_key

    def _node_changed(self, change: Change) -> Iterable[str]:
        before = change.previous
        if change.type == "DELETED":
            self._nodes.pop(change.key, None)
        elif before is not None and nodes.is_ready(before) == nodes.is_ready(change.value):
            return ()
        return self._pods_on(change.key)

    def _lease_changed(self, change: Change) -> Iterable[str]:
        """A kubelet that is heard from again looks at all its pods."""
        if change.type != "MODIFIED" or namespace(change.value) != heartbeats.NAMESPACE:
            return ()
        return self._pods_on(name(change.value))

    def _pods_on(self, node_name: str) -> list[str]:
        return [key(pod) for pod in self._api.store.lookup("pods", wakes.BY_NODE, node_name)]

    def _wake_waiting(self, change: Change) -> Iterable[str]:
        return tuple(self._waiting.pop(wakes.token(change), ()))

    # reconciling

    def reconcile(self, pod_key: str) -> Result | None:
        """Look at one pod; comes again when something is due."""
        now = self._api.engine.now()
        if now % GRID:
            return Result((GRID - now % GRID) / SECOND)
        pod = self._api.store.get("pods", pod_key)
        known = self._lives.get(pod_key)
        if known is not None and (pod is None or known.uid != uid(pod)):
            self._forget(pod_key)
            known = None
        if pod is None:
            return None
        node_name = pods.node_name(pod)
        node = self._api.store.get("nodes", node_name)
        if node is None:
            self._forget(pod_key)
            return None
        if not self._is_alive(node_name):
            return None
        before = known or self._received(pod_key, pod, node)
        return None if before is None else self._look(pod_key, pod, node, before)

    def _is_alive(self, node_name: str) -> bool:
        """Whether the machine runs and its kubelet reports; else nothing is done for its pods."""
        reports = heartbeats.silent_since(self._api, node_name) is None
        return reports and self._machines.is_running(node_name)

    def _look(self, pod_key: str, pod: Obj, node: Obj, before: Life) -> Result | None:
        """Let the pod's life go on, and tell the world what came of it."""
        if pod["spec"].get("ephemeralContainers") and before.over_at is None:
            before = life.joined(before, pod, self._api.engine.now())
        scene = self._scene(pod_key, pod, node, before)
        if resizing.is_due(before, pod):
            before = self._resized(scene, node, before)
        step = self._advanced(scene, before)
        self._lives[pod_key] = step.life
        if step.life.over_at is not None and before.over_at is None:
            self._release(pod_key)
        if step.pulls:
            self._machine(name(node)).images.update(step.pulls)
        for type_, reason, message in step.notes:
            self._event(pod, scene.node.name, type_, reason, message)
        self._write(pod_key, scene, step.life)
        if step.life.over_at is not None and metadata(pod).get("deletionGracePeriodSeconds"):
            self._delete(pod)
        again_at = step.again_at
        if step.life.pending is not None and step.life.over_at is None:
            again_at = min(again_at or scene.now + resizing.RETRY, scene.now + resizing.RETRY)
        if again_at is None:
            return None
        wait = -(-again_at // GRID) * GRID - scene.now
        return Result(wait / SECOND)

    def _advanced(self, scene: Scene, before: Life) -> Step:
        """Let everything happen that is due, and plan what want of memory leads to."""
        demand = self._api.usage.demand
        step = stages.advance(scene, memory.doomed(demand, scene, before))
        life = memory.doomed(demand, scene, step.life)
        if life is step.life:
            return step
        then = stages.advance(scene, life)
        return then._replace(notes=step.notes + then.notes, pulls={**step.pulls, **then.pulls})

    def _resized(self, scene: Scene, node: Obj, before: Life) -> Life:
        """Decide on what the pod's containers ask for now, and tell of it."""
        after = self._resizes.decided(scene, node, self._machine(name(node)), before)
        for type_, reason, message in resizing.notes(before, after, scene):
            self._event(scene.pod, scene.node.name, type_, reason, message)
        return after

    def _event(self, pod: Obj, host: str, type_: str, reason: str, message: str) -> None:
        self._api.record_event(pod, type_, reason, message, component=COMPONENT, host=host)

    def _write(self, pod_key: str, scene: Scene, life: Life) -> None:
        """Tell the pod's status, unless it is plain that it would be told the same again."""
        pod, told = scene.pod, self._told.get(pod_key)
        if told is not None and told.pod is pod and status.is_told_alike(told.life, life, scene):
            return
        new = status.status(scene, life)
        if new != pod.get("status"):
            pod = self._api.update_status({**pod, "status": new})
        if life.over_at is None:
            self._told[pod_key] = _Told(pod, life)
        else:
            self._told.pop(pod_key, None)

    def _delete(self, pod: Obj) -> None:
        """The pod's containers have ended: it may go now."""
        try:
            self._api.delete("pods", *split_key(key(pod)), grace_seconds=0, uid=uid(pod))
        except NotFound:
            return

    # receiving

    def _received(self, pod_key: str, pod: Obj, node: Obj) -> Life | None:
        """The life of a pod that is new here; None if it ended before this kubelet saw it."""
        if pods.is_terminal(pod):
            return None
        if resuming.is_known(pod):
            return self._resumed(pod_key, pod, node)
        now, machine, requested = (
            self._api.engine.now(),
            self._machine(name(node)),
            pods.requests(pod),
        )
        for text in annotations.problems(metadata(pod).get("annotations") or {}):
            self._event(pod, name(node), "Warning", "InvalidAnnotation", text)
        refusal = self._refusal(pod, node, machine, requested)
        if refusal is not None:
            text = refusal.message.removeprefix(admission.REJECTED)
            self._event(pod, name(node), "Warning", refusal.reason, text)
            return life.rejected(pod, now, refusal)
        machine.take(uid(pod), pod, requested)
        shared = pod["spec"].get("hostNetwork")
        address = internal_ip(node) if shared else self._addresses.take(node)
        self._places[pod_key] = _Place(node, address, mounts.wishes(pod))
        return life.begin(pod, now)

    def _resumed(self, pod_key: str, pod: Obj, node: Obj) -> Life:
        """The life of a pod that an earlier kubelet took, as after a restart of the kubelet."""
        found = resuming.resumed(pod, self._api.engine.now())
        held = resizing.allocated_requests(pod, found.allocated)
        self._machine(name(node)).take(uid(pod), pod, held)
        shared = pod["spec"].get("hostNetwork")
        address = internal_ip(node) if shared else self._addresses.keep(node, found.ip)
        self._places[pod_key] = _Place(node, address, mounts.wishes(pod))
        return resuming.planned(self._scene(pod_key, pod, node, found), found)

    def _refusal(
        self, pod: Obj, node: Obj, machine: Machine, requested: pods.Amounts
    ) -> Verdict | None:
        if is_deleting(pod):
            return None
        for handler in self._handlers:
            found = handler(pod, node)
            if found is not None:
                return found
        return admission.check(pod, node, requested, machine.usage())

    def _machine(self, node_name: str) -> Machine:
        found = self._nodes.get(node_name)
        if found is None:
            found = self._nodes[node_name] = Machine()
        return found

    def _forget(self, pod_key: str) -> None:
        """The pod is gone, or its node is."""
        self._release(pod_key)
        self._lives.pop(pod_key, None)
        self._told.pop(pod_key, None)

    def _release(self, pod_key: str) -> None:
        """Give back what the pod held on its node."""
        place, known = self._places.pop(pod_key, None), self._lives.get(pod_key)
        if place is None or known is None:
            return
        self._resizes.forget(name(place.node), pod_key)
        machine = self._nodes.get(name(place.node))
        if machine is not None:
            machine.release(known.uid)
        self._addresses.give_back(place.node, place.address)

    # seeing

    def _scene(self, pod_key: str, pod: Obj, node: Obj, known: Life) -> Scene:
        place = self._places.get(pod_key)
        missing = self._needs(
            pod, node, known, mounts.wishes(pod) if place is None else place.wishes
        )
        view = self._view(node)
        return Scene(
            pod=pod,
            node=view,
            now=self._api.engine.now(),
            model=self._model,
            seconds=self._seconds,
            ip=known.ip if place is None else place.address,
            version=view.version or versions.minor_of(self._api.version),
            obstacle=missing.obstacle,
            config_errors=missing.config_errors,
        )

    def _view(self, node: Obj) -> NodeView:
        """The node with its images; as long as the Node is this one, its machine is the same."""
        known = self._views.get(node)
        if known is not None:
            return known
        images = self._machine(name(node)).images
        version = versions.of_kubelet(node)
        return self._views.put(node, NodeView(name(node), internal_ip(node), images, version))

    def _seconds(self, timing: str) -> float:
        return self._timings.of(timing).sample(self._chance)

    def _needs(self, pod: Obj, node: Obj, known: Life, wanted: Wishes) -> Needs:
        """What the pod still lacks; asked until each of its containers has started once."""
        if known.over_at is not None:
            return NOTHING_MISSING
        if not known.ip and not nodes.is_ready(node) and not pod["spec"].get("hostNetwork"):
            return Needs(NO_NETWORK)
        if not any(wanted) or all(one.starts for one in known.containers):
            return NOTHING_MISSING
        found = mounts.needs(pod, wanted, name(node), self._api.get)
        for token in found.waits_for:
            self._waiting.setdefault(token, {})[key(pod)] = None
        return found
