"""Warnings about what is accepted; more are compared with recordings elsewhere."""

import pytest

from minieks.kube.api.advice import on_create
from minieks.kube.words.objects import Obj


def _pod(**spec: object) -> Obj:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}


# Source: kubernetes pkg/api/pod/warnings_test.go.
CASES = [
    (
        _pod(nodeSelector={"beta.kubernetes.io/os": "linux"}),
        'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" '
        "instead",
    ),
    (
        _pod(containers=[{"env": [{"name": "A"}, {"name": "A"}]}]),
        'spec.containers[0].env[1]: hides previous definition of "A", '
        "which may be dropped when using apply",
    ),
    (
        _pod(containers=[{"resources": {"limits": {"memory": "100m"}}}]),
        'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, '
        "must be an integer",
    ),
]


@pytest.mark.parametrize(("obj", "text"), CASES, ids=[text[:30] for _, text in CASES])
def test_what_is_doubtful_is_warned_of(obj: Obj, text: str) -> None:
    assert on_create(obj, 34) == [text]


def test_webhooks_are_not_called_while_nothing_is_served() -> None:
    kind = "MutatingWebhookConfiguration"
    obj = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind}
    text = "minieks stores a MutatingWebhookConfiguration but does not call its webhooks"
    assert on_create(obj, 34, served=False) == [text]
    assert on_create(obj, 34) == []


def test_endpoints_are_deprecated_from_1_33() -> None:
    endpoints = {"apiVersion": "v1", "kind": "Endpoints"}
    assert on_create(endpoints, 32) == []
    assert on_create(endpoints, 33) == [
        "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
    ]


def test_a_plain_pod_gives_no_warning() -> None:
    assert on_create(_pod(containers=[{"name": "c", "image": "x"}]), 34) == []
