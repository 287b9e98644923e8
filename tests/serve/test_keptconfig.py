from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from minieks.engine.errors import UserError
from minieks.engine.persistence import Journal
from minieks.scenario.readers.inputs import Inputs, read_inputs
from minieks.serve import keptconfig
from minieks.serve.opening import Opened, open_clusters

CONFIG = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: shop, region: eu-central-1, version: "1.34"}
managedNodeGroups:
- {name: many, instanceType: m5.large, desiredCapacity: 0, minSize: 0}
"""
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def config(folder: Path, text: str) -> Inputs:
    file = folder / "cluster.yaml"
    file.write_text(text)
    return read_inputs(str(file))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            '"1.34"', '"1.33"', ["version: 1.34 is kept, 1.33 is in the config"], id="version"
        ),
        pytest.param(
            "m5.large",
            "m5.xlarge",
            [
                'node_groups.many.instance_types: ["m5.large"] is kept,'
                ' ["m5.xlarge"] is in the config'
            ],
            id="a-field-of-a-node-group",
        ),
        pytest.param(
            "name: many",
            "name: few",
            [
                "node_groups.many: one called many is kept, nothing is in the config",
                "node_groups.few: nothing is kept, one called few is in the config",
            ],
            id="another-node-group",
        ),
        pytest.param("kind:", "kind: ", [], id="spaces"),
    ],
)
def test_what_differs_from_a_kept_config_is_told(
    tmp_path: Path, old: str, new: str, said: list[str]
) -> None:
    kept = keptconfig.written(config(tmp_path, CONFIG).cluster)
    spec = config(tmp_path, CONFIG.replace(old, new)).cluster
    assert keptconfig.differences(spec, kept) == said


def opened(inputs: Inputs, folder: Path) -> Opened:
    (one,) = open_clusters([inputs], NOW, folder, seed=1)
    assert one.journal is not None
    one.journal.close()
    return one


def test_a_kept_cluster_goes_on_as_it_was_and_tells_what_the_config_changes(tmp_path: Path) -> None:
    inputs = config(tmp_path, CONFIG)
    assert opened(inputs, tmp_path).differing == []
    assert opened(inputs, tmp_path).differing == []

    other = replace(inputs, cluster=replace(inputs.cluster, version="1.33"))
    again = opened(other, tmp_path)
    assert again.differing == ["version: 1.34 is kept, 1.33 is in the config"]
    assert again.cluster.api.version == "1.34"
    assert opened(other, tmp_path).differing, "it is told each time"


def test_a_config_that_is_damaged_is_told(tmp_path: Path) -> None:
    inputs = config(tmp_path, CONFIG)
    opened(inputs, tmp_path)
    journal = Journal(tmp_path / "shop.sqlite3")
    journal.note("config", b"{")
    journal.commit()
    journal.close()
    with pytest.raises(UserError, match="is damaged"):
        opened(inputs, tmp_path)
