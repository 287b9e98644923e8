"""What Fargate refuses, in its words.

Sources: the pod validator of the Fargate kubelet, and events quoted in public issues (named at the
cases).
"""

from typing import Any

import pytest

from minieks.eks.fargate.refusals import (
    PERMITTED_CAPABILITIES,
    Claims,
    claims_of,
    kubelet_refusal,
    scheduler_refusal,
)
from minieks.kube.words.objects import Obj

ON_FARGATE = "Pod not supported on Fargate: "


def pod(owner: str = "ReplicaSet", **spec: Any) -> Obj:
    return {
        "metadata": {
            "name": "web",
            "namespace": "default",
            "ownerReferences": [{"kind": owner, "name": "o", "uid": "1"}],
        },
        "spec": {"schedulerName": "fargate-scheduler", "containers": [{"name": "c"}], **spec},
    }


def container(context: Obj | None = None, **more: Any) -> Obj:
    return {"name": "c", "securityContext": context or {}, **more}


def claim(phase: str = "Bound", volume: str = "pv-1") -> Obj:
    return {"spec": {"volumeName": volume}, "status": {"phase": phase}}


def with_claim(**claims: Any) -> tuple[Obj, Claims]:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "pvc-1"}}
    return pod(volumes=[volume]), Claims(**claims)


PRIVILEGED = container({"privileged": True})
HOST_PATH = {"name": "mntdatas3fs", "hostPath": {"path": "/"}}
HOST_PORT = [{"containerPort": 80, "hostPort": 80}]

CASES = [
    pytest.param(pod(), "", id="nothing wrong"),
    pytest.param(pod("DaemonSet"), "DaemonSet not supported", id="DaemonSet"),
    pytest.param(pod(hostNetwork=True), "fields not supported: HostNetwork", id="hostNetwork"),
    pytest.param(
        pod(hostIPC=True, hostPID=True, hostNetwork=True),
        "fields not supported: HostNetwork, HostPID, HostIPC",
        id="all host namespaces in their order",
    ),
    pytest.param(
        pod(
            hostNetwork=True,
            containers=[{**PRIVILEGED, "ports": HOST_PORT}],
        ),
        "fields not supported: HostNetwork, invalid SecurityContext fields: Privileged, "
        "port contains HostIP or HostPort",
        id="kubernetes-sigs/aws-efs-csi-driver 589",
    ),
    pytest.param(
        pod(containers=[PRIVILEGED], volumes=[HOST_PATH]),
        "invalid SecurityContext fields: Privileged, "
        "volumes not supported: mntdatas3fs is of an unsupported volume Type",
        id="freegroup/kube-s3 14: security contexts before volumes",
    ),
    pytest.param(
        pod(containers=[PRIVILEGED, PRIVILEGED]),
        "invalid SecurityContext fields: Privileged,Privileged",
        id="two containers are joined without a space",
    ),
    pytest.param(
        pod(containers=[container({"allowPrivilegeEscalation": True})]),
        "invalid SecurityContext fields: AllowPrivilegeEscalation",
        id="allowPrivilegeEscalation set",
    ),
    pytest.param(
        pod(
            initContainers=[container({"capabilities": {"add": ["SYS_ADMIN", "ALL"]}})],
            containers=[
                container(
                    {
                        "privileged": True,
                        "allowPrivilegeEscalation": True,
                        "capabilities": {"add": ["NET_ADMIN", "CHOWN"]},
                    }
                )
            ],
        ),
        "invalid SecurityContext fields: Capabilities added: SYS_ADMIN, ALL,"
        "Capabilities added: NET_ADMIN, AllowPrivilegeEscalation, Privileged",
        id="init containers first, fields in their order",
    ),
    pytest.param(
        pod(containers=[container({"capabilities": {"add": ["chown"]}})]),
        "invalid SecurityContext fields: Capabilities added: chown",
        id="capabilities are spelt in capitals",
    ),
    pytest.param(
        pod(containers=[container(volumeDevices=[{"name": "d", "devicePath": "/dev/x"}])]),
        "volumeDevices not supported",
        id="volumeDevices",
    ),
    pytest.param(
        pod(containers=[container(ports=[{"containerPort": 80, "hostIP": "127.0.0.1"}])]),
        "port contains HostIP or HostPort",
        id="hostIP",
    ),
    pytest.param(
        pod(initContainers=[container(ports=HOST_PORT)]),
        "port contains HostIP or HostPort",
        id="hostPort of an init container",
    ),
    pytest.param(
        pod(volumes=[{"name": "a", "csi": {"driver": "x"}}, HOST_PATH]),
        "volumes not supported: a is of an unsupported volume Type, "
        "mntdatas3fs is of an unsupported volume Type",
        id="every volume is named",
    ),
    pytest.param(
        pod(volumes=[{"name": "scratch", "ephemeral": {"volumeClaimTemplate": {}}}]),
        "volumes not supported: scratch is of an unsupported volume Type",
        id="generic ephemeral volume",
    ),
]


