"""A pod's way onto Fargate. Sources: AWS user guide for EKS; pods and events in public dumps."""

import re
from decimal import Decimal
from typing import Any

import pytest

from eks_bench import Bench
from minieks.data.timings import Timing, Timings
from minieks.eks.fargate import profiles
from minieks.eks.fargate.bucket import TokenBucket
from minieks.eks.fargate.profile_loop import ProfileLoop, begin_deletion
from minieks.eks.fargate.scheduler import FargateScheduler, Settings
from minieks.engine.clock import SECOND
from minieks.kube.kinds import nodes
from minieks.kube.words.objects import Obj, annotations, labels

FIXED = Timings({"fargate_schedule_delay": Timing(40), "fargate_node_ready": Timing(10)})


def profile(name: str = "fp-default", namespace: str = "default", **more: Any) -> Obj:
    return {
        "fargateProfileName": name,
        "status": "ACTIVE",
        "createdAt": 0,
        "subnets": ["subnet-a", "subnet-b"],
        "selectors": [{"namespace": namespace}],
        **more,
    }


@pytest.fixture
def fargate(bench: Bench) -> Bench:
    bench.subnet("subnet-a", "eu-west-1a", "10.0.0.0/24")
    bench.subnet("subnet-b", "eu-west-1b", "10.0.1.0/24")
    bench.aws.create(profiles.COLLECTION, "fp-default", profile())
    bench.run(FargateScheduler(bench.api, bench.aws, "eu-west-1", Settings(FIXED)))
    return bench


def test_a_matching_pod_is_marked_as_it_is_created(fargate: Bench) -> None:
    pod = fargate.pod("web", labels={"app": "web"})
    assert pod["spec"]["schedulerName"] == "fargate-scheduler"
    assert pod["spec"]["priorityClassName"] == "system-node-critical"
    assert pod["spec"]["priority"] == 2000001000
    assert labels(pod) == {"app": "web", "eks.amazonaws.com/fargate-profile": "fp-default"}
    keys = [one["key"] for one in pod["spec"]["tolerations"]]
    assert keys == ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]


def test_other_pods_are_left_alone(fargate: Bench) -> None:
    pod = fargate.pod("web", "kube-system")
    assert pod["spec"]["schedulerName"] == "default-scheduler"


def test_a_pod_from_before_the_profile_stays_where_it_was(fargate: Bench) -> None:
    fargate.pod("early", "kube-system")
    fargate.aws.create(profiles.COLLECTION, "system", profile("system", "kube-system"))
    fargate.after(600)
    early = fargate.get_pod("early", "kube-system")
    fargate.api.update({**early, "metadata": {**early["metadata"], "labels": {"touched": "yes"}}})
    early = fargate.get_pod("early", "kube-system")
    assert early["spec"]["schedulerName"] == "default-scheduler"
    assert "nodeName" not in early["spec"]
    assert fargate.pod("late", "kube-system")["spec"]["schedulerName"] == "fargate-scheduler"


def test_a_pod_gets_a_node_of_its_own(fargate: Bench) -> None:
    fargate.pod("web")
    fargate.after(20)
    waiting = fargate.get_pod("web")
    assert re.fullmatch(r"[0-9a-f]{10}-[0-9a-f]{32}", waiting["status"]["nominatedNodeName"])
    assert annotations(waiting)["CapacityProvisioned"] == "0.25vCPU 0.5GB"
    assert annotations(waiting)["Logging"] == "LoggingDisabled: LOGGING_CONFIGMAP_NOT_FOUND"
    assert "nodeName" not in waiting["spec"]
    fargate.after(40)
    placed = fargate.get_pod("web")
    assert re.fullmatch(
        r"fargate-ip-10-0-[01]-\d+\.eu-west-1\.compute\.internal", placed["spec"]["nodeName"]
    )
    assert "nominatedNodeName" not in placed["status"]
    (node,) = fargate.api.list("nodes")
    assert node["metadata"]["name"] == placed["spec"]["nodeName"]
    assert nodes.is_ready(node)
    assert node["spec"]["providerID"].split("/")[4] == waiting["status"]["nominatedNodeName"]


