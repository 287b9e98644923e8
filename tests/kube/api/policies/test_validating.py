"""ValidatingAdmissionPolicies; their refusals are compared with recordings elsewhere.

Source: kubernetes apiserver pkg/admission/plugin/policy.
"""

from typing import Any

import pytest

from minieks.engine.clock import SECOND
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.kube.api.errors import ApiError, Invalid
from minieks.kube.api.server import Api
from minieks.kube.controllers.policystatus import ValidatingAdmissionPolicyStatusLoop
from minieks.kube.words.objects import Obj

_VERSION = "admissionregistration.k8s.io/v1"


def policy(*validations: Obj, **spec: Any) -> Obj:
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE", "DELETE"],
        "resources": ["configmaps"],
    }
    return {
        "apiVersion": _VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "p"},
        "spec": {"matchConstraints": {"resourceRules": [rule]}, "validations": validations, **spec},
    }


def binding(**spec: Any) -> Obj:
    return {
        "apiVersion": _VERSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "b"},
        "spec": {"policyName": "p", "validationActions": ["Deny"], **spec},
    }


def config(name: str = "c", labels: dict[str, str] | None = None, **data: str) -> Obj:
    meta = {"name": name, "namespace": "default", "labels": labels or {}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


@pytest.fixture
def api() -> Api:
    found = Api(Engine(), "1.34")
    found.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    return found


def denial(api: Api, obj: Obj) -> str:
    """What is said of a new object; empty if it is accepted."""
    try:
        api.create(obj)
    except ApiError as error:
        return error.message.rpartition("denied request: ")[2]
    return ""


def test_nothing_is_asked_before_there_is_a_binding(api: Api) -> None:
    api.create(policy({"expression": "false"}))
    assert denial(api, config("before")) == ""
    api.create(binding())
    assert denial(api, config("after")) == "failed expression: false"
    api.delete("validatingadmissionpolicybindings.admissionregistration.k8s.io", "", "b")
    assert denial(api, config("later")) == ""


@pytest.mark.parametrize(
    ("limits", "labels", "denied"),
    [
        pytest.param({"objectSelector": {"matchLabels": {"a": "b"}}}, {"a": "b"}, True, id="label"),
        pytest.param({"objectSelector": {"matchLabels": {"a": "b"}}}, {}, False, id="no label"),
        pytest.param(
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}},
            {},
            False,
            id="other namespace",
        ),
        pytest.param(
            {
                "resourceRules": [
                    {
                        "apiGroups": ["*"],
                        "apiVersions": ["*"],
                        "operations": ["*"],
                        "resources": ["*"],
                        "resourceNames": ["x"],
                    }
                ]
            },
            {},
            False,
            id="other name",
        ),
        pytest.param(
            {
                "excludeResourceRules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["configmaps"],
                    }
                ]
            },
            {},
            False,
            id="excluded",
        ),
    ],
)
def test_a_binding_limits_what_its_policy_is_asked_about(
    api: Api, limits: Obj, labels: dict[str, str], denied: bool
) -> None:
    api.create(policy({"expression": "false", "message": "no"}))
    api.create(binding(matchResources=limits))
    assert denial(api, config(labels=labels)) == ("no" if denied else "")


def test_a_deletion_has_no_object_but_an_old_one(api: Api) -> None:
    api.create(config(keep="yes"))
    rule = "object != null || oldObject.data.keep != 'yes'"
    api.create(policy({"expression": rule, "message": "keep it", "reason": "Forbidden"}))
    api.create(binding())
    with pytest.raises(ApiError, match="keep it") as caught:
        api.delete("configmaps", "default", "c")
    assert (caught.value.code, caught.value.reason) == (403, "Forbidden")


@pytest.mark.parametrize(
    ("fails", "expected"),
    [("Fail", "expression 'object.zz' resulted in error: no such key: zz"), ("Ignore", "")],
)
def test_errors_deny_unless_the_policy_says_ignore(api: Api, fails: str, expected: str) -> None:
    api.create(policy({"expression": "object.zz"}, failurePolicy=fails))
    api.create(binding())
    assert denial(api, config()) == expected


def test_a_condition_that_says_no_outweighs_errors_of_others(api: Api) -> None:
    conditions = [
        {"name": "broken", "expression": "object.zz == 1"},
        {"name": "no", "expression": "false"},
    ]
    api.create(policy({"expression": "false"}, matchConditions=conditions))
    api.create(binding())
    assert denial(api, config()) == ""


