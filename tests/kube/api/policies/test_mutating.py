"""MutatingAdmissionPolicies. Source: kubernetes apiserver pkg/admission/plugin/policy/mutating."""

from typing import Any

import pytest

from minieks.engine.engine import Engine
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj

_VERSION = "admissionregistration.k8s.io/v1"


def policy(*expressions: tuple[str, str], name: str = "p", **spec: Any) -> Obj:
    rule = {
        "apiGroups": ["apps"],
        "apiVersions": ["v1"],
        "operations": ["CREATE"],
        "resources": ["deployments"],
    }
    mutations = [
        {
            "patchType": kind,
            "jsonPatch" if kind == "JSONPatch" else "applyConfiguration": {"expression": said},
        }
        for kind, said in expressions
    ]
    return {
        "apiVersion": _VERSION,
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "mutations": mutations,
            "failurePolicy": "Fail",
            **spec,
        },
    }


def binding(name: str = "p") -> Obj:
    return {
        "apiVersion": _VERSION,
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name},
    }


def deployment() -> Obj:
    container = {"name": "c", "image": "nginx"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "default", "labels": {"app": "a"}},
        "spec": {
            "selector": {"matchLabels": {"app": "a"}},
            "template": {
                "metadata": {"labels": {"app": "a"}},
                "spec": {"containers": [container]},
            },
        },
    }


@pytest.fixture
def api() -> Api:
    found = Api(Engine(), "1.36")
    found.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    return found


def made(api: Api, *policies: Obj) -> Obj:
    for one in policies:
        api.create(one)
        api.create(binding(one["metadata"]["name"]))
    return api.create(deployment())


def test_an_apply_configuration_is_merged_into_the_object(api: Api) -> None:
    expression = """
        Object{
          metadata: Object.metadata{labels: {"team": object.metadata.labels.app + "-team"}},
          spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{
            containers: [
              Object.spec.template.spec.containers{name: "c", imagePullPolicy: "Always"},
              Object.spec.template.spec.containers{name: "side", image: "s"}
            ]
          }}}
        }"""
    found = made(api, policy(("ApplyConfiguration", expression)))
    assert found["metadata"]["labels"] == {"app": "a", "team": "a-team"}
    first, second = found["spec"]["template"]["spec"]["containers"]
    assert (first["image"], first["imagePullPolicy"]) == ("nginx", "Always")
    assert (second["image"], second["terminationMessagePath"]) == ("s", "/dev/termination-log")


def test_a_json_patch_is_a_list_of_operations(api: Api) -> None:
    expression = """[
        JSONPatch{op: "test", path: "/spec/replicas", value: 1},
        JSONPatch{op: "replace", path: "/spec/replicas", value: object.spec.replicas + 2},
        JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("x/y"), value: "z"}
    ]"""
    found = made(api, policy(("JSONPatch", expression)))
    assert found["spec"]["replicas"] == 3
    assert found["metadata"]["labels"]["x/y"] == "z"


def test_a_policy_that_asks_for_it_sees_later_changes(api: Api) -> None:
    counts = (
        'Object{metadata: Object.metadata{labels: {"n": string(size(object.metadata.labels))}}}'
    )
    adds = 'Object{metadata: Object.metadata{labels: {"late": "yes"}}}'
    found = made(
        api,
        policy(("ApplyConfiguration", counts), name="a", reinvocationPolicy="IfNeeded"),
        policy(("ApplyConfiguration", adds), name="b"),
    )
    assert found["metadata"]["labels"]["n"] == "3"


def test_what_cannot_be_changed_is_refused_unless_the_policy_says_ignore(api: Api) -> None:
    broken = policy(("JSONPatch", '[JSONPatch{op: "remove", path: "/spec/zz"}]'))
    with pytest.raises(ApiError, match="MutatingAdmissionPolicy 'p' with binding 'p' denied"):
        made(api, broken)
    stored = api.get("mutatingadmissionpolicies.admissionregistration.k8s.io", "", "p")
    assert stored is not None
    api.update({**stored, "spec": {**stored["spec"], "failurePolicy": "Ignore"}})
    assert api.create(deployment())["spec"]["replicas"] == 1


def test_the_name_of_an_object_cannot_be_changed(api: Api) -> None:
    rename = '[JSONPatch{op: "replace", path: "/metadata/name", value: "other"}]'
    assert made(api, policy(("JSONPatch", rename)))["metadata"]["name"] == "d"
