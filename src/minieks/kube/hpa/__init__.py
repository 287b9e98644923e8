"""The HorizontalPodAutoscaler: its decision as a pure function, and the loop that carries it.

`desired_replicas` takes and gives plain values, so that it can be put beside the real controller.
"""

from minieks.kube.hpa.decision import (
    Decision,
    Event,
    desired_replicas,
    refused,
    without_scale,
    written,
)
from minieks.kube.hpa.memory import Memory, Recommendation, ScaleEvent
from minieks.kube.hpa.observed import Observed, PodMetric, Reading, Scale, Unreadable
from minieks.kube.hpa.settings import Settings, for_version

__all__ = [
    "Decision",
    "Event",
    "Memory",
    "Observed",
    "PodMetric",
    "Reading",
    "Recommendation",
    "Scale",
    "ScaleEvent",
    "Settings",
    "Unreadable",
    "desired_replicas",
    "for_version",
    "refused",
    "without_scale",
    "written",
]
