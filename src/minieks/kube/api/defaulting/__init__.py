"""Defaults: what the API server fills into an object before anything else looks at it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from minieks.kube.api.canonical import Canonical
from minieks.kube.api.defaulting import (
    autoscaling,
    cluster,
    devices,
    flowcontrol,
    networking,
    pods,
    storage,
    workloads,
)
from minieks.kube.api.schema import SchemaSet
from minieks.kube.words.objects import Obj

__all__ = ["apply_defaults"]

_DEFAULTS: Final[Mapping[tuple[str, str], Callable[[Obj], Obj]]] = {
    ("", "Pod"): pods.pod,
    ("", "PodTemplate"): workloads.pod_template,
    ("", "ReplicationController"): workloads.replication_controller,
    ("", "Service"): networking.service,
    ("", "Endpoints"): networking.endpoints,
    ("", "Secret"): cluster.secret,
    ("", "LimitRange"): cluster.limit_range,
    ("", "ResourceQuota"): cluster.resource_quota,
    ("", "Namespace"): cluster.namespace,
    ("", "Node"): cluster.node,
    ("", "Event"): cluster.event,
    ("", "PersistentVolume"): storage.persistent_volume,
    ("", "PersistentVolumeClaim"): storage.persistent_volume_claim,
    ("events.k8s.io", "Event"): cluster.event,
    ("apps", "Deployment"): workloads.deployment,
    ("apps", "ReplicaSet"): workloads.replica_set,
    ("apps", "StatefulSet"): workloads.stateful_set,
    ("apps", "DaemonSet"): workloads.daemon_set,
    ("batch", "Job"): workloads.job,
    ("batch", "CronJob"): workloads.cron_job,
    ("autoscaling", "HorizontalPodAutoscaler"): autoscaling.horizontal_pod_autoscaler,
    ("discovery.k8s.io", "EndpointSlice"): networking.endpoint_slice,
    ("networking.k8s.io", "NetworkPolicy"): networking.network_policy,
    ("networking.k8s.io", "IngressClass"): networking.ingress_class,
    ("storage.k8s.io", "StorageClass"): storage.storage_class,
    ("storage.k8s.io", "CSIDriver"): storage.csi_driver,
    ("resource.k8s.io", "ResourceClaim"): devices.resource_claim,
    ("resource.k8s.io", "ResourceClaimTemplate"): devices.resource_claim_template,
    ("scheduling.k8s.io", "PriorityClass"): cluster.priority_class,
    ("coordination.k8s.io", "Lease"): cluster.lease,
    ("rbac.authorization.k8s.io", "Role"): cluster.role,
    ("rbac.authorization.k8s.io", "ClusterRole"): cluster.role,
    ("rbac.authorization.k8s.io", "RoleBinding"): cluster.role_binding,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): cluster.role_binding,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): (
        cluster.webhook_configuration
    ),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): (
        cluster.webhook_configuration
    ),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): cluster.admission_policy,
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"): cluster.mutating_policy,
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"): (
        cluster.admission_policy_binding
    ),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): (
        cluster.admission_policy_binding
    ),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"): flowcontrol.flow_schema,
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"): flowcontrol.priority_level,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): cluster.custom_resource_definition,
}


def apply_defaults(obj: Obj, version: str, stored: Obj | None = None) -> Obj:
    """The object as the API server of this Kubernetes version understands it.

    Unknown fields and nulls are gone, quantities are in canonical form, and what the client left
    out is filled in. Parts that need no change are shared with ``obj``; those that are the very
    parts of the ``stored`` object need none.
    """
    found = _canonical(version).of(obj, stored)
    group = str(obj.get("apiVersion", "")).rpartition("/")[0]
    change = _DEFAULTS.get((group, str(obj.get("kind"))))
    return change(found) if change else found


@lru_cache(maxsize=16)
def _canonical(version: str) -> Canonical:
    return Canonical(SchemaSet.for_version(version))
