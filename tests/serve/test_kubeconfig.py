"""A kubeconfig gains and loses contexts, and keeps all else."""

import os
import stat
from pathlib import Path

import pytest
import yaml

from minieks.engine.errors import UserError
from minieks.serve import kubeconfig
from minieks.serve.kubeconfig import Context

OURS = Context("minieks-shop", "https://127.0.0.1:8443", b"authority", b"certificate", b"key")
EXISTING = """\
apiVersion: v1
kind: Config
preferences: {colors: true}
current-context: work
clusters:
- name: work
  cluster: {server: "https://work.example.com", insecure-skip-tls-verify: true}
users:
- name: me
  user:
    token: 0123e4
    auth-provider:
      config: {expiry: 2025-01-01T00:00:00Z, answer: yes}
contexts:
- name: work
  context: {cluster: work, user: me, namespace: 'on'}
extensions:
- name: x
  extension: {last-update: Mon}
"""


def _text_values(path: Path) -> object:
    """The file with every scalar as the text that it was written as."""
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)


def test_a_context_is_added_to_no_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config"

    assert kubeconfig.add(path, [OURS]) == ""

    found = yaml.safe_load(path.read_text())
    assert found["current-context"] == "minieks-shop"
    assert found["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:8443"
    assert found["users"][0]["user"]["client-key-data"] == "a2V5"
    assert found["contexts"][0]["context"] == {"cluster": "minieks-shop", "user": "minieks-shop"}


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "config"
    kubeconfig.add(path, [OURS])

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["config"]


def test_adding_and_removing_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(EXISTING)
    before = _text_values(path)

    previous = kubeconfig.add(path, [OURS])
    during = _text_values(path)
    kubeconfig.remove(path, [OURS.name], previous)

    assert previous == "work"
    assert isinstance(during, dict)
    assert during["current-context"] == "minieks-shop"
    assert during["users"][0] == before["users"][0]  # type: ignore[index]  # YAML
    assert _text_values(path) == before


def test_a_context_of_ours_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "config"
    kubeconfig.add(path, [OURS])
    kubeconfig.add(path, [Context("minieks-shop", "https://127.0.0.1:1", b"", b"", b"")])

    found = yaml.safe_load(path.read_text())
    assert [one["cluster"]["server"] for one in found["clusters"]] == ["https://127.0.0.1:1"]


def test_another_context_that_became_current_stays_current(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(EXISTING)
    previous = kubeconfig.add(path, [OURS])
    path.write_text(path.read_text().replace("current-context: minieks-shop", "current-context: x"))

    kubeconfig.remove(path, [OURS.name], previous)

    assert yaml.safe_load(path.read_text())["current-context"] == "x"


def test_a_context_that_is_gone_does_not_become_current_again(tmp_path: Path) -> None:
    path = tmp_path / "config"
    kubeconfig.add(path, [OURS])

    kubeconfig.remove(path, [OURS.name], "gone")

    assert yaml.safe_load(path.read_text())["current-context"] == ""


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "config"
    real.write_text(EXISTING)
    link.symlink_to(real)

    kubeconfig.add(link, [OURS])

    assert link.is_symlink()
    assert "minieks-shop" in real.read_text()


@pytest.mark.parametrize("empty", ["", "# nothing\n", "null\n", "clusters: null\nusers:\n"])
def test_an_empty_file_is_filled(tmp_path: Path, empty: str) -> None:
    path = tmp_path / "config"
    path.write_text(empty)

    kubeconfig.add(path, [OURS])

    assert yaml.safe_load(path.read_text())["contexts"][0]["name"] == "minieks-shop"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(b"a: [", "is no YAML", id="broken"),
        pytest.param(b"- a\n", "is no mapping", id="a list"),
        pytest.param(b"contexts: {}\n", "contexts is no list", id="a map of contexts"),
        pytest.param(b"\xff\xfe\x00", "utf-8", id="no text"),
    ],
)
def test_a_file_that_is_no_kubeconfig_is_left_alone(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "config"
    path.write_bytes(content)

    with pytest.raises(UserError, match=complaint):
        kubeconfig.add(path, [OURS])

    assert path.read_bytes() == content


def test_a_locked_file_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minieks.serve.files._PATIENCE", 0.05)
    path = tmp_path / "config"
    (tmp_path / "config.lock").touch()

    with pytest.raises(UserError, match="another program is writing"):
        kubeconfig.add(path, [OURS])


def test_a_lock_left_behind_is_taken_over(tmp_path: Path) -> None:
    lock = tmp_path / "config.lock"
    lock.touch()
    os.utime(lock, (0, 0))

    kubeconfig.add(tmp_path / "config", [OURS])

    assert not lock.exists()


# client-go tools/clientcmd/config.go PathOptions.GetDefaultFilename
def test_the_file_is_chosen_as_kubectl_does(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    both = {"KUBECONFIG": f"{one}{os.pathsep}{two}", "HOME": "/home/x"}

    assert kubeconfig.chosen(None, {"HOME": "/home/x"}) == Path("/home/x/.kube/config")
    assert kubeconfig.chosen(None, both) == two
    two.touch()
    assert kubeconfig.chosen(None, both) == two
    one.touch()
    assert kubeconfig.chosen(None, both) == one
    assert kubeconfig.chosen("/other", both) == Path("/other")


def test_a_file_without_end_is_refused_and_left_alone(tmp_path: Path) -> None:
    deep, loop = tmp_path / "deep", tmp_path / "loop"
    deep.write_text("a: " + "[" * 50_000)
    loop.symlink_to(loop)

    for path in (deep, loop):
        with pytest.raises(UserError) as refused:
            kubeconfig.add(path, [])
        assert refused.value.where == str(path)
    assert deep.read_text() == "a: " + "[" * 50_000
