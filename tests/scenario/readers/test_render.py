"""Folders that kubectl or helm must render first."""

import os
from pathlib import Path

import pytest

from minieks.engine.errors import UserError
from minieks.scenario.readers.manifests import read_manifests

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    os.chmod(file, 0o755)


def kustomization(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (folder / "pod.yaml").write_text(POD)
    return folder


def chart(tmp_path: Path) -> Path:
    folder = tmp_path / "My_App"
    folder.mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: app\n")
    return folder


def test_a_kustomization_is_rendered_by_kubectl(tmp_path: Path, programs: Path) -> None:
    folder = kustomization(tmp_path)
    program(programs, "kubectl", 'echo "apiVersion: v1\nkind: $1\nmetadata: {name: x}"')
    (found,) = read_manifests([str(folder)])
    assert (found.obj["kind"], found.file) == ("kustomize", f"{folder} (rendered)")


def test_without_kubectl_kustomize_itself_does(tmp_path: Path, programs: Path) -> None:
    folder = kustomization(tmp_path)
    program(programs, "kustomize", 'echo "apiVersion: v1\nkind: $1\nmetadata: {name: x}"')
    assert read_manifests([str(folder)])[0].obj["kind"] == "build"


def test_a_chart_is_rendered_by_helm_with_the_folders_name(tmp_path: Path, programs: Path) -> None:
    folder = chart(tmp_path)
    program(programs, "helm", 'echo "apiVersion: v1\nkind: $1\nmetadata: {name: $2}"')
    (found,) = read_manifests([str(folder)])
    assert (found.obj["kind"], found.obj["metadata"]["name"]) == ("template", "my-app")


def test_a_folder_below_is_rendered_too(tmp_path: Path, programs: Path) -> None:
    kustomization(tmp_path)
    (tmp_path / "other.yaml").write_text(POD)
    program(programs, "kubectl", 'echo "apiVersion: v1\nkind: Rendered\nmetadata: {name: x}"')
    assert [one.obj["kind"] for one in read_manifests([str(tmp_path)])] == ["Rendered", "Pod"]


@pytest.mark.usefixtures("programs")
def test_without_the_program_the_error_says_how_to_pipe(tmp_path: Path) -> None:
    folder = kustomization(tmp_path)
    with pytest.raises(UserError, match="kubectl is not installed") as caught:
        read_manifests([str(folder)])
    assert f"kubectl kustomize {folder} | minieks simulate CONFIG -" in caught.value.hint
    with pytest.raises(UserError, match="is a Helm chart, and helm is not installed") as caught:
        read_manifests([str(chart(tmp_path))])
    assert "helm template my-app" in caught.value.hint


def test_what_the_program_complains_of_is_in_the_error(tmp_path: Path, programs: Path) -> None:
    folder = kustomization(tmp_path)
    program(programs, "kubectl", "echo 'no such resource' >&2; exit 1")
    with pytest.raises(UserError, match="failed: no such resource") as caught:
        read_manifests([str(folder)])
    assert caught.value.where == str(folder)


def test_a_program_that_cannot_run_is_an_error(tmp_path: Path, programs: Path) -> None:
    folder = kustomization(tmp_path)
    (programs / "kubectl").write_bytes(b"\x7fELF nothing")
    os.chmod(programs / "kubectl", 0o755)
    with pytest.raises(UserError, match="cannot be run"):
        read_manifests([str(folder)])
