"""Taints of nodes and tolerations of pods.

Source: kubernetes staging api ``core/v1/toleration.go`` (ToleratesTaint).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

Taint: TypeAlias = Mapping[str, Any]
Toleration: TypeAlias = Mapping[str, Any]

UNSCHEDULABLE: Final = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
"""The taint that a cordoned node bears."""

HARD_EFFECTS: Final = ("NoSchedule", "NoExecute")
"""The effects that keep a new pod away."""


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """Whether one toleration covers the taint; ``tolerationSeconds`` does not matter here."""
    effect, key = toleration.get("effect"), toleration.get("key")
    if effect and effect != taint.get("effect"):
        return False
    if key and key != taint.get("key"):
        return False
    operator = toleration.get("operator") or "Equal"
    if operator == "Exists":
        return True
    return operator == "Equal" and (toleration.get("value") or "") == (taint.get("value") or "")


def tolerated(tolerations: Iterable[Toleration], taint: Taint) -> bool:
    """Whether any of the tolerations covers the taint."""
    return any(tolerates(toleration, taint) for toleration in tolerations)


def first_untolerated(
    tolerations: Iterable[Toleration],
    taints: Iterable[Taint],
    effects: tuple[Any, ...] = HARD_EFFECTS,
) -> Taint | None:
    """The first taint with one of the effects that no toleration covers."""
    known = tuple(tolerations)
    for taint in taints:
        if taint.get("effect") in effects and not tolerated(known, taint):
            return taint
    return None
