"""CONFIG, manifests and settings together."""

import io
from pathlib import Path

import pytest

from minieks.engine.errors import UserError
from minieks.kube.words import times
from minieks.scenario.readers.inputs import read_inputs

CONFIG = (
    "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n"
    "metadata: {name: c, region: eu-west-1, version: '1.30'}\n"
)
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(CONFIG)
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "pod.yaml").write_text(POD % "own")
    (tmp_path / "minieks.toml").write_text('account_id = "999988887777"\nstart = 2025-06-01\n')
    return tmp_path


def test_a_folder_has_its_cluster_manifests_and_settings(folder: Path) -> None:
    found = read_inputs(str(folder))
    assert (found.cluster.name, found.cluster.account_id) == ("c", "999988887777")
    assert [one.obj["metadata"]["name"] for one in found.objects] == ["own"]
    assert found.settings.start == times.parse("2025-06-01T00:00:00Z")
    assert found.warnings == ()


def test_manifests_named_come_after_the_folders_own(folder: Path) -> None:
    more = folder / "more.yaml"
    more.write_text(POD % "more")
    found = read_inputs(str(folder), [str(more)])
    assert [one.obj["metadata"]["name"] for one in found.objects] == ["own", "more"]


def test_a_file_is_read_without_what_is_beside_it(folder: Path) -> None:
    found = read_inputs(str(folder / "cluster.yaml"))
    assert (found.objects, found.settings.start) == ((), None)


def test_the_start_that_is_known_decides_what_eks_offers(folder: Path) -> None:
    found = read_inputs(str(folder), start=times.parse("2027-01-01T00:00:00Z"))
    assert [one.message.split(":")[0] for one in found.warnings] == ["metadata.version"]


def test_the_config_can_be_piped_in() -> None:
    assert read_inputs("-", stdin=io.BytesIO(CONFIG.encode())).cluster.region == "eu-west-1"


def test_only_one_thing_can_be_piped_in() -> None:
    with pytest.raises(UserError, match="both the config and the manifests are '-'"):
        read_inputs("-", ["-"], io.BytesIO(b""))


def test_a_folder_without_cluster_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"the folder has no cluster\.yaml") as caught:
        read_inputs(str(tmp_path))
    assert caught.value.where == str(tmp_path)


def test_a_folder_with_two_clusters_is_refused(folder: Path) -> None:
    (folder / "cluster.yml").write_text(CONFIG)
    with pytest.raises(UserError, match=r"both cluster.yaml and cluster.yml"):
        read_inputs(str(folder))


def test_an_empty_manifests_folder_is_refused(folder: Path) -> None:
    (folder / "manifests" / "pod.yaml").unlink()
    with pytest.raises(UserError, match="the folder has no manifests"):
        read_inputs(str(folder))


def test_a_missing_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file or directory"):
        read_inputs(str(tmp_path / "nothing.yaml"))


def test_a_wrong_setting_names_the_settings_file(folder: Path) -> None:
    (folder / "minieks.toml").write_text("seed = 'x'")
    with pytest.raises(UserError) as caught:
        read_inputs(str(folder))
    assert caught.value.where == str(folder / "minieks.toml")
