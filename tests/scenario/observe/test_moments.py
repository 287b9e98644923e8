"""Moments: warnings counted per workload and text."""

import pytest

from minieks.engine.clock import MINUTE
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.api.events import EventRecorder, EventText
from minieks.kube.words.objects import Obj
from minieks.scenario.observe.kills import Kills
from minieks.scenario.observe.moments import Moments, plain


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Created pod: web-7d9f8b6c5d-x2x7k", "Created pod: web-7d9f8b6c5d-*"),
        (
            "container c in pod web-7d9f8b6c5d-x2x7k_shop(",
            "container c in pod web-7d9f8b6c5d-*_shop(",
        ),
        ("assigned to ip-10-0-1-2.ec2.internal", "assigned to *"),
        ("volume 0a1b2c3d-0000-4000-8000-0123456789ab", "volume *"),
        ("2 Insufficient cpu", "2 Insufficient cpu"),
    ],
)
def test_generated_names_do_not_make_messages_differ(message: str, expected: str) -> None:
    assert plain(message) == expected


def _pod(name: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": name,
            "labels": {"pod-template-hash": "h4sh"},
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "ReplicaSet",
                    "name": "web-h4sh",
                    "uid": "r",
                    "controller": True,
                }
            ],
        },
    }


def test_containers_that_are_killed_for_memory_are_one_warning() -> None:
    engine, store = Engine(), Store()
    moments = Moments(engine, store)
    Kills(store, moments)
    limits = {"limits": {"memory": "1024Mi"}}
    spec: Obj = {"containers": [{"name": "app", "resources": limits}]}
    pod: Obj = {**_pod("web-h4sh-bbbbb"), "spec": spec}
    store.create("pods", "shop/web-h4sh-bbbbb", pod)
    killed = [{"terminated": {"reason": "OOMKilled", "finishedAt": f"0{n}"}} for n in range(2)]
    states: list[Obj] = [
        {"state": killed[0]},
        {"state": {"waiting": {}}, "lastState": killed[0]},
        {"state": {"running": {}}, "lastState": killed[0]},
        {"state": killed[1], "lastState": killed[0]},
        {"state": {"terminated": {"reason": "Completed"}}},
    ]
    for one in states:
        status = {"containerStatuses": [{"name": "app", **one}]}
        store.replace("pods", "shop/web-h4sh-bbbbb", {**pod, "status": status})
    (moment,) = moments.all()
    assert (moment.reason, moment.count, moment.warning) == ("OOMKilled", 2, True)
    assert moment.text == "container app used more memory than its limit, 1Gi"
    assert list(moment.about) == ["shop/Deployment/web"]


def test_warnings_of_pods_of_one_workload_are_one_moment() -> None:
    engine, store = Engine(), Store()
    moments, recorder = Moments(engine, store), EventRecorder(engine, store)
    for name in ("web-h4sh-bbbbb", "web-h4sh-ccccc"):
        store.create("pods", f"shop/{name}", _pod(name))
        recorder.record(_pod(name), EventText("Warning", "Failed", f"no {name}", "kubelet"))
    engine.run(MINUTE)
    recorder.record(
        _pod("web-h4sh-bbbbb"), EventText("Warning", "Failed", "no web-h4sh-bbbbb", "kubelet")
    )

    (moment,) = moments.all()

    assert (list(moment.about), moment.reason, moment.count) == (
        ["shop/Deployment/web"],
        "Failed",
        3,
    )
    assert (moment.at, moment.last) == (0, MINUTE)


def test_normal_events_are_not_worth_telling() -> None:
    engine, store = Engine(), Store()
    moments, recorder = Moments(engine, store), EventRecorder(engine, store)
    recorder.record(_pod("web"), EventText("Normal", "Pulled", "pulled", "kubelet"))

    assert moments.all() == []


def test_the_same_complaint_about_other_numbers_and_workloads_is_one_moment() -> None:
    engine, store = Engine(), Store()
    moments, recorder = Moments(engine, store), EventRecorder(engine, store)
    for number, name in enumerate(("one", "two")):
        pod = _pod(name)
        pod["metadata"]["ownerReferences"][0]["name"] = f"{name}-h4sh"
        store.create("pods", f"shop/{name}", pod)
        text = f"0/{number} nodes are available"
        recorder.record(pod, EventText("Warning", "FailedScheduling", text, "default-scheduler"))

    (moment,) = moments.all()

    assert list(moment.about) == ["shop/Deployment/one", "shop/Deployment/two"]
    assert moment.text == "0/1 nodes are available"


def test_milestones_are_counted_per_thing() -> None:
    moments = Moments(Engine(), Store())
    for about in ("a", "b", "a"):
        moments.tell(about, "Ready", "3 of 3 pods ready")

    assert [(list(one.about), one.count) for one in moments.all()] == [(["a"], 2), (["b"], 1)]
