"""The table of kinds: what the API serves, and how each kind is named and treated.

A built-in kind is a row here; a CustomResourceDefinition adds one at run time. A version of
Kubernetes serves those of them for which it has a schema.
Source: kubernetes 1.34 and 1.37 discovery (api/discovery/aggregated_v2.json).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its names, its scope, and which of its writes count as a new generation.

    ``versions`` are served versions, the stored one first. ``collection`` is the store's:
    ``pods``, ``deployments.apps``; ``api_version`` is the stored version with its group: ``v1``,
    ``apps/v1``.
    """

    group: str
    versions: tuple[str, ...]
    kind: str
    plural: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    has_status: bool = False
    custom: bool = False
    collection: str = field(init=False)
    api_version: str = field(init=False)

    def __post_init__(self) -> None:
        # Every write asks for both: they are worked out once.
        named = f"{self.plural}.{self.group}" if self.group else self.plural
        object.__setattr__(self, "collection", named)
        object.__setattr__(self, "api_version", self.qualified(self.versions[0]))

    def qualified(self, version: str) -> str:
        """A version with the kind's group, as it stands in ``apiVersion``."""
        return f"{self.group}/{version}" if self.group else version


def _core(
    kind: str, plural: str, *short: str, namespaced: bool = True, status: bool = False
) -> Kind:
    return Kind("", ("v1",), kind, plural, namespaced, short, status)


BUILT_IN: tuple[Kind, ...] = (
    _core("ConfigMap", "configmaps", "cm"),
    _core("Endpoints", "endpoints", "ep"),
    Kind("", ("v1",), "Event", "events", short_names=("ev",)),
    _core("LimitRange", "limitranges", "limits"),
    _core("Namespace", "namespaces", "ns", namespaced=False, status=True),
    _core("Node", "nodes", "no", namespaced=False, status=True),
    _core("PersistentVolumeClaim", "persistentvolumeclaims", "pvc", status=True),
    _core("PersistentVolume", "persistentvolumes", "pv", namespaced=False, status=True),
    _core("Pod", "pods", "po", status=True),
    _core("PodTemplate", "podtemplates"),
    _core("ReplicationController", "replicationcontrollers", "rc", status=True),
    _core("ResourceQuota", "resourcequotas", "quota", status=True),
    _core("Secret", "secrets"),
    _core("ServiceAccount", "serviceaccounts", "sa"),
    _core("Service", "services", "svc", status=True),
    Kind("apps", ("v1",), "ControllerRevision", "controllerrevisions"),
    Kind("apps", ("v1",), "DaemonSet", "daemonsets", True, ("ds",), True),
    Kind("apps", ("v1",), "Deployment", "deployments", True, ("deploy",), True),
    Kind("apps", ("v1",), "ReplicaSet", "replicasets", True, ("rs",), True),
    Kind("apps", ("v1",), "StatefulSet", "statefulsets", True, ("sts",), True),
    Kind("batch", ("v1",), "CronJob", "cronjobs", True, ("cj",), True),
    Kind("batch", ("v1",), "Job", "jobs", True, (), True),
    Kind(
        "autoscaling",
        ("v2", "v1"),
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        True,
        ("hpa",),
        True,
    ),
    Kind("policy", ("v1",), "PodDisruptionBudget", "poddisruptionbudgets", True, ("pdb",), True),
    Kind("networking.k8s.io", ("v1",), "Ingress", "ingresses", True, ("ing",), True),
    Kind("networking.k8s.io", ("v1",), "IngressClass", "ingressclasses", False),
    Kind("networking.k8s.io", ("v1",), "NetworkPolicy", "networkpolicies", True, ("netpol",)),
    Kind("networking.k8s.io", ("v1",), "IPAddress", "ipaddresses", False, ("ip",)),
    Kind("networking.k8s.io", ("v1",), "ServiceCIDR", "servicecidrs", False, (), True),
    Kind("discovery.k8s.io", ("v1",), "EndpointSlice", "endpointslices"),
    Kind("coordination.k8s.io", ("v1",), "Lease", "leases"),
    Kind("storage.k8s.io", ("v1",), "CSIDriver", "csidrivers", False),
    Kind("storage.k8s.io", ("v1",), "CSINode", "csinodes", False),
    Kind("storage.k8s.io", ("v1",), "CSIStorageCapacity", "csistoragecapacities"),
    Kind("storage.k8s.io", ("v1",), "StorageClass", "storageclasses", False, ("sc",)),
    Kind("storage.k8s.io", ("v1",), "VolumeAttachment", "volumeattachments", False, (), True),
    Kind(
        "storage.k8s.io",
        ("v1", "v1beta1"),
        "VolumeAttributesClass",
        "volumeattributesclasses",
        False,
        ("vac",),
    ),
    Kind("scheduling.k8s.io", ("v1",), "PriorityClass", "priorityclasses", False, ("pc",)),
    Kind("node.k8s.io", ("v1",), "RuntimeClass", "runtimeclasses", False),
    Kind("rbac.authorization.k8s.io", ("v1",), "ClusterRole", "clusterroles", False),
    Kind("rbac.authorization.k8s.io", ("v1",), "ClusterRoleBinding", "clusterrolebindings", False),
    Kind("rbac.authorization.k8s.io", ("v1",), "Role", "roles"),
    Kind("rbac.authorization.k8s.io", ("v1",), "RoleBinding", "rolebindings"),
    Kind(
        "admissionregistration.k8s.io",
        ("v1",),
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        False,
    ),
    Kind(
        "admissionregistration.k8s.io",
        ("v1",),
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        False,
    ),
    Kind(
        "admissionregistration.k8s.io",
        ("v1",),
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        False,
        (),
        True,
    ),
    Kind(
        "admissionregistration.k8s.io",
        ("v1",),
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        False,
    ),
    Kind(
        "admissionregistration.k8s.io",
        ("v1",),
        "MutatingAdmissionPolicy",
        "mutatingadmissionpolicies",
        False,
    ),
    Kind(
        "admissionregistration.k8s.io",
        ("v1",),
        "MutatingAdmissionPolicyBinding",
        "mutatingadmissionpolicybindings",
        False,
    ),
    Kind(
        "apiextensions.k8s.io",
        ("v1",),
        "CustomResourceDefinition",
        "customresourcedefinitions",
        False,
        ("crd", "crds"),
        True,
    ),
    Kind("apiregistration.k8s.io", ("v1",), "APIService", "apiservices", False, (), True),
    Kind(
        "certificates.k8s.io",
        ("v1",),
        "CertificateSigningRequest",
        "certificatesigningrequests",
        False,
        ("csr",),
        True,
    ),
    Kind("certificates.k8s.io", ("v1",), "ClusterTrustBundle", "clustertrustbundles", False),
    Kind(
        "certificates.k8s.io",
        ("v1",),
        "PodCertificateRequest",
        "podcertificaterequests",
        True,
        (),
        True,
    ),
    Kind("flowcontrol.apiserver.k8s.io", ("v1",), "FlowSchema", "flowschemas", False, (), True),
    Kind(
        "flowcontrol.apiserver.k8s.io",
        ("v1",),
        "PriorityLevelConfiguration",
        "prioritylevelconfigurations",
        False,
        (),
        True,
    ),
    Kind("resource.k8s.io", ("v1",), "DeviceClass", "deviceclasses", False),
    Kind("resource.k8s.io", ("v1",), "ResourceClaim", "resourceclaims", True, (), True),
    Kind("resource.k8s.io", ("v1",), "ResourceClaimTemplate", "resourceclaimtemplates"),
    Kind("resource.k8s.io", ("v1",), "ResourceSlice", "resourceslices", False),
    Kind("resource.k8s.io", ("v1",), "DeviceTaintRule", "devicetaintrules", False, (), True),
    Kind(
        "storagemigration.k8s.io",
        ("v1",),
        "StorageVersionMigration",
        "storageversionmigrations",
        False,
        (),
        True,
    ),
)


