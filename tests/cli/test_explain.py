"""``minieks explain pod``: why a pod is where it is, asked of a run that simulate saved."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from minieks.cli import exits
from minieks.cli.main import run
from minieks.scenario.runfile import load

CLUSTER = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: eu-west-1, version: "1.34"}
managedNodeGroups:
- {name: general, instanceType: m5.large, desiredCapacity: 2}
fargateProfiles:
- name: fp-app
  selectors:
  - {namespace: other}
  - {namespace: app, labels: {compute: fargate}}
- name: fp-zebra
  selectors:
  - {namespace: app, labels: {compute: fargate, stripes: "yes"}}
"""
POD_OF = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "Job": "batch/v1"}


def _workload(kind: str, name: str, spec: dict[str, Any], **template: Any) -> dict[str, Any]:
    labels = {"app": name, **template.pop("labels", {})}
    pod = {"metadata": {"labels": labels, **template}, "spec": spec}
    own: dict[str, Any] = {"template": pod}
    if kind == "Job":
        own["ttlSecondsAfterFinished"] = 30
    else:
        own["selector"] = {"matchLabels": {"app": name}}
    meta = {"name": name, "namespace": "app"}
    return {"apiVersion": POD_OF[kind], "kind": kind, "metadata": meta, "spec": own}


def _container(name: str = "c", cpu: str = "100m", memory: str = "128Mi") -> dict[str, Any]:
    requests = {"cpu": cpu, "memory": memory}
    return {"name": name, "image": "nginx", "resources": {"requests": requests}}


