"""kubectl, whichever is on PATH."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clients import objects
from clients.verbs import verb
from minieks.testing import Cluster

PROGRAM = shutil.which("kubectl")
_CACHE = tempfile.mkdtemp(prefix="minieks-kubectl-")
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: %(name)s}
spec:
  replicas: %(replicas)s
  selector: {matchLabels: {app: %(name)s}}
  template:
    metadata: {labels: {app: %(name)s}}
    spec: {containers: [{name: c, image: %(image)s}]}
"""


class Kubectl:
    """Runs kubectl against a cluster, in a namespace of its own."""

    def __init__(self, cluster: Cluster, space: str) -> None:
        self.space = space
        self._environment = {**os.environ, **cluster.environment, "KUBECACHEDIR": _CACHE}
        if space != "default":
            self("create", "namespace", space, space=None)

    def run(
        self, *words: str, sent: str = "", space: str | None = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """One command as it is; ``space`` None leaves the namespace out."""
        assert PROGRAM is not None, "kubectl is not on PATH"
        chosen = [] if space is None else ["--namespace", space or self.space]
        return subprocess.run(
            [PROGRAM, *chosen, *words],
            input=sent,
            env={**self._environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def __call__(
        self, *words: str, sent: str = "", space: str | None = "", **environment: str
    ) -> str:
        """What a command that goes well prints."""
        done = self.run(*words, sent=sent, space=space, **environment)
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
        return done.stdout

    def json(self, *words: str) -> Any:
        """An object or a list."""
        return json.loads(self(*words, "-o", "json"))

    def deployment(self, name: str = "web", replicas: int = 1, image: str = "nginx:1") -> str:
        """A manifest."""
        return DEPLOYMENT % {"name": name, "replicas": replicas, "image": image}

    def deployed(self, name: str = "web", replicas: int = 1) -> None:
        """A Deployment whose pods run."""
        self("apply", "-f", "-", sent=self.deployment(name, replicas))
        self("rollout", "status", f"deployment/{name}", "--timeout=30s")


_Action = Callable[[Kubectl], None]


def _kubectl(name: str) -> Callable[[_Action], _Action]:
    space = objects.space("kubectl", name)

    def registered(action: _Action) -> _Action:
        verb("kubectl", name)(lambda cluster: action(Kubectl(cluster, space)))
        return action

    return registered


@_kubectl("get")
def _get(kubectl: Kubectl) -> None:
    kubectl.deployed()
    head, line = kubectl("get", "deployments").splitlines()
    assert head.split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert line.split()[:4] == ["web", "1/1", "1", "1"]
    assert "NODE" in kubectl("get", "pods", "-o", "wide")
    assert kubectl("get", "pods", "-o", "name").startswith("pod/web-")
    assert "nginx:1" in kubectl("get", "deploy/web", "-o", "yaml")


@_kubectl("get --watch")
def _watch(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "a")
    done = kubectl.run("get", "configmaps", "--watch", "--request-timeout=1s")
    assert "\na " in done.stdout


@_kubectl("describe")
def _describe(kubectl: Kubectl) -> None:
    kubectl.deployed()
    assert "ScalingReplicaSet" in kubectl("describe", "deployment", "web")
    assert "Started container c" in kubectl("describe", "pods")
    assert "Allocatable" in kubectl("describe", "nodes")


@_kubectl("create")
def _create(kubectl: Kubectl) -> None:
    kubectl("create", "deployment", "d", "--image=nginx", "--replicas=2")
    kubectl("create", "configmap", "c", "--from-literal=a=b")
    kubectl("create", "secret", "generic", "s", "--from-literal=a=b")
    kubectl("create", "job", "j", "--image=busybox")
    kubectl("create", "cronjob", "cj", "--image=busybox", "--schedule=0 0 * * *")
    kubectl("create", "ingress", "i", "--rule=example.com/=web:80")
    kubectl("create", "role", "r", "--verb=get", "--resource=pods")
    kubectl("create", "rolebinding", "b", "--role=r", "--user=bob")
    kubectl("create", "quota", "q", "--hard=pods=10")
    kubectl("create", "poddisruptionbudget", "p", "--selector=app=d", "--min-available=1")
    kubectl("create", "serviceaccount", "sa")
    assert kubectl.json("get", "secret", "s")["data"] == {"a": "Yg=="}
    assert kubectl.json("get", "deployment", "d")["spec"]["replicas"] == 2


@_kubectl("run")
def _run(kubectl: Kubectl) -> None:
    assert kubectl("run", "p", "--image=nginx") == "pod/p created\n"


@_kubectl("apply")
def _apply(kubectl: Kubectl) -> None:
    first, second = kubectl.deployment(), kubectl.deployment(image="nginx:2")
    assert kubectl("apply", "-f", "-", sent=first) == "deployment.apps/web created\n"
    assert kubectl("apply", "-f", "-", sent=first) == "deployment.apps/web unchanged\n"
    assert kubectl("apply", "-f", "-", sent=second) == "deployment.apps/web configured\n"


@_kubectl("apply --server-side")
def _apply_server_side(kubectl: Kubectl) -> None:
    first = kubectl.deployment()
    applied = "deployment.apps/web serverside-applied\n"
    assert kubectl("apply", "--server-side", "-f", "-", sent=first) == applied
    assert kubectl("apply", "--server-side", "-f", "-", sent=first) == applied
    changed = kubectl.deployment(replicas=3)
    other = ("apply", "--server-side", "--field-manager=other", "-f", "-")
    conflict = kubectl.run(*other, sent=changed)
    assert 'conflict with "kubectl": .spec.replicas' in conflict.stderr
    assert kubectl(*other, "--force-conflicts", sent=changed) == applied


@_kubectl("diff")
def _diff(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", sent=kubectl.deployment())
    assert kubectl("diff", "-f", "-", sent=kubectl.deployment()) == ""
    done = kubectl.run("diff", "-f", "-", sent=kubectl.deployment(image="nginx:2"))
    assert done.returncode == 1
    assert "+        image: nginx:2" in done.stdout or "+      - image: nginx:2" in done.stdout


@_kubectl("edit")
def _edit(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", sent=kubectl.deployment())
    kubectl("edit", "deployment", "web", KUBE_EDITOR="sed -i s/nginx:1/nginx:9/")
    assert "nginx:9" in kubectl("get", "deployment", "web", "-o", "yaml")


@_kubectl("patch")
def _patch(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", sent=kubectl.deployment())
    kubectl("patch", "deployment", "web", "-p", '{"spec":{"replicas":2}}')
    kubectl("patch", "deployment", "web", "--type=merge", "-p", '{"metadata":{"labels":{"a":"b"}}}')
    operation = '[{"op":"replace","path":"/spec/replicas","value":3}]'
    kubectl("patch", "deployment", "web", "--type=json", "-p", operation)
    found = kubectl.json("get", "deployment", "web")
    assert (found["spec"]["replicas"], found["metadata"]["labels"]) == (3, {"a": "b"})


@_kubectl("replace")
def _replace(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", sent=kubectl.deployment())
    kubectl("replace", "-f", "-", sent=kubectl.deployment(replicas=2))
    assert kubectl.json("get", "deployment", "web")["spec"]["replicas"] == 2


@_kubectl("scale")
def _scale(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", sent=kubectl.deployment())
    assert kubectl("scale", "deployment/web", "--replicas=3") == "deployment.apps/web scaled\n"
    assert kubectl.json("get", "deployment", "web")["spec"]["replicas"] == 3


@_kubectl("rollout")
def _rollout(kubectl: Kubectl) -> None:
    kubectl.deployed()
    kubectl("set", "image", "deployment/web", "c=nginx:2")
    kubectl("rollout", "status", "deployment/web", "--timeout=30s")
    assert "2 " in kubectl("rollout", "history", "deployment/web")
    assert "rolled back" in kubectl("rollout", "undo", "deployment/web")
    assert "nginx:1" in kubectl("get", "deployment", "web", "-o", "yaml")
    assert "restarted" in kubectl("rollout", "restart", "deployment/web")
    kubectl("rollout", "pause", "deployment/web")
    kubectl("rollout", "resume", "deployment/web")
    kubectl("rollout", "status", "deployment/web", "--timeout=30s")


@_kubectl("expose")
def _expose(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", sent=kubectl.deployment())
    assert kubectl("expose", "deployment/web", "--port=80") == "service/web exposed\n"
    assert kubectl.json("get", "service", "web")["spec"]["clusterIP"].startswith("10.100.")


@_kubectl("autoscale")
def _autoscale(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", sent=kubectl.deployment())
    kubectl("autoscale", "deployment/web", "--max=5", "--cpu-percent=50")
    assert kubectl.json("get", "hpa", "web")["spec"]["maxReplicas"] == 5


@_kubectl("label, annotate")
def _label(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "a")
    assert kubectl("label", "configmap", "a", "x=y") == "configmap/a labeled\n"
    assert kubectl("annotate", "configmap", "a", "x=y") == "configmap/a annotated\n"
    assert kubectl("get", "configmaps", "-l", "x=y", "-o", "name") == "configmap/a\n"
    assert kubectl("label", "configmap", "a", "x-") == "configmap/a unlabeled\n"


def _node(kubectl: Kubectl) -> str:
    selector = "eks.amazonaws.com/nodegroup=ng-1"
    return kubectl("get", "nodes", "-l", selector, "-o", "name").split()[0].removeprefix("node/")


@_kubectl("taint")
def _taint(kubectl: Kubectl) -> None:
    node = _node(kubectl)
    kubectl("taint", "node", node, "a=b:PreferNoSchedule")
    assert kubectl.json("get", "node", node)["spec"]["taints"][0]["key"] == "a"
    kubectl("taint", "node", node, "a-")


@_kubectl("cordon, drain, uncordon")
def _drain(kubectl: Kubectl) -> None:
    node = _node(kubectl)
    kubectl("cordon", node)
    assert "SchedulingDisabled" in kubectl("get", "node", node)
    words = ("--ignore-daemonsets", "--delete-emptydir-data", "--timeout=40s")
    assert "drained" in kubectl("drain", node, *words)
    assert "uncordoned" in kubectl("uncordon", node)


@_kubectl("top")
def _top(kubectl: Kubectl) -> None:
    assert "CPU(cores)" in kubectl("top", "nodes")
    assert "coredns" in kubectl("top", "pods", space="kube-system")


@_kubectl("logs")
def _logs(kubectl: Kubectl) -> None:
    kubectl.deployed()
    kubectl("logs", "deployment/web")
    kubectl("logs", "deployment/web", "--tail=1", "--timestamps")


@_kubectl("events")
def _events(kubectl: Kubectl) -> None:
    kubectl.deployed()
    assert "ScalingReplicaSet" in kubectl("events")
    assert "ScalingReplicaSet" in kubectl("get", "events")


@_kubectl("auth")
def _auth(kubectl: Kubectl) -> None:
    assert kubectl("auth", "can-i", "create", "pods") == "yes\n"
    denied = kubectl.run("auth", "can-i", "create", "pods", "--as=bob")
    assert (denied.returncode, denied.stdout) == (1, "no\n")
    assert "*.*" in kubectl("auth", "can-i", "--list")
    assert "kubernetes-admin" in kubectl("auth", "whoami")
    refused = kubectl.run("get", "pods", "--as=bob").stderr
    assert 'User "bob" cannot list resource "pods"' in refused


@_kubectl("wait")
def _wait(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", sent=kubectl.deployment())
    done = kubectl("wait", "--for=condition=Available", "deployment/web", "--timeout=30s")
    assert done == "deployment.apps/web condition met\n"


@_kubectl("explain")
def _explain(kubectl: Kubectl) -> None:
    assert "FIELD: containers" in kubectl("explain", "pod.spec.containers")


@_kubectl("api-resources, api-versions")
def _api_resources(kubectl: Kubectl) -> None:
    assert "deployments" in kubectl("api-resources")
    assert "apps/v1" in kubectl("api-versions").split()


@_kubectl("version, cluster-info")
def _version(kubectl: Kubectl) -> None:
    assert "Server Version: v1." in kubectl("version")
    assert "is running at" in kubectl("cluster-info")


@_kubectl("create token")
def _token(kubectl: Kubectl) -> None:
    kubectl("create", "serviceaccount", "robot")
    token = kubectl("create", "token", "robot")
    assert token.count(".") == 2
    # kubectl prefers the certificate of its kubeconfig; the token is tried by asking for a review.
    review = {"kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1"}
    sent = json.dumps({**review, "spec": {"token": token.strip()}})
    found = json.loads(kubectl("create", "-f", "-", "-o", "json", sent=sent))
    assert found["status"]["user"]["username"].endswith(":robot")


@_kubectl("delete")
def _delete(kubectl: Kubectl) -> None:
    kubectl.deployed(replicas=2)
    assert kubectl("delete", "deployment", "web") == 'deployment.apps "web" deleted\n'
    kubectl("delete", "pods", "--all", "--timeout=30s")
    assert kubectl("get", "pods", "-o", "name") == ""


@_kubectl("delete namespace")
def _delete_namespace(kubectl: Kubectl) -> None:
    kubectl.deployed()
    kubectl("delete", "namespace", kubectl.space, "--timeout=30s")
    assert "NotFound" in kubectl.run("get", "namespace", kubectl.space).stderr


@_kubectl("kustomize")
def _kustomize(kubectl: Kubectl) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "deployment.yaml").write_text(kubectl.deployment())
        Path(folder, "kustomization.yaml").write_text(
            "resources: [deployment.yaml]\nnamePrefix: pre-\n"
        )
        assert kubectl("apply", "-k", folder) == "deployment.apps/pre-web created\n"


@_kubectl("custom resources")
def _custom(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", sent=_DEFINITION)
    kubectl("wait", "--for=condition=Established", "crd/things.example.com", "--timeout=20s")
    thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {size: 3}\n"
    assert kubectl("apply", "-f", "-", sent=thing) == "thing.example.com/t created\n"
    head, line = kubectl("get", "things").splitlines()
    assert (head.split(), line.split()) == (["NAME", "SIZE"], ["t", "3"])
    wrong = kubectl.run("apply", "-f", "-", sent=thing.replace("size: 3", "size: x"))
    assert "spec.size" in wrong.stderr
    assert "size" in kubectl("explain", "things.spec")


_DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, kind: Thing}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {size: {type: integer}}}}
"""


def _refused(words: tuple[str, ...]) -> _Action:
    def action(kubectl: Kubectl) -> None:
        kubectl.deployed()
        done = kubectl.run(*words)
        assert done.returncode != 0
        assert "modelled" in done.stderr, done.stderr

    return action


_kubectl("exec (refused)")(_refused(("exec", "deploy/web", "--", "ls")))
_kubectl("attach (refused)")(_refused(("attach", "deploy/web")))
_kubectl("port-forward (refused)")(_refused(("port-forward", "deploy/web", "0:80")))
