"""What kubelets may write (kubernetes plugin/pkg/admission/noderestriction/admission.go)."""

import json
from typing import Any

import pytest

from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.options import UserInfo
from minieks.kube.api.server import Api
from minieks.kube.auth.node.nodelabels import forbidden
from minieks.kube.auth.rbac.defaults import write_defaults
from minieks.kube.auth.services import Auth, AuthSettings
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Request, Response
from minieks.kube.words.objects import Obj

USERS = {
    "admin": UserInfo("admin", groups=("system:masters",)),
    # A kubelet that may do more than the Node authorizer lets it: only admission is in its way.
    "n1": UserInfo("system:node:n1", groups=("system:nodes", "system:masters")),
    "none": UserInfo("system:node:", groups=("system:nodes", "system:masters")),
}
PODS = "/api/v1/namespaces/default/pods"
TOKEN = "/api/v1/namespaces/default/serviceaccounts/default/token"
CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims"
_MINE = 'node "n1" can only create pods with'


def mirror(node_uid: str, **spec: Any) -> Obj:
    owner = {"apiVersion": "v1", "kind": "Node", "name": "n1", "uid": node_uid, "controller": True}
    return {
        "metadata": {
            "name": "static",
            "annotations": {"kubernetes.io/config.mirror": "x"},
            "ownerReferences": [owner],
        },
        "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i"}], **spec},
    }


class Server:
    """A server with two nodes, a pod on each, and what the pods need."""

    def __init__(self, version: str = "1.34") -> None:
        api = Api(Engine(), version)
        bootstrap(api)
        write_defaults(api)
        self.handler: Handler = assembled(api, auth=Auth(api, AuthSettings(tokens=USERS)))
        account = {"name": "default", "namespace": "default"}
        api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
        for node in ("n1", "n2"):
            api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}})
            spec = {"nodeName": node, "containers": [{"name": "c", "image": "i"}]}
            self.ask("admin", "POST", PODS, {"metadata": {"name": f"on-{node}"}, "spec": spec})
        claim = {
            "metadata": {"name": "data"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1"}}},
        }
        self.ask("admin", "POST", CLAIMS, claim)
        self.node_uid = self.uid("nodes", "", "n1")
        self.pod_uid = self.uid("pods", "default", "on-n1")

    def uid(self, collection: str, space: str, called: str) -> str:
        found = self.handler.api.get(collection, space, called)
        assert found is not None
        return str(found["metadata"]["uid"])

    def ask(self, who: str, method: str, path: str, body: Any = None, **query: str) -> Obj:
        headers = {"authorization": f"Bearer {who}", "content-type": "application/json"}
        if method == "PATCH":
            headers["content-type"] = "application/merge-patch+json"
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self.handler.handle(Request(method, path, tuple(query.items()), headers, sent))
        assert isinstance(answer, Response)
        found: Obj = json.loads(answer.body)
        return found

    def said(self, method: str, path: str, body: Any = None, who: str = "n1") -> str:
        """What a kubelet is told: why not, or nothing."""
        found = self.ask(who, method, path, body, dryRun="All")
        refused = found.get("kind") == "Status" and found["status"] == "Failure"
        return str(found["message"]) if refused else ""


@pytest.fixture(scope="module")
def server() -> Server:
    return Server()


@pytest.mark.parametrize(
    ("method", "path", "body", "why"),
    [
        pytest.param(
            "PATCH", "/api/v1/nodes/n1", {"metadata": {"labels": {"a": "b"}}}, "", id="own"
        ),
        pytest.param(
            "PATCH",
            "/api/v1/nodes/n2",
            {"metadata": {"labels": {"a": "b"}}},
            'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
            id="another",
        ),
        pytest.param(
            "PATCH",
            "/api/v1/nodes/n1",
            {"metadata": {"labels": {"node-restriction.kubernetes.io/a": "b", "x.k8s.io/y": ""}}},
            'nodes "n1" is forbidden: is not allowed to modify labels:'
            " node-restriction.kubernetes.io/a, x.k8s.io/y",
            id="labels",
        ),
        pytest.param(
            "PATCH",
            "/api/v1/nodes/n1",
            {"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}},
            'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
            id="taints",
        ),
        pytest.param(
            "POST",
            "/api/v1/nodes",
            {"metadata": {"name": "n1", "labels": {"node-role.kubernetes.io/x": ""}}},
            'nodes "n1" is forbidden: node "n1" is not allowed to set the following labels:'
            " node-role.kubernetes.io/x",
            id="new-labels",
        ),
        pytest.param("DELETE", "/api/v1/nodes/n1", None, "", id="delete-own"),
        pytest.param(
            "DELETE",
            "/api/v1/nodes/n2",
            None,
            'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
            id="delete-another",
        ),
    ],
)
def test_a_kubelet_writes_its_own_node_only(
    server: Server, method: str, path: str, body: Any, why: str
) -> None:
    assert server.said(method, path, body) == why


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        pytest.param({}, {"team": "a"}, [], id="of-the-user"),
        pytest.param({}, {"kubernetes.io/arch": "arm64"}, [], id="well-known"),
        pytest.param(
            {}, {"kubelet.kubernetes.io/a": "", "x.node.kubernetes.io/b": ""}, [], id="own"
        ),
        pytest.param({"k8s.io/a": "1"}, {"k8s.io/a": "1"}, [], id="unchanged"),
        pytest.param({"k8s.io/a": "1"}, {"k8s.io/a": "2"}, ["k8s.io/a"], id="changed"),
        pytest.param({"k8s.io/a": "1"}, {}, ["k8s.io/a"], id="removed"),
        pytest.param({}, {"a.kubernetes.io/b": ""}, ["a.kubernetes.io/b"], id="of-kubernetes"),
        pytest.param(
            {},
            {"x.node-restriction.kubernetes.io/b": ""},
            ["x.node-restriction.kubernetes.io/b"],
            id="restricted",
        ),
    ],
)
def test_labels_of_kubernetes_are_not_a_kubelets_to_give(
    before: dict[str, str], after: dict[str, str], wrong: list[str]
) -> None:
    assert forbidden(before, after) == wrong


