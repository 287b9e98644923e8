"""``minieks access diff`` and ``minieks whoami``: files, exit codes, and what is said."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from minieks.cli import exits
from minieks.cli.main import run
from minieks.kube.rest.http import Request
from minieks.scenario.readers.inputs import read_inputs
from minieks.serve import asking, inquiries
from minieks.serve.clock import machine_time
from minieks.serve.opening import open_cluster

ACCOUNT = "111122223333"
CONFIG = f"""
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {{name: c, region: eu-west-1, version: "1.34"}}
iamIdentityMappings:
- {{arn: "arn:aws:iam::{ACCOUNT}:role/ops", username: ops, groups: ["system:masters"]}}
"""
CONFIG_MAP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
%s
"""
OPS = f"    - rolearn: arn:aws:iam::{ACCOUNT}:role/ops\n      username: ops\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(CONFIG)
    (tmp_path / "same.yaml").write_text(CONFIG_MAP % (OPS + "      groups: ['system:masters']"))
    (tmp_path / "less.yaml").write_text(CONFIG_MAP % OPS)
    (tmp_path / "tab.yaml").write_text(CONFIG_MAP % OPS.replace("      user", "    \tuser"))
    (tmp_path / "list.yaml").write_text(CONFIG_MAP.replace("|", "") % "  - rolearn: x")
    (tmp_path / "other.yaml").write_text("{apiVersion: v1, kind: Pod, metadata: {name: p}}")
    return tmp_path


def diff(files: Path, name: str, *more: str) -> int:
    against = ("--against", str(files / "cluster.yaml"))
    return run(["access", "diff", str(files / name), *against, *more])


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("same.yaml", exits.OK, "Nobody's access changes."),
        ("less.yaml", exits.OK, "~ arn:aws:iam::111122223333:role/ops changed"),
        ("tab.yaml", exits.UNMET, "- arn:aws:iam::111122223333:role/ops locked out"),
        ("cluster.yaml", exits.OK, "Nobody's access changes."),
    ],
)
def test_diff_of_two_files(
    files: Path, capsys: pytest.CaptureFixture[str], name: str, code: int, told: str
) -> None:
    assert diff(files, name) == code
    assert told in capsys.readouterr().out


def test_lost_rows_are_warned_of(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    diff(files, "tab.yaml")
    assert "found character that cannot start any token" in capsys.readouterr().err


def test_diff_as_json_has_what_is_gained_and_lost(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    diff(files, "less.yaml", "-o", "json")
    (found,) = json.loads(capsys.readouterr().out)["differences"]
    assert (found["gained"], found["lost"]) == ([], ["group system:masters"])
    assert found["after"]["username"] == "ops"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("list.yaml", "data.mapRoles is no text"),
        ("other.yaml", "has neither the ConfigMap aws-auth nor a ClusterConfig"),
        ("missing.yaml", "missing.yaml"),
    ],
)
def test_wrong_file_is_told_with_a_remedy(
    files: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    assert diff(files, name) == exits.BAD_INPUT
    error = capsys.readouterr().err
    assert told in error
    assert "hint:" in error


@pytest.mark.parametrize("words", [["whoami", "--pod", "a/b"], ["access", "diff", "x.yaml"]])
def test_without_a_served_cluster_it_is_said_how_to_start_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: Any
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert run(words) == exits.BAD_INPUT
    assert "nothing is served" in capsys.readouterr().err


# with a cluster that is there, asked without a socket


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Any:
    config = tmp_path_factory.mktemp("access") / "cluster.yaml"
    config.write_text(CONFIG)
    opened = open_cluster(read_inputs(str(config)), machine_time(), seed=1)
    return SimpleNamespace(opened=opened, issuer="https://oidc.eks.eu-west-1.amazonaws.com/id/A")


@pytest.fixture(scope="module")
def answers(host: Any) -> inquiries.Inquiries:
    return inquiries.Inquiries(lambda: (host,))


@pytest.fixture
def served(answers: inquiries.Inquiries, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(_: Any, what: str, **parameters: str) -> Any:
        request = Request("GET", f"{asking.PREFIX}{what}", tuple(parameters.items()))
        answer = answers(request)
        assert answer is not None
        return json.loads(answer.body)

    monkeypatch.setattr(asking, "ask", ask)


@pytest.mark.usefixtures("served")
def test_diff_against_a_served_cluster(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["access", "diff", str(files / "less.yaml")]) == exits.OK
    out = capsys.readouterr().out
    assert "~ arn:aws:iam::111122223333:role/ops changed" in out
    assert "    now:  ops: system:masters" in out
    assert "    then: ops: no rights of its own" in out


@pytest.mark.usefixtures("served")
def test_whoami_tells_the_first_broken_link(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["whoami", "--pod", "kube-system/nobody"]) == exits.UNMET
    out = capsys.readouterr().out
    assert "kube-system/nobody gets no role." in out
    assert "✗  pod   there is no pod kube-system/nobody" in out
    assert run(["whoami", "--pod", "x", "-o", "json"]) == exits.UNMET
    found = json.loads(capsys.readouterr().out)
    assert (found["cluster"], found["pod"], found["holds"]) == ("c", "default/x", False)


def test_clusters_of_one_name_are_told_apart_by_their_arns(host: Any) -> None:
    inner = host.opened.cluster
    spec = replace(inner.spec, region="us-east-1")
    cluster = SimpleNamespace(spec=spec, api=inner.api, aws=inner.aws)
    other: Any = SimpleNamespace(opened=SimpleNamespace(name=spec.name, cluster=cluster))
    both = inquiries.Inquiries(lambda: (host, other))

    def ask(named: str) -> Any:
        answer = both(Request("GET", "/_minieks/access", (("cluster", named),)))
        assert answer is not None
        return json.loads(answer.body)

    arns = [f"arn:aws:eks:{one}:123456789012:cluster/c" for one in (inner.spec.region, "us-east-1")]
    assert ask("c")["hint"] == f"choose with --cluster: {', '.join(arns)}"
    assert ask(arns[1])["cluster"] == "c"


def test_other_requests_are_left_to_others(answers: inquiries.Inquiries) -> None:
    assert answers(Request("GET", "/_minieks/other")) is None
    assert answers(Request("POST", "/_minieks/access")) is None
    unknown = answers(Request("GET", "/_minieks/access", (("cluster", "z"),)))
    assert unknown is not None
    assert (unknown.status, json.loads(unknown.body)) == (
        404,
        {"error": "no cluster z is served", "hint": "served: c"},
    )
