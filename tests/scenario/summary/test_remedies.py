"""Which field to change, for what the system says."""

from typing import Any

import pytest

from minieks.scenario.summary.remedies import field_to_change

PRIVILEGED = {
    "hostNetwork": True,
    "volumes": [{"name": "cfg", "configMap": {}}, {"name": "host", "hostPath": {"path": "/"}}],
    "containers": [
        {"name": "ok", "resources": {"requests": {"cpu": "1"}}},
        {
            "name": "bad",
            "securityContext": {
                "privileged": True,
                "allowPrivilegeEscalation": True,
                "capabilities": {"add": ["NET_ADMIN"]},
            },
            "ports": [{"containerPort": 1}, {"containerPort": 2, "hostPort": 2}],
            "resources": {"requests": {"memory": "200Gi", "ephemeral-storage": "200Gi"}},
        },
    ],
}


# Messages as fargate-scheduler and default-scheduler write them.
@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (
            "[minimum cpu usage per Container is 100m, but request is 50m]",
            "spec.template.spec.containers[0].resources, "
            "spec.template.spec.containers[1].resources",
        ),
        ("fields not supported: HostNetwork", "spec.template.spec.hostNetwork"),
        (
            "invalid SecurityContext fields: Privileged",
            "spec.template.spec.containers[1].securityContext.privileged",
        ),
        (
            "invalid SecurityContext fields: AllowPrivilegeEscalation",
            "spec.template.spec.containers[1].securityContext.allowPrivilegeEscalation",
        ),
        (
            "invalid SecurityContext fields: Capabilities added: NET_ADMIN",
            "spec.template.spec.containers[1].securityContext.capabilities.add",
        ),
        ("host is of an unsupported volume Type", "spec.template.spec.volumes[1].hostPath"),
        (
            "port contains HostIP or HostPort",
            "spec.template.spec.containers[1].ports[1].hostPort",
        ),
        (
            "Your pod's cpu/memory requirements exceed the max Fargate configuration",
            "spec.template.spec.containers[0].resources.requests.cpu, "
            "spec.template.spec.containers[1].resources.requests.memory, "
            "spec.template.spec.containers[1].resources.requests.ephemeral-storage",
        ),
        (
            "0/2 nodes are available: 2 Insufficient cpu.",
            "spec.template.spec.containers[0].resources.requests.cpu",
        ),
        (
            "0/2 nodes are available: 2 node(s) had untolerated taint(s).",
            "spec.template.spec.tolerations",
        ),
        ("no nodes available to schedule pods", ""),
    ],
)
def test_the_field_that_the_message_is_about(message: str, fields: str) -> None:
    assert field_to_change("Deployment", PRIVILEGED, message) == fields


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        ("Pod", "spec"),
        ("StatefulSet", "spec.template.spec"),
        ("Job", "spec.template.spec"),
        ("CronJob", "spec.jobTemplate.spec.template.spec"),
    ],
)
def test_the_path_begins_where_the_kind_has_its_pod(kind: str, prefix: str) -> None:
    spec: dict[str, Any] = {"hostPID": True}

    assert field_to_change(kind, spec, "fields not supported: HostPID") == f"{prefix}.hostPID"