class Registry:
    """The kinds that one cluster serves: the built-in ones, and those its CRDs define."""

    def __init__(self, kinds: Iterable[Kind] = BUILT_IN) -> None:
        self._by_collection: dict[str, Kind] = {}
        self._by_gvk: dict[tuple[str, str], Kind] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: Kind) -> None:
        """Serve a kind, or serve it anew with other versions."""
        self.remove(kind.collection)
        self._by_collection[kind.collection] = kind
        for version in kind.versions:
            self._by_gvk[kind.qualified(version), kind.kind] = kind

    def remove(self, collection: str) -> None:
        """Serve a kind no longer; nothing happens if it was not served."""
        gone = self._by_collection.pop(collection, None)
        if gone is not None:
            for version in gone.versions:
                del self._by_gvk[gone.qualified(version), gone.kind]

    def find(self, api_version: str, kind: str) -> Kind | None:
        """The kind served under this apiVersion, or None."""
        return self._by_gvk.get((api_version, kind))

    def kind_of(self, obj: dict[str, Any]) -> Kind | None:
        """The kind of an object, by its apiVersion and kind; None if it is not served."""
        try:
            return self._by_gvk[obj["apiVersion"], obj["kind"]]
        except (KeyError, TypeError):  # Not served, not said, or no texts at all.
            return None

    def of_collection(self, collection: str) -> Kind:
        """The kind whose objects a collection holds; KeyError if there is none."""
        return self._by_collection[collection]

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_collection.values())
