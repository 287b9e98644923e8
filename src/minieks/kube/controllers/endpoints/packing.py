"""How endpoints are spread over slices, with as few writes as possible.

Source: kubernetes staging k8s.io/endpointslice/reconciler.go (reconcileByPortMapping).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from minieks.kube.controllers.endpoints.addresses import Port
from minieks.kube.words.objects import Obj

MOST = 100


@dataclass(slots=True)
class Packed:
    """A slice's ports and endpoints; ``name`` is empty for one that is to be created."""

    name: str
    ports: tuple[Port, ...]
    endpoints: list[Obj] = field(default_factory=list)
    changed: bool = False

    @property
    def room(self) -> int:
        """How many more endpoints it may have."""
        return MOST - len(self.endpoints)


@dataclass(frozen=True, slots=True)
class Packing:
    """What to write: slices to create, to update, and names of those to delete."""

    create: list[Packed]
    update: list[Packed]
    delete: list[str]


def pack(
    existing: Sequence[Packed], desired: Mapping[tuple[Port, ...], Mapping[str, Obj]]
) -> Packing:
    """Fit the desired endpoints, by ports and pod uid, into the slices there are."""
    result = Packing([], [], [])
    by_ports: dict[tuple[Port, ...], list[Packed]] = {}
    for packed in existing:
        by_ports.setdefault(packed.ports, []).append(packed)
    for ports, endpoints in desired.items():
        _pack_ports(ports, by_ports.pop(ports, []), dict(endpoints), result)
    # The real controller meets these in the order of a Go map; here the highest ports come first.
    for ports in sorted(by_ports, reverse=True):
        result.delete.extend(packed.name for packed in by_ports[ports])
    return _reused(_with_placeholder(existing, result))


def _pack_ports(
    ports: tuple[Port, ...], existing: Sequence[Packed], left: dict[str, Obj], result: Packing
) -> None:
    for packed in existing:
        _refresh(packed, left)
    # What is written anyway is filled first, the fullest before the others.
    for packed in sorted((one for one in existing if one.changed), key=lambda one: one.room):
        _fill(packed, left)
    unchanged = [packed for packed in existing if not packed.changed]
    while left:
        fitting = [one for one in unchanged if not one.changed and one.room >= len(left)]
        if fitting and len(left) < MOST:
            _fill(min(fitting, key=lambda packed: packed.room), left)
        else:
            result.create.append(Packed("", ports))
            _fill(result.create[-1], left)
    for packed in existing:
        if packed.changed and not packed.endpoints:
            result.delete.append(packed.name)
        elif packed.changed:
            result.update.append(packed)


def _refresh(packed: Packed, left: dict[str, Obj]) -> None:
    """Keep what is still desired, as it is now; what is placed is no longer left."""
    kept = []
    for present in packed.endpoints:
        wanted = left.pop(str(present["targetRef"]["uid"]), None)
        if wanted is not None:
            # What is as it was stays the very same: then nothing of it is looked at again.
            kept.append(present if present == wanted else wanted)
    packed.changed = kept != packed.endpoints
    packed.endpoints = kept


def _fill(packed: Packed, left: dict[str, Obj]) -> None:
    for uid in list(left)[: packed.room]:
        packed.endpoints.append(left.pop(uid))
        packed.changed = True


def _reused(result: Packing) -> Packing:
    """A slice that would be deleted is given the content of one that would be created."""
    create, update, delete = list(result.create), list(result.update), list(result.delete)
    while create and delete:
        made = create.pop()
        made.name = delete.pop(0)
        update.append(made)
    return Packing(create, update, delete)


def _with_placeholder(existing: Sequence[Packed], result: Packing) -> Packing:
    """A Service with a selector has at least one slice, be it empty."""
    kept = len(existing) - len(result.delete)
    if kept or result.create:
        return result
    if len(existing) == 1 and not existing[0].ports and not existing[0].changed:
        return Packing([], result.update, [])
    return Packing([Packed("", ())], result.update, result.delete)