def test_the_node_looks_as_fargate_nodes_do(fargate: Bench) -> None:
    fargate.pod("web")
    fargate.after(60)
    (node,) = fargate.api.list("nodes")
    zone = labels(node)["topology.kubernetes.io/zone"]
    name = node["metadata"]["name"]
    assert labels(node) == {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "eks.amazonaws.com/compute-type": "fargate",
        "failure-domain.beta.kubernetes.io/region": "eu-west-1",
        "failure-domain.beta.kubernetes.io/zone": zone,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name.removeprefix("fargate-"),
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": "eu-west-1",
        "topology.kubernetes.io/zone": zone,
    }
    taint = {"key": "eks.amazonaws.com/compute-type", "value": "fargate", "effect": "NoSchedule"}
    assert taint in node["spec"]["taints"]
    assert node["status"]["capacity"]["pods"] == "1"
    assert nodes.allocatable(node)["memory"] == nodes.capacity(node)["memory"] - 100 * 1024**2
    # A machine of 2 vCPU and 4 GiB, as seen in 2026-07: 3811520Ki allocatable.
    assert node["status"]["allocatable"]["memory"] == "3811520Ki"
    # A disk as seen in 2021-01.
    assert node["status"]["capacity"]["ephemeral-storage"] == "30832548Ki"
    assert node["status"]["allocatable"]["ephemeral-storage"] == "28415276190"


def test_events_come_in_their_order(fargate: Bench) -> None:
    fargate.pod("web")
    fargate.after(60)
    node = fargate.get_pod("web")["spec"]["nodeName"]
    assert fargate.events("web") == [
        (
            "Warning",
            "LoggingDisabled",
            "Disabled logging because aws-logging configmap was not found. "
            'configmap "aws-logging" not found',
        ),
        ("Normal", "Scheduled", f"Successfully assigned default/web to {node}"),
    ]


def test_the_node_goes_with_its_pod(fargate: Bench) -> None:
    fargate.pod("web")
    fargate.after(60)
    fargate.api.delete("pods", "default", "web", grace_seconds=0)
    fargate.after(1)
    assert fargate.api.list("nodes") == []
    assert fargate.aws.values("microvms.fargate") == []


def test_a_finished_pod_keeps_its_node_until_it_is_deleted(fargate: Bench) -> None:
    fargate.pod("job")
    fargate.after(60)
    done = fargate.get_pod("job")
    fargate.api.update_status({**done, "status": {**done["status"], "phase": "Succeeded"}})
    fargate.after(3600)
    assert len(fargate.api.list("nodes")) == 1


def test_a_pod_deleted_while_it_waits_leaves_nothing(fargate: Bench) -> None:
    fargate.pod("web")
    fargate.after(38)
    assert len(fargate.api.list("nodes")) == 1
    fargate.api.delete("pods", "default", "web")
    fargate.after(60)
    assert fargate.api.list("nodes") == []


def test_a_new_pod_of_the_same_name_gets_a_node_of_its_own(fargate: Bench) -> None:
    fargate.pod("web-0")
    fargate.after(60)
    first = fargate.get_pod("web-0")["spec"]["nodeName"]
    fargate.api.delete("pods", "default", "web-0", grace_seconds=0)
    fargate.pod("web-0")
    fargate.after(60)
    (node,) = fargate.api.list("nodes")
    assert node["metadata"]["name"] == fargate.get_pod("web-0")["spec"]["nodeName"] != first


def test_a_refused_pod_stays_pending_with_reason_and_event(fargate: Bench) -> None:
    fargate.pod("web", container={"securityContext": {"privileged": True}})
    fargate.after(600)
    message = "Pod not supported on Fargate: invalid SecurityContext fields: Privileged"
    (condition,) = fargate.get_pod("web")["status"]["conditions"]
    assert (condition["status"], condition["reason"]) == ("False", "POD_UNSUPPORTED_ON_FARGATE")
    assert condition["message"] == message
    assert fargate.events("web") == [("Warning", "FailedScheduling", message)]


