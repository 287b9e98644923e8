"""Objects that Go clients send as protobuf."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.api.errors import ApiError
from minieks.kube.rest import bodies, protobuf
from minieks.kube.rest.http import Request


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | str | bytes) -> bytes:
    """One field of a message."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def envelope(api_version: str, kind: str, message: bytes) -> bytes:
    """What a client sends (apimachinery pkg/runtime/generated.proto, Unknown)."""
    about = field(1, api_version) + field(2, kind)
    return protobuf.PREFIX + field(1, about) + field(2, message) + field(3, "") + field(4, "")


def entry(key: str, value: str | bytes) -> bytes:
    """One pair of a map."""
    return field(1, key) + field(2, value)


META = field(1, "web") + field(2, "") + field(11, entry("app", "web")) + field(11, entry("a", "b"))
"""ObjectMeta: name, an empty generateName, two labels."""


def spec_of_deployment(replicas: int) -> bytes:
    probe = field(1, field(2, field(1, "/") + field(2, field(1, 1) + field(3, "http"))))
    requests = field(2, entry("cpu", field(1, "250m")))
    env = field(1, "E") + field(3, field(3, field(1, field(1, "cm")) + field(2, "key")))
    container = (
        field(1, "c")
        + field(2, "nginx")
        + field(7, env)
        + field(8, requests)
        + field(10, probe)
        + field(14, "")
    )
    secret = field(1, "s") + field(2, field(6, field(1, "tls")))
    pod = field(1, secret) + field(2, container) + field(3, "") + field(4, 0) + field(11, 0)
    template = field(1, field(11, entry("app", "web"))) + field(2, pod)
    unavailable = field(1, field(1, 1) + field(2, 0) + field(3, "25%"))
    return (
        field(1, replicas)
        + field(3, template)
        + field(4, field(1, "RollingUpdate") + field(2, unavailable))
        + field(5, 0)
        + field(7, 0)
    )


def test_a_deployment_is_read() -> None:
    message = field(1, META + field(8, b"")) + field(2, spec_of_deployment(0)) + field(3, b"")

    found = protobuf.read(envelope("apps/v1", "Deployment", message))

    (container,) = found["spec"]["template"]["spec"]["containers"]
    assert found["apiVersion"] == "apps/v1"
    assert found["metadata"] == {"name": "web", "labels": {"app": "web", "a": "b"}}
    assert container == {
        "name": "c",
        "image": "nginx",
        "env": [{"name": "E", "valueFrom": {"configMapKeyRef": {"name": "cm", "key": "key"}}}],
        "resources": {"requests": {"cpu": "250m"}},
        "livenessProbe": {"httpGet": {"path": "/", "port": "http"}},
    }
    assert found["spec"]["template"]["spec"]["volumes"] == [
        {"name": "s", "secret": {"secretName": "tls"}}
    ]
    assert found["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": "25%"}


# Go: *int32 keeps its zero, int32 with omitempty does not; nor does a string.
def test_a_zero_counts_where_go_has_a_pointer() -> None:
    message = field(2, spec_of_deployment(0))

    spec = protobuf.read(envelope("apps/v1", "Deployment", message))["spec"]

    assert spec["replicas"] == 0
    assert "paused" not in spec
    assert "minReadySeconds" not in spec
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == 0
    assert "restartPolicy" not in spec["template"]["spec"]
    assert "hostNetwork" not in spec["template"]["spec"]


@pytest.mark.parametrize(
    ("api_version", "kind", "message", "found"),
    [
        pytest.param(
            *("v1", "Secret", field(2, entry("a", b"\x00\xff")) + field(3, "Opaque")),
            {"data": {"a": "AP8="}, "type": "Opaque"},
            id="bytes are base64",
        ),
        pytest.param(
            *("v1", "ConfigMap", field(2, entry("a", ""))), {"data": {"a": ""}}, id="empty values"
        ),
        pytest.param(
            "v1",
            "Event",
            field(1, field(8, field(1, 1_795_306_000)))
            + field(10, field(1, 1_795_306_000) + field(2, 1_500_000)),
            {
                "metadata": {"creationTimestamp": "2026-11-22T00:06:40Z"},
                "eventTime": "2026-11-22T00:06:40.001500Z",
            },
            id="times",
        ),
        pytest.param(
            *("apps/v1", "ControllerRevision", field(2, field(1, b'{"a":[1]}')) + field(3, -1)),
            {"data": {"a": [1]}, "revision": -1},
            id="JSON within, and a negative number",
        ),
        pytest.param(
            *("apps/v1", "DeleteOptions", field(1, 0) + field(4, "Foreground")),
            {"gracePeriodSeconds": 0, "propagationPolicy": "Foreground"},
            id="what every group has",
        ),
        pytest.param(
            *("v1", "ConfigMap", field(999, "later") + field(4, 1)),
            {"immutable": True},
            id="a field of a later version",
        ),
    ],
)
def test_special_values(api_version: str, kind: str, message: bytes, found: Any) -> None:
    about = {"apiVersion": api_version, "kind": kind}

    assert protobuf.read(envelope(api_version, kind, message)) == {**about, **found}


def _asked(body: bytes) -> Any:
    headers = {"content-type": "application/vnd.kubernetes.protobuf"}
    return bodies.read(Request("POST", "/", headers=headers, body=body), "ConfigMap")


def test_a_kind_without_layout_is_a_415() -> None:
    with pytest.raises(ApiError) as caught:
        _asked(envelope("example.com/v1", "Thing", b""))

    assert caught.value.code == 415


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"\x0a", id="cut in a tag"),
        pytest.param(b"\x0a\x7f", id="cut in a value"),
        pytest.param(b"\x0b", id="a group"),
        pytest.param(b"\xff" * 11, id="an endless number"),
        pytest.param(field(1, 5), id="a number for a message"),
        pytest.param(field(2, entry("a", b"\xff")), id="no UTF-8"),
    ],
)
def test_what_is_broken_is_a_400(message: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        _asked(envelope("v1", "ConfigMap", message))

    assert caught.value.code == 400


def test_messages_within_messages_end_somewhere() -> None:
    message = b""
    for _ in range(200):
        message = field(16, message)  # JSON schemas hold JSON schemas; here: a node selector
    with pytest.raises(ApiError):
        _asked(protobuf.PREFIX + message[:50])


@given(st.sampled_from(["v1/Pod", "apps/v1/Deployment", "v1/Service"]), st.binary(max_size=200))
def test_whatever_is_sent_is_read_or_refused(kind: str, message: bytes) -> None:
    api_version, _, name = kind.rpartition("/")
    for body in (envelope(api_version, name, message), protobuf.PREFIX + message, message):
        with suppress(ApiError):
            _asked(body)
