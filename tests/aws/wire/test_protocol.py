"""Requests become operations with parameters by botocore's model of EKS, and results answers."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from botocore.model import Shape
from hypothesis import given
from hypothesis import strategies as st

from minieks.aws.wire.protocol import Protocol, answer, refused
from minieks.aws.wire.refusals import Refusal
from minieks.kube.rest.http import Request

EKS = Protocol("eks", lambda: "fresh-token")
VPC = {"subnetIds": ["subnet-1", "subnet-2"]}
ROLE = "arn:aws:iam::111122223333:role/eks"


def _asked(method: str, path: str, body: Any = None, **query: str) -> tuple[str, dict[str, Any]]:
    raw = b"" if body is None else orjson.dumps(body)
    operation, parameters = EKS.operation(Request(method, path, tuple(query.items()), body=raw))
    return operation.name, parameters


def _refusal(method: str, path: str, body: bytes = b"", **query: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        EKS.operation(Request(method, path, tuple(query.items()), body=body))
    return caught.value


def test_members_come_from_the_path_the_query_and_the_body() -> None:
    assert _asked("GET", "/clusters/a/updates", maxResults="5", nodegroupName="ng") == (
        "ListUpdates",
        {"name": "a", "maxResults": 5, "nodegroupName": "ng"},
    )
    assert _asked("DELETE", "/clusters/a/addons/coredns", preserve="true") == (
        "DeleteAddon",
        {"clusterName": "a", "addonName": "coredns", "preserve": True},
    )


def test_a_list_in_the_query_is_its_name_several_times() -> None:
    request = Request("DELETE", "/tags/arn", (("tagKeys", "a"), ("tagKeys", "b")))

    _, parameters = EKS.operation(request)

    assert parameters == {"resourceArn": "arn", "tagKeys": ["a", "b"]}


def test_a_missing_idempotency_token_is_made() -> None:
    body = {"name": "a", "roleArn": ROLE, "resourcesVpcConfig": VPC}

    assert _asked("POST", "/clusters", body)[1]["clientRequestToken"] == "fresh-token"
    sent = _asked("POST", "/clusters", {**body, "clientRequestToken": "mine"})
    assert sent[1]["clientRequestToken"] == "mine"


def test_null_and_unknown_members_are_left_out() -> None:
    body = {
        "name": "a",
        "roleArn": ROLE,
        "resourcesVpcConfig": {**VPC, "securityGroupIds": None},
        "version": None,
        "newFangled": {"x": 1},
    }

    _, parameters = _asked("POST", "/clusters", body)

    assert parameters["resourcesVpcConfig"] == VPC
    assert {"version", "newFangled"}.isdisjoint(parameters)


def test_what_is_missing_and_what_is_wrong_is_told_at_once() -> None:
    refusal = _refusal("POST", "/clusters", orjson.dumps({"name": "-", "resourcesVpcConfig": {}}))

    assert (refusal.code, refusal.status) == ("ValidationException", 400)
    assert refusal.message.startswith("2 validation errors detected: ")
    assert "Value null at 'roleArn' failed to satisfy constraint: Member must not be null" in (
        refusal.message
    )
    assert "Value '-' at 'name' failed to satisfy constraint" in refusal.message


NODEGROUP = {"nodegroupName": "ng", "subnets": ["subnet-1"], "nodeRole": ROLE}


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        pytest.param(
            {"scalingConfig": {"minSize": -1}},
            "Value '-1' at 'scalingConfig.minSize' failed to satisfy constraint: "
            "Member must have value greater than or equal to 0",
            id="a number too small",
        ),
        pytest.param(
            {"capacityType": "RESERVED"},
            "Value 'RESERVED' at 'capacityType' failed to satisfy constraint: "
            "Member must satisfy enum value set: [",
            id="no such value",
        ),
        pytest.param(
            {"labels": {"": "x"}},
            "Member must have length greater than or equal to 1",
            id="a key of a map",
        ),
        pytest.param(
            {"tags": {"k": "v" * 300}},
            "Member must have length less than or equal to 256",
            id="a value of a map",
        ),
        pytest.param(
            {"taints": [{"key": "a", "effect": "NEVER"}]},
            "Value 'NEVER' at 'taints.1.member.effect'",
            id="inside a list",
        ),
    ],
)
def test_constraints_of_the_model_are_held(more: dict[str, Any], rule: str) -> None:
    body = orjson.dumps({**NODEGROUP, **more})

    refusal = _refusal("POST", "/clusters/a/node-groups", body)

    assert refusal.code == "ValidationException"
    assert rule in refusal.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"{", "The request body is no JSON document.", id="no JSON"),
        pytest.param(b"[]", "Unexpected value: a structure is expected here.", id="no object"),
        pytest.param(
            b'{"nodegroupName": 5}', "NUMBER_VALUE can not be converted to a String", id="a number"
        ),
        pytest.param(
            b'{"diskSize": "20"}', "STRING_VALUE can not be converted to an Integer", id="a text"
        ),
        pytest.param(
            b'{"diskSize": true}', "TRUE_VALUE can not be converted to an Integer", id="a truth"
        ),
        pytest.param(b'{"subnets": "subnet-1"}', "Expected list or null", id="no list"),
        pytest.param(b'{"labels": []}', "Expected map or null", id="no map"),
        pytest.param(
            b'{"nodeRole": {}}',
            "Start of structure or map found where not expected.",
            id="a structure",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(body: bytes, message: str) -> None:
    refusal = _refusal("POST", "/clusters/a/node-groups", body)

    assert (refusal.code, refusal.message) == ("SerializationException", message)


def test_a_number_of_the_query_is_one() -> None:
    refusal = _refusal("GET", "/clusters", maxResults="many")

    assert refusal.message == "STRING_VALUE can not be converted to an Integer"


def test_an_unknown_address_is_no_operation() -> None:
    refusal = _refusal("GET", "/pods")

    assert (refusal.code, refusal.status) == ("UnknownOperationException", 404)


def test_a_result_is_written_by_its_shape() -> None:
    operation = EKS.model.operation_model("DescribeCluster")
    created = datetime(2026, 11, 22, tzinfo=UTC)
    result = {"cluster": {"name": "a", "createdAt": created, "tags": {}, "health": None, "x": 1}}

    found = answer(operation, result, "id-1")

    assert orjson.loads(found.body) == {
        "cluster": {"name": "a", "createdAt": created.timestamp(), "tags": {}}
    }
    assert (found.status, found.header("x-amzn-RequestId")) == (200, "id-1")


def test_an_error_has_its_code_in_a_header_and_its_members_in_the_body() -> None:
    refusal = Refusal("ResourceNotFoundException", 404, "No cluster.", {"clusterName": "a"})

    found = refused(refusal, "id-1")

    assert found.status == 404
    assert found.header("x-amzn-errortype") == "ResourceNotFoundException"
    assert orjson.loads(found.body) == {"message": "No cluster.", "clusterName": "a"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "tags", "labels", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def _bodies(draw: st.DrawFn, shape: Shape) -> Any:
    """Mostly what the shape says, now and then something else."""
    if draw(st.integers(0, 9)) == 0:
        return draw(JSON)
    if shape.type_name == "structure":
        names = draw(st.lists(st.sampled_from(sorted(shape.members) or ["x"]), max_size=4))
        members = [name for name in names if name in shape.members]
        return {name: draw(_bodies(shape.members[name])) for name in members}
    if shape.type_name == "list":
        return [draw(_bodies(shape.member)) for _ in range(draw(st.integers(0, 2)))]
    if shape.type_name == "map":
        return {draw(st.text(max_size=3)): draw(_bodies(shape.value))}
    return draw(st.text(max_size=5) | st.integers() | st.booleans())


@given(st.data(), st.sampled_from(EKS.model.operation_names))
def test_whatever_is_sent_is_read_or_refused(data: st.DataObject, name: str) -> None:
    operation = EKS.model.operation_model(name)
    body = data.draw(_bodies(operation.input_shape))
    path = operation.http["requestUri"].replace("{", "").replace("}", "")
    request = Request(operation.http["method"], path, body=json.dumps(body).encode())

    assert _outcome(request) in (name, 400, 404)


def _outcome(request: Request) -> str | int:
    try:
        return str(EKS.operation(request)[0].name)
    except Refusal as refusal:
        return refusal.status
