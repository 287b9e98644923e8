"""What is wrong in a scenario file is told with file, field and remedy."""

from pathlib import Path

import pytest

from minieks.engine.errors import UserError
from minieks.scenario.script.file import read_script

WORLD = '''
for = "1h"
manifests = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx}]}
"""
[cluster]
managedNodeGroups = [{name = "general", instanceType = "m5.large", desiredCapacity = 1}]
'''


def _refusal(tmp_path: Path, text: str) -> UserError:
    file = tmp_path / "a.toml"
    file.write_text(text)
    with pytest.raises(UserError) as found:
        read_script(str(file))
    assert "a.toml" in found.value.where
    return found.value


@pytest.mark.parametrize(
    ("text", "field", "message", "hint"),
    [
        pytest.param("expekt = 1", "expekt", "unknown field", "expect", id="unknown key"),
        pytest.param(
            '[[at]]\ntime = "5m"\nscail = 1', "at[0].scail", "unknown field", "scale", id="action"
        ),
        pytest.param('[[at]]\ntime = "5m"', "at[0]", "nothing happens", "apply", id="no action"),
        pytest.param("[[at]]\nscale = 1", "at[0].time", "must be set", "", id="no time"),
        pytest.param(
            '[[at]]\ntime = "soon"\nroll_out = "Deployment/default/web"',
            "at[0].time",
            "'soon' is no duration",
            "24h",
            id="no time at all",
        ),
        pytest.param(
            '[[at]]\ntime = "2h"\nroll_out = "Deployment/default/web"',
            "at[0].time",
            "2h is not within the run",
            "for",
            id="after the end",
        ),
        pytest.param(
            '[[at]]\ntime = 2020-01-01T00:00:00Z\nroll_out = "Deployment/default/web"',
            "at[0].time",
            "is not within the run",
            "start",
            id="before the start",
        ),
        pytest.param(
            '[[at]]\ntime = "1m"\nuntil = "5m"\nroll_out = "Deployment/default/web"',
            "at[0].until",
            "says nothing without every",
            "every",
            id="until without every",
        ),
        pytest.param(
            '[[at]]\ntime = "1m"\nroll_out = "Deployment/default/wep"',
            "at[0].roll_out.workload",
            "there is no object 'Deployment/default/wep'",
            "did you mean Deployment/default/web?",
            id="no such workload",
        ),
        pytest.param(
            '[[at]]\ntime = "1m"\nscale = {workload = "Deployment/default/web", replicas = -1}',
            "at[0].scale.replicas",
            "expected a whole number",
            "",
            id="negative replicas",
        ),
        pytest.param(
            "[expect]\nnodes = {min = 1, group = 'generel'}",
            "expect.nodes.group",
            "there is no node group 'generel'",
            "did you mean general?",
            id="no such group",
        ),
        pytest.param(
            "[expect]\npendign = '5m'", "expect.pendign", "unknown field", "pending", id="misspelt"
        ),
        pytest.param(
            "[[expect.running]]\npods = 2",
            "expect.running[0].workload",
            "must be set",
            "Deployment/namespace/name",
            id="no workload",
        ),
        pytest.param(
            "[settings]\ntimings = {a = 1}", "timings", "", "", id="settings as of minieks.toml"
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_to_do(
    tmp_path: Path, text: str, field: str, message: str, hint: str
) -> None:
    found = _refusal(
        tmp_path, f"{text}\n{WORLD}" if "=" in text.split("\n", maxsplit=1)[0] else WORLD + text
    )

    assert found.message.startswith(field)
    assert message in found.message
    assert hint in found.hint


def test_a_scenario_needs_a_cluster(tmp_path: Path) -> None:
    found = _refusal(tmp_path, 'for = "1h"')

    assert found.message == "cluster: must be set"
    assert "[cluster]" in found.hint


def test_malformed_toml_is_told_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in _refusal(tmp_path, 'for = "1h"\nstart =\n[cluster]').message


def test_what_is_wrong_in_the_cluster_is_told_as_in_a_clusterconfig(tmp_path: Path) -> None:
    found = _refusal(tmp_path, "[cluster]\nmanagedNodeGroup = []")

    assert 'unknown field "managedNodeGroup"' in found.message
    assert "managedNodeGroups" in found.hint
