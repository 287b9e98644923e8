"""The Node authorizer: what a kubelet may do, and why not.

Source: kubernetes plugin/pkg/auth/authorizer/node/node_authorizer.go.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from minieks.data import rbac_defaults
from minieks.engine.store import Store
from minieks.kube.api.fields import quoted
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.attributes import Attributes, Decision, Rules
from minieks.kube.auth.node.relations import Relations
from minieks.kube.auth.rbac.rules import compiled
from minieks.kube.auth.users import NODES, node_of

# From the node's name, the wish and the relations to why it is not allowed; empty if this is not
# what forbids it, None if it is allowed whatever the general rules say.
_Check: TypeAlias = Callable[[str, Attributes, Relations], str | None]

_LEASES: Final = "kube-node-lease"
_WRITES_OWN: Final = ("get", "create", "update", "patch", "delete")
_READS: Final = ("get", "list", "watch")
_LISTS: Final = ("list", "watch")
_NO_OPINION: Final = Decision(False)
_ALLOWED: Final = Decision(True)


class NodeAuthorizer:
    """Allows kubelets their own objects and what their pods need; has no opinion of others."""

    def __init__(self, store: Store) -> None:
        self._relations = Relations(store)
        role = next(one for one in rbac_defaults.roles() if one.name == "system:node")
        self._rules = tuple(compiled(rule) for rule in role.rules)

    def authorize(self, user: UserInfo, wish: Attributes) -> Decision:
        """The decision for a user of system:nodes; the reason of a refusal names the rule."""
        if NODES not in user.groups:
            return _NO_OPINION
        node = node_of(user)
        if not node:
            return Decision(False, f"unknown node for user {quoted(user.name)}")
        check = _CHECKS.get((wish.api_group, wish.resource)) if wish.is_resource else None
        if check is not None:
            why = check(node, wish, self._relations)
            if why is None:
                return _ALLOWED
            if why:
                return Decision(False, why)
        return _ALLOWED if any(rule.allows(wish) for rule in self._rules) else _NO_OPINION

    def rules_for(self, user: UserInfo, space: str) -> Rules:
        """Nothing can be listed: it depends on pods."""
        if not node_of(user):
            return Rules()
        return Rules(error="node authorizer does not support user rule resolution")


def _related(node: str, wish: Attributes, relations: Relations) -> str | None:
    if not wish.name:
        return "No Object name found"
    if relations.are(node, wish.resource, wish.namespace, wish.name):
        return None
    return f"no relationship found between node '{node}' and this object"


def _read(node: str, wish: Attributes, relations: Relations) -> str | None:
    if wish.verb not in _READS:
        return "can only read resources of this type"
    if wish.subresource:
        return "cannot read subresource"
    if not wish.namespace:
        return "can only read namespaced object of this type"
    return _related(node, wish, relations)


def _get(node: str, wish: Attributes, relations: Relations) -> str | None:
    if wish.verb != "get":
        return "can only get individual resources of this type"
    if wish.subresource:
        return "cannot get subresource"
    return _related(node, wish, relations)


def _claim(node: str, wish: Attributes, relations: Relations) -> str | None:
    if wish.subresource != "status":
        return _get(node, wish, relations)
    if wish.verb not in ("update", "patch"):
        return "can only update status subresource"
    return _related(node, wish, relations)


def _account(node: str, wish: Attributes, relations: Relations) -> str | None:
    if wish.verb == "get" and not wish.subresource:
        return _related(node, wish, relations)
    if wish.verb != "create" or wish.subresource != "token":
        return "can only get or create tokens for individual service accounts"
    return _related(node, wish, relations)


def _lease(node: str, wish: Attributes, relations: Relations) -> str | None:
    if wish.verb not in _WRITES_OWN:
        return "can only get, create, update, patch, or delete a node lease"
    if wish.namespace != _LEASES:
        return f'can only access leases in the "{_LEASES}" system namespace'
    if wish.verb != "create" and wish.name != node:
        return "can only access node lease with the same name as the requesting node"
    return None


def _csi_node(node: str, wish: Attributes, relations: Relations) -> str | None:
    if wish.verb not in _WRITES_OWN:
        return "can only get, create, update, patch, or delete a CSINode"
    if wish.subresource:
        return "cannot authorize CSINode subresources"
    if wish.verb != "create" and wish.name != node:
        return "can only access CSINode with the same name as the requesting node"
    return None


def _node(node: str, wish: Attributes, relations: Relations) -> str | None:
    if wish.verb in _READS and wish.name != node:
        return f"node '{node}' cannot read all nodes, only its own Node object"
    return ""


def _pod(node: str, wish: Attributes, relations: Relations) -> str | None:
    if wish.verb in _LISTS:
        if f"spec.nodeName={node}" in wish.field_selector.split(","):
            return None
        return "can only list/watch pods with spec.nodeName field selector"
    if wish.verb == "get":
        return _related(node, wish, relations)
    return ""


_CHECKS: Final[Mapping[tuple[str, str], _Check]] = {
    ("", "secrets"): _read,
    ("", "configmaps"): _read,
    ("", "persistentvolumeclaims"): _claim,
    ("", "persistentvolumes"): _get,
    ("storage.k8s.io", "volumeattachments"): _get,
    ("", "serviceaccounts"): _account,
    ("coordination.k8s.io", "leases"): _lease,
    ("storage.k8s.io", "csinodes"): _csi_node,
    ("", "nodes"): _node,
    ("", "pods"): _pod,
}
