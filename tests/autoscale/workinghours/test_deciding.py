"""What kube-downscaler does to a resource at a time: precedence, exclusion, kinds, and the laws.

Source: README of py-kube-downscaler and kube_downscaler/scaler.py.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.autoscale.workinghours.deciding import (
    ORIGINAL_REPLICAS,
    Decision,
    applied,
    asks_for_uptime,
    decide,
)
from minieks.autoscale.workinghours.options import Options, read_options
from minieks.autoscale.workinghours.scalable import PAUSED, Number
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

DAY_TIME = times.parse("2026-11-23T12:00:00Z")  # a Monday
NIGHT = times.parse("2026-11-23T23:00:00Z")
WORK = "Mon-Fri 08:00-18:00 UTC"
NIGHTS = "Mon-Fri 18:00-24:00 UTC"


def resource(kind: str = "Deployment", spec: Any = None, **noted: Any) -> Obj:
    keys = {f"downscaler/{key.replace('_', '-')}": str(value) for key, value in noted.items()}
    meta: Obj = {
        "name": "web",
        "namespace": "shop",
        "creationTimestamp": "2026-11-01T00:00:00Z",
        "labels": {"app": "web", "tier": "front"},
    }
    if keys:
        meta["annotations"] = keys
    return {"kind": kind, "metadata": meta, "spec": {"replicas": 3} if spec is None else spec}


def space(**noted: Any) -> Obj:
    keys = {f"downscaler/{key.replace('_', '-')}": str(value) for key, value in noted.items()}
    return {"kind": "Namespace", "metadata": {"name": "shop", "annotations": keys}}


def action(
    of: Obj, at: Micros = NIGHT, within: Obj | None = None, *, up: bool = False, **options: Any
) -> str:
    return decide(of, within or space(), at, Options(**options), forced_uptime=up).action


def asleep(replicas: int = 0, original: Any = 3, **noted: Any) -> Obj:
    return resource(spec={"replicas": replicas}, original_replicas=original, **noted)


@pytest.mark.parametrize(
    ("of", "within", "options", "expected"),
    [
        (resource(uptime=WORK), space(), {}, "down"),
        (resource(downtime=NIGHTS), space(), {}, "down"),
        (resource(), space(), {}, "leave"),
        (resource(), space(), {"default_uptime": WORK}, "down"),
        (resource(), space(uptime=WORK), {}, "down"),
        (resource(uptime="always"), space(uptime=WORK), {}, "leave"),
        (resource(), space(uptime="always"), {"default_uptime": WORK}, "leave"),
        # downtime wins over uptime
        (resource(uptime="always", downtime=NIGHTS), space(), {}, "down"),
        # periods win over both, and act only inside of them
        (resource(upscale_period=WORK, uptime=WORK), space(), {}, "leave"),
        (resource(downscale_period=NIGHTS), space(), {}, "down"),
        (resource(downscale_period=NIGHTS, upscale_period=NIGHTS), space(), {}, "leave"),
        (resource(), space(downscale_period=NIGHTS), {"default_uptime": "always"}, "down"),
        # force
        (resource(uptime=WORK), space(force_uptime="true"), {}, "leave"),
        (resource(uptime=WORK), space(force_uptime=NIGHTS), {}, "leave"),
        (resource(), space(force_downtime="True"), {}, "down"),
        (resource(), space(force_downtime=NIGHTS), {}, "down"),
        (resource(), space(force_downtime="true", force_uptime="true"), {}, "leave"),
        # exclusion
        (resource(uptime=WORK, exclude="true"), space(), {}, "leave"),
        (resource(uptime=WORK, exclude="whatever"), space(), {}, "leave"),
        (resource(uptime=WORK, exclude="False"), space(), {}, "down"),
        (resource(uptime=WORK), space(exclude="true"), {}, "leave"),
        (resource(uptime=WORK, exclude_until="2026-11-24"), space(), {}, "leave"),
        (resource(uptime=WORK, exclude_until="2026-11-23 22:00"), space(), {}, "down"),
        (resource(uptime=WORK, exclude_until="soon"), space(), {}, "down"),
        (resource(uptime=WORK), space(exclude_until="2026-11-23T23:30"), {}, "leave"),
        (resource(uptime=WORK), space(), {"exclude_namespaces": ("sh.*",)}, "leave"),
        (resource(uptime=WORK), space(), {"exclude_namespaces": ("sh",)}, "down"),
        (resource(uptime=WORK), space(), {"namespaces": ("other",)}, "leave"),
        (resource(uptime=WORK), space(), {"exclude_deployments": ("web",)}, "leave"),
        (resource(uptime=WORK), space(), {"matching_labels": ("app=w.b",)}, "down"),
        (resource(uptime=WORK), space(), {"matching_labels": ("app=w",)}, "leave"),
        (resource(uptime=WORK), space(), {"matching_labels": ("no=no", "app=web")}, "down"),
        # sizes
        (resource(spec={"replicas": 0}, uptime=WORK), space(), {}, "leave"),
        (resource(uptime=WORK, downtime_replicas=1), space(), {}, "down"),
        (resource(uptime=WORK, downtime_replicas=3), space(), {}, "leave"),
        (resource(uptime=WORK), space(downtime_replicas=4), {}, "leave"),
        (resource(uptime=WORK), space(), {"downtime_replicas": "4"}, "leave"),
    ],
)
def test_at_night(of: Obj, within: Obj, options: dict[str, Any], expected: str) -> None:
    assert action(of, NIGHT, within, **options) == expected


@pytest.mark.parametrize(
    ("of", "options", "expected"),
    [
        (asleep(uptime=WORK), {}, "up"),
        (asleep(replicas=1, uptime=WORK), {}, "leave"),
        (asleep(replicas=1, uptime=WORK, downtime_replicas=1), {}, "up"),
        (asleep(replicas=3, uptime=WORK), {}, "forget"),
        (asleep(original=0, uptime=WORK), {}, "leave"),
        (asleep(original=-1, uptime=WORK), {}, "up"),
        (resource(spec={"replicas": 0}, uptime=WORK), {}, "leave"),
        (asleep(uptime=WORK, exclude="true"), {}, "up"),
        (asleep(uptime=WORK, exclude="true"), {"upscale_target_only": True}, "leave"),
    ],
)
def test_in_the_morning(of: Obj, options: dict[str, Any], expected: str) -> None:
    assert action(of, DAY_TIME, **options) == expected


def test_an_excluded_resource_that_sleeps_wakes_at_night() -> None:
    assert action(asleep(uptime=WORK, exclude="true")) == "up"


def test_a_pod_that_forces_uptime_wakes_all() -> None:
    assert action(asleep(uptime=WORK), up=True) == "up"


def test_a_namespace_may_refuse_the_uptime_that_a_pod_forces() -> None:
    assert action(resource(uptime=WORK), within=space(force_uptime="false"), up=True) == "down"


@pytest.mark.parametrize(
    ("phase", "text", "expected"),
    [("Running", "true", True), ("Failed", "true", False), ("Running", "yes", False)],
)
def test_which_pods_force_uptime(phase: str, text: str, expected: bool) -> None:
    pod = {"metadata": {"annotations": {"downscaler/force-uptime": text}}}
    assert asks_for_uptime({**pod, "status": {"phase": phase}}) is expected


@pytest.mark.parametrize(
    ("noted", "options", "age", "expected"),
    [
        ({}, {}, 900, "leave"),
        ({}, {}, 901, "down"),
        ({"grace_period": 60}, {}, 61, "down"),
        ({"grace_period": 3600}, {}, 901, "down"),
        ({"grace_period": -1}, {}, 900, "leave"),
        ({"grace_period": "soon"}, {}, 900, "leave"),
        ({}, {"grace_period": 10}, 11, "down"),
    ],
)
def test_the_young_are_let_live(
    noted: dict[str, Any], options: dict[str, Any], age: int, expected: str
) -> None:
    of = resource(uptime=WORK, **noted)
    of["metadata"]["creationTimestamp"] = times.rfc3339(NIGHT - age * 1_000_000)
    assert action(of, **options) == expected


def test_a_deployment_counts_from_its_last_deployment() -> None:
    of = resource(uptime=WORK)
    of["metadata"]["annotations"]["deployed"] = "2026-11-23T22:50:00Z"
    assert action(of, deployment_time_annotation="deployed") == "leave"
    assert action(of) == "down"


@pytest.mark.parametrize(
    ("of", "error"),
    [
        (resource(uptime="sometimes"), 'Time spec value "sometimes" does not match'),
        (resource(uptime=WORK, downtime_replicas="few"), "Invalid format for annotation"),
        (resource(uptime=WORK, downtime_replicas="-1"), "Invalid format for annotation"),
        (
            resource(spec={"replicas": 60}, uptime=WORK, downtime_replicas="50%"),
            "not supported for Deployment",
        ),
        (resource(uptime=WORK, original_replicas="many"), "Invalid format for annotation"),
        (resource(spec={}, uptime=WORK), "replicas"),
    ],
)
def test_what_cannot_be_read_is_left_and_told(of: Obj, error: str) -> None:
    found = decide(of, space(), NIGHT)
    assert found.action == "leave"
    assert error in found.error


@pytest.mark.parametrize(
    ("kind", "awake", "sleeps"),
    [
        ("Deployment", {"replicas": 3}, {"replicas": 0}),
        ("StatefulSet", {"replicas": 2}, {"replicas": 0}),
        ("CronJob", {"suspend": False}, {"suspend": True}),
        ("Job", {"suspend": False}, {"suspend": True}),
        ("HorizontalPodAutoscaler", {"minReplicas": 2, "maxReplicas": 5}, {"minReplicas": 0}),
        ("Rollout", {"replicas": 3}, {"replicas": 0}),
        ("AutoscalingRunnerSet", {"minRunners": 3}, {"minRunners": 0}),
        ("PodDisruptionBudget", {"minAvailable": 2}, {"minAvailable": 0}),
        ("PodDisruptionBudget", {"maxUnavailable": "50%"}, {"maxUnavailable": 0}),
    ],
)
def test_each_kind_sleeps_and_wakes_in_its_way(
    kind: str, awake: dict[str, Any], sleeps: dict[str, Any]
) -> None:
    of = resource(kind, awake, uptime=WORK)
    night = applied(of, decide(of, space(), NIGHT))
    assert night["spec"] == {**awake, **sleeps}
    assert applied(night, decide(night, space(), DAY_TIME)) == of


def test_a_daemonset_sleeps_by_a_label_that_no_node_has() -> None:
    spec = {"template": {"spec": {"nodeSelector": {"disk": "ssd"}}}}
    of = resource("DaemonSet", spec, uptime=WORK)
    night = applied(of, decide(of, space(), NIGHT))
    selector = night["spec"]["template"]["spec"]["nodeSelector"]
    assert selector == {"disk": "ssd", "kube-downscaler-non-existent": "true"}
    assert applied(night, decide(night, space(), DAY_TIME)) == of


@pytest.mark.parametrize(
    ("before", "original"), [(None, "-1"), ("2", "2")], ids=["running", "paused at two"]
)
def test_a_scaled_object_is_paused_and_gets_its_pause_back(
    before: str | None, original: str
) -> None:
    of = resource("ScaledObject", {}, uptime=WORK)
    if before:
        of["metadata"]["annotations"][PAUSED] = before
    night = applied(of, decide(of, space(), NIGHT))
    assert night["metadata"]["annotations"][PAUSED] == "0"
    assert night["metadata"]["annotations"][ORIGINAL_REPLICAS] == original
    assert applied(night, decide(night, space(), DAY_TIME)) == of


def test_an_autoscaler_s_minimum_comes_back_within_its_maximum() -> None:
    of = resource(
        "HorizontalPodAutoscaler", {"minReplicas": 0, "maxReplicas": 2}, original_replicas=5
    )
    assert applied(of, decide(of, space(), DAY_TIME))["spec"]["minReplicas"] == 2


def test_the_deployment_of_a_stack_and_a_job_of_a_cronjob_are_left() -> None:
    stack = {"apiVersion": "zalando.org/v1", "kind": "Stack", "name": "s"}
    of, job = resource(uptime=WORK), resource("Job", {"suspend": False}, uptime=WORK)
    of["metadata"]["ownerReferences"] = [stack]
    job["metadata"]["ownerReferences"] = [{"kind": "CronJob"}]
    assert action(of) == action(job) == "leave"


def test_a_decision_tells_to_what_and_why() -> None:
    found = decide(resource(uptime=WORK, downtime_replicas=1), space(), NIGHT)
    assert found == Decision("down", "not in uptime", Number(1))


_NOTED = st.fixed_dictionaries(
    {},
    optional={
        "uptime": st.sampled_from([WORK, "always", "never"]),
        "downtime": st.sampled_from([NIGHTS, "never"]),
        "downtime_replicas": st.integers(0, 4),
        "exclude": st.sampled_from(["true", "false"]),
        "grace_period": st.integers(1, 900),
    },
)


@given(_NOTED, _NOTED, st.integers(0, 9))
def test_what_was_put_to_sleep_wakes_as_it_was(
    own: dict[str, Any], of_space: dict[str, Any], replicas: int
) -> None:
    of, within = resource(spec={"replicas": replicas}, **own), space(**of_space)
    night = applied(of, decide(of, within, NIGHT))
    morning = applied(night, decide(night, within, NIGHT, forced_uptime=True))
    assert morning == of


@given(_NOTED, _NOTED, st.integers(0, 9), st.sampled_from([DAY_TIME, NIGHT]))
def test_a_second_round_changes_nothing(
    own: dict[str, Any], of_space: dict[str, Any], replicas: int, at: Micros
) -> None:
    of, within = resource(spec={"replicas": replicas}, **own), space(**of_space)
    once = applied(of, decide(of, within, at))
    assert applied(once, decide(once, within, at)) == once


# --- options ---


def test_flags_go_before_the_environment_and_that_before_defaults() -> None:
    found = read_options(
        ["--interval=60", "--default-uptime", WORK, "--include", "deployments,cronjobs"],
        {"DEFAULT_UPTIME": "always", "GRACE_PERIOD": "10", "DEFAULT_TIMEZONE": "CET"},
    )
    assert (found.interval, found.default_uptime, found.grace_period) == (60, WORK, 10)
    assert found.include_resources == ("deployments", "cronjobs")
    assert found.defaults.timezone == "CET"
    assert read_options([], {}) == Options(namespaces=(), matching_labels=("",))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--interval", "often"], "argument --interval: invalid int value: 'often'"),
        (["--include-resources", "pods"], "should contain a subset of"),
        (["--default-uptime=a", "--upscale-period=b"], "not allowed with argument"),
        (["--turbo"], "unrecognized arguments: --turbo"),
        (["--exclude-namespaces", "(a"], "no regular expression"),
    ],
)
def test_wrong_flags_are_refused(arguments: list[str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_options(arguments, {})
