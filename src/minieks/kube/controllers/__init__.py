"""Control loops of kube-controller-manager, without those of volumes."""

from collections.abc import Callable

from minieks.engine.loop import Loop
from minieks.kube.api.server import Api
from minieks.kube.controllers.cronjob.loop import CronJobLoop
from minieks.kube.controllers.daemonset.loop import DaemonSetLoop
from minieks.kube.controllers.definitions import CustomResourceCleanupLoop
from minieks.kube.controllers.deployment.loop import DeploymentLoop
from minieks.kube.controllers.disruption.loop import DisruptionLoop
from minieks.kube.controllers.endpoints.legacy import EndpointsLoop
from minieks.kube.controllers.endpoints.slices import EndpointSliceLoop
from minieks.kube.controllers.garbage.loop import GarbageCollectorLoop
from minieks.kube.controllers.job.loop import JobLoop
from minieks.kube.controllers.job.ttl import TtlAfterFinishedLoop
from minieks.kube.controllers.namespaces import NamespaceLoop
from minieks.kube.controllers.nodes.eviction import TaintEvictionLoop
from minieks.kube.controllers.nodes.lifecycle import NodeLifecycleLoop
from minieks.kube.controllers.podgc import PodGcLoop
from minieks.kube.controllers.policystatus import ValidatingAdmissionPolicyStatusLoop
from minieks.kube.controllers.quota import ResourceQuotaLoop
from minieks.kube.controllers.replicaset.loop import ReplicaSetLoop
from minieks.kube.controllers.serviceaccounts import RootCaLoop, ServiceAccountLoop
from minieks.kube.controllers.statefulset.loop import StatefulSetLoop

CONTROLLERS: tuple[Callable[[Api], Loop], ...] = (
    ServiceAccountLoop,
    RootCaLoop,
    NodeLifecycleLoop,
    TaintEvictionLoop,
    # Pods before those who own their owners, so that sizes are settled when they are counted.
    JobLoop,
    ReplicaSetLoop,
    StatefulSetLoop,
    DaemonSetLoop,
    DeploymentLoop,
    CronJobLoop,
    TtlAfterFinishedLoop,
    DisruptionLoop,
    ResourceQuotaLoop,
    EndpointSliceLoop,
    EndpointsLoop,
    GarbageCollectorLoop,
    PodGcLoop,
    NamespaceLoop,
    CustomResourceCleanupLoop,
    ValidatingAdmissionPolicyStatusLoop,
)
"""Every loop of this package, in the order in which one change wakes them."""
