"""The settings of a node that user data may have, in whatever form it is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from minieks.eks.spec import KubeletSpec, Taint
from minieks.kube.words import quantity
from minieks.kube.words.quantity import InvalidQuantity

EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_TAINT: Final = re.compile(r"(?P<key>[^=:]+)(?:=(?P<value>[^:]*))?:(?P<effect>\w+)")


class UserDataError(ValueError):
    """User data that a node could not start with; the text says why."""


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What is set; the rest is as it is without user data. ``max_pods`` None: not said."""

    kubelet: KubeletSpec = field(default_factory=KubeletSpec)
    max_pods: int | None = None

    def over(self, other: "NodeSettings") -> "NodeSettings":
        """These settings, and those of ``other`` where these say nothing."""
        mine, its = self.kubelet, other.kubelet
        kubelet = KubeletSpec(
            {**its.kube_reserved, **mine.kube_reserved},
            {**its.system_reserved, **mine.system_reserved},
            {**its.eviction_hard, **mine.eviction_hard},
            {**its.labels, **mine.labels},
            mine.taints or its.taints,
        )
        return NodeSettings(kubelet, other.max_pods if self.max_pods is None else self.max_pods)


NOTHING: Final = NodeSettings()


def taint(text: str) -> Taint:
    """A taint as kubelet's flag has it: ``key=value:Effect``, ``key:Effect``."""
    found = _TAINT.fullmatch(text.strip())
    if found is None:
        raise UserDataError(f"{text!r} is no taint: write key=value:NoSchedule")
    return checked(Taint(found["key"], found["value"] or "", found["effect"]))


def checked(found: Taint) -> Taint:
    """The taint, if its effect is one."""
    if found.effect not in EFFECTS:
        raise UserDataError(f"{found.effect!r} is no effect of a taint: {', '.join(EFFECTS)}")
    return found


def pairs(text: str, between: str = "=") -> dict[str, str]:
    """``a=1,b=2`` as a map; a key without a value has an empty one."""
    parts = (one.partition(between) for one in text.split(",") if one.strip())
    return {key.strip(): value.strip() for key, _, value in parts}


def pods(value: Any) -> int:
    """The most pods of a node."""
    try:
        found = int(str(value))
    except ValueError:
        raise UserDataError(f"{value!r} is no number of pods") from None
    if found < 1:
        raise UserDataError(f"a node takes one pod at least, not {found}")
    return found


def amounts(found: Mapping[str, Any]) -> dict[str, str]:
    """Resources or signals with quantities; a threshold may be a percentage."""
    texts = {str(key): str(value) for key, value in found.items()}
    for key, text in texts.items():
        if not text.endswith("%"):
            _check_quantity(key, text)
    return texts


def _check_quantity(key: str, text: str) -> None:
    try:
        quantity.parse(text)
    except InvalidQuantity:
        raise UserDataError(f"{text!r} is no quantity of {key}") from None


def merged(found: Iterable[NodeSettings]) -> NodeSettings:
    """Several settings as one; what comes later counts."""
    whole = NOTHING
    for one in found:
        whole = one.over(whole)
    return whole
