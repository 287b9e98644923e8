"""What is said of a pod that fits nowhere, as in ``FailedScheduling`` events.

Source: kubernetes pkg/scheduler/framework/types.go FitError.Error.
"""

from collections import Counter
from typing import Final

from minieks.kube.scheduler.filtering import Diagnosis

NO_NODES: Final = "no nodes available to schedule pods"
NO_CLAIMS: Final = "no new claims to deallocate"
"""What DynamicResources answers, where it is on, when it is asked to make room."""
NO_STATE: Final = "not found"
"""What it answers when an earlier plugin has refused the pod before its turn."""


def histogram(counts: Counter[str]) -> str:
    """Counted reasons, sorted as texts."""
    return ", ".join(sorted(f"{count} {reason}" for reason, count in counts.items()))


def counted(diagnosis: Diagnosis, total: int) -> Counter[str]:
    """How many nodes each reason holds for."""
    counts: Counter[str] = Counter()
    seen = 0
    for status, slots in diagnosis.groups:
        seen += len(slots)
        for reason in status.reasons:
            counts[reason] += len(slots)
    if diagnosis.unseen is not None and total > seen:
        for reason in diagnosis.unseen.reasons:
            counts[reason] += total - seen
    return counts


def fit_error(diagnosis: Diagnosis, total: int, after: str = "") -> str:
    """The whole text; ``after`` is what the attempt to make room had to say."""
    text = f"0/{total} nodes are available:"
    if diagnosis.everywhere is not None:
        text += f" {', '.join(diagnosis.everywhere.reasons)}."
    else:
        reasons = histogram(counted(diagnosis, total))
        text += f" {reasons}." if reasons else ""
    return f"{text} {after}" if after else text
