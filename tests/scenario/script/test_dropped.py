"""What is expected of requests: whose load it is may be said by name or by labels."""

from pathlib import Path

import pytest

from minieks.scenario.script.play import play_file

WORLD = '''
for = "10m"
manifests = """
{deployments}
"""
load = """
workloads:
- {subject}
  requests: {{rate: 100, cpu: 10m}}
"""
[cluster]
managedNodeGroups = [{{name = "general", instanceType = "m5.large", desiredCapacity = 1}}]
[expect]
dropped = {{ share = "1%", workload = "Deployment/default/{workload}" }}
'''
DEPLOYMENT = """
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: %s}
spec:
  selector: {matchLabels: {app: %s}}
  template:
    metadata: {labels: {app: %s, tier: front}}
    spec: {containers: [{name: c, image: nginx, resources: {limits: {cpu: 500m}}}]}
"""
BY_LABELS = "selector: {namespace: default, matchLabels: {tier: front}}"
HALF = "of 60,000 were dropped"


@pytest.mark.parametrize(
    ("subject", "workload", "found"),
    [
        ("workload: Deployment/default/web", "web", HALF),
        ("workload: Deployment/default/web", "api", "the load file has no requests of it"),
        (BY_LABELS, "web", "of 60,000 were dropped: pods/default/tier=front"),
    ],
    ids=["by name", "another's", "by labels"],
)
def test_a_share_that_is_dropped(tmp_path: Path, subject: str, workload: str, found: str) -> None:
    deployments = "".join(DEPLOYMENT % (name, name, name) for name in ("web", "api"))
    file = tmp_path / "a.toml"
    file.write_text(WORLD.format(deployments=deployments, subject=subject, workload=workload))
    [failure] = play_file(str(file)).failures
    assert found in failure.found
