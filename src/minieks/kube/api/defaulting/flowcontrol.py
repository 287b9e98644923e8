"""Defaults of FlowSchemas and PriorityLevelConfigurations.

Source: kubernetes pkg/apis/flowcontrol/v1/defaults.go.
"""

from typing import Final

from minieks.kube.api.defaulting.fill import filled, through, within
from minieks.kube.words.objects import Obj

_PRECEDENCE: Final = 1000
_SHARES: Final = 30
_QUEUING: Final = {"queues": 64, "handSize": 8, "queueLengthLimit": 50}


def flow_schema(obj: Obj) -> Obj:
    """A FlowSchema; a precedence of 0 is none."""
    return within(obj, "spec", lambda spec: _set(spec, {"matchingPrecedence": _PRECEDENCE}))


def priority_level(obj: Obj) -> Obj:
    """A PriorityLevelConfiguration, of either type."""
    exempt = {"nominalConcurrencyShares": 0, "lendablePercent": 0}
    found = through(obj, ("spec", "exempt"), lambda one: filled(one, exempt))
    return through(found, ("spec", "limited"), _limited)


def _limited(limited: Obj) -> Obj:
    found = filled(limited, {"nominalConcurrencyShares": _SHARES, "lendablePercent": 0})
    return through(found, ("limitResponse", "queuing"), lambda one: _set(one, _QUEUING))


def _set(obj: Obj, defaults: dict[str, int]) -> Obj:
    """The object with the defaults of numbers that it lacks, or that are 0."""
    missing = {key: value for key, value in defaults.items() if not obj.get(key)}
    return {**obj, **missing} if missing else obj
