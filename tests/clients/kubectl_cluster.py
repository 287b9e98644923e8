"""kubectl: what it does with nodes, rights and the API."""

import json

from clients import objects
from clients.kubectl import Action, Kubectl, kubectl


def _node(run: Kubectl) -> str:
    selector = "eks.amazonaws.com/nodegroup=ng-1"
    return run("get", "nodes", "-l", selector, "-o", "name").split()[0].removeprefix("node/")


@kubectl("taint")
def _taint(run: Kubectl) -> None:
    node = _node(run)
    run("taint", "node", node, "a=b:PreferNoSchedule")
    assert run.json("get", "node", node)["spec"]["taints"][0]["key"] == "a"
    run("taint", "node", node, "a-")


@kubectl("cordon, drain, uncordon")
def _drain(run: Kubectl) -> None:
    node = _node(run)
    run("cordon", node)
    assert "SchedulingDisabled" in run("get", "node", node)
    words = ("--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=40s")
    try:
        assert "drained" in run("drain", node, *words)
    finally:
        assert "uncordoned" in run("uncordon", node)


@kubectl("top")
def _top(run: Kubectl) -> None:
    assert "CPU(cores)" in run("top", "nodes")
    assert "coredns" in run("top", "pods", space="kube-system")


@kubectl("auth")
def _auth(run: Kubectl) -> None:
    assert run("auth", "can-i", "create", "pods") == "yes\n"
    denied = run.attempt("auth", "can-i", "create", "pods", "--as=bob")
    assert (denied.returncode, denied.stdout) == (1, "no\n")
    assert "*.*" in run("auth", "can-i", "--list")
    refused = run.attempt("get", "pods", "--as=bob").stderr
    assert 'User "bob" cannot list resource "pods"' in refused


@kubectl("auth whoami", since="1.27")
def _whoami(run: Kubectl) -> None:
    assert "kubernetes-admin" in run("auth", "whoami")


@kubectl("explain")
def _explain(run: Kubectl) -> None:
    assert "List of containers belonging to the pod" in run("explain", "pod.spec.containers")


@kubectl("api-resources, api-versions")
def _api_resources(run: Kubectl) -> None:
    assert "deployments" in run("api-resources")
    assert "apps/v1" in run("api-versions").split()


@kubectl("version, cluster-info")
def _version(run: Kubectl) -> None:
    assert "Server Version: " in run("version")
    assert "is running at" in run("cluster-info")


@kubectl("create token", since="1.27")
def _token(run: Kubectl) -> None:
    run("create", "serviceaccount", "robot")
    token = run("create", "token", "robot")
    assert token.count(".") == 2
    # kubectl prefers the certificate of its kubeconfig; the token is tried by asking for a review.
    review = {"kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1"}
    sent = json.dumps({**review, "spec": {"token": token.strip()}})
    found = json.loads(run("create", "-f", "-", "-o", "json", sent=sent))
    assert found["status"]["user"]["username"].endswith(":robot")


@kubectl("certificate approve")
def _certificate(run: Kubectl) -> None:
    run("create", "-f", "-", sent=json.dumps(objects.signing_request("client")))
    assert "Pending" in run("get", "csr", "client")
    assert "approved" in run("certificate", "approve", "client")
    run("wait", "--for=condition=Approved", "csr/client", "--timeout=20s")


@kubectl("get --raw")
def _raw(run: Kubectl) -> None:
    assert run("get", "--raw", "/readyz") == "ok"
    assert "apiserver_storage_objects" in run("get", "--raw", "/metrics")


NOT_MODELLED = "refused: there are no processes in modelled pods"


def _refused(words: tuple[str, ...]) -> Action:
    def action(run: Kubectl) -> None:
        run.deployed()
        run("run", "p", "--image=nginx")
        run("wait", "--for=condition=Ready", "pod/p", "--timeout=30s")
        done = run.attempt(*words)
        assert done.returncode != 0
        assert "modelled" in done.stderr, done.stderr

    return action


@kubectl("debug", result="adds the container; " + NOT_MODELLED, since="1.27")
def _debug(run: Kubectl) -> None:
    run("run", "p", "--image=nginx")
    words = ("debug", "p", "--image=busybox", "--profile=general", "-c", "d", "-i")
    assert "attach is not possible" in run.attempt(*words).stderr
    assert (
        "running" in run.json("get", "pod", "p")["status"]["ephemeralContainerStatuses"][0]["state"]
    )


for _name, _words in {
    "exec": ("exec", "deploy/web", "--", "ls"),
    "attach": ("attach", "deploy/web"),
    "port-forward": ("port-forward", "deploy/web", "0:80"),
    "cp": ("cp", "/etc/hostname", "p:/tmp/x"),
}.items():
    kubectl(_name, result=NOT_MODELLED)(_refused(_words))
