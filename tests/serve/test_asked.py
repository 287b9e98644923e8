"""Which arguments of ``minieks up`` are clusters, and which are manifests."""

from pathlib import Path

import pytest

from minieks.engine.errors import UserError
from minieks.serve.asked import check_names, default_config, sorted_out

CONFIG = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: x}\n"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.yaml", "b.yaml", "folder/cluster.yaml"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(CONFIG)
    Path("pod.yaml").write_text("kind: Pod\n# kind: ClusterConfig\n")
    Path("manifests").mkdir()


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        pytest.param([], [(default_config(), [])], id="nothing"),
        pytest.param(["a.yaml"], [("a.yaml", [])], id="a config"),
        pytest.param(["folder"], [("folder", [])], id="a folder with one"),
        pytest.param(["pod.yaml"], [(default_config(), ["pod.yaml"])], id="manifests alone"),
        pytest.param(["-"], [(default_config(), ["-"])], id="standard input"),
        pytest.param(
            ["a.yaml", "pod.yaml", "b.yaml", "manifests"],
            [("a.yaml", ["pod.yaml"]), ("b.yaml", ["manifests"])],
            id="two clusters",
        ),
        pytest.param(["absent"], [(default_config(), ["absent"])], id="a file that is not there"),
    ],
)
def test_manifests_belong_to_the_cluster_before_them(
    arguments: list[str], found: list[tuple[str, list[str]]]
) -> None:
    assert [(one.config, one.manifests) for one in sorted_out(arguments)] == found


def test_two_clusters_need_two_names() -> None:
    with pytest.raises(UserError, match="two clusters are called x"):
        check_names(["x", "y", "x"])
