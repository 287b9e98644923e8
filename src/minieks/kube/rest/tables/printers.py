"""Which printer makes the rows of which collection: one line each."""

from collections.abc import Mapping
from typing import Final

from minieks.kube.rest.tables import (
    access,
    autoscaling,
    cells,
    core,
    networking,
    pods,
    storage,
    workloads,
)
from minieks.kube.rest.tables.cells import Printer

SCALE: Final = "scale"
"""Where a collection stands for a kind, this stands for Scale, which has none."""

_ADMISSION: Final = "admissionregistration.k8s.io"
_FLOW: Final = "flowcontrol.apiserver.k8s.io"
_NETWORK: Final = "networking.k8s.io"
_RBAC: Final = "rbac.authorization.k8s.io"
_STORAGE: Final = "storage.k8s.io"
_DEVICES: Final = "resource.k8s.io"

PRINTERS: Final[Mapping[str, Printer]] = {
    "componentstatuses": core.component_status,
    "configmaps": core.config_map,
    "endpoints": networking.endpoints,
    "events": core.event,
    "namespaces": core.namespace,
    "nodes": core.node,
    "persistentvolumeclaims": storage.claim,
    "persistentvolumes": storage.volume,
    "pods": pods.cells,
    "podtemplates": workloads.pod_template,
    "replicationcontrollers": workloads.replication_controller,
    "resourcequotas": core.resource_quota,
    "secrets": core.secret,
    "serviceaccounts": core.service_account,
    "services": networking.service,
    "controllerrevisions.apps": workloads.controller_revision,
    "daemonsets.apps": workloads.daemon_set,
    "deployments.apps": workloads.deployment,
    "replicasets.apps": workloads.replica_set,
    "statefulsets.apps": workloads.stateful_set,
    "cronjobs.batch": workloads.cron_job,
    "jobs.batch": workloads.job,
    "horizontalpodautoscalers.autoscaling": autoscaling.autoscaler,
    "poddisruptionbudgets.policy": autoscaling.disruption_budget,
    SCALE: autoscaling.scale,
    f"ingressclasses.{_NETWORK}": networking.ingress_class,
    f"ingresses.{_NETWORK}": networking.ingress,
    f"ipaddresses.{_NETWORK}": networking.ip_address,
    f"networkpolicies.{_NETWORK}": networking.network_policy,
    f"servicecidrs.{_NETWORK}": networking.service_cidr,
    "endpointslices.discovery.k8s.io": networking.endpoint_slice,
    "leases.coordination.k8s.io": core.lease,
    "runtimeclasses.node.k8s.io": core.runtime_class,
    "priorityclasses.scheduling.k8s.io": core.priority_class,
    f"csidrivers.{_STORAGE}": storage.csi_driver,
    f"csinodes.{_STORAGE}": storage.csi_node,
    f"storageclasses.{_STORAGE}": storage.storage_class,
    f"volumeattachments.{_STORAGE}": storage.attachment,
    f"volumeattributesclasses.{_STORAGE}": storage.attributes_class,
    f"deviceclasses.{_DEVICES}": cells.named,
    f"resourceclaims.{_DEVICES}": storage.resource_claim,
    f"resourceclaimtemplates.{_DEVICES}": cells.named,
    f"resourceslices.{_DEVICES}": storage.resource_slice,
    f"clusterrolebindings.{_RBAC}": access.role_binding,
    f"rolebindings.{_RBAC}": access.role_binding,
    "certificatesigningrequests.certificates.k8s.io": access.signing_request,
    f"mutatingadmissionpolicies.{_ADMISSION}": access.mutating_policy,
    f"mutatingadmissionpolicybindings.{_ADMISSION}": access.policy_binding,
    f"mutatingwebhookconfigurations.{_ADMISSION}": access.webhook_configuration,
    f"validatingadmissionpolicies.{_ADMISSION}": access.validating_policy,
    f"validatingadmissionpolicybindings.{_ADMISSION}": access.policy_binding,
    f"validatingwebhookconfigurations.{_ADMISSION}": access.webhook_configuration,
    f"flowschemas.{_FLOW}": access.flow_schema,
    f"prioritylevelconfigurations.{_FLOW}": access.priority_level,
    "apiservices.apiregistration.k8s.io": access.api_service,
}


def printer_of(collection: str) -> Printer:
    """The printer of a collection; that of name and creation time if it has none."""
    return PRINTERS.get(collection, cells.created)