def changed(pod: Obj, **changes: Any) -> Obj:
    """A mirror pod with another owner reference."""
    owner = {**pod["metadata"]["ownerReferences"][0], **changes}
    return {**pod, "metadata": {**pod["metadata"], "ownerReferences": [owner]}}


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(mirror, "", id="mirror"),
        pytest.param(
            lambda uid: {**mirror(uid), "metadata": {"name": "static"}},
            'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create'
            " mirror pods",
            id="no-mirror",
        ),
        pytest.param(
            lambda uid: mirror(uid, nodeName="n2"),
            f"{_MINE} spec.nodeName set to itself",
            id="elsewhere",
        ),
        pytest.param(
            lambda uid: changed(mirror(uid), name="n2"),
            f"{_MINE} an owner reference set to itself",
            id="owner",
        ),
        pytest.param(
            lambda uid: changed(mirror(uid), controller=False),
            f"{_MINE} a controller owner reference set to itself",
            id="no-controller",
        ),
        pytest.param(
            lambda uid: changed(mirror(uid), blockOwnerDeletion=True),
            'node "n1" must not set blockOwnerDeletion on an owner reference',
            id="blocks",
        ),
        pytest.param(
            lambda uid: mirror(uid, serviceAccountName="default"),
            'node "n1" can not create pods that reference serviceaccounts',
            id="account",
        ),
        pytest.param(
            lambda uid: mirror(uid, volumes=[{"name": "v", "secret": {"secretName": "s"}}]),
            'node "n1" can not create pods that reference secrets',
            id="secret",
        ),
        pytest.param(
            lambda uid: mirror(uid, volumes=[{"name": "v", "csi": {"driver": "d"}}]),
            'node "n1" can not create pods that reference csidrivers (via CSI volumes)',
            id="driver",
        ),
    ],
)
def test_a_kubelet_creates_mirrors_of_its_static_pods_only(
    server: Server, make: Any, why: str
) -> None:
    said = server.said("POST", PODS, make(server.node_uid))
    assert said == (f'pods "static" is forbidden: {why}' if why else "")


