"""What kubelets may do (kubernetes plugin/pkg/auth/authorizer/node)."""

from typing import Any

import pytest

from minieks.engine.store import Store
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.attributes import Attributes, Decision
from minieks.kube.auth.node.authorizer import NodeAuthorizer
from minieks.kube.words.objects import Obj, key

KUBELET = UserInfo("system:node:n", groups=("system:nodes", "system:authenticated"))


def _pod(name: str, node: str, **spec: Any) -> Obj:
    return {"metadata": {"name": name, "namespace": "ns"}, "spec": {"nodeName": node, **spec}}


SPEC: dict[str, Any] = {
    "serviceAccountName": "robot",
    "imagePullSecrets": [{"name": "pull"}],
    "containers": [
        {
            "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "env", "key": "k"}}}],
            "envFrom": [{"configMapRef": {"name": "all"}}],
        }
    ],
    "volumes": [
        {"name": "s", "secret": {"secretName": "mounted"}},
        {"name": "p", "projected": {"sources": [{"configMap": {"name": "projected"}}]}},
        {"name": "c", "persistentVolumeClaim": {"claimName": "data"}},
    ],
}
CLAIM: Obj = {"metadata": {"name": "data", "namespace": "ns"}, "spec": {"volumeName": "pv"}}
VOLUME: Obj = {
    "metadata": {"name": "pv"},
    "spec": {"csi": {"nodeStageSecretRef": {"name": "disk", "namespace": "ns"}}},
}


@pytest.fixture(scope="module")
def authorizer() -> NodeAuthorizer:
    store = Store()
    for pod in (_pod("here", "n", **SPEC), _pod("there", "m", imagePullSecrets=[{"name": "x"}])):
        store.create("pods", key(pod), pod)
    store.create("persistentvolumeclaims", key(CLAIM), CLAIM)
    store.create("persistentvolumes", key(VOLUME), VOLUME)
    return NodeAuthorizer(store)


def _get(resource: str, name: str, group: str = "", space: str = "ns") -> Attributes:
    return Attributes("get", group, "v1", resource, namespace=space, name=name)


def _list_pods(selector: str = "") -> Attributes:
    return Attributes("list", "", "v1", "pods", field_selector=selector)


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param(_get("secrets", "pull"), id="pull-secret"),
        pytest.param(_get("secrets", "env"), id="secret-of-environment"),
        pytest.param(_get("secrets", "mounted"), id="mounted-secret"),
        pytest.param(_get("secrets", "disk"), id="secret-of-a-volume"),
        pytest.param(_get("configmaps", "all"), id="config-of-environment"),
        pytest.param(_get("configmaps", "projected"), id="projected-config"),
        pytest.param(_get("persistentvolumeclaims", "data"), id="claim"),
        pytest.param(_get("persistentvolumes", "pv", space=""), id="volume"),
        pytest.param(_get("pods", "here"), id="pod"),
        pytest.param(_get("nodes", "n", space=""), id="own-node"),
        pytest.param(_list_pods("spec.nodeName=n"), id="own-pods"),
        pytest.param(
            Attributes("create", "", "v1", "serviceaccounts", "token", "ns", "robot"), id="token"
        ),
        pytest.param(
            Attributes("update", "coordination.k8s.io", "v1", "leases", "", "kube-node-lease", "n"),
            id="lease",
        ),
        pytest.param(Attributes("patch", "", "v1", "nodes", "status", "", "n"), id="node-status"),
    ],
)
def test_a_kubelet_may_what_its_pods_need(authorizer: NodeAuthorizer, wish: Attributes) -> None:
    assert authorizer.authorize(KUBELET, wish) == Decision(True)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        pytest.param(
            _get("secrets", "x"),
            "no relationship found between node 'n' and this object",
            id="secret-of-another-node",
        ),
        pytest.param(
            Attributes("list", "", "v1", "secrets", namespace="ns"),
            "No Object name found",
            id="all-secrets",
        ),
        pytest.param(
            Attributes("delete", "", "v1", "secrets", namespace="ns", name="pull"),
            "can only read resources of this type",
            id="write-secret",
        ),
        pytest.param(
            _list_pods(), "can only list/watch pods with spec.nodeName field selector", id="pods"
        ),
        pytest.param(
            _get("nodes", "m", space=""),
            "node 'n' cannot read all nodes, only its own Node object",
            id="another-node",
        ),
        pytest.param(
            _get("leases", "m", "coordination.k8s.io", "kube-node-lease"),
            "can only access node lease with the same name as the requesting node",
            id="lease-of-another",
        ),
        pytest.param(
            _get("leases", "n", "coordination.k8s.io"),
            'can only access leases in the "kube-node-lease" system namespace',
            id="lease-elsewhere",
        ),
        pytest.param(_get("deployments", "d", "apps"), "", id="what-is-no-kubelets-business"),
    ],
)
def test_a_kubelet_may_not_more(authorizer: NodeAuthorizer, wish: Attributes, why: str) -> None:
    assert authorizer.authorize(KUBELET, wish) == Decision(False, why)


def test_of_other_users_it_has_no_opinion(authorizer: NodeAuthorizer) -> None:
    wish = _get("secrets", "pull")
    assert authorizer.authorize(UserInfo("u1"), wish) == Decision(False)
    nameless = UserInfo("u1", groups=("system:nodes",))
    assert authorizer.authorize(nameless, wish).reason == 'unknown node for user "u1"'
