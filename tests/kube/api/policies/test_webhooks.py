"""Admission webhooks, with answers in place of calls.

Source: kubernetes apiserver pkg/admission/plugin/webhook.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from minieks.engine.engine import Engine
from minieks.kube.api.attempts import Attempt
from minieks.kube.api.errors import ApiError
from minieks.kube.api.options import UserInfo, WriteOptions
from minieks.kube.api.server import Api
from minieks.kube.api.webhookcalls import WebhookAnswer, WebhookCall, WebhookNeeded
from minieks.kube.words.objects import Obj

Reply = Callable[[Obj], Any]


class Callee:
    """Answers calls at once when they are performed; ``reviews`` are those it saw."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.replies: dict[str, Reply] = {}
        self.calls: list[WebhookCall] = []
        api.call_webhooks(self._perform)

    def _perform(self, call: WebhookCall) -> None:
        self.calls.append(call)
        reply = self.replies.get(call.webhook)
        answer = allow() if reply is None else reply(call.review)
        if not isinstance(answer, WebhookAnswer):
            uid = call.review["request"]["uid"]
            body = {"apiVersion": call.review["apiVersion"], "kind": "AdmissionReview"}
            answer = WebhookAnswer({**body, "response": {"uid": uid, **answer}})
        self._api.webhooks.answered(call, answer)


def allow(*operations: Obj, **rest: Any) -> Obj:
    if not operations:
        return {"allowed": True, **rest}
    patch = b64encode(json.dumps(operations).encode()).decode()
    return {"allowed": True, "patchType": "JSONPatch", "patch": patch, **rest}


def hook(name: str = "a.b.example", **said: Any) -> Obj:
    return {
        "name": name,
        "clientConfig": {"url": "https://127.0.0.1:1/x"},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "rules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "resources": ["configmaps"],
                "operations": ["*"],
            }
        ],
        **said,
    }


def configure(api: Api, kind: str, *hooks: Obj, name: str = "w") -> None:
    api.create(
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": f"{kind}WebhookConfiguration",
            "metadata": {"name": name},
            "webhooks": list(hooks),
        }
    )


def config(**meta: Any) -> Obj:
    meta = {"name": "c", "namespace": "default", "labels": {}, **meta}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"a": "1"}}


def run(api: Api, write: Callable[[], Obj]) -> Obj:
    """Run a request until no webhook is needed any more, as whoever serves does."""
    api.attempt = Attempt()
    for _ in range(9):
        try:
            with api.attempt.run():
                return write()
        except WebhookNeeded:
            continue
    raise AssertionError("it needs webhooks for ever")


@pytest.fixture
def api() -> Api:
    found = Api(Engine(), "1.34")
    found.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    return found


def test_nobody_is_asked_while_nobody_calls(api: Api) -> None:
    configure(api, "Validating", hook())
    assert api.create(config())["data"] == {"a": "1"}


def test_the_review_tells_who_does_what(api: Api) -> None:
    callee = Callee(api)
    configure(api, "Validating", hook())
    options = WriteOptions(user=UserInfo("jane", groups=("devs",)))
    made = run(api, lambda: api.create(config(), options=options))
    (call,) = callee.calls
    request = call.review["request"]
    assert (call.url, call.timeout_seconds) == ("https://127.0.0.1:1/x?timeout=10s", 10)
    assert (request["operation"], request["namespace"], request["name"]) == (
        *("CREATE", "default", "c"),
    )
    assert request["kind"] == {"group": "", "version": "v1", "kind": "ConfigMap"}
    assert request["resource"] == {"group": "", "version": "v1", "resource": "configmaps"}
    assert request["userInfo"] == {"username": "jane", "groups": ["devs"]}
    assert (request["oldObject"], request["dryRun"]) == (None, False)
    # The object that the webhook saw is the one that is stored.
    assert request["object"]["metadata"]["uid"] == made["metadata"]["uid"]


