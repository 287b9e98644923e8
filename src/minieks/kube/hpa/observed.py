"""What one sync of a HorizontalPodAutoscaler sees of the world, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from minieks.engine.clock import Micros
from minieks.kube.words.objects import Obj


class Scale(NamedTuple):
    """The ``/scale`` of a target: ``spec.replicas``, ``status.replicas``, ``status.selector``."""

    replicas: int
    status_replicas: int
    selector: str


class PodMetric(NamedTuple):
    """One metric of one pod: thousandths, the moment it was measured, the time it is about."""

    value: int
    at: Micros
    window: Micros


class Unreadable(NamedTuple):
    """A metric that its API did not give, with the text of the metrics client's error.

    ``no metrics returned from resource metrics API`` or ``unable to fetch metrics from … metrics
    API: …``.
    """

    error: str


PodMetrics: TypeAlias = Mapping[str, PodMetric]
Reading: TypeAlias = PodMetrics | Sequence[int] | Unreadable
"""What the APIs say of one metric of the spec.

Of Resource, ContainerResource and Pods: per pod's name; of Object and External: the values, in
thousandths, of which Object has one.
"""


@dataclass(frozen=True, slots=True)
class Observed:
    """The world at the moment of a sync.

    ``pods`` are those of the namespace that ``scale.selector`` matches; ``readings`` belong to the
    metrics of the spec one by one; ``selected_by`` are the keys ``namespace/name`` of all
    autoscalers whose targets' selectors match any of ``pods``. What is found out about the pods of
    the very same tuple is remembered, so they may not be changed later.
    """

    now: Micros
    scale: Scale
    pods: Sequence[Obj]
    readings: Sequence[Reading]
    selected_by: Sequence[str] = ()
