"""VolumeBinding: a pod goes where its volumes are, or can be found or made.

Source: kubernetes plugins/volumebinding (volume_binding.go, binder.go).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from minieks.kube.kinds import storage
from minieks.kube.scheduler.arrays import Bools, Ints, distinct
from minieks.kube.scheduler.framework import Check, Cycle, Status, Statuses
from minieks.kube.scheduler.nodetable import NodeTable
from minieks.kube.scheduler.volumes import is_fully_bound, topology_terms
from minieks.kube.words import objects, quantity, selectors
from minieks.kube.words.objects import Obj
from minieks.kube.words.selectors import Requirement

_UNBOUND: Final = "pod has unbound immediate PersistentVolumeClaims"
_BIND_CONFLICT: Final = "node(s) didn't find available persistent volumes to bind"
_NO_SPACE: Final = "node(s) did not have enough free storage"
_NO_VOLUME: Final = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"


class PodClaims(NamedTuple):
    """The claims of a pod by what is to be done for them."""

    bound: list[Obj]
    waiting: list[Obj]
    """To be bound when the pod is placed."""
    immediate: list[Obj]
    """To be bound by the volume controller before the pod can be placed."""


class Binding(NamedTuple):
    """What is done for one waiting claim once a node is chosen; no volume: make one."""

    claim: Obj
    volume: Obj | None


class _Search(NamedTuple):
    """For each node, whether waiting claims can be served there, and how."""

    found: Bools
    enough_space: Bools
    picks: list[tuple[Obj, Sequence[Obj], Ints]]
    """Each claim with its possible volumes and, for each node, the number of the one picked."""


class VolumeBinding:
    """Rejects nodes that bound volumes cannot reach, or where waiting claims cannot be served."""

    name: Final = "VolumeBinding"

    def prepare(self, cycle: Cycle) -> Check | Status | None:
        """A check, if the pod has claims; a refusal if one of them is not usable at all."""
        if not cycle.info.spec.has_volumes:
            return None
        unusable = _unusable(cycle)
        if unusable:
            return Status((unusable,), True, self.name)
        claims = pod_claims(cycle)
        if claims.immediate:
            return Status((_UNBOUND,), True, self.name)
        steps = _steps(cycle, claims)
        passes = np.logical_and.reduce([passing for _, passing in steps])
        return Check(lambda rows: passes[rows], lambda rejected: self._why(steps, rejected))

    def _why(self, steps: list[tuple[str, Bools]], rejected: Ints) -> Statuses:
        """Every reason that holds is named."""
        bits = np.zeros(len(rejected), dtype=np.int64)
        for place, (_, passing) in enumerate(steps):
            bits |= (~passing[rejected]).astype(np.int64) << place
        for pattern in distinct(bits):
            found = tuple(text for place, (text, _) in enumerate(steps) if pattern >> place & 1)
            yield Status(found, True, self.name), bits == pattern


def _unusable(cycle: Cycle) -> str:
    """Why one of the claims cannot be used at all; empty if all can."""
    for name, ephemeral in cycle.info.claim_names():
        claim = cycle.state.volumes.claims.get(f"{cycle.info.namespace}/{name}")
        wrong = _missing(name, ephemeral) if claim is None else _wrong(cycle, claim, ephemeral)
        if wrong:
            return wrong
    return ""


def _missing(name: str, ephemeral: bool) -> str:
    if ephemeral:
        return (
            f'waiting for ephemeral volume controller to create the persistentvolumeclaim "{name}"'
        )
    return f'persistentvolumeclaim "{name}" not found'


def _wrong(cycle: Cycle, claim: Obj, ephemeral: bool) -> str:
    name = objects.name(claim)
    if (claim.get("status") or {}).get("phase") == "Lost":
        gone = storage.volume_name(claim)
        return f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{gone}"'
    if objects.is_deleting(claim):
        return f'persistentvolumeclaim "{name}" is being deleted'
    if ephemeral and not objects.is_controlled_by(claim, cycle.info.pod):
        key, pod = objects.key(claim), cycle.info.key
        return f"PVC {key} was not created for pod {pod} (pod is not owner)"
    return ""


def pod_claims(cycle: Cycle) -> PodClaims:
    """The claims of a pod by what is to be done for them; those missing are left out."""
    claims = PodClaims([], [], [])
    for key in cycle.info.claim_keys():
        claim = cycle.state.volumes.claims.get(key)
        if claim is None:
            continue
        if is_fully_bound(claim):
            claims.bound.append(claim)
        elif cycle.state.volumes.waits_for_consumer(claim) and not storage.volume_name(claim):
            claims.waiting.append(claim)
        else:
            claims.immediate.append(claim)
    return claims


def _steps(cycle: Cycle, claims: PodClaims) -> list[tuple[str, Bools]]:
    """Each possible reason, with the nodes that it does not hold for."""
    table = cycle.state.nodes
    in_reach = np.ones(table.size, dtype=np.bool_)
    volumes = [
        cycle.state.volumes.volumes.get(storage.volume_name(claim)) for claim in claims.bound
    ]
    for volume in volumes:
        if volume is not None:
            in_reach &= _reach(table, volume)
    there = np.full(table.size, None not in volumes)
    search = _search(cycle, claims.waiting)
    return [
        (cycle.state.features.volume_conflict, in_reach),
        (_BIND_CONFLICT, search.found),
        (_NO_SPACE, search.enough_space),
        (_NO_VOLUME, there),
    ]


def _reach(table: NodeTable, volume: Obj) -> Bools:
    """The nodes that a volume's node affinity allows."""
    required = storage.required_affinity(volume)
    if required is None:
        return table.remember("anywhere", lambda: np.ones(table.size, dtype=np.bool_))
    terms = selectors.node_selector(required).terms
    return table.remember(("reach", terms), lambda: table.matching(terms))