def test_a_pod_with_an_unbound_claim_is_tried_once(fargate: Bench) -> None:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "claim"}}
    fargate.pod("web", volumes=[volume])
    fargate.after(600)
    expected = (
        "Pod not supported on Fargate: volumes not supported: data not supported because: "
        'persistentvolumeclaim "claim" not found'
    )
    assert fargate.events("web") == [("Warning", "FailedScheduling", expected)]


def test_a_pod_that_is_too_big_is_refused(fargate: Bench) -> None:
    fargate.pod("big", container={"resources": {"requests": {"cpu": "17"}}})
    fargate.after(60)
    (condition,) = fargate.get_pod("big")["status"]["conditions"]
    assert condition["reason"] == "POD_CPU_MEM_EXCEEDS_MAX_FARGATE_SIZE"
    assert condition["message"] == (
        "Your pod's cpu/memory requirements exceed the max Fargate configuration"
    )


def test_a_profile_may_cap_the_size_of_its_pods(fargate: Bench) -> None:
    capped = profile("small", "kube-system", minieks={"maxVcpu": 4, "maxMemoryGiB": 30})
    fargate.aws.create(profiles.COLLECTION, "small", capped)
    asked = {"resources": {"requests": {"cpu": "5"}}}
    fargate.pod("big", "kube-system", container=asked)
    fargate.pod("big", "default", container=asked)
    fargate.after(60)
    assert "nodeName" not in fargate.get_pod("big", "kube-system")["spec"]
    assert annotations(fargate.get_pod("big"))["CapacityProvisioned"] == "8vCPU 16GB"


@pytest.mark.parametrize("why", sorted(profiles.BLOCKED))
def test_nothing_is_launched_for_a_misconfigured_profile(fargate: Bench, why: str) -> None:
    blocked = profile("broken", "kube-system", minieks={"blocked": why})
    fargate.aws.create(profiles.COLLECTION, "broken", blocked)
    fargate.pod("web", "kube-system")
    fargate.after(600)
    assert fargate.events("web") == [
        (
            "Warning",
            "FailedScheduling",
            "Misconfigured Fargate Profile: fargate profile broken blocked for new launches due "
            f"to: {profiles.BLOCKED[why]}",
        )
    ]


def test_a_subnet_without_a_way_out_times_out_and_is_retried(bench: Bench) -> None:
    bench.subnet("subnet-a", "eu-west-1a", "10.0.0.0/24", egress=False)
    bench.aws.create(profiles.COLLECTION, "fp-default", profile(subnets=["subnet-a"]))
    bench.run(FargateScheduler(bench.api, bench.aws, "eu-west-1", Settings(FIXED)))
    bench.pod("web")
    bench.after(290)
    assert bench.events("web") == []
    bench.after(1000)
    (event,) = bench.api.store.values("events")
    assert event["message"] == "Pod provisioning timed out (will retry) for pod: default/web"
    assert event["count"] > 3


def test_the_vcpu_quota_holds_pods_back_until_others_go(bench: Bench) -> None:
    bench.subnet("subnet-a", "eu-west-1a", "10.0.0.0/24")
    bench.aws.create(profiles.COLLECTION, "fp-default", profile(subnets=["subnet-a"]))
    settings = Settings(FIXED, vcpu_quota=Decimal(6))
    bench.run(FargateScheduler(bench.api, bench.aws, "eu-west-1", settings))
    for name in ("a", "b"):
        bench.pod(name, container={"resources": {"requests": {"cpu": "4"}}})
    bench.after(120)
    assert "nodeName" in bench.get_pod("a")["spec"]
    assert "nodeName" not in bench.get_pod("b")["spec"]
    assert bench.events("b")[0][2].startswith("Your AWS account has reached the limit")
    bench.api.delete("pods", "default", "a", grace_seconds=0)
    bench.after(120)
    assert "nodeName" in bench.get_pod("b")["spec"]


