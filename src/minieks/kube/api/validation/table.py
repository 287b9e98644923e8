"""Which rules hold for which kind: its name, its scope, its own rules at creation and update."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from minieks.kube.api.fields import FieldError
from minieks.kube.api.validation import (
    autoscaling,
    batch,
    cluster,
    config,
    flowschemas,
    meta,
    networking,
    pods,
    podupdates,
    prioritylevels,
    rbac,
    services,
    storage,
    webhooks,
    workloads,
)
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

Check: TypeAlias = Callable[[Obj], Iterator[FieldError]]
UpdateCheck: TypeAlias = Callable[[Obj, Obj], Iterator[FieldError]]


@dataclass(frozen=True)
class Rules:
    """The rules of one kind; without ``update`` its own rules at creation hold again."""

    create: Check | None = None
    update: UpdateCheck | None = None
    namespaced: bool = True
    name: meta.NameCheck = names.dns_subdomain
    again: bool = True


def _any_name(value: str) -> names.Complaints:
    return ()


def _definition(obj: Obj) -> Iterator[FieldError]:
    from minieks.kube.api.validation import definitions  # noqa: PLC0415 - brings CEL

    yield from definitions.definition(obj)


def _definition_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    from minieks.kube.api.validation import definitions  # noqa: PLC0415 - brings CEL

    yield from definitions.definition_update(new, old)


_RBAC: Final = "rbac.authorization.k8s.io"
_STORAGE: Final = "storage.k8s.io"
_NETWORK: Final = "networking.k8s.io"
_DEVICES: Final = "resource.k8s.io"
_FLOW: Final = "flowcontrol.apiserver.k8s.io"
_ADMISSION: Final = "admissionregistration.k8s.io"

RULES: Final[dict[tuple[str, str], Rules]] = {
    ("", "Pod"): Rules(pods.pod, podupdates.pod_update, again=False),
    ("", "PodTemplate"): Rules(workloads.pod_template),
    ("", "ReplicationController"): Rules(workloads.replication_controller),
    ("", "Service"): Rules(services.service, services.service_update, name=names.dns_1035_label),
    ("", "Endpoints"): Rules(services.endpoints),
    ("", "ConfigMap"): Rules(config.config_map, config.config_map_update, again=False),
    ("", "Secret"): Rules(config.secret, config.secret_update, again=False),
    ("", "ServiceAccount"): Rules(),
    ("", "Namespace"): Rules(
        cluster.namespace_labels,
        cluster.namespace_update,
        namespaced=False,
        name=names.dns_label,
        again=False,
    ),
    ("", "Node"): Rules(cluster.node, cluster.node_update, namespaced=False, again=False),
    ("", "Event"): Rules(cluster.event, again=False),
    ("events.k8s.io", "Event"): Rules(cluster.event, again=False),
    ("", "LimitRange"): Rules(cluster.limit_range),
    ("", "ResourceQuota"): Rules(
        cluster.resource_quota, cluster.resource_quota_update, again=False
    ),
    ("", "PersistentVolumeClaim"): Rules(storage.claim, storage.claim_update, again=False),
    ("", "PersistentVolume"): Rules(
        storage.volume, storage.volume_update, namespaced=False, again=False
    ),
    ("apps", "Deployment"): Rules(workloads.deployment, workloads.selector_update),
    ("apps", "ReplicaSet"): Rules(workloads.replica_set, workloads.selector_update),
    ("apps", "DaemonSet"): Rules(workloads.daemon_set, workloads.selector_update),
    ("apps", "StatefulSet"): Rules(
        workloads.stateful_set, workloads.stateful_set_update, name=names.dns_label
    ),
    ("apps", "ControllerRevision"): Rules(
        workloads.controller_revision, workloads.controller_revision_update
    ),
    ("batch", "Job"): Rules(batch.new_job, batch.job_update, again=False),
    ("batch", "CronJob"): Rules(batch.cron_job, name=batch.cron_job_name),
    ("autoscaling", "HorizontalPodAutoscaler"): Rules(autoscaling.horizontal_pod_autoscaler),
    ("policy", "PodDisruptionBudget"): Rules(autoscaling.pod_disruption_budget),
    (_NETWORK, "Ingress"): Rules(networking.ingress),
    (_NETWORK, "IngressClass"): Rules(
        networking.ingress_class, networking.ingress_class_update, namespaced=False
    ),
    (_NETWORK, "NetworkPolicy"): Rules(networking.network_policy),
    (_NETWORK, "IPAddress"): Rules(namespaced=False, name=_any_name),
    (_NETWORK, "ServiceCIDR"): Rules(namespaced=False),
    ("discovery.k8s.io", "EndpointSlice"): Rules(
        services.endpoint_slice, services.endpoint_slice_update, again=False
    ),
    ("coordination.k8s.io", "Lease"): Rules(cluster.lease),
    (_STORAGE, "StorageClass"): Rules(
        storage.storage_class, storage.storage_class_update, namespaced=False
    ),
    (_STORAGE, "VolumeAttributesClass"): Rules(
        None, storage.attributes_class_update, namespaced=False
    ),
    (_STORAGE, "VolumeAttachment"): Rules(
        storage.attachment, storage.attachment_update, namespaced=False
    ),
    (_STORAGE, "CSIDriver"): Rules(None, storage.csi_driver_update, namespaced=False),
    (_STORAGE, "CSINode"): Rules(None, storage.csi_node_update, namespaced=False),
    ("scheduling.k8s.io", "PriorityClass"): Rules(
        cluster.priority_class, cluster.priority_class_update, namespaced=False, again=False
    ),
    ("node.k8s.io", "RuntimeClass"): Rules(
        cluster.runtime_class, cluster.runtime_class_update, namespaced=False, again=False
    ),
    (_RBAC, "Role"): Rules(rbac.role, name=names.path_segment),
    (_RBAC, "ClusterRole"): Rules(rbac.cluster_role, namespaced=False, name=names.path_segment),
    (_RBAC, "RoleBinding"): Rules(rbac.role_binding, rbac.binding_update, name=names.path_segment),
    (_RBAC, "ClusterRoleBinding"): Rules(
        rbac.cluster_role_binding,
        rbac.binding_update,
        namespaced=False,
        name=names.path_segment,
    ),
    (_ADMISSION, "ValidatingWebhookConfiguration"): Rules(webhooks.configuration, namespaced=False),
    (_ADMISSION, "MutatingWebhookConfiguration"): Rules(webhooks.configuration, namespaced=False),
    (_ADMISSION, "ValidatingAdmissionPolicy"): Rules(webhooks.policy, namespaced=False),
    (_ADMISSION, "MutatingAdmissionPolicy"): Rules(webhooks.mutating_policy, namespaced=False),
    (_ADMISSION, "MutatingAdmissionPolicyBinding"): Rules(
        webhooks.mutating_policy_binding, namespaced=False
    ),
    (_ADMISSION, "ValidatingAdmissionPolicyBinding"): Rules(
        webhooks.policy_binding, namespaced=False
    ),
    (_STORAGE, "CSIStorageCapacity"): Rules(),
    ("apiregistration.k8s.io", "APIService"): Rules(namespaced=False, name=names.path_segment),
    ("certificates.k8s.io", "CertificateSigningRequest"): Rules(namespaced=False, name=_any_name),
    (_FLOW, "FlowSchema"): Rules(flowschemas.flow_schema, namespaced=False),
    (_FLOW, "PriorityLevelConfiguration"): Rules(prioritylevels.priority_level, namespaced=False),
    (_DEVICES, "DeviceClass"): Rules(namespaced=False),
    (_DEVICES, "ResourceClaim"): Rules(),
    (_DEVICES, "ResourceClaimTemplate"): Rules(),
    (_DEVICES, "ResourceSlice"): Rules(namespaced=False),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): Rules(
        _definition, _definition_update, namespaced=False, again=False
    ),
}


def rules_of(obj: Obj) -> Rules | None:
    """The rules of an object's kind; None for a kind without any."""
    group = str(obj.get("apiVersion", "")).rpartition("/")[0]
    return RULES.get((group, str(obj.get("kind"))))


def check_create(obj: Obj) -> Iterator[FieldError]:
    """The rules of the object's kind."""
    rules = rules_of(obj)
    if rules is None:
        return
    yield from meta.object_meta(obj, rules.name, namespaced=rules.namespaced)
    if rules.create is not None:
        yield from rules.create(obj)


def check_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The rules of the object's kind about changes."""
    rules = rules_of(new)
    if rules is None:
        return
    if rules.again and rules.create is not None:
        yield from rules.create(new)
    if rules.update is not None:
        yield from rules.update(new, old)