def bindings(cycle: Cycle, slot: int) -> list[Binding]:
    """What to do for the waiting claims of a pod that was given the node of that slot."""
    waiting = pod_claims(cycle).waiting
    search = _search(cycle, waiting)
    found = {
        objects.key(claim): candidates[int(numbers[slot])]
        for claim, candidates, numbers in search.picks
        if numbers[slot] >= 0
    }
    return [Binding(claim, found.get(objects.key(claim))) for claim in waiting]


def _search(cycle: Cycle, waiting: Sequence[Obj]) -> _Search:
    """Smaller claims choose first; what finds no volume must be made."""
    size = cycle.state.nodes.size
    search = _Search(np.ones(size, dtype=np.bool_), np.ones(size, dtype=np.bool_), [])
    taken: dict[str, Bools] = {}
    to_make: list[tuple[Obj, Bools]] = []
    for claim in sorted(waiting, key=storage.requested):
        selected = objects.annotations(claim).get(storage.SELECTED_NODE)
        if selected is not None:
            search.found[:] &= _only(cycle, selected)
            to_make.append((claim, np.ones(size, dtype=np.bool_)))
            continue
        candidates, numbers = _pick(cycle, claim, taken)
        search.picks.append((claim, candidates, numbers))
        to_make.append((claim, numbers < 0))
    for claim, where in to_make:
        possible, enough = _makeable(cycle, claim)
        search.enough_space[:] &= enough | ~where | ~search.found
        search.found[:] &= possible | ~where
    return search


def _only(cycle: Cycle, node_name: str) -> Bools:
    found = np.zeros(cycle.state.nodes.size, dtype=np.bool_)
    slot = cycle.state.nodes.slots.get(node_name)
    if slot is not None:
        found[slot] = True
    return found


def _pick(cycle: Cycle, claim: Obj, taken: dict[str, Bools]) -> tuple[Sequence[Obj], Ints]:
    """For each node the smallest volume that fits; one reserved for the claim goes first."""
    table, volumes = cycle.state.nodes, cycle.state.volumes
    fitting = [pv for pv in volumes.of_class(storage.class_name(claim)) if storage.suits(pv, claim)]
    candidates = sorted(fitting, key=lambda pv: not storage.refers_to(pv, claim))
    numbers = np.full(table.size, -1, dtype=np.int64)
    open_ = np.ones(table.size, dtype=np.bool_)
    for number, volume in enumerate(candidates):
        used = taken.setdefault(objects.name(volume), np.zeros(table.size, dtype=np.bool_))
        here = open_ & _reach(table, volume) & ~used
        numbers[here] = number
        used |= here
        open_ &= ~here
        if storage.refers_to(volume, claim):
            break  # a reserved volume rules out all others, also where it cannot be reached
    return candidates, numbers


def _makeable(cycle: Cycle, claim: Obj) -> tuple[Bools, Bools]:
    """Where a volume can be made for the claim, and where there is space enough for it."""
    table = cycle.state.nodes
    everywhere = np.ones(table.size, dtype=np.bool_)
    storage_class = cycle.state.volumes.classes.get(storage.class_name(claim)) or {}
    if storage_class.get("provisioner") in (None, "", storage.NO_PROVISIONER):
        return ~everywhere, everywhere
    return _allowed(table, storage_class), _spacious(cycle, claim, storage_class)


def _allowed(table: NodeTable, storage_class: Obj) -> Bools:
    """The nodes in the class's allowed topologies; all if it names none."""
    terms = list(topology_terms(storage_class))
    if not terms:
        return np.ones(table.size, dtype=np.bool_)
    found = np.zeros(table.size, dtype=np.bool_)
    for term in terms:
        found |= table.satisfying(
            [
                Requirement(item["key"], "In", tuple(item.get("values") or ()))
                for item in term.get("matchLabelExpressions") or ()
            ]
        )
    return found


def _spacious(cycle: Cycle, claim: Obj, storage_class: Obj) -> Bools:
    """Where the driver, if it reports its capacity, has enough for the claim."""
    table, volumes = cycle.state.nodes, cycle.state.volumes
    driver = (volumes.drivers.get(storage_class["provisioner"]) or {}).get("spec") or {}
    if not driver.get("storageCapacity"):
        return np.ones(table.size, dtype=np.bool_)
    found = np.zeros(table.size, dtype=np.bool_)
    needed = storage.requested(claim)
    for capacity in volumes.capacities.values():
        limit = capacity.get("maximumVolumeSize") or capacity.get("capacity")
        if capacity.get("storageClassName") != objects.name(storage_class) or limit is None:
            continue
        topology = capacity.get("nodeTopology")
        if topology is not None and quantity.value(limit) >= needed:
            found |= table.satisfying(selectors.compile_selector(topology).requirements)
    return found
