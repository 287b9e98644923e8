"""kubectl: what it does with workloads."""

from clients.kubectl import Kubectl, kubectl


@kubectl("scale")
def _scale(run: Kubectl) -> None:
    run("apply", "-f", "-", sent=run.deployment())
    assert run("scale", "deployment/web", "--replicas=3") == "deployment.apps/web scaled\n"
    assert run.json("get", "deployment", "web")["spec"]["replicas"] == 3


@kubectl("rollout")
def _rollout(run: Kubectl) -> None:
    run.deployed()
    run("set", "image", "deployment/web", "c=nginx:2")
    run("rollout", "status", "deployment/web", "--timeout=30s")
    assert "2 " in run("rollout", "history", "deployment/web")
    assert "rolled back" in run("rollout", "undo", "deployment/web")
    assert "nginx:1" in run("get", "deployment", "web", "-o", "yaml")
    assert "restarted" in run("rollout", "restart", "deployment/web")
    run("rollout", "pause", "deployment/web")
    run("rollout", "resume", "deployment/web")
    run("rollout", "status", "deployment/web", "--timeout=30s")


@kubectl("expose")
def _expose(run: Kubectl) -> None:
    run("apply", "-f", "-", sent=run.deployment())
    assert run("expose", "deployment/web", "--port=80") == "service/web exposed\n"
    assert run.json("get", "service", "web")["spec"]["clusterIP"].startswith("10.100.")


@kubectl("autoscale")
def _autoscale(run: Kubectl) -> None:
    run("apply", "-f", "-", sent=run.deployment())
    run("autoscale", "deployment/web", "--max=5", "--cpu-percent=50")
    assert run.json("get", "hpa", "web")["spec"]["maxReplicas"] == 5


@kubectl("logs")
def _logs(run: Kubectl) -> None:
    run.deployed()
    run("logs", "deployment/web")
    run("logs", "deployment/web", "--tail=1", "--timestamps")


@kubectl("get events")
def _events(run: Kubectl) -> None:
    run.deployed()
    assert "ScalingReplicaSet" in run("get", "events")


@kubectl("wait")
def _wait(run: Kubectl) -> None:
    run("apply", "-f", "-", sent=run.deployment())
    done = run("wait", "--for=condition=Available", "deployment/web", "--timeout=30s")
    assert done == "deployment.apps/web condition met\n"


@kubectl("events", since="1.27")
def _events_of_its_own(run: Kubectl) -> None:
    run.deployed()
    assert "ScalingReplicaSet" in run("events")