def test_patches_are_applied_in_the_order_of_the_configurations(api: Api) -> None:
    callee = Callee(api)
    configure(api, "Mutating", hook("late.b.example"), name="z")
    configure(api, "Mutating", hook("soon.b.example"), name="a")
    callee.replies["soon.b.example"] = lambda review: allow(
        {"op": "add", "path": "/data/b", "value": "soon"}, warnings=["careful"]
    )
    callee.replies["late.b.example"] = lambda review: allow(
        {"op": "add", "path": "/data/c", "value": review["request"]["object"]["data"]["b"] + "!"}
    )
    warnings: list[str] = []
    made = run(api, lambda: api.create(config(), warnings=warnings))
    assert made["data"] == {"a": "1", "b": "soon", "c": "soon!"}
    assert warnings[-1] == "careful"


def test_one_that_asks_for_it_sees_later_changes(api: Api) -> None:
    callee = Callee(api)
    counting = hook("count.b.example", reinvocationPolicy="IfNeeded")
    configure(api, "Mutating", counting, hook("add.b.example"))
    callee.replies["count.b.example"] = lambda review: allow(
        {"op": "add", "path": "/data/n", "value": str(len(review["request"]["object"]["data"]))}
    )
    callee.replies["add.b.example"] = lambda review: allow(
        {"op": "add", "path": "/data/b", "value": "2"}
    )
    made = run(api, lambda: api.create(config()))
    assert made["data"] == {"a": "1", "b": "2", "n": "3"}


@pytest.mark.parametrize(
    ("reply", "code", "text"),
    [
        pytest.param(
            {"allowed": False, "status": {"message": "not today", "code": 403}},
            403,
            'admission webhook "a.b.example" denied the request: not today',
            id="message",
        ),
        pytest.param(
            {"allowed": False},
            400,
            'admission webhook "a.b.example" denied the request without explanation',
            id="nothing",
        ),
        pytest.param(
            WebhookAnswer(failure="dial tcp 127.0.0.1:1: connect: connection refused"),
            500,
            'Internal error occurred: failed calling webhook "a.b.example": failed to call webhook:'
            ' Post "https://127.0.0.1:1/x?timeout=10s": dial tcp 127.0.0.1:1: connect: connection'
            " refused",
            id="refused",
        ),
        pytest.param(
            WebhookAnswer(status=404, refusal="nope"),
            500,
            'Internal error occurred: failed calling webhook "a.b.example": failed to call webhook:'
            " the server could not find the requested resource",
            id="not found",
        ),
        pytest.param(
            WebhookAnswer({}),
            500,
            'Internal error occurred: failed calling webhook "a.b.example": received invalid '
            "webhook response: expected webhook response of admission.k8s.io/v1, "
            "Kind=AdmissionReview, got /, Kind=",
            id="no review",
        ),
        pytest.param(
            {"uid": "other", "allowed": True},
            500,
            None,
            id="to another question",
        ),
    ],
)
def test_refusals_and_failures(api: Api, reply: Any, code: int, text: str | None) -> None:
    Callee(api).replies["a.b.example"] = lambda review: reply
    configure(api, "Validating", hook())
    with pytest.raises(ApiError) as caught:
        run(api, lambda: api.create(config()))
    assert caught.value.code == code
    if text is not None:
        assert caught.value.message == text
    else:
        assert "expected response.uid=" in caught.value.message


def test_a_failure_is_let_pass_where_the_webhook_says_so(api: Api) -> None:
    Callee(api).replies["a.b.example"] = lambda review: WebhookAnswer(failure="EOF")
    configure(api, "Validating", hook(failurePolicy="Ignore"))
    assert run(api, lambda: api.create(config()))["metadata"]["name"] == "c"


