"""In which zone a volume is made.

Source: kubernetes-csi external-provisioner pkg/controller/topology.go.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj, labels, name

_ZONE_KEYS = (nodes.ZONE, "topology.ebs.csi.aws.com/zone", nodes.ZONE_OLD)


def allowed_zones(storage_class: Obj) -> list[str] | None:
    """The zones that a class's allowedTopologies name; None if it names none."""
    found = [
        value
        for term in storage_class.get("allowedTopologies") or ()
        for item in term.get("matchLabelExpressions") or ()
        if item.get("key") in _ZONE_KEYS
        for value in item.get("values") or ()
    ]
    return found or None


def zone_of(node: Obj) -> str:
    """A node's zone, by the driver's label or by that of Kubernetes; empty without."""
    return nodes.zone(node) or labels(node).get("topology.ebs.csi.aws.com/zone", "")


def immediate_zone(claim: Obj, with_driver: Iterable[Obj], allowed: Sequence[str] | None) -> str:
    """The zone for a claim that waits for no pod: by its name, so that claims are spread.

    The claims of a StatefulSet follow each other through the zones. Empty if there is no zone.
    """
    zones = sorted({zone_of(node) for node in with_driver} - {""})
    if allowed is not None:
        zones = [zone for zone in zones if zone in allowed] or sorted(set(allowed))
    if not zones:
        return ""
    base, ordinal = _base_and_ordinal(name(claim))
    start = int.from_bytes(sha256(base.encode()).digest()[:4], "big")
    return zones[(start + ordinal) % len(zones)]


def _base_and_ordinal(claim_name: str) -> tuple[str, int]:
    base, dash, last = claim_name.rpartition("-")
    return (base, int(last)) if dash and last.isdecimal() else (claim_name, 0)