def test_launches_keep_the_pace_of_the_account(fargate: Bench) -> None:
    for index in range(60):
        fargate.pod(f"web-{index}")
    begun = fargate.engine.now()
    fargate.after(300)
    ready = sorted(one["bindsAt"] - begun for one in fargate.aws.values("microvms.fargate"))
    seconds = [moment / SECOND for moment in ready]
    # 20 at once, the other 40 at 20 a second; each takes 40 s from the first look at 1 s.
    assert seconds[0] == seconds[19] == 41
    assert seconds[20] == pytest.approx(41.05)
    assert seconds[-1] == pytest.approx(43)


def test_a_bucket_fills_up_again() -> None:
    bucket = TokenBucket(per_second=2, burst=2)
    assert [bucket.take(0), bucket.take(0), bucket.take(0)] == [0, 0, SECOND // 2]
    later = 10 * SECOND
    assert [bucket.take(later), bucket.take(later)] == [later, later]
    assert bucket.take(later) == later + SECOND // 2


def daemon(node: str) -> Obj:
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    required = {"nodeSelectorTerms": [term]}
    return {
        "ownerReferences": [
            {
                "apiVersion": "apps/v1",
                "kind": "DaemonSet",
                "name": "agent",
                "uid": "1",
                "controller": True,
            }
        ],
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}},
    }


def test_daemon_pods_for_ec2_nodes_are_left_to_the_default_scheduler(fargate: Bench) -> None:
    pod = fargate.pod("agent", **daemon("ip-10-0-0-7.eu-west-1.compute.internal"))
    assert pod["spec"]["schedulerName"] == "default-scheduler"


def test_daemon_pods_for_fargate_nodes_are_refused(fargate: Bench) -> None:
    fargate.pod(
        "agent", **daemon("fargate-ip-10-0-0-7.eu-west-1.compute.internal"), hostNetwork=True
    )
    fargate.after(60)
    assert fargate.events("agent") == [
        (
            "Warning",
            "FailedScheduling",
            "Pod not supported on Fargate: DaemonSet not supported, "
            "fields not supported: HostNetwork",
        )
    ]


def test_a_profile_that_is_deleted_takes_its_pods_with_it(fargate: Bench) -> None:
    fargate.run(ProfileLoop(fargate.api, fargate.aws, Timings()))
    fargate.pod("pending", container={"securityContext": {"privileged": True}})
    fargate.after(60)
    begin_deletion(fargate.aws, "fp-default", fargate.engine.now())
    fargate.after(10)
    assert fargate.api.get("pods", "default", "pending") is None
    assert fargate.pod("new")["spec"]["schedulerName"] == "default-scheduler"
    fargate.after(120)
    assert fargate.aws.get(profiles.COLLECTION, "fp-default") is None


def test_a_profile_takes_pods_when_its_creation_is_over(bench: Bench) -> None:
    created = profile(status="CREATING", createdAt=bench.engine.now())
    bench.run(ProfileLoop(bench.api, bench.aws, Timings()))
    bench.aws.create(profiles.COLLECTION, "fp-default", created)
    bench.after(60)
    assert bench.pod("a")["spec"]["schedulerName"] == "default-scheduler"
    bench.after(60)
    assert bench.pod("b")["spec"]["schedulerName"] == "fargate-scheduler"


def test_logging_that_is_configured_is_noted(fargate: Bench) -> None:
    space = fargate.api.get("namespaces", "", "aws-observability")
    assert space is not None
    marked = {**labels(space), "aws-observability": "enabled"}
    fargate.api.update({**space, "metadata": {**space["metadata"], "labels": marked}})
    fargate.create(
        "ConfigMap",
        "aws-logging",
        namespace="aws-observability",
        data={"output.conf": "[OUTPUT]\n    Name cloudwatch\n    Match *\n"},
    )
    fargate.pod("web")
    fargate.after(60)
    assert annotations(fargate.get_pod("web"))["Logging"] == "LoggingEnabled"
    assert fargate.events("web")[0] == (
        "Normal",
        "LoggingEnabled",
        "Successfully enabled logging for pod",
    )
