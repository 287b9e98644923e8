"""What kube-controller-manager's flags and feature gates say to the HorizontalPodAutoscaler."""

from dataclasses import dataclass
from functools import cache

from minieks.engine.clock import MINUTE, SECOND, Micros


@dataclass(frozen=True, slots=True)
class Settings:
    """Flags ``--horizontal-pod-autoscaler-*`` and feature gates, with their defaults of 1.34.

    Times are microseconds. Source: kubernetes pkg/controller/podautoscaler/config/v1alpha1
    defaults.go, pkg/features/kube_features.go.
    """

    sync_period: Micros = 15 * SECOND
    tolerance: float = 0.1
    downscale_stabilization: Micros = 5 * MINUTE
    cpu_initialization_period: Micros = 5 * MINUTE
    initial_readiness_delay: Micros = 30 * SECOND
    configurable_tolerance: bool = False
    """HPAConfigurableTolerance: ``behavior.scaleUp.tolerance`` counts."""
    pod_level_resources: bool = True
    """PodLevelResources: ``spec.resources`` of a pod counts."""


DEFAULTS = Settings()


@cache
def for_version(minor: int) -> Settings:
    """The settings of Kubernetes 1.``minor``: gates that are on by default from some version."""
    return Settings(configurable_tolerance=minor >= 35, pod_level_resources=minor >= 34)
