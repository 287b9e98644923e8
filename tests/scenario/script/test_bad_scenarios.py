"""What is wrong in a scenario file is told with file, field and remedy."""

from pathlib import Path

import pytest

from minieks.engine.errors import UserError
from minieks.scenario.script.file import read_script
from minieks.scenario.script.play import play_file

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


AUTOSCALER = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 5
  maxReplicas: 3
"""


def test_what_the_api_refuses_fails_the_scenario_with_its_words(tmp_path: Path) -> None:
    manifest = tmp_path / "hpa.yaml"
    manifest.write_text(AUTOSCALER)
    file = tmp_path / "a.toml"
    file.write_text(WORLD + '[[at]]\ntime = "5m"\napply = "hpa.yaml"')
    outcome = play_file(str(file))

    (failure,) = outcome.failures
    assert failure.expected == "every object is accepted"
    assert "hpa.yaml:8" in failure.found
    assert "must be greater than or equal to `minReplicas`" in failure.found


@pytest.mark.parametrize(
    ("action", "words"),
    [
        pytest.param('delete = "Deployment/default/web"', "", id="what is there"),
        pytest.param(
            'scale = {workload = "Deployment/kube-system/corends", replicas = 1}',
            "there is no Deployment/kube-system/corends then (did you mean coredns",
            id="what is not there",
        ),
        pytest.param(
            "spot_interruption = {count = 1}", "there is no spot instance then", id="no Spot"
        ),
        pytest.param("fargate_patch = {}", "there is no pod on Fargate then", id="no Fargate"),
        pytest.param(
            'upgrade = {control_plane = "1.36"}',
            "Unsupported Kubernetes minor version update from 1.34 to 1.36",
            id="two versions at once",
        ),
        pytest.param(
            'upgrade = {group = "general", version = "1.35"}',
            "is above the cluster's, 1.34",
            id="nodes before the control plane",
        ),
    ],
)
def test_an_action_that_cannot_be_done_fails_the_scenario(
    tmp_path: Path, action: str, words: str
) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f'{WORLD}[[at]]\ntime = "5m"\n{action}')
    found = [failure.found for failure in play_file(str(file)).failures]

    assert (words in found[0]) if words else not found
