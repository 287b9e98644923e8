"""Admission of what is written to a part of an object: what policies and webhooks see of it.

Source: kubernetes apiserver pkg/endpoints/handlers, pkg/registry/apps/deployment/storage (ScaleREST
with toScaleUpdateValidation).
"""

import json
from base64 import b64encode
from typing import Any

import pytest

from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.api.webhookcalls import WebhookAnswer, WebhookCall, WebhookNeeded
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Request, Response
from minieks.kube.words.objects import Obj

SPACE = "/api/v1/namespaces/default"
SCALE = "/apis/apps/v1/namespaces/default/deployments/web/scale"
REGISTRATION = "admissionregistration.k8s.io/v1"
POD: Obj = {"containers": [{"name": "c", "image": "i"}]}


@pytest.fixture
def handler() -> Handler:
    api = Api(Engine(), "1.34")
    bootstrap(api)
    account = {"name": "default", "namespace": "default"}
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    found = assembled(api)
    template = {"metadata": {"labels": {"app": "web"}}, "spec": POD}
    selector = {"matchLabels": {"app": "web"}}
    spec = {"replicas": 2, "selector": selector, "template": template}
    deployments = "/apis/apps/v1/namespaces/default/deployments"
    ask(found, "POST", deployments, {"metadata": {"name": "web"}, "spec": spec})
    ask(found, "POST", f"{SPACE}/pods", {"metadata": {"name": "p"}, "spec": POD})
    return found


def ask(handler: Handler, method: str, path: str, body: Any) -> Obj:
    type_ = "application/merge-patch+json" if method == "PATCH" else "application/json"
    sent = json.dumps(body).encode()
    answer = handler.handle(Request(method, path, (), {"content-type": type_}, sent))
    assert isinstance(answer, Response)
    found: Obj = json.loads(answer.body)
    return found


def rule(resource: str, operation: str, group: str = "") -> Obj:
    return {
        "apiGroups": [group],
        "apiVersions": ["*"],
        "operations": [operation],
        "resources": [resource],
    }


def forbid_unless(handler: Handler, expression: str, about: Obj) -> None:
    """Deny what an expression does not hold for, and tell what the request is."""
    validation = {
        "expression": expression,
        "messageExpression": "request.kind.kind + ' of ' + request.resource.resource",
    }
    spec = {"matchConstraints": {"resourceRules": [about]}, "validations": [validation]}
    bound = {"policyName": "p", "validationActions": ["Deny"]}
    for kind, meta, said in (("", "p", spec), ("Binding", "b", bound)):
        handler.api.create(
            {
                "apiVersion": REGISTRATION,
                "kind": f"ValidatingAdmissionPolicy{kind}",
                "metadata": {"name": meta},
                "spec": said,
            }
        )


class Callee:
    """A webhook that keeps what it is sent, and patches it."""

    def __init__(self, api: Api, about: Obj, *patches: Obj) -> None:
        self._api = api
        self._patches = patches
        self.requests: list[Obj] = []
        webhook = {
            "name": "a.b.example",
            "clientConfig": {"url": "https://127.0.0.1:1/x"},
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "rules": [about],
        }
        api.create(
            {
                "apiVersion": REGISTRATION,
                "kind": "MutatingWebhookConfiguration",
                "metadata": {"name": "w"},
                "webhooks": [webhook],
            }
        )
        api.call_webhooks(self._perform)

    def _perform(self, call: WebhookCall) -> None:
        asked = call.review["request"]
        self.requests.append(asked)
        patch = b64encode(json.dumps(self._patches).encode()).decode()
        response = {"uid": asked["uid"], "allowed": True, "patchType": "JSONPatch", "patch": patch}
        head = {"apiVersion": call.review["apiVersion"], "kind": "AdmissionReview"}
        self._api.webhooks.answered(call, WebhookAnswer({**head, "response": response}))


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_policy_sees_the_scale_and_not_the_object(handler: Handler, method: str) -> None:
    expression = (
        "object.kind == 'Scale' && !has(object.spec.template) && oldObject.spec.replicas == 2"
        " && request.subResource == 'scale' && object.spec.replicas < 5"
    )
    forbid_unless(handler, expression, rule("deployments/scale", "UPDATE", "apps"))
    body = {"metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": 5}}
    refused = ask(handler, method, SCALE, body)
    assert refused["message"] == (
        "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b'"
        " denied request: Scale of deployments"
    )
    assert ask(handler, method, SCALE, {**body, "spec": {"replicas": 4}})["spec"]["replicas"] == 4


def test_a_policy_for_objects_is_not_asked_about_their_scale(handler: Handler) -> None:
    forbid_unless(handler, "false", rule("deployments", "UPDATE", "apps"))
    assert ask(handler, "PATCH", SCALE, {"spec": {"replicas": 3}})["spec"]["replicas"] == 3


def test_a_webhook_sees_and_changes_the_scale(handler: Handler) -> None:
    patch = {"op": "replace", "path": "/spec/replicas", "value": 4}
    callee = Callee(handler.api, rule("deployments/scale", "UPDATE", "apps"), patch)
    with pytest.raises(WebhookNeeded):  # Whoever serves runs it again with the answer.
        ask(handler, "PATCH", SCALE, {"spec": {"replicas": 3}})
    scaled = ask(handler, "PATCH", SCALE, {"spec": {"replicas": 3}})
    (asked,) = callee.requests
    assert scaled["spec"]["replicas"] == 4
    assert asked["kind"] == {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    assert asked["resource"] == {"group": "apps", "version": "v1", "resource": "deployments"}
    assert (asked["object"]["kind"], asked["object"]["spec"]) == ("Scale", {"replicas": 3})
    assert asked["oldObject"]["spec"] == {"replicas": 2}
    found = handler.api.get("deployments.apps", "default", "web")
    assert found is not None
    assert found["spec"]["replicas"] == 4


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        pytest.param("pods/p/eviction", {}, "Eviction of pods", id="eviction"),
        pytest.param("pods/p/binding", {"target": {"name": "n"}}, "Binding of pods", id="binding"),
    ],
)
def test_a_policy_may_forbid_what_is_posted_to_a_pod(
    handler: Handler, path: str, body: Obj, told: str
) -> None:
    part = path.rpartition("/")[2]
    forbid_unless(handler, "false", rule(f"pods/{part}", "CREATE"))
    refused = ask(handler, "POST", f"{SPACE}/{path}", body)
    assert refused["message"].endswith(f"denied request: {told}")
    assert handler.api.get("pods", "default", "p")
