"""What every version of kubectl that is here has to do: each verb once, in one namespace."""

from clients.kubectl import Kubectl, kubectl


@kubectl("apply, diff, get, describe, rollout, set image, logs", every=True)
def _workloads(run: Kubectl) -> None:
    run.deployed()
    changed = run.deployment(image="nginx:2")
    assert "nginx:2" in run.attempt("diff", "-f", "-", sent=changed).stdout
    assert run("get", "deployment/web").split()[-4:-1] == ["1/1", "1", "1"]
    assert "ScalingReplicaSet" in run("describe", "deployment", "web")
    run("set", "image", "deployment/web", "c=nginx:2")
    run("rollout", "status", "deployment/web", "--timeout=30s")
    run("logs", "deployment/web", "--tail=1")


@kubectl("apply --server-side, patch, scale, explain, auth can-i, delete", every=True, since="1.27")
def _objects(run: Kubectl) -> None:
    run("apply", "--server-side", "-f", "-", sent=run.deployment())
    wrong = run.attempt("apply", "-f", "-", sent=run.deployment().replace("image", "imag"))
    assert 'unknown field "spec.template.spec.containers[0].imag"' in wrong.stderr
    run("patch", "deployment", "web", "-p", '{"metadata":{"labels":{"a":"b"}}}')
    run("scale", "deployment/web", "--replicas=2")
    assert run("get", "deploy", "-l", "a=b", "-o", "jsonpath={.items[*].spec.replicas}") == "2"
    assert "replicas" in run("explain", "deployment.spec")
    assert run("auth", "can-i", "create", "pods") == "yes\n"
    run("delete", "namespace", run.space, "--timeout=30s")
