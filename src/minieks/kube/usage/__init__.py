"""What pods use over time, and what metrics servers say of it; values at a time, no clock.

    Api.usage                    the cluster's `MetricsServer`; metrics.k8s.io, autoscalers and the
                                 kubelet read it
    Api.usage.sample(pod, now)   what metrics-server has of a pod at ``now``: a `PodSample`, or None
    Api.usage.demand             a `Demand`: what containers really use at a moment; without a load
                                 file `HalfOfRequests`
    Api.usage.custom             a `CustomMetrics`: custom.metrics.k8s.io, external.metrics.k8s.io
    Api.usage.changes            a store whose collection ``usage`` is written for a group of pods
                                 whenever what they use changes; a loop can watch it

Amounts are whole numbers: nanocores, and bytes.
"""

from minieks.kube.usage.custom import CustomMetrics, ExternalValue, NoCustomMetrics
from minieks.kube.usage.demand import Demand, HalfOfRequests, Usage
from minieks.kube.usage.sampling import SCRAPE_PERIOD, MetricsServer, PodSample, scraped_at

__all__ = [
    "SCRAPE_PERIOD",
    "CustomMetrics",
    "Demand",
    "ExternalValue",
    "HalfOfRequests",
    "MetricsServer",
    "NoCustomMetrics",
    "PodSample",
    "Usage",
    "scraped_at",
]
