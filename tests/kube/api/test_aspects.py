"""What a change is said to have touched."""

from typing import Any

import pytest

from minieks.engine.store import Change
from minieks.kube.api import aspects


def _pod(meta: dict[str, Any] | None = None, status: Any = None, **fields: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "web", "labels": {"app": "web"}, **(meta or {})},
        "spec": {"containers": []},
        "status": {"phase": "Pending"} if status is None else status,
        **fields,
    }


def _ready(status: str) -> dict[str, Any]:
    return {"phase": "Pending", "conditions": [{"type": "Ready", "status": status}]}


_REPORTED = {"phase": "Pending", "message": "pulling"}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(_pod({"resourceVersion": "2"}), aspects.OTHER, id="revision only"),
        pytest.param(_pod(spec={"nodeName": "n"}), aspects.SPEC, id="spec"),
        pytest.param(_pod({"labels": {}}), aspects.LABELS, id="labels"),
        pytest.param(_pod({"annotations": {"a": "b"}}), aspects.ANNOTATIONS, id="annotations"),
        pytest.param(_pod({"ownerReferences": [{}]}), aspects.OWNERS, id="owners"),
        pytest.param(_pod({"finalizers": ["a"]}), aspects.FINALIZERS, id="finalizers"),
        pytest.param(
            _pod({"deletionTimestamp": "now"}),
            aspects.DELETION | aspects.LEAVING,
            id="deletion",
        ),
        pytest.param(_pod(status={"phase": "Running"}), aspects.STATUS | aspects.PHASE, id="phase"),
        pytest.param(
            _pod(status={"phase": "Failed"}),
            aspects.STATUS | aspects.PHASE | aspects.ENDED,
            id="end",
        ),
        pytest.param(_pod(status=_ready("True")), aspects.STATUS | aspects.READY, id="ready"),
        pytest.param(_pod(status=_ready("False")), aspects.STATUS, id="not ready either"),
        pytest.param(
            _pod(status={"phase": "Pending", "podIP": "10.0.0.1"}),
            aspects.STATUS | aspects.ADDRESS,
            id="address",
        ),
        pytest.param(
            _pod(status={"phase": "Pending", "startTime": "now"}),
            aspects.STATUS | aspects.STARTED,
            id="start",
        ),
        pytest.param(_pod(status=_REPORTED), aspects.STATUS, id="rest of the status"),
        pytest.param(
            _pod(status={"phase": "Pending", "conditions": "none"}),
            aspects.STATUS,
            id="conditions that are none",
        ),
    ],
)
def test_a_modification_touches_what_differs(after: dict[str, Any], expected: int) -> None:
    change = Change(2, "pods", "shop/web", "MODIFIED", after, _pod())
    assert aspects.touched(change) == expected


def test_news_of_what_leaves_is_told_apart() -> None:
    before = _pod({"deletionTimestamp": "now"})
    after = _pod({"deletionTimestamp": "now"}, status=_REPORTED)
    change = Change(2, "pods", "shop/web", "MODIFIED", after, before)
    assert aspects.touched(change) == aspects.STATUS | aspects.LEAVING


@pytest.mark.parametrize(
    ("collection", "type_", "expected"),
    [
        ("pods", "ADDED", aspects.CAME),
        ("pods", "DELETED", aspects.WENT),
        ("events", "ADDED", aspects.EVENTS),
        ("events", "DELETED", aspects.EVENTS),
    ],
)
def test_coming_and_going(collection: str, type_: Any, expected: int) -> None:
    assert aspects.touched(Change(1, collection, "shop/web", type_, _pod())) == expected


def test_a_readiness_that_began_anew_is_another() -> None:
    since = [
        _pod(status={"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": at}]})
        for at in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z")
    ]
    change = Change(2, "pods", "shop/web", "MODIFIED", since[1], since[0])
    assert aspects.touched(change) == aspects.STATUS | aspects.READY


def test_an_event_that_warns_is_told_apart() -> None:
    change = Change(1, "events", "shop/web.1", "ADDED", {"type": "Warning"})
    assert aspects.touched(change) == aspects.EVENTS | aspects.WARNING


def test_a_status_that_is_no_struct_touches_nothing_known() -> None:
    change = Change(2, "things", "shop/a", "MODIFIED", _pod(status="b"), _pod(status="a"))
    assert aspects.touched(change) == aspects.OTHER