def test_a_mirror_pod_names_the_uid_of_its_node(server: Server) -> None:
    why = f"node n1 UID mismatch: expected other got {server.node_uid}"
    assert server.said("POST", PODS, mirror("other")) == f'pods "static" is forbidden: {why}'


@pytest.mark.parametrize(
    ("method", "path", "body", "why"),
    [
        pytest.param("DELETE", f"{PODS}/on-n1", None, "", id="delete"),
        pytest.param(
            "DELETE",
            f"{PODS}/on-n2",
            None,
            'node "n1" can only delete pods with spec.nodeName set to itself',
            id="delete-anothers",
        ),
        pytest.param(
            "PATCH",
            f"{PODS}/on-n1",
            {"metadata": {"labels": {"a": "b"}}},
            'unexpected operation "UPDATE", node "n1" can only create and delete mirror pods',
            id="update",
        ),
        pytest.param(
            "PATCH", f"{PODS}/on-n1/status", {"status": {"phase": "Running"}}, "", id="status"
        ),
        pytest.param(
            "PATCH",
            f"{PODS}/on-n2/status",
            {"status": {"phase": "Running"}},
            'node "n1" can only update pod status for pods with spec.nodeName set to itself',
            id="status-of-anothers",
        ),
        pytest.param(
            "PATCH",
            f"{PODS}/on-n1/status",
            {"metadata": {"labels": {"a": "b"}}},
            'node "n1" cannot update labels through pod status',
            id="labels-through-status",
        ),
        pytest.param("POST", f"{PODS}/on-n1/eviction", {}, "", id="evict"),
        pytest.param(
            "POST",
            f"{PODS}/on-n2/eviction",
            {},
            "node n1 can only evict pods with spec.nodeName set to itself",
            id="evict-anothers",
        ),
        pytest.param(
            "POST",
            f"{PODS}/on-n1/binding",
            {"target": {"name": "n1"}},
            "unexpected pod subresource \"binding\", only 'status' and 'eviction' are allowed",
            id="bind",
        ),
    ],
)
def test_a_kubelet_deletes_evicts_and_reports_its_own_pods_only(
    server: Server, method: str, path: str, body: Any, why: str
) -> None:
    pod = path.removeprefix(f"{PODS}/").partition("/")[0]
    assert server.said(method, path, body) == (f'pods "{pod}" is forbidden: {why}' if why else "")


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        pytest.param(
            "/apis/coordination.k8s.io/v1/namespaces/default/leases",
            {"metadata": {"name": "n1"}},
            'leases.coordination.k8s.io "n1" is forbidden: can only access leases in the'
            ' "kube-node-lease" system namespace',
            id="lease-elsewhere",
        ),
        pytest.param(
            "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
            {"metadata": {"name": "n2"}},
            'leases.coordination.k8s.io "n2" is forbidden: can only access node lease with the same'
            " name as the requesting node",
            id="lease-of-another",
        ),
        pytest.param(
            "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
            {"metadata": {"name": "n1"}},
            "",
            id="lease",
        ),
        pytest.param(
            "/apis/storage.k8s.io/v1/csinodes",
            {"metadata": {"name": "n2"}, "spec": {"drivers": []}},
            'csinodes.storage.k8s.io "n2" is forbidden: can only access CSINode with the same name'
            " as the requesting node",
            id="csinode",
        ),
    ],
)
def test_leases_and_csinodes_have_the_name_of_their_node(
    server: Server, path: str, body: Any, why: str
) -> None:
    assert server.said("POST", path, body) == why


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        pytest.param(
            f"{CLAIMS}/data",
            {"metadata": {"labels": {"a": "b"}}},
            "may only update PVC status",
            id="the-claim",
        ),
        pytest.param(
            f"{CLAIMS}/data/status",
            {"metadata": {"labels": {"a": "b"}}},
            'node "n1" is not allowed to update fields other than status.quantity and'
            " status.conditions",
            id="labels",
        ),
        pytest.param(
            f"{CLAIMS}/data/status", {"status": {"capacity": {"storage": "1"}}}, "", id="capacity"
        ),
    ],
)
def test_of_a_claim_a_kubelet_writes_the_capacity(
    server: Server, path: str, body: Any, why: str
) -> None:
    head = 'persistentvolumeclaims "data" is forbidden: '
    assert server.said("PATCH", path, body) == (head + why if why else "")


