"""The admission plugin NodeRestriction: a kubelet writes only what is its own.

Source: kubernetes plugin/pkg/admission/noderestriction/admission.go.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from minieks.kube.api.admission import Attributes, Operation, PartAdmission
from minieks.kube.api.errors import NotFound
from minieks.kube.api.fields import quoted
from minieks.kube.api.server import Api
from minieks.kube.auth import users
from minieks.kube.auth.attributes import Authorizer
from minieks.kube.auth.certificates import requests
from minieks.kube.auth.certificates.libraries import x509
from minieks.kube.auth.node import audiences, mirrorpods, nodelabels
from minieks.kube.words.objects import Obj, labels, name, uid, with_metadata

# From the node's name, the object and the request to why it is refused; empty if it is not.
_Check: TypeAlias = Callable[[str, Obj, Attributes], str]

AFTER: Final = "ServiceAccount"
"""The plugin behind which it stands (kubernetes pkg/kubeapiserver/options/plugins.go)."""
_LEASES: Final = "kube-node-lease"
_KUBELET_SIGNERS: Final = (
    "kubernetes.io/kubelet-serving",
    "kubernetes.io/kube-apiserver-client-kubelet",
)
# What of the status of a claim a kubelet may write.
_CLAIM_STATUS: Final = ("capacity", "conditions", "allocatedResources", "allocatedResourceStatuses")
_UNLIKE: Final = (
    "the UID in the bound object reference ({}) does not match the UID in record."
    " The object might have been deleted and then recreated"
)


class NodeRestriction(PartAdmission):
    """Refuses writes of kubelets to what is not theirs."""

    name = "NodeRestriction"

    def __init__(self, api: Api, authorizer: Authorizer) -> None:
        super().__init__(api)
        self._authorizer = authorizer
        self._checks: Mapping[str, _Check] = {
            **_CHECKS,
            "pods": self._pod,
            "serviceaccounts": self._token,
        }

    def concerns(self, operation: Operation, collection: str) -> bool:
        """What kubelets are held to."""
        return collection in self._checks

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The object as it is; raises Forbidden, or NotFound where what it names is not there."""
        self._check(obj, attributes)
        return obj

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """As `mutate`, for what goes; what comes or changes has been looked at."""
        if attributes.operation == "DELETE":
            self._check(obj, attributes)

    def _check(self, obj: Obj, attributes: Attributes) -> None:
        user = attributes.user
        if not users.is_node(user):
            return
        node = users.node_of(user)
        if not node:
            raise attributes.forbidden(f"could not determine node from user {quoted(user.name)}")
        why = self._checks[attributes.collection](node, obj, attributes)
        if why:
            raise attributes.forbidden(why)

    def _pod(self, node: str, obj: Obj, attributes: Attributes) -> str:
        part = attributes.subresource
        if part == "status":
            return _pod_status(node, obj, attributes)
        if part == "eviction":
            pod = self._existing("pods", attributes.namespace, attributes.name)
            return "" if _runs_on(pod, node) else f"node {node} can only evict pods with {_ITSELF}"
        if part:
            only = "only 'status' and 'eviction' are allowed"
            return f"unexpected pod subresource {quoted(part)}, {only}"
        if attributes.operation == "CREATE":
            return mirrorpods.complaint(obj, node, lambda: self._existing("nodes", "", node))
        if attributes.operation == "DELETE":
            allowed = _runs_on(obj, node)
            return "" if allowed else f"node {quoted(node)} can only delete pods with {_ITSELF}"
        who = f"node {quoted(node)} can only create and delete mirror pods"
        return f"unexpected operation {quoted(attributes.operation)}, {who}"

    def _token(self, node: str, obj: Obj, attributes: Attributes) -> str:
        if attributes.operation != "CREATE" or attributes.subresource != "token":
            return ""
        spec = obj.get("spec") or {}
        bound = spec.get("boundObjectRef") or {}
        if (bound.get("apiVersion"), bound.get("kind")) != ("v1", "Pod") or not bound.get("name"):
            return "node requested token not bound to a pod"
        if not bound.get("uid"):
            return "node requested token with a pod binding without a uid"
        pod = self._existing("pods", attributes.namespace, bound["name"])
        if bound["uid"] != uid(pod):
            return _UNLIKE.format(bound["uid"])
        if not _runs_on(pod, node):
            return "node requested token bound to a pod scheduled on a different node"
        if self.api.schemas.minor < audiences.SINCE:
            return ""
        asked = attributes.name, spec.get("audiences") or ()
        return audiences.complaint(self.api, self._authorizer, attributes.user, asked, pod)

    def _existing(self, collection: str, space: str, called: str) -> Obj:
        found = self.api.get(collection, space, called)
        if found is None:
            raise NotFound(collection, called)
        return found


