"""API versions that Kubernetes no longer serves, and what to write instead.

Source: kubernetes.io "Deprecated API Migration Guide", read 2025-11.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class RemovedApi:
    """Since which minor version a kind is not served under an API version, and its successor.

    ``successor`` is empty where there is none.
    """

    removed_in: str
    successor: str


_APPS = "apps/v1"
_NETWORKING = "networking.k8s.io/v1"
_RBAC = "rbac.authorization.k8s.io/v1"
_FLOW = "flowcontrol.apiserver.k8s.io"
_STORAGE = "storage.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_RESOURCE = "resource.k8s.io"

# apiVersion, kinds, the first version without it, the successor.
_ROWS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("extensions/v1beta1", ("DaemonSet", "Deployment", "ReplicaSet"), "1.16", _APPS),
    ("extensions/v1beta1", ("NetworkPolicy",), "1.16", _NETWORKING),
    ("extensions/v1beta1", ("PodSecurityPolicy",), "1.16", ""),
    ("extensions/v1beta1", ("Ingress",), "1.22", _NETWORKING),
    ("apps/v1beta1", ("Deployment", "StatefulSet", "ControllerRevision"), "1.16", _APPS),
    (
        "apps/v1beta2",
        ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "ControllerRevision"),
        "1.16",
        _APPS,
    ),
    ("networking.k8s.io/v1beta1", ("Ingress", "IngressClass"), "1.22", _NETWORKING),
    (
        f"{_ADMISSION}/v1beta1",
        ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
        "1.22",
        f"{_ADMISSION}/v1",
    ),
    (
        "apiextensions.k8s.io/v1beta1",
        ("CustomResourceDefinition",),
        "1.22",
        "apiextensions.k8s.io/v1",
    ),
    ("apiregistration.k8s.io/v1beta1", ("APIService",), "1.22", "apiregistration.k8s.io/v1"),
    ("authentication.k8s.io/v1beta1", ("TokenReview",), "1.22", "authentication.k8s.io/v1"),
    (
        "authorization.k8s.io/v1beta1",
        ("LocalSubjectAccessReview", "SelfSubjectAccessReview", "SubjectAccessReview"),
        "1.22",
        "authorization.k8s.io/v1",
    ),
    (
        "certificates.k8s.io/v1beta1",
        ("CertificateSigningRequest",),
        "1.22",
        "certificates.k8s.io/v1",
    ),
    ("coordination.k8s.io/v1beta1", ("Lease",), "1.22", "coordination.k8s.io/v1"),
    (
        "rbac.authorization.k8s.io/v1beta1",
        ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
        "1.22",
        _RBAC,
    ),
    (
        "rbac.authorization.k8s.io/v1alpha1",
        ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
        "1.22",
        _RBAC,
    ),
    ("scheduling.k8s.io/v1beta1", ("PriorityClass",), "1.22", "scheduling.k8s.io/v1"),
    ("scheduling.k8s.io/v1alpha1", ("PriorityClass",), "1.22", "scheduling.k8s.io/v1"),
    (
        f"{_STORAGE}/v1beta1",
        ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"),
        "1.22",
        f"{_STORAGE}/v1",
    ),
    ("batch/v1beta1", ("CronJob",), "1.25", "batch/v1"),
    ("batch/v2alpha1", ("CronJob",), "1.21", "batch/v1"),
    ("discovery.k8s.io/v1beta1", ("EndpointSlice",), "1.25", "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", ("Event",), "1.25", "events.k8s.io/v1"),
    ("autoscaling/v2beta1", ("HorizontalPodAutoscaler",), "1.25", "autoscaling/v2"),
    ("autoscaling/v2beta2", ("HorizontalPodAutoscaler",), "1.26", "autoscaling/v2"),
    ("policy/v1beta1", ("PodDisruptionBudget",), "1.25", "policy/v1"),
    ("policy/v1beta1", ("PodSecurityPolicy",), "1.25", ""),
    ("node.k8s.io/v1beta1", ("RuntimeClass",), "1.25", "node.k8s.io/v1"),
    ("node.k8s.io/v1alpha1", ("RuntimeClass",), "1.22", "node.k8s.io/v1"),
    (
        f"{_FLOW}/v1beta1",
        ("FlowSchema", "PriorityLevelConfiguration"),
        "1.26",
        f"{_FLOW}/v1",
    ),
    (
        f"{_FLOW}/v1beta2",
        ("FlowSchema", "PriorityLevelConfiguration"),
        "1.29",
        f"{_FLOW}/v1",
    ),
    (
        f"{_FLOW}/v1beta3",
        ("FlowSchema", "PriorityLevelConfiguration"),
        "1.32",
        f"{_FLOW}/v1",
    ),
    (f"{_STORAGE}/v1beta1", ("CSIStorageCapacity",), "1.27", f"{_STORAGE}/v1"),
    (
        f"{_ADMISSION}/v1beta1",
        ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        "1.34",
        f"{_ADMISSION}/v1",
    ),
    (
        f"{_RESOURCE}/v1alpha2",
        ("ResourceClaim", "ResourceClaimTemplate", "ResourceClass", "PodSchedulingContext"),
        "1.31",
        f"{_RESOURCE}/v1",
    ),
    (
        f"{_RESOURCE}/v1alpha3",
        ("DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"),
        "1.33",
        f"{_RESOURCE}/v1",
    ),
)

_TABLE = {
    (api_version, kind): RemovedApi(removed_in, successor)
    for api_version, kinds, removed_in, successor in _ROWS
    for kind in kinds
}


def removed_api(api_version: str, kind: str, cluster_version: str) -> RemovedApi | None:
    """What became of a kind that ``cluster_version`` (``1.34``) no longer serves, or None.

    A ``List`` of a kind is treated as the kind.
    """
    found = _TABLE.get((api_version, kind.removesuffix("List")))
    if found is None or _minor(cluster_version) < _minor(found.removed_in):
        return None
    return found


def _minor(version: str) -> int:
    return int(version.removeprefix("v").split(".")[1])
