"""Metrics other than CPU and memory: what adapters serve to autoscalers.

Source: kubernetes k8s.io/metrics pkg/apis/custom_metrics, pkg/apis/external_metrics.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from minieks.engine.clock import Micros
from minieks.kube.words.objects import Obj
from minieks.kube.words.selectors import Selector


class ExternalValue(NamedTuple):
    """One value of an external metric, in thousandths, with the labels that tell it from others."""

    labels: Mapping[str, str]
    milli: int


class CustomMetrics(Protocol):
    """What the custom and external metrics APIs know; all values are in thousandths."""

    def pod_metrics(self) -> Iterable[str]:
        """The names of metrics that pods have, sorted."""

    def object_metrics(self) -> Iterable[tuple[str, str]]:
        """Kinds and names of metrics that other objects have, sorted."""

    def external_metrics(self) -> Iterable[str]:
        """The names of external metrics, sorted."""

    def of_pod(self, pod: Obj, metric: str, at: Micros) -> int | None:
        """A metric of a pod; None if it has none of that name."""

    def of_object(self, kind: str, key: str, metric: str, at: Micros) -> int | None:
        """A metric of an object by its kind and ``namespace/name``; None if it has none."""

    def external(
        self, space: str, metric: str, selector: Selector, at: Micros
    ) -> list[ExternalValue] | None:
        """The values whose labels the selector matches; None for an unknown metric."""

    def groups_of(self, metric: str) -> Iterable[str]:
        """Which changes concern a metric of objects or an external one: names subscribers hear."""


class NoCustomMetrics:
    """No adapter is installed."""

    def pod_metrics(self) -> Iterable[str]:
        """None."""
        return ()

    def object_metrics(self) -> Iterable[tuple[str, str]]:
        """None."""
        return ()

    def external_metrics(self) -> Iterable[str]:
        """None."""
        return ()

    def of_pod(self, pod: Obj, metric: str, at: Micros) -> int | None:
        """Unknown."""
        del pod, metric, at
        return None

    def of_object(self, kind: str, key: str, metric: str, at: Micros) -> int | None:
        """Unknown."""
        del kind, key, metric, at
        return None

    def external(
        self, space: str, metric: str, selector: Selector, at: Micros
    ) -> list[ExternalValue] | None:
        """Unknown."""
        del space, metric, selector, at
        return None

    def groups_of(self, metric: str) -> Iterable[str]:
        """None."""
        del metric
        return ()
