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


def _touched(change: Change) -> int:
    return aspects.touched(change) & ~aspects.KINDS


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
    assert _touched(change) == expected


def test_news_of_what_leaves_is_told_apart() -> None:
    before = _pod({"deletionTimestamp": "now"})
    after = _pod({"deletionTimestamp": "now"}, status=_REPORTED)
    change = Change(2, "pods", "shop/web", "MODIFIED", after, before)
    assert _touched(change) == aspects.STATUS | aspects.LEAVING


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
    assert _touched(Change(1, collection, "shop/web", type_, _pod())) == expected


def test_a_readiness_that_began_anew_is_another() -> None:
    since = [
        _pod(status={"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": at}]})
        for at in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z")
    ]
    change = Change(2, "pods", "shop/web", "MODIFIED", since[1], since[0])
    assert _touched(change) == aspects.STATUS | aspects.READY


def test_an_event_that_warns_is_told_apart() -> None:
    change = Change(1, "events", "shop/web.1", "ADDED", {"type": "Warning"})
    assert _touched(change) == aspects.EVENTS | aspects.WARNING


def test_a_status_that_is_no_struct_touches_nothing_known() -> None:
    change = Change(2, "things", "shop/a", "MODIFIED", _pod(status="b"), _pod(status="a"))
    assert _touched(change) == aspects.OTHER


def _owned(kind: str) -> dict[str, Any]:
    return _pod({"ownerReferences": [{"kind": "Node"}, {"kind": kind, "controller": True}]})


def _with_volume(volume: dict[str, Any]) -> dict[str, Any]:
    return _pod(spec={"containers": [], "volumes": [{"name": "cache", "emptyDir": {}}, volume]})


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        pytest.param(_pod(), aspects.UNCONTROLLED, id="bare"),
        pytest.param(_owned("ReplicaSet"), aspects.OF_REPLICA_SET, id="ReplicaSet"),
        pytest.param(_owned("Job"), aspects.OF_JOB, id="Job"),
        pytest.param(_owned("Database"), 0, id="somebody else's"),
        pytest.param(
            _with_volume({"name": "data", "persistentVolumeClaim": {"claimName": "data"}}),
            aspects.UNCONTROLLED | aspects.CLAIMING,
            id="claim",
        ),
        pytest.param(
            _with_volume({"name": "data", "ephemeral": {}}),
            aspects.UNCONTROLLED | aspects.CLAIMING,
            id="ephemeral volume",
        ),
    ],
)
def test_each_change_says_of_what_kind_the_pod_is(pod: dict[str, Any], expected: int) -> None:
    gone = Change(1, "pods", "shop/web", "DELETED", pod, pod)
    assert aspects.touched(gone) & aspects.KINDS == expected


def test_a_pod_that_is_adopted_is_of_the_kind_that_it_was_too() -> None:
    change = Change(2, "pods", "shop/web", "MODIFIED", _owned("Job"), _pod())
    assert aspects.touched(change) & aspects.KINDS == aspects.UNCONTROLLED | aspects.OF_JOB


def test_only_pods_are_told_apart_by_kind() -> None:
    added = Change(1, "replicasets.apps", "shop/web", "ADDED", _pod())
    assert aspects.touched(added) == aspects.CAME
