"""How much a body may hold: what is in it is counted before any of it is looked at."""

import json
from time import process_time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.rest import extent, gojson, goyaml, protobuf
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Request, Response

JSON = "application/json"
PODS = "/api/v1/namespaces/default/pods"
MAPS = "/api/v1/namespaces/default/configmaps"
FULL = extent.MOST - 100
"""Plain values that fit, with all that stands around them."""


@pytest.fixture(scope="module")
def handler() -> Handler:
    api = Api(Engine(VirtualClock(1_700_000_000 * SECOND), 1), "1.34")
    for kind in ("Namespace", "ServiceAccount"):
        space = {} if kind == "Namespace" else {"namespace": "default"}
        api.create({"apiVersion": "v1", "kind": kind, "metadata": {"name": "default", **space}})
    handler = assembled(api)
    sent(handler, "POST", MAPS, config_map({"a": "b"}))
    return handler


def sent(handler: Handler, method: str, path: str, body: Any, type_: str = JSON) -> Response:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    query = (("fieldManager", "m"),) if "apply" in type_ else ()
    found = handler.handle(Request(method, path, query, {"content-type": type_}, data))
    assert isinstance(found, Response)
    return found


def config_map(data: dict[str, Any], name: str = "cm") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def pod(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}


def wide(count: int) -> dict[str, str]:
    return {f"k{n}": "" for n in range(count)}


MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"


@pytest.mark.parametrize(
    ("method", "path", "body", "type_"),
    [
        pytest.param("POST", PODS, pod(containers=[{}] * 900_000), JSON, id="empty containers"),
        pytest.param("POST", PODS, pod(containers=[None] * 600_000), JSON, id="null containers"),
        pytest.param("POST", MAPS, config_map(wide(200_000)), JSON, id="a wide map"),
        pytest.param("POST", MAPS, {**config_map({}), **wide(200_000)}, JSON, id="unknown fields"),
        pytest.param("PUT", f"{MAPS}/cm", [1] * 1_500_000, JSON, id="numbers"),
        pytest.param("POST", MAPS, b'{"a":' + b'"",' * 1_000_000, JSON, id="texts, no end"),
        pytest.param("PATCH", f"{MAPS}/cm", {"data": wide(200_000)}, MERGE, id="merge patch"),
        pytest.param("PATCH", f"{MAPS}/cm", config_map(wide(200_000)), APPLY, id="apply"),
        pytest.param("DELETE", f"{MAPS}/cm", wide(200_000), JSON, id="delete options"),
    ],
)
def test_a_body_of_too_many_values_is_refused_at_once(
    handler: Handler, method: str, path: str, body: Any, type_: str
) -> None:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    begin = process_time()

    answer = sent(handler, method, path, data, type_)

    took = process_time() - begin
    assert answer.status == 413
    assert json.loads(answer.body)["reason"] == "RequestEntityTooLarge"
    assert b"more than 20000 values" in answer.body
    assert took < 1, "some tens of milliseconds; to look at all of it takes ten times as long"


def test_what_just_fits_is_served(handler: Handler) -> None:
    answer = sent(handler, "POST", MAPS, config_map(wide(FULL), "full"))
    assert answer.status == 201
    # As a client sends back what it has got: managedFields count by themselves.
    assert sent(handler, "PUT", f"{MAPS}/full", answer.body).status == 200


def test_patches_do_not_make_more_of_an_object_than_fits(handler: Handler) -> None:
    half = FULL // 2
    first = sent(handler, "POST", MAPS, config_map(wide(half), "grows"))
    assert first.status == 201
    more = {"data": {f"other{n}": "" for n in range(half + 200)}}

    assert sent(handler, "PATCH", f"{MAPS}/grows", more, MERGE).status == 413


def test_a_long_text_is_one_value(handler: Handler) -> None:
    text = json.dumps({f"k{n}": [{}, [n]] for n in range(40_000)})
    assert len(text) > 900_000

    assert sent(handler, "POST", MAPS, config_map({"it": text[:900_000]}, "text")).status == 201


def test_complaints_end_at_some_number(handler: Handler) -> None:
    answer = json.loads(sent(handler, "POST", PODS, pod(containers=[{}] * 1500)).body)

    assert answer["reason"] == "Invalid"
    assert len(answer["details"]["causes"]) == 1000


# sigs.k8s.io/json notes 100 of them; kubernetes apiserver pkg/endpoints/filters/warning.go
# cuts warnings to 256 runes once there are 4096, and tells no more after so many.
def test_warnings_of_unknown_fields_end_at_some_number(handler: Handler) -> None:
    short = sent(handler, "POST", MAPS, {**config_map({}, "short"), **wide(5000)})
    long = {**config_map({}, "long"), **{f"k{n:0300}": "" for n in range(500)}}
    cut = sent(handler, "POST", MAPS, long)

    assert sum(1 for name, _ in short.headers if name == "Warning") == 100
    told = [text for name, text in cut.headers if name == "Warning"]
    assert len(told) == 16
    assert all(len(text) == len('299 - "" \\') - 1 + 256 for text in told)


def test_too_many_fields_of_protobuf_are_refused() -> None:
    spec = b"\x12\x00" * 200_000  # PodSpec.containers, each empty
    raw = b"\x12" + _varint(len(spec)) + spec
    meta = b"\x0a\x02v1\x12\x03Pod"
    unknown = b"\x0a" + _varint(len(meta)) + meta + b"\x12" + _varint(len(raw)) + raw

    with pytest.raises(ApiError, match="more than 20000 values"):
        protobuf.read(protobuf.PREFIX + unknown)


def _varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])


def test_aliases_count_as_often_as_they_are_used() -> None:
    body = b"a: &a [" + b"1," * 4000 + b"]\nb: [" + b"*a," * 9 + b"]\n"

    with pytest.raises(ApiError, match="more than 20000 values"):
        goyaml.load(body)


VALUES = st.recursive(
    st.one_of(st.none(), st.integers(0, 9), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=30,
)


def _counted(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_counted, value.values()))
    if not isinstance(value, list):
        return 1
    objects = sum(1 for one in value if one is None or isinstance(one, dict))
    return 1 + extent.ITEM * objects + sum(map(_counted, value))


@given(VALUES)
def test_every_value_counts_and_an_object_in_a_list_more(value: Any) -> None:
    assert extent.weight(value) == _counted(value)


@given(VALUES)
def test_what_may_be_written_may_be_read(value: Any) -> None:
    assert gojson.loads(orjson.dumps(value)) == value
    extent.check_text(orjson.dumps(value), gojson.DEEPEST)