_ITSELF: Final = "spec.nodeName set to itself"


def _runs_on(pod: Obj, node: str) -> bool:
    return bool(pod["spec"].get("nodeName") == node)


def _pod_status(node: str, obj: Obj, attributes: Attributes) -> str:
    old, who = attributes.old, f"node {quoted(node)}"
    assert old is not None, "a status is only updated"
    if not _runs_on(old, node):
        return f"{who} can only update pod status for pods with {_ITSELF}"
    if labels(old) != labels(obj):
        return f"{who} cannot update labels through pod status"
    before, after = old.get("status") or {}, obj.get("status") or {}
    if (before.get("resourceClaimStatuses") or []) != (after.get("resourceClaimStatuses") or []):
        return f"{who} cannot update resource claim statues"
    field = "extendedResourceClaimStatus"
    if before.get(field) != after.get(field):
        return f"{who} cannot update extended resource claim status"
    return ""


def _node(node: str, obj: Obj, attributes: Attributes) -> str:
    who, old = f"node {quoted(node)}", attributes.old
    if attributes.name != node:
        return f"{who} is not allowed to modify node {quoted(attributes.name)}"
    if attributes.operation == "DELETE":
        return ""
    spec, before = obj.get("spec") or {}, (old or {}).get("spec") or {}
    if old is None:
        if spec.get("configSource") is not None:
            return f"{who} is not allowed to create pods with a non-nil configSource"
        wrong = nodelabels.forbidden({}, labels(obj))
        told = ", ".join(wrong)
        return f"{who} is not allowed to set the following labels: {told}" if wrong else ""
    if spec.get("configSource") not in (None, before.get("configSource")):
        return f"{who} is not allowed to update configSource to a new non-nil configSource"
    if (spec.get("taints") or []) != (before.get("taints") or []):
        return f"{who} is not allowed to modify taints"
    wrong = nodelabels.forbidden(labels(old), labels(obj))
    return f"is not allowed to modify labels: {', '.join(wrong)}" if wrong else ""


def _claim(node: str, obj: Obj, attributes: Attributes) -> str:
    if attributes.subresource != "status" or attributes.old is None:
        return "may only update PVC status"
    if _rest_of_claim(attributes.old) == _rest_of_claim(obj):
        return ""
    # The real server goes on with what differs, in Go's words.
    only = "fields other than status.quantity and status.conditions"
    return f"node {quoted(node)} is not allowed to update {only}"


def _rest_of_claim(claim: Obj) -> Obj:
    """A claim without what a kubelet may write, and what nobody looks at."""
    status = claim.get("status") or {}
    kept = {field: value for field, value in status.items() if field not in _CLAIM_STATUS}
    bare = with_metadata(claim, resourceVersion=None, managedFields=None)
    return {**bare, "status": kept}


def _lease(node: str, obj: Obj, attributes: Attributes) -> str:
    if attributes.namespace != _LEASES:
        return f'can only access leases in the "{_LEASES}" system namespace'
    if name(obj) != node:
        return "can only access node lease with the same name as the requesting node"
    return ""


def _csi_node(node: str, obj: Obj, attributes: Attributes) -> str:
    if name(obj) == node:
        return ""
    return "can only access CSINode with the same name as the requesting node"


def _resource_slice(node: str, obj: Obj, attributes: Attributes) -> str:
    if attributes.operation == "UPDATE" or (obj.get("spec") or {}).get("nodeName") == node:
        return ""
    verb = attributes.operation.lower()
    return f"can only {verb} ResourceSlice with the same NodeName as the requesting node"


def _certificate_request(node: str, obj: Obj, attributes: Attributes) -> str:
    if attributes.operation != "CREATE" or obj["spec"].get("signerName") not in _KUBELET_SIGNERS:
        return ""
    pem = requests.pem_of(obj)
    wrong = x509().problem(pem)
    if wrong:
        return f"unable to parse csr: {wrong}"
    wanted = f"system:node:{node}"
    if x509().subject_of(pem).common_name == wanted:
        return ""
    return f"can only create a node CSR with CN={wanted}"


_CHECKS: Final[Mapping[str, _Check]] = {
    "nodes": _node,
    "persistentvolumeclaims": _claim,
    "leases.coordination.k8s.io": _lease,
    "csinodes.storage.k8s.io": _csi_node,
    "resourceslices.resource.k8s.io": _resource_slice,
    "certificatesigningrequests.certificates.k8s.io": _certificate_request,
}