FARGATE = {"compute": "fargate"}
OBJECTS = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "app"}},
    _workload(
        "Deployment",
        "web",
        {
            "initContainers": [_container("init", memory="64Mi")],
            "containers": [
                _container("main", "250m", "512Mi"),
                _container("side", "100m", "256Mi"),
            ],
        },
        labels=FARGATE,
    ),
    _workload(
        "Deployment",
        "rootly",
        {"containers": [{**_container(), "securityContext": {"privileged": True}}]},
        labels=FARGATE,
    ),
    _workload("Deployment", "giant", {"containers": [_container(cpu="17")]}, labels=FARGATE),
    _workload("Deployment", "plain", {"containers": [_container()]}),
    _workload(
        "Deployment",
        "large",
        {"containers": [_container(cpu="64")]},
    ),
    _workload(
        "StatefulSet", "db", {"containers": [_container()], "terminationGracePeriodSeconds": 0}
    ),
    _workload(
        "Job",
        "once",
        {"containers": [_container()], "restartPolicy": "Never"},
        annotations={"minieks.dev/run-duration": "20s"},
    ),
    _workload(
        "Deployment",
        "gated",
        {"containers": [_container()], "schedulingGates": [{"name": "example.com/later"}]},
    ),
    _workload("Deployment", "alien", {"containers": [_container()], "schedulerName": "alien"}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was simulated, its report as JSON, and the run that was saved."""
    made = tmp_path_factory.mktemp("explain")
    (made / "cluster.yaml").write_text(CLUSTER)
    (made / "manifests").mkdir()
    (made / "manifests" / "app.yaml").write_text(yaml.safe_dump_all(OBJECTS))
    return made


@pytest.fixture(scope="module")
def saved(folder: Path) -> Path:
    file = folder / "run.json.gz"
    events = folder / "events.jsonl"
    simulate = ["simulate", str(folder), "--for", "15m", "-o", "json"]
    assert run([*simulate, "--save", str(file), "--events", str(events)]) == exits.OK
    return file


@pytest.fixture
def explain(saved: Path, capsys: pytest.CaptureFixture[str]) -> "Explain":
    return Explain(saved, capsys)


class Explain:
    """Asks about pods of the saved run."""

    def __init__(self, saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.saved = saved
        self._capsys = capsys

    def text(self, name: str) -> str:
        self._capsys.readouterr()
        assert run(["explain", "pod", name, "--run", str(self.saved)]) == exits.OK
        return re.sub(r"\s+", " ", self._capsys.readouterr().out)

    def data(self, name: str) -> Any:
        self._capsys.readouterr()
        assert run(["explain", "pod", name, "--run", str(self.saved), "-o", "json"]) == exits.OK
        return json.loads(self._capsys.readouterr().out)

    def objects(self) -> Iterator[Any]:
        """The pods and events of the run, each as it was after each change."""
        for line in (self.saved.parent / "events.jsonl").read_text().splitlines():
            yield json.loads(line)

    def events(self, reason: str, pod: str) -> list[str]:
        return [
            line["object"]["message"]
            for line in self.objects()
            if line["collection"] == "events"
            and line["object"]["reason"] == reason
            and line["object"]["involvedObject"]["name"].startswith(pod)
        ]

    def node_of(self, pod: str) -> str:
        return next(
            str(line["object"]["spec"]["nodeName"])
            for line in self.objects()
            if line["collection"] == "pods"
            and line["object"]["metadata"]["name"].startswith(pod)
            and line["object"]["spec"].get("nodeName")
        )


# --- on Fargate ---


def test_a_pod_on_fargate_is_told_the_profile_and_the_selector_that_matched(
    explain: Explain,
) -> None:
    data = explain.data("deployment/web")

    assert (data["outcome"], data["scheduler"]) == ("placed", "fargate-scheduler")
    assert data["node"] == explain.node_of("web-")
    assert (data["fargate"]["profile"], data["fargate"]["selector"]) == ("fp-app", 2)
    assert data["fargate"]["zone"].startswith("eu-west-1")
    assert data["nodes"] is None
    text = explain.text("deployment/web")
    assert "✓ profile fp-app takes the pod" in text
    assert "selector 2, app{compute=fargate}: matches" in text


def test_every_selector_that_does_not_match_says_what_the_pod_lacks(explain: Explain) -> None:
    profiles = {one["name"]: one for one in explain.data("deployment/web")["fargate"]["profiles"]}

    assert profiles["fp-app"]["selectors"][0]["lacks"] == [
        "wants namespace other; the pod is in app"
    ]
    (zebra,) = profiles["fp-zebra"]["selectors"]
    assert zebra["lacks"] == ["wants label stripes=yes; the pod has no label stripes"]


# 512 + 256 MiB and 256 MiB for Fargate is 1 GiB; 350m is 0.5 vCPU, whose smallest memory is 1 GB
# (AWS user guide, fargate-pod-configuration).
def test_the_size_is_told_as_it_is_computed(explain: Explain) -> None:
    size = explain.data("deployment/web")["fargate"]["size"]

    assert [(one["name"], one["role"], one["cpu_millis"]) for one in size["containers"]] == [
        ("init", "init", 100),
        ("main", "container", 250),
        ("side", "container", 100),
    ]
    assert size["cpu_millis"] == 350
    assert size["memory_bytes"] == 768 * 2**20
    assert size["overhead_bytes"] == 256 * 2**20
    assert size["needed_bytes"] == 1024 * 2**20
    assert size["provisioned"] == "0.5vCPU 1GB"
    assert "the smallest size that holds this: 0.5vCPU 1GB" in explain.text("deployment/web")


def test_a_pod_that_fargate_refuses_is_told_why_and_the_field_to_change(explain: Explain) -> None:
    data = explain.data("deployment/rootly")

    assert (data["outcome"], data["node"]) == ("refused", "")
    assert data["reason"] == "POD_UNSUPPORTED_ON_FARGATE"
    assert [data["message"]] == explain.events("FailedScheduling", "rootly-")
    assert data["field"] == "spec.template.spec.containers[0].securityContext.privileged"
    text = explain.text("deployment/rootly")
    assert f"change: {data['field']}" in text
    assert data["message"] in text


def test_a_pod_that_no_size_holds_is_told_what_it_needs(explain: Explain) -> None:
    data = explain.data("deployment/giant")

    assert data["reason"] == "POD_CPU_MEM_EXCEEDS_MAX_FARGATE_SIZE"
    assert (data["fargate"]["size"]["vcpu"], data["fargate"]["size"]["provisioned"]) == (None, "")
    assert "resources.requests.cpu" in data["field"]
    assert "no size on sale holds this" in explain.text("deployment/giant")


def test_a_pod_that_no_profile_takes_is_told_what_each_selector_wants(explain: Explain) -> None:
    fargate = explain.data("deployment/plain")["fargate"]

    assert (fargate["profile"], fargate["selector"], fargate["size"]) == ("", None, None)
    assert [one["matches"] for one in fargate["profiles"]] == [False, False]
    assert "fp-app: selector 1 wants namespace other" in fargate["why_not"]
    text = explain.text("deployment/plain")
    assert "✗ profile fp-app does not take the pod" in text
    assert "wants label compute=fargate; the pod has no label compute" in text


# --- on nodes ---


def test_the_scores_of_the_plugins_add_up_to_the_total_of_each_node(explain: Explain) -> None:
    data = explain.data("deployment/plain")
    feasible = data["nodes"]["feasible"]

    assert len(feasible) == 2
    assert [sum(one["scores"].values()) for one in feasible] == [one["total"] for one in feasible]
    highest = max(one["total"] for one in feasible)
    best = {one["node"] for one in feasible if one["total"] == highest}
    assert set(data["nodes"]["best"]) == best
    assert data["nodes"]["chosen"] in data["nodes"]["best"]
    assert data["nodes"]["chosen"] == data["node"] == explain.node_of("plain-")


def test_the_terminal_shows_the_same_scores(explain: Explain) -> None:
    text = explain.text("deployment/plain")
    for one in explain.data("deployment/plain")["nodes"]["feasible"]:
        assert f"{one['node']} general {one['zone']} {one['total']}" in text
        for plugin in one["scores"]:
            assert plugin in text


def _told(message: str) -> Counter[str]:
    """The reasons with their counts in a FailedScheduling text."""
    text = re.sub(r"^0/\d+ nodes are available: ", "", message).split(". ", maxsplit=1)[0]
    parts = (part.split(" ", maxsplit=1) for part in text.split(", "))
    return Counter({reason: int(count) for count, reason in parts})


def test_the_reasons_against_nodes_are_counted_as_in_failed_scheduling(explain: Explain) -> None:
    data = explain.data("deployment/large")

    assert (data["outcome"], data["reason"]) == ("refused", "Unschedulable")
    assert data["message"] == explain.events("FailedScheduling", "large-")[-1]
    counts = Counter({one["reason"]: len(one["nodes"]) for one in data["nodes"]["rejected"]})
    assert counts == _told(data["message"])
    assert data["field"] == (
        "spec.template.spec.containers[0].resources.requests.cpu, spec.template.spec.tolerations"
    )
    assert data["nodes"]["preemption"]["message"] in data["message"]


def test_the_nodes_behind_each_reason_are_named(explain: Explain) -> None:
    text = explain.text("deployment/large")

    assert explain.data("deployment/large")["message"] in text
    for one in explain.data("deployment/large")["nodes"]["rejected"]:
        assert f"{len(one['nodes'])} {one['reason']} ({one['plugin']})" in text
        assert one["nodes"][0] in text
    assert "Preemption" in text


def test_the_last_attempt_is_told_with_the_number_of_attempts(explain: Explain) -> None:
    data = explain.data("deployment/large")
    assert data["attempts"] > 1
    assert f"at the last of {data['attempts']} attempts, {data['at']}" in explain.text(
        "deployment/large"
    )


# --- which pods ---


def test_a_pod_of_a_statefulset_is_found_by_its_name(explain: Explain) -> None:
    data = explain.data("app/db-0")
    assert data["pod"]["workload"] == "StatefulSet/db"
    assert data["pod"]["written"].startswith(str(explain.saved.parent / "manifests/app.yaml:"))
    assert data["node"] == explain.node_of("db-0")


def test_a_pod_that_was_gone_at_the_end_is_explained_as_any_other(explain: Explain) -> None:
    gone = [
        line["object"]["metadata"]["name"]
        for line in explain.objects()
        if line["collection"] == "pods" and line["type"] == "DELETED"
    ]
    data = explain.data("job/once")
    assert data["pod"]["name"] in gone
    assert data["outcome"] == "placed"
    assert data["node"] == explain.node_of("once-")


def test_a_pod_of_the_system_that_was_there_before_the_start_is_explained(
    explain: Explain,
) -> None:
    proxies = [one.key for one in load(explain.saved).pods if one.workload == "kube-proxy"]
    text = explain.text(proxies[0])
    assert "a DaemonSet's pod that is made for an EC2 node is not Fargate's" in text
    assert "is the only one that fits, so nothing is scored" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("deployment/gated", "example.com/later", id="scheduling gate"),
        pytest.param("deployment/alien", "asks for scheduler alien", id="another scheduler"),
    ],
)
def test_a_pod_that_no_scheduler_looked_at_is_told_why(
    name: str, words: str, explain: Explain
) -> None:
    data = explain.data(name)
    assert (data["outcome"], data["attempts"], data["at"]) == ("waiting", 0, None)
    assert words in data["message"]
    assert data["message"] in explain.text(name)


def test_yaml_says_what_json_says(explain: Explain, capsys: pytest.CaptureFixture[str]) -> None:
    as_json = explain.data("app/db-0")
    assert run(["explain", "pod", "app/db-0", "--run", str(explain.saved), "-o", "yaml"]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == as_json


# --- what goes wrong ---


def _refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert run(["explain", "pod", *arguments]) == exits.BAD_INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_a_workload_with_several_pods_lists_them(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err = _refused(["daemonset/aws-node", "--run", str(saved)], capsys)
    assert "means 2 pods of the run" in err
    assert err.count("  kube-system/aws-node-") == 2


def test_an_unknown_name_gets_the_nearest_ones(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err = _refused(["app/dp-0", "--run", str(saved)], capsys)
    assert "did you mean" in err
    assert "app/db-0" in err


def test_without_a_saved_run_one_is_to_simulate_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err = _refused(["web", "--run", str(tmp_path / "none")], capsys)
    assert "simulate first: minieks simulate" in err


def test_a_run_of_another_version_is_refused(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = orjson.loads(gzip.decompress(saved.read_bytes()))
    file = tmp_path / "old"
    file.write_bytes(gzip.compress(orjson.dumps({**document, "minieks": "0.0.1"})))
    err = _refused(["web", "--run", str(file)], capsys)
    assert "saved by minieks 0.0.1" in err
    assert "simulate again" in err


def test_a_run_that_comes_out_otherwise_is_not_explained(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = orjson.loads(gzip.decompress(saved.read_bytes()))
    file = tmp_path / "changed"
    file.write_bytes(gzip.compress(orjson.dumps({**document, "seed": 99})))
    err = _refused(["deployment/web", "--run", str(file)], capsys)
    assert "is not decided about as it was in the saved run" in err


# --- what simulate saves ---


def _simulate(folder: Path, *more: str) -> int:
    return run(["simulate", str(folder / "cluster.yaml"), "--for", "1m", *more])


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "minieks" / "last-run.json.gz"


def test_the_last_run_is_what_is_asked_about(
    folder: Path, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _simulate(folder) == exits.OK
    assert state.is_file()
    (first, *_) = load(state).pods
    capsys.readouterr()
    assert run(["explain", "pod", first.key]) == exits.OK
    assert capsys.readouterr().out.startswith(f"{first.key} of {first.kind}/{first.workload}")


def test_a_run_need_not_be_saved(folder: Path, state: Path) -> None:
    assert _simulate(folder, "--no-save") == exits.OK
    assert not state.exists()


def test_a_run_saved_elsewhere_is_not_the_last_one(
    folder: Path, state: Path, tmp_path: Path
) -> None:
    assert _simulate(folder, "--save", str(tmp_path / "mine")) == exits.OK
    assert (tmp_path / "mine").is_file()
    assert not state.exists()


def test_a_run_that_cannot_be_saved_is_a_warning(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert _simulate(folder, "--save", str(tmp_path / "file" / "run")) == exits.OK
    printed = capsys.readouterr()
    assert "warning: the run was not saved" in printed.err
    assert "Bill" in printed.out


CROWD = """
cluster = "cluster.yaml"
for = "20m"
manifests = "manifests"
[[at]]
time = "10m"
apply = "crowd.yaml"
[[expect.event]]
reason = "FailedScheduling"
"""


def test_the_run_of_a_scenario_is_asked_about_what_happened_in_it(
    folder: Path, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "crowd.toml").write_text(CROWD)
    crowd = {**_workload("Deployment", "crowd", {"containers": [_container(cpu="40")]})}
    (folder / "crowd.yaml").write_text(yaml.safe_dump(crowd))
    run(["simulate", "--scenario", str(folder / "crowd.toml")])
    capsys.readouterr()
    assert run(["explain", "pod", "app/crowd", "-o", "json"]) == exits.OK
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"] == "refused"
    assert found["at"] >= "2026-11-23T00:10:00Z"
    assert "2 Insufficient cpu" in found["message"]
    assert found["pod"]["written"].endswith("crowd.yaml:1")