def bound(server: Server, **changes: Any) -> Obj:
    return {"apiVersion": "v1", "kind": "Pod", "name": "on-n1", "uid": server.pod_uid, **changes}


@pytest.mark.parametrize(
    ("changes", "audiences", "why"),
    [
        pytest.param({"kind": "Secret"}, [], "node requested token not bound to a pod", id="pod"),
        pytest.param(
            {"uid": ""}, [], "node requested token with a pod binding without a uid", id="no-uid"
        ),
        pytest.param(
            {"uid": "x"},
            [],
            "the UID in the bound object reference (x) does not match the UID in record. The object"
            " might have been deleted and then recreated",
            id="other-uid",
        ),
        pytest.param({}, ["a", "b"], "node may only request 0 or 1 audiences", id="audiences"),
        pytest.param({}, [], "", id="own-pod"),
    ],
)
def test_a_kubelet_asks_for_tokens_of_its_pods_only(
    server: Server, changes: Obj, audiences: list[str], why: str
) -> None:
    spec = {"boundObjectRef": bound(server, **changes), "audiences": audiences}
    said = server.said("POST", TOKEN, {"spec": spec})
    assert said == (f'serviceaccounts "default" is forbidden: {why}' if why else "")


def test_a_token_is_not_for_a_pod_of_another_node(server: Server) -> None:
    reference = bound(server, name="on-n2", uid=server.uid("pods", "default", "on-n2"))
    said = server.said("POST", TOKEN, {"spec": {"boundObjectRef": reference}})
    assert said.endswith("node requested token bound to a pod scheduled on a different node")


def test_an_audience_that_no_volume_names_needs_a_right(server: Server) -> None:
    api = server.handler.api
    kubelet = UserInfo("system:node:n1", groups=("system:nodes",))
    handler = assembled(api, auth=Auth(api, AuthSettings(tokens={"n1": kubelet})))
    spec = {"boundObjectRef": bound(server), "audiences": ["vault"]}
    body = json.dumps({"spec": spec}).encode()
    headers = {"authorization": "Bearer n1", "content-type": "application/json"}
    answer = handler.handle(Request("POST", TOKEN, (), headers, body))
    assert isinstance(answer, Response)
    assert json.loads(answer.body)["message"] == (
        'serviceaccounts "default" is forbidden: audience "vault" not found in pod spec volume,'
        " system:node:n1 is not authorized to request tokens for this audience"
    )


def test_a_kubelet_without_a_name_writes_nothing(server: Server) -> None:
    said = server.said("PATCH", "/api/v1/nodes/n1", {"metadata": {"labels": {"a": "b"}}}, "none")
    assert said == ('nodes "n1" is forbidden: could not determine node from user "system:node:"')


def test_others_are_not_held_to_it(server: Server) -> None:
    taints = {"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}}
    assert not server.said("PATCH", "/api/v1/nodes/n2", taints, "admin")
