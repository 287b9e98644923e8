"""kubectl: what it does with objects of any kind."""

import tempfile
from pathlib import Path

from clients.kubectl import Kubectl, kubectl


@kubectl("get")
def _get(run: Kubectl) -> None:
    run.deployed()
    head, line = run("get", "deployments").splitlines()
    assert head.split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert line.split()[:4] == ["web", "1/1", "1", "1"]
    assert "NODE" in run("get", "pods", "-o", "wide")
    assert run("get", "pods", "-o", "name").startswith("pod/web-")
    assert "nginx:1" in run("get", "deploy/web", "-o", "yaml")


@kubectl("get --watch")
def _watch(run: Kubectl) -> None:
    run("create", "configmap", "a")
    done = run.attempt("get", "configmaps", "--watch", "--request-timeout=1s")
    assert "\na " in done.stdout


@kubectl("describe")
def _describe(run: Kubectl) -> None:
    run.deployed()
    assert "ScalingReplicaSet" in run("describe", "deployment", "web")
    assert "Started container c" in run("describe", "pods")
    assert "Allocatable" in run("describe", "nodes")


@kubectl("create")
def _create(run: Kubectl) -> None:
    run("create", "deployment", "d", "--image=nginx", "--replicas=2")
    run("create", "configmap", "c", "--from-literal=a=b")
    run("create", "secret", "generic", "s", "--from-literal=a=b")
    run("create", "job", "j", "--image=busybox")
    run("create", "ingress", "i", "--rule=example.com/=web:80")
    run("create", "role", "r", "--verb=get", "--resource=pods")
    run("create", "rolebinding", "b", "--role=r", "--user=bob")
    run("create", "quota", "q", "--hard=pods=10")
    run("create", "serviceaccount", "sa")
    assert run.json("get", "secret", "s")["data"] == {"a": "Yg=="}
    assert run.json("get", "deployment", "d")["spec"]["replicas"] == 2


@kubectl("create cronjob, poddisruptionbudget", since="1.27")
def _create_later(run: Kubectl) -> None:
    """Older ones ask for versions that the server has dropped."""
    run("create", "cronjob", "cj", "--image=busybox", "--schedule=0 0 * * *")
    run("create", "poddisruptionbudget", "p", "--selector=app=d", "--min-available=1")


@kubectl("run")
def _run(run: Kubectl) -> None:
    assert run("run", "p", "--image=nginx") == "pod/p created\n"


@kubectl("apply")
def _apply(run: Kubectl) -> None:
    first, second = run.deployment(), run.deployment(image="nginx:2")
    assert run("apply", "-f", "-", sent=first) == "deployment.apps/web created\n"
    assert run("apply", "-f", "-", sent=first) == "deployment.apps/web unchanged\n"
    assert run("apply", "-f", "-", sent=second) == "deployment.apps/web configured\n"


@kubectl("apply --server-side")
def _apply_server_side(run: Kubectl) -> None:
    first = run.deployment()
    applied = "deployment.apps/web serverside-applied\n"
    assert run("apply", "--server-side", "-f", "-", sent=first) == applied
    assert run("apply", "--server-side", "-f", "-", sent=first) == applied
    changed = run.deployment(replicas=3)
    other = ("apply", "--server-side", "--field-manager=other", "-f", "-")
    conflict = run.attempt(*other, sent=changed)
    assert 'conflict with "kubectl": .spec.replicas' in conflict.stderr
    assert run(*other, "--force-conflicts", sent=changed) == applied


@kubectl("diff")
def _diff(run: Kubectl) -> None:
    run("apply", "-f", "-", sent=run.deployment())
    assert run("diff", "-f", "-", sent=run.deployment()) == ""
    done = run.attempt("diff", "-f", "-", sent=run.deployment(image="nginx:2"))
    assert done.returncode == 1
    assert "+        image: nginx:2" in done.stdout or "+      - image: nginx:2" in done.stdout


@kubectl("edit")
def _edit(run: Kubectl) -> None:
    run("apply", "-f", "-", sent=run.deployment())
    run("edit", "deployment", "web", KUBE_EDITOR="sed -i s/nginx:1/nginx:9/")
    assert "nginx:9" in run("get", "deployment", "web", "-o", "yaml")


@kubectl("patch")
def _patch(run: Kubectl) -> None:
    run("apply", "-f", "-", sent=run.deployment())
    run("patch", "deployment", "web", "-p", '{"spec":{"replicas":2}}')
    run("patch", "deployment", "web", "--type=merge", "-p", '{"metadata":{"labels":{"a":"b"}}}')
    operation = '[{"op":"replace","path":"/spec/replicas","value":3}]'
    run("patch", "deployment", "web", "--type=json", "-p", operation)
    found = run.json("get", "deployment", "web")
    assert (found["spec"]["replicas"], found["metadata"]["labels"]) == (3, {"a": "b"})


@kubectl("replace")
def _replace(run: Kubectl) -> None:
    run("create", "-f", "-", sent=run.deployment())
    run("replace", "-f", "-", sent=run.deployment(replicas=2))
    assert run.json("get", "deployment", "web")["spec"]["replicas"] == 2


@kubectl("label, annotate")
def _label(run: Kubectl) -> None:
    run("create", "configmap", "a")
    assert run("label", "configmap", "a", "x=y") == "configmap/a labeled\n"
    assert run("annotate", "configmap", "a", "x=y") == "configmap/a annotated\n"
    assert run("get", "configmaps", "-l", "x=y", "-o", "name") == "configmap/a\n"
    assert run("label", "configmap", "a", "x-").endswith("labeled\n")
    assert run("get", "configmaps", "-l", "x=y", "-o", "name") == ""


@kubectl("delete")
def _delete(run: Kubectl) -> None:
    run.deployed(replicas=2)
    assert run("delete", "deployment", "web") == 'deployment.apps "web" deleted\n'
    run("delete", "pods", "--all", "--timeout=30s")
    assert run("get", "pods", "-o", "name") == ""


@kubectl("delete namespace")
def _delete_namespace(run: Kubectl) -> None:
    run.deployed()
    run("delete", "namespace", run.space, "--timeout=30s")
    assert "NotFound" in run.attempt("get", "namespace", run.space).stderr


@kubectl("kustomize")
def _kustomize(run: Kubectl) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "deployment.yaml").write_text(run.deployment())
        Path(folder, "kustomization.yaml").write_text(
            "resources: [deployment.yaml]\nnamePrefix: pre-\n"
        )
        assert run("apply", "-k", folder) == "deployment.apps/pre-web created\n"


@kubectl("custom resources")
def _custom(run: Kubectl) -> None:
    run("apply", "-f", "-", sent=_DEFINITION)
    run("wait", "--for=condition=Established", "crd/things.example.com", "--timeout=20s")
    thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {size: 3}\n"
    assert run("apply", "-f", "-", sent=thing) == "thing.example.com/t created\n"
    head, line = run("get", "things").splitlines()
    assert (head.split(), line.split()) == (["NAME", "SIZE"], ["t", "3"])
    wrong = run.attempt("apply", "-f", "-", sent=thing.replace("size: 3", "size: x"))
    assert "spec.size" in wrong.stderr
    assert "size" in run("explain", "things.spec")


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