def test_variables_speak_of_those_before_them_and_are_evaluated_when_asked_for(api: Api) -> None:
    variables = [
        {"name": "n", "expression": "size(object.data)"},
        {"name": "many", "expression": "variables.n > 1"},
        {"name": "broken", "expression": "object.zz"},
    ]
    rule = {"expression": "!variables.many", "messageExpression": "'has ' + string(variables.n)"}
    api.create(policy(rule, variables=variables))
    api.create(binding())
    assert denial(api, config(a="1")) == ""
    assert denial(api, config("d", a="1", b="2")) == "has 2"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param({"name": "want"}, "want 7", id="by name"),
        pytest.param({"selector": {"matchLabels": {"for": "p"}}}, "want 7", id="by label"),
        pytest.param({"name": "zz", "parameterNotFoundAction": "Allow"}, "", id="none is fine"),
        pytest.param(
            {"name": "zz", "parameterNotFoundAction": "Deny"},
            "failed to configure binding: no params found for policy binding with `Deny` "
            "parameterNotFoundAction",
            id="none is not fine",
        ),
    ],
)
def test_parameters_come_from_the_binding(api: Api, reference: Obj, expected: str) -> None:
    api.create(config("want", {"for": "p"}, value="7"))
    rule = {
        "expression": "object.data.a == params.data.value",
        "messageExpression": "'want ' + params.data.value",
    }
    api.create(policy(rule, paramKind={"apiVersion": "v1", "kind": "ConfigMap"}))
    api.create(binding(paramRef=reference))
    assert denial(api, config(a="1")) == expected


def test_policies_do_not_concern_policies(api: Api) -> None:
    every = {
        "apiGroups": ["*"],
        "apiVersions": ["*"],
        "operations": ["*"],
        "resources": ["*"],
    }
    api.create(policy({"expression": "false"}, matchConstraints={"resourceRules": [every]}))
    api.create(binding())
    assert denial(api, config("a")) != ""
    api.delete("validatingadmissionpolicies.admissionregistration.k8s.io", "", "p")
    assert denial(api, config("a")) == ""


@pytest.mark.parametrize(
    ("spec", "field", "text"),
    [
        pytest.param(
            {"variables": [{"name": "a", "expression": "1 +"}]},
            "spec.variables[0].expression",
            "compilation failed: ERROR: <input>:1:4: Syntax error",
            id="variable",
        ),
        pytest.param(
            {"matchConditions": [{"name": "a", "expression": "1"}]},
            "spec.matchConditions[0].expression",
            "must evaluate to bool but got int",
            id="condition",
        ),
        pytest.param(
            {"auditAnnotations": [{"key": "a", "valueExpression": "1"}]},
            "spec.auditAnnotations[0].valueExpression",
            "must evaluate to one of [string, null] but got int",
            id="annotation",
        ),
        pytest.param(
            {"validations": [{"expression": "params.a == 1"}]},
            "spec.validations[0].expression",
            "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params'",
            id="no parameters",
        ),
    ],
)
def test_expressions_are_compiled_as_a_policy_is_stored(
    api: Api, spec: dict[str, Any], field: str, text: str
) -> None:
    with pytest.raises(Invalid) as caught:
        api.create(policy({"expression": "true"}, **{**spec}))
    (error,) = caught.value.errors
    assert error.field == field
    assert error.detail.startswith(text)


def test_the_status_tells_what_is_wrong_for_the_kinds_that_a_policy_names(api: Api) -> None:
    Runner(api.engine, ValidatingAdmissionPolicyStatusLoop(api)).attach(api.store)
    rules = [
        {
            "apiGroups": ["apps"],
            "apiVersions": ["v1"],
            "operations": ["CREATE"],
            "resources": ["deployments"],
        }
    ]
    validations = (
        {"expression": "object.spec.replicas > 1"},
        {"expression": "object.spec.replicsa > 1"},
    )
    api.create(policy(*validations, matchConstraints={"resourceRules": rules}))
    api.engine.run(api.engine.now() + SECOND)
    stored = api.get("validatingadmissionpolicies.admissionregistration.k8s.io", "", "p")
    assert stored is not None
    assert stored["status"]["observedGeneration"] == 1
    (warning,) = stored["status"]["typeChecking"]["expressionWarnings"]
    assert warning["fieldRef"] == "spec.validations[1].expression"
    assert warning["warning"] == (
        "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replicsa'\n"
        " | object.spec.replicsa > 1\n"
        " | ...........^\n"
    )
