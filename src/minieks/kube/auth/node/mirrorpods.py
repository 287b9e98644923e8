"""The only pods that a kubelet may create: mirrors of its static pods.

Source: kubernetes plugin/pkg/admission/noderestriction/admission.go (admitPodCreate),
pkg/api/pod/util.go (HasAPIObjectReference).
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from minieks.kube.api.fields import quoted
from minieks.kube.auth.node import references
from minieks.kube.words.objects import Obj, annotations, metadata, uid

FindNode: TypeAlias = Callable[[], Obj]

_MIRROR: Final = "kubernetes.io/config.mirror"
# Volumes that need nothing of the API are left out; the first that is found is told.
_VOLUMES: Final = (
    ("configMap", "configmaps (via configmap volumes)"),
    ("secret", "secrets (via secret volumes)"),
    ("csi", "csidrivers (via CSI volumes)"),
    ("glusterfs", "endpoints (via glusterFS volumes)"),
    ("persistentVolumeClaim", "persistentvolumeclaims"),
    ("ephemeral", "persistentvolumeclaims (via ephemeral volumes)"),
    ("azureFile", "secrets (via azureFile volumes)"),
)
_PROJECTED: Final = (
    ("configMap", "configmaps (via projected volumes)"),
    ("secret", "secrets (via projected volumes)"),
    ("serviceAccountToken", "serviceaccounts (via projected volumes)"),
    ("clusterTrustBundle", "clustertrustbundles"),
    ("podCertificate", "podcertificates"),
)


def complaint(pod: Obj, node_name: str, find_node: FindNode) -> str:
    """What is wrong with a new pod of a kubelet; empty if nothing is.

    ``find_node`` gives the kubelet's Node, or raises NotFound.
    """
    who, spec = f"node {quoted(node_name)}", pod.get("spec") or {}
    if _MIRROR not in annotations(pod):
        return f'pod does not have "{_MIRROR}" annotation, {who} can only create mirror pods'
    if spec.get("nodeName") != node_name:
        return f"{who} can only create pods with spec.nodeName set to itself"
    wrong = _owner_problem(metadata(pod).get("ownerReferences") or (), node_name, find_node)
    if wrong:
        return wrong
    referred = _referred(pod)
    return f"{who} can not create pods that reference {referred}" if referred else ""


def _owner_problem(owners: Sequence[Obj], node_name: str, find_node: FindNode) -> str:
    who = f"node {quoted(node_name)}"
    if len(owners) > 1:
        return f"{who} can only create pods with a single owner reference set to itself"
    owner = owners[0] if owners else {}
    named = (owner.get("apiVersion"), owner.get("kind"), owner.get("name"))
    if named != ("v1", "Node", node_name):
        return f"{who} can only create pods with an owner reference set to itself"
    if not owner.get("controller"):
        return f"{who} can only create pods with a controller owner reference set to itself"
    if owner.get("blockOwnerDeletion"):
        return f"{who} must not set blockOwnerDeletion on an owner reference"
    present = uid(find_node())
    if owner.get("uid") != present:
        return f"node {node_name} UID mismatch: expected {owner.get('uid')} got {present}"
    return ""


def _referred(pod: Obj) -> str:
    """The first sort of API objects that a pod refers to; empty if there is none."""
    spec = pod["spec"]
    if spec.get("serviceAccountName"):
        return "serviceaccounts"
    if any(references.secrets(pod)):
        return "secrets"
    if any(references.config_maps(pod)):
        return "configmaps"
    if spec.get("resourceClaims"):
        return "resourceclaims"
    for volume in spec.get("volumes") or ():
        found = _first(volume, _VOLUMES)
        for source in (volume.get("projected") or {}).get("sources") or ():
            found = found or _first(source, _PROJECTED)
        if found:
            return found
    return ""


def _first(source: Obj, table: tuple[tuple[str, str], ...]) -> str:
    return next((told for field, told in table if source.get(field) is not None), "")
