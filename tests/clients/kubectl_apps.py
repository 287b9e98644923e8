"""kubectl: whole applications of others, installed as their authors say."""

import re

import pytest

from clients.kubectl import Kubectl, kubectl
from shared import REAL

APPS = REAL / "apps"
_COLUMNS = ["NAME", "VERSION", "DESIRED", "READY", "RECONCILED", "AVAILABLE", "AGE"]


def _needed() -> None:
    if not APPS.is_dir():
        pytest.skip("the applications are not here")


@kubectl("install kube-prometheus, delete its namespace")
def _kube_prometheus(run: Kubectl) -> None:
    """As its README says: the definitions first, 700 kB of one applied by the server."""
    _needed()
    manifests = APPS / "kube-prometheus"
    run("apply", "--server-side", "-f", str(manifests / "setup"), space=None)
    established = ("wait", "--for", "condition=Established", "--all", "CustomResourceDefinition")
    run(*established, "--timeout=30s", space="monitoring")
    done = run.attempt("apply", "-f", str(manifests), space=None)
    assert (done.returncode, done.stderr) == (0, "")
    head, line = run("get", "prometheus", space="monitoring").splitlines()
    assert head.split() == _COLUMNS
    assert re.fullmatch(r"k8s +\d+\.\d+\.\d+ +2 +\d+\w*", line)
    run("rollout", "status", "deployment/prometheus-operator", "--timeout=30s", space="monitoring")
    run("delete", "namespace", "monitoring", "--timeout=40s", space=None)


@kubectl("apply the Online Boutique")
def _online_boutique(run: Kubectl) -> None:
    _needed()
    done = run.attempt("apply", "-f", str(APPS / "online-boutique.yaml"), space="default")
    assert (done.returncode, done.stderr) == (0, "")
    ready = ("wait", "--for=condition=Available", "deployment", "--all", "--timeout=40s")
    assert run(*ready, space="default").count("condition met") == 12
    run("delete", "--wait=false", "-f", str(APPS / "online-boutique.yaml"), space="default")