@pytest.mark.parametrize(
    ("said", "labels", "asked"),
    [
        pytest.param({"objectSelector": {"matchLabels": {"x": "y"}}}, {"x": "y"}, True, id="label"),
        pytest.param({"objectSelector": {"matchLabels": {"x": "y"}}}, {}, False, id="no label"),
        pytest.param(
            {"matchConditions": [{"name": "m", "expression": "object.data.a == '2'"}]},
            {},
            False,
            id="condition",
        ),
        pytest.param(
            {
                "rules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "resources": ["configmaps"],
                        "operations": ["CREATE"],
                        "scope": "Cluster",
                    }
                ]
            },
            {},
            False,
            id="scope",
        ),
    ],
)
def test_a_webhook_says_what_it_is_asked_about(
    api: Api, said: Obj, labels: dict[str, str], asked: bool
) -> None:
    callee = Callee(api)
    configure(api, "Validating", hook(**said))
    run(api, lambda: api.create(config(labels=labels)))
    assert bool(callee.calls) is asked


def test_a_dry_run_is_refused_where_a_webhook_has_effects(api: Api) -> None:
    Callee(api)
    configure(api, "Validating", hook())
    stored = api.list("validatingwebhookconfigurations.admissionregistration.k8s.io")[0]
    effects = [{**stored["webhooks"][0], "sideEffects": "Some"}]
    api.store.replace(
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
        "w",
        {**stored, "metadata": dict(stored["metadata"]), "webhooks": effects},
    )
    with pytest.raises(ApiError, match="does not support dry run"):
        run(api, lambda: api.create(config(), options=WriteOptions(dry_run=True)))


@pytest.mark.parametrize(
    ("objects", "failure"),
    [
        pytest.param([], 'service "s" not found', id="no service"),
        pytest.param(
            [{"spec": {"ports": [{"port": 443}], "selector": {"a": "b"}}}],
            'no endpoints available for service "s"',
            id="no endpoints",
        ),
    ],
)
def test_a_service_that_leads_nowhere_fails_as_on_a_real_server(
    api: Api, objects: list[Obj], failure: str
) -> None:
    Callee(api)
    for one in objects:
        meta = {"name": "s", "namespace": "default"}
        api.create({"apiVersion": "v1", "kind": "Service", "metadata": meta, **one})
    service = {"service": {"name": "s", "namespace": "default", "path": "/check"}}
    configure(api, "Validating", hook(clientConfig=service))
    with pytest.raises(ApiError) as caught:
        run(api, lambda: api.create(config()))
    assert caught.value.message == (
        'Internal error occurred: failed calling webhook "a.b.example": failed to call webhook: '
        f'Post "https://s.default.svc:443/check?timeout=10s": {failure}'
    )


def test_a_service_with_endpoints_of_its_own_is_called_there(api: Api) -> None:
    callee = Callee(api)
    meta = {"name": "s", "namespace": "default"}
    spec = {"ports": [{"port": 443, "targetPort": 9443}]}
    api.create({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec})
    api.create(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**meta, "labels": {"kubernetes.io/service-name": "s"}},
            "addressType": "IPv4",
            "ports": [{"port": 9443}],
            "endpoints": [{"addresses": ["192.0.2.1"]}],
        }
    )
    configure(api, "Validating", hook(clientConfig={"service": meta}))
    run(api, lambda: api.create(config()))
    (call,) = callee.calls
    assert (call.url, call.server_name) == ("https://192.0.2.1:9443/?timeout=10s", "s.default.svc")


def test_a_loop_that_tries_again_asks_the_same_question(api: Api) -> None:
    calls: list[WebhookCall] = []
    api.call_webhooks(calls.append)
    configure(api, "Validating", hook())
    pods = config(generateName="c-")
    del pods["metadata"]["name"]
    for _ in range(2):
        with pytest.raises(WebhookNeeded):
            api.create(pods)
    (call,) = calls
    uid = call.review["request"]["uid"]
    body = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
    api.webhooks.answered(call, WebhookAnswer({**body, "response": {"uid": uid, "allowed": True}}))
    assert api.create(pods)["metadata"]["name"].startswith("c-")
    with pytest.raises(WebhookNeeded):
        api.create(pods)