@pytest.mark.parametrize(("given", "fragments"), CASES)
def test_the_scheduler_refuses(given: Obj, fragments: str) -> None:
    assert scheduler_refusal(given) == (ON_FARGATE + fragments if fragments else "")


@pytest.mark.parametrize(
    "source",
    ["emptyDir", "secret", "configMap", "projected", "downwardAPI", "nfs"],
)
def test_volumes_that_fargate_has(source: str) -> None:
    assert scheduler_refusal(pod(volumes=[{"name": "v", source: {}}])) == ""


@pytest.mark.parametrize("capability", sorted(PERMITTED_CAPABILITIES))
def test_capabilities_that_may_be_added(capability: str) -> None:
    added = container({"capabilities": {"add": [capability], "drop": ["ALL"]}})
    assert scheduler_refusal(pod(containers=[added])) == ""


def test_fields_of_the_pods_own_security_context_are_all_allowed() -> None:
    context = {"runAsUser": 0, "fsGroup": 1, "sysctls": [{"name": "a", "value": "b"}]}
    assert scheduler_refusal(pod(securityContext=context)) == ""


def test_privilege_escalation_is_allowed_unless_it_is_asked_for() -> None:
    contained = pod(
        containers=[container({"allowPrivilegeEscalation": False, "privileged": False})]
    )
    assert scheduler_refusal(contained) == ""


@pytest.mark.parametrize(
    ("claims", "volumes", "problem"),
    [
        pytest.param({}, {}, 'persistentvolumeclaim "pvc-1" not found', id="no claim"),
        pytest.param({"pvc-1": claim("Pending", "")}, {}, "PVC pvc-1 not bound", id="not bound"),
        pytest.param({"pvc-1": claim()}, {}, 'persistentvolume "pv-1" not found', id="no volume"),
        pytest.param(
            {"pvc-1": claim()},
            {"pv-1": {"spec": {"nfs": {}}}},
            "PVC pvc-1 bound to invalid PV pv-1 with nil CSI spec",
            id="not CSI",
        ),
        pytest.param(
            {"pvc-1": claim()},
            {"pv-1": {"spec": {"csi": {"driver": "ebs.csi.aws.com"}}}},
            "PVC pvc-1 bound to invalid PV pv-1 with CSI Driver: ebs.csi.aws.com",
            id="EBS",
        ),
    ],
)
def test_claims_that_fargate_cannot_mount(claims: Obj, volumes: Obj, problem: str) -> None:
    given, known = with_claim(claims=claims, volumes=volumes)
    assert scheduler_refusal(given, known) == (
        f"{ON_FARGATE}volumes not supported: data not supported because: {problem}"
    )


def test_a_claim_bound_to_an_efs_volume_is_fine() -> None:
    efs = {"spec": {"csi": {"driver": "efs.csi.aws.com"}}}
    given, known = with_claim(claims={"pvc-1": claim()}, volumes={"pv-1": efs})
    assert scheduler_refusal(given, known) == ""


def test_the_kubelet_names_volumes_before_security_contexts() -> None:
    given = pod(containers=[PRIVILEGED], volumes=[HOST_PATH])
    assert kubelet_refusal(given) == (
        "Pod not supported: mntdatas3fs is of an unsupported volume Type, "
        "invalid SecurityContext fields: Privileged"
    )


def test_the_kubelet_refuses_pods_of_another_scheduler() -> None:
    forced = pod(schedulerName="default-scheduler")
    assert kubelet_refusal(forced) == ("Pod not supported: SchedulerName is not fargate-scheduler")
    assert scheduler_refusal(forced) == ""


def test_the_claims_of_a_pod_are_looked_up_with_their_volumes() -> None:
    given, _ = with_claim()
    claims: dict[str, Obj] = {"pvc-1": claim()}
    volumes: dict[str, Obj] = {"pv-1": {"spec": {}}}
    found = claims_of(given, claims.__getitem__, volumes.__getitem__)
    assert found == Claims(claims, volumes)
    assert claims_of(given, lambda _: None, lambda _: None) == Claims()
