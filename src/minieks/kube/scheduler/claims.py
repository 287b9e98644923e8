"""Pods that have a node but wait for their volumes: binding starts, time passes, it ends.

Source: kubernetes plugins/volumebinding/binder.go (AssumePodVolumes, BindPodVolumes).
"""

from dataclasses import dataclass
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.api.server import Api
from minieks.kube.kinds import storage
from minieks.kube.scheduler.framework import Cycle
from minieks.kube.scheduler.plugins.volumebinding import Binding, bindings, pod_claims
from minieks.kube.scheduler.queue import Waiting
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words import objects
from minieks.kube.words.objects import Obj

BIND_TIMEOUT: Final[Micros] = 600 * SECOND


@dataclass(slots=True)
class PodOnHold:
    """A pod that will be bound to its node when its volumes are."""

    waiting: Waiting
    node: str
    until: Micros


class VolumeBinder:
    """Starts the binding of volumes and knows who waits for it."""

    def __init__(self, api: Api, state: ClusterState) -> None:
        self._api = api
        self._state = state
        self.held: dict[str, PodOnHold] = {}

    def start(self, waiting: Waiting, node_name: str) -> bool:
        """Begin to bind the pod's claims for a node; True if the pod must wait.

        Raises ApiError if a claim or volume cannot be written.
        """
        info = waiting.info
        if not info.spec.has_volumes:
            return False
        cycle = Cycle(self._state, info)
        todo = bindings(cycle, self._state.nodes.slots[node_name])
        if not todo:
            return False
        for binding in todo:
            self._begin(binding, node_name)
        until = self._api.engine.now() + BIND_TIMEOUT
        self.held[info.key] = PodOnHold(waiting, node_name, until)
        return True

    def _begin(self, binding: Binding, node_name: str) -> None:
        """Reserve a volume for the claim, or ask the provisioner to make one at the node."""
        if binding.volume is not None:
            self._api.update(_reserved(binding.volume, binding.claim))
            return
        notes = {**objects.annotations(binding.claim), storage.SELECTED_NODE: node_name}
        self._api.update(objects.with_metadata(binding.claim, annotations=notes))

    def outcome(self, held: PodOnHold) -> bool | None:
        """True if all claims are bound, False if that failed or took too long, None if not yet."""
        claims = pod_claims(Cycle(self._state, held.waiting.info))
        if not claims.waiting and not claims.immediate:
            return True
        given_up = any(
            objects.annotations(claim).get(storage.SELECTED_NODE, held.node) != held.node
            for claim in claims.waiting
        )
        return False if given_up or self._api.engine.now() >= held.until else None

    def release(self, key: str) -> PodOnHold | None:
        """Wait no longer for a pod's volumes."""
        return self.held.pop(key, None)


def _reserved(volume: Obj, claim: Obj) -> Obj:
    """The volume with a reference to the claim."""
    notes = {**objects.annotations(volume), storage.BOUND_BY_CONTROLLER: "yes"}
    noted = objects.with_metadata(volume, annotations=notes)
    return {**noted, "spec": {**volume["spec"], "claimRef": storage.reference(claim)}}
