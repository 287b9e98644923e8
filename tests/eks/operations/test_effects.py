"""What operations do in the running cluster: nodes, pods on Fargate, add-ons, versions, access."""

from typing import Any

import pytest
import yaml

from eks_world import ADMIN, APP_ROLE, NODE_ROLE, POD_ROLE, EksWorld, nodegroup_parameters
from eks_world import profile_parameters as profile
from minieks.eks.operations.ports import LaunchTemplate
from minieks.kube.words.objects import Obj, labels

C: dict[str, Any] = {"clusterName": "c"}
NG = {**C, "nodegroupName": "ng"}


@pytest.fixture
def world() -> EksWorld:
    made = EksWorld()
    made.create_cluster()
    return made


def nodes(world: EksWorld) -> list[Obj]:
    return world.inside().api.list("nodes")


def pod(name: str, **spec: Any) -> Obj:
    containers = [{"name": "app", "image": "app:1"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": {"app": "web"}},
        "spec": {"containers": containers, **spec},
    }


def test_nodes_of_a_group_join_and_it_becomes_active(world: EksWorld) -> None:
    made = world.do("CreateNodegroup", **nodegroup_parameters(labels={"tier": "web"}))["nodegroup"]
    assert made["status"] == "CREATING"
    world.wait(400)
    found = world.do("DescribeNodegroup", **NG)["nodegroup"]
    assert (found["status"], found["amiType"]) == ("ACTIVE", "AL2023_x86_64_STANDARD")
    assert [labels(one)["tier"] for one in nodes(world)] == ["web", "web"]


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        # Amazon EKS API reference, KubernetesNetworkConfigRequest
        pytest.param({}, "10.100.", id="the default"),
        pytest.param({"serviceIpv4Cidr": "172.30.0.0/16"}, "172.30.", id="the user's own"),
    ],
)
def test_services_have_addresses_of_the_clusters_range(
    network: dict[str, str], expected: str
) -> None:
    world = EksWorld()
    world.create_cluster(kubernetesNetworkConfig=network)
    api = world.inside().api
    ports = [{"port": 80}]
    meta = {"name": "web", "namespace": "default"}
    api.create({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": ports}})

    found = {one["metadata"]["name"]: one["spec"]["clusterIP"] for one in api.list("services")}
    assert found["kubernetes"] == f"{expected}0.1"
    assert found["kube-dns"] == f"{expected}0.10"
    assert found["web"].startswith(expected)


def test_a_deleted_group_takes_its_nodes_and_its_access_with_it(world: EksWorld) -> None:
    world.do("CreateNodegroup", **nodegroup_parameters())
    world.wait(400)
    assert NODE_ROLE in world.do("ListAccessEntries", **C)["accessEntries"]
    assert world.do("DeleteNodegroup", **NG)["nodegroup"]["status"] == "DELETING"
    # coredns' budget lets one of its pods go; the other one's node goes after 15 minutes anyway.
    world.wait(1200)
    assert world.do("ListNodegroups", **C) == {"nodegroups": []}
    assert nodes(world) == []
    assert NODE_ROLE not in world.do("ListAccessEntries", **C)["accessEntries"]
    assert world.inside().node_groups.specs == {}


def test_sizes_labels_and_taints_of_a_group_change(world: EksWorld) -> None:
    world.do("CreateNodegroup", **nodegroup_parameters(labels={"old": "x"}))
    world.wait(400)
    taint = {"key": "k", "value": "v", "effect": "NO_SCHEDULE"}
    begun = world.do(
        "UpdateNodegroupConfig",
        **NG,
        scalingConfig={"desiredSize": 3},
        labels={"addOrUpdateLabels": {"new": "y"}, "removeLabels": ["old"]},
        taints={"addOrUpdateTaints": [taint]},
    )["update"]
    assert begun["type"] == "ConfigUpdate"
    assert {"type": "DesiredSize", "value": "3"} in begun["params"]
    world.wait(400)
    found = nodes(world)
    assert [(labels(one).get("new"), labels(one).get("old")) for one in found] == [("y", None)] * 3
    assert all(
        {"key": "k", "value": "v", "effect": "NoSchedule"} in one["spec"]["taints"] for one in found
    )
    shown = world.do("DescribeUpdate", name="c", updateId=begun["id"], nodegroupName="ng")
    assert shown["update"]["status"] == "Successful"


def test_an_update_to_another_version_of_the_template_names_it(world: EksWorld) -> None:
    template = {"id": "lt-1"}
    world.ec2.templates["lt-1"] = LaunchTemplate("lt-1", "t", "1", ("m5.large",))
    world.do("CreateNodegroup", **nodegroup_parameters(launchTemplate=template, instanceTypes=None))
    world.wait(400)
    world.ec2.templates["lt-1"] = LaunchTemplate("lt-1", "t", "2", ("m5.xlarge",))
    begun = world.do("UpdateNodegroupVersion", **NG, launchTemplate=template)["update"]
    assert begun["params"][2:] == [
        {"type": "LaunchTemplateName", "value": "t"},
        {"type": "LaunchTemplateVersion", "value": "2"},
    ]
    world.wait(3600)
    assert {labels(one)["node.kubernetes.io/instance-type"] for one in nodes(world)} == {
        "m5.xlarge"
    }


def test_a_version_update_that_a_budget_forbids_ends_with_pod_eviction_failure(
    world: EksWorld,
) -> None:
    world.do("CreateNodegroup", **nodegroup_parameters())
    world.wait(400)
    api = world.inside().api
    api.create(pod("held"))
    api.create(
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "all", "namespace": "default"},
            "spec": {"maxUnavailable": 0, "selector": {"matchLabels": {"app": "web"}}},
        }
    )
    world.wait(100)
    begun = world.do("UpdateNodegroupVersion", **NG)["update"]
    world.wait(4000)
    named = {"name": "c", "updateId": begun["id"], "nodegroupName": "ng"}
    update = world.do("DescribeUpdate", **named)["update"]
    assert (update["status"], update["errors"][0]["errorCode"]) == ("Failed", "PodEvictionFailure")
    assert world.do("DescribeNodegroup", **NG)["nodegroup"]["status"] == "ACTIVE"


def test_the_control_plane_is_updated_first_then_the_nodes() -> None:
    world = EksWorld()
    world.create_cluster(version="1.33")
    world.do("CreateNodegroup", **nodegroup_parameters())
    world.wait(400)
    begun = world.do("UpdateClusterVersion", name="c", version="1.34")["update"]
    assert world.do("DescribeCluster", name="c")["cluster"]["status"] == "UPDATING"
    assert world.inside().api.version == "1.33"
    world.wait(700)
    update = world.do("DescribeUpdate", name="c", updateId=begun["id"])["update"]
    assert update["status"] == "Successful"
    assert world.inside().api.version == "1.34"
    kubelets = {one["status"]["nodeInfo"]["kubeletVersion"][:5] for one in nodes(world)}
    assert kubelets == {"v1.33"}
    world.do("UpdateNodegroupVersion", **NG)
    world.wait(3000)
    kubelets = {one["status"]["nodeInfo"]["kubeletVersion"][:5] for one in nodes(world)}
    assert kubelets == {"v1.34"}


def test_nodes_that_would_be_too_old_hold_an_update_back_unless_it_is_forced() -> None:
    world = EksWorld()
    world.create_cluster(version="1.33")
    world.do("CreateNodegroup", **nodegroup_parameters(version="1.30"))
    world.wait(400)
    skew = next(
        one
        for one in world.do("ListInsights", **C)["insights"]
        if one["name"] == "Kubelet version skew"
    )
    assert (skew["insightStatus"]["status"], skew["kubernetesVersion"]) == ("ERROR", "1.34")
    with pytest.raises(Exception, match="Kubelet version skew") as refused:
        world.do("UpdateClusterVersion", name="c", version="1.34")
    assert getattr(refused.value, "code", "") == "InvalidStateException"
    world.do("UpdateClusterVersion", name="c", version="1.34", force=True)


def test_a_profile_takes_pods_once_it_is_active_and_its_deletion_takes_them_away(
    world: EksWorld,
) -> None:
    api = world.inside().api
    assert world.do("CreateFargateProfile", **profile())["fargateProfile"]["status"] == "CREATING"
    early = api.create(pod("early"))
    world.wait(120)
    late = api.create(pod("late"))
    assert [one["spec"]["schedulerName"] for one in (early, late)] == [
        *("default-scheduler", "fargate-scheduler"),
    ]
    assert POD_ROLE in world.do("ListAccessEntries", **C)["accessEntries"]
    world.do("DeleteFargateProfile", **C, fargateProfileName="fp")
    world.wait(300)
    assert api.get("pods", "default", "late") is None
    assert world.do("ListFargateProfiles", **C) == {"fargateProfileNames": []}
    assert POD_ROLE not in world.do("ListAccessEntries", **C)["accessEntries"]


def test_a_profile_without_subnets_is_in_the_private_ones_of_the_cluster(world: EksWorld) -> None:
    asked = {key: value for key, value in profile().items() if key != "subnets"}
    made = world.do("CreateFargateProfile", **asked)["fargateProfile"]
    assert made["subnets"] == ["subnet-a", "subnet-b"]


def test_without_access_entries_roles_of_nodes_stand_in_aws_auth() -> None:
    world = EksWorld()
    world.create_cluster(accessConfig={"authenticationMode": "CONFIG_MAP"})
    world.do("CreateNodegroup", **nodegroup_parameters())
    found = world.inside().api.get("configmaps", "kube-system", "aws-auth")
    assert found is not None
    (row,) = yaml.safe_load(found["data"]["mapRoles"])
    assert (row["rolearn"], row["username"]) == (NODE_ROLE, "system:node:{{EC2PrivateDNSName}}")
    mode = {"authenticationMode": "API_AND_CONFIG_MAP"}
    world.do("UpdateClusterConfig", name="c", accessConfig=mode)
    world.wait(300)
    assert NODE_ROLE in world.do("ListAccessEntries", **C)["accessEntries"]


@pytest.mark.parametrize(
    ("type_", "username", "groups"),
    [
        ("EC2_LINUX", "system:node:{{EC2PrivateDNSName}}", ["system:nodes"]),
        ("FARGATE_LINUX", "system:node:{{SessionName}}", ["system:nodes", "system:node-proxier"]),
        ("HYBRID_LINUX", "system:node:{{SessionName}}", ["system:nodes"]),
    ],
    ids=["linux", "fargate", "hybrid"],
)
def test_an_entry_of_nodes_is_shown_as_the_user_that_it_makes(
    world: EksWorld, type_: str, username: str, groups: list[str]
) -> None:
    made = world.do("CreateAccessEntry", **C, principalArn=APP_ROLE, type=type_)["accessEntry"]
    assert (made["username"], made["kubernetesGroups"]) == (username, groups)


def test_an_entry_is_not_for_a_user_that_was_made_anew_under_its_name(world: EksWorld) -> None:
    entry = world.inside().aws.get("accessentries.eks", ADMIN)
    assert entry is not None
    assert entry["principalId"] == "AIDAADMIN"


def test_an_add_on_runs_and_is_active_when_its_pods_are_ready(world: EksWorld) -> None:
    api = world.inside().api
    addon = {**C, "addonName": "metrics-server"}
    world.do("CreateAddon", **addon, configurationValues='{"replicas": 1}')
    world.wait(60)
    assert world.do("DescribeAddon", **addon)["addon"]["status"] == "CREATING"
    world.do("CreateNodegroup", **nodegroup_parameters())
    world.wait(400)
    assert world.do("DescribeAddon", **addon)["addon"]["status"] == "ACTIVE"
    assert api.get("deployments.apps", "kube-system", "metrics-server") is not None
    world.do("DeleteAddon", **addon)
    world.wait(60)
    assert api.get("deployments.apps", "kube-system", "metrics-server") is None


def test_an_add_on_whose_pods_find_no_node_is_degraded_after_twenty_minutes(
    world: EksWorld,
) -> None:
    addon = {**C, "addonName": "metrics-server"}
    world.do("CreateAddon", **addon)
    world.wait(1300)
    found = world.do("DescribeAddon", **addon)["addon"]
    assert found["status"] == "DEGRADED"
    assert found["health"]["issues"][0]["code"] == "InsufficientNumberOfReplicas"


CONFLICTS = [("NONE", "CREATE_FAILED", 5), ("OVERWRITE", "ACTIVE", 2)]


@pytest.mark.parametrize(
    ("mode", "status", "replicas"), CONFLICTS, ids=[one[0] for one in CONFLICTS]
)
def test_what_was_changed_by_hand_is_a_conflict(
    world: EksWorld, mode: str, status: str, replicas: int
) -> None:
    world.do("CreateNodegroup", **nodegroup_parameters())
    world.wait(400)
    api = world.inside().api
    coredns = api.get("deployments.apps", "kube-system", "coredns")
    assert coredns is not None
    api.update({**coredns, "spec": {**coredns["spec"], "replicas": 5}})
    world.do("CreateAddon", **C, addonName="coredns", resolveConflicts=mode)
    world.wait(200)
    found = world.do("DescribeAddon", **C, addonName="coredns")["addon"]
    assert found["status"] == status
    codes = [one["code"] for one in found["health"]["issues"]]
    assert codes == (["ConfigurationConflict"] if mode == "NONE" else [])
    after = api.get("deployments.apps", "kube-system", "coredns")
    assert after is not None
    assert after["spec"]["replicas"] == replicas


def test_default_add_ons_become_managed_without_conflict(world: EksWorld) -> None:
    world.do("CreateNodegroup", **nodegroup_parameters())
    world.wait(400)
    for name in ("vpc-cni", "coredns", "kube-proxy"):
        world.do("CreateAddon", **C, addonName=name)
    world.wait(200)
    states = [
        world.do("DescribeAddon", **C, addonName=name)["addon"]["status"]
        for name in ("vpc-cni", "coredns", "kube-proxy")
    ]
    assert states == ["ACTIVE"] * 3


def test_an_add_on_owns_its_associations(world: EksWorld) -> None:
    own = [{"serviceAccount": "aws-node", "roleArn": APP_ROLE}]
    addon = world.do("CreateAddon", **C, addonName="vpc-cni", podIdentityAssociations=own)["addon"]
    (found,) = world.do("ListPodIdentityAssociations", **C)["associations"]
    assert found["ownerArn"] == addon["addonArn"]
    assert addon["podIdentityAssociations"] == [found["associationArn"]]
    world.do("DeleteAddon", **C, addonName="vpc-cni")
    world.wait(60)
    assert world.do("ListPodIdentityAssociations", **C)["associations"] == []


def test_lenient_states_are_final_at_once_and_nothing_needs_to_exist() -> None:
    world = EksWorld(lenient=True)
    made_up = "arn:aws:iam::123456789012:role/made-up"
    vpc = {"subnetIds": ["subnet-1", "subnet-2"]}
    made = world.do("CreateCluster", name="c", roleArn=made_up, resourcesVpcConfig=vpc)["cluster"]
    assert made["status"] == "ACTIVE"
    group = nodegroup_parameters(nodeRole=made_up, subnets=["subnet-9"])
    assert world.do("CreateNodegroup", **group)["nodegroup"]["status"] == "ACTIVE"
    for name in ("a", "b"):
        asked = profile(name, podExecutionRoleArn=made_up, subnets=["subnet-1"])
        assert world.do("CreateFargateProfile", **asked)["fargateProfile"]["status"] == "ACTIVE"
    world.do("DeleteFargateProfile", **C, fargateProfileName="a")
    assert world.do("ListFargateProfiles", **C) == {"fargateProfileNames": ["b"]}
    world.do("DeleteFargateProfile", **C, fargateProfileName="b")
    world.do("DeleteNodegroup", **NG)
    world.do("DeleteCluster", name="c")
    assert world.do("ListClusters") == {"clusters": []}


def test_long_lists_come_in_pages(world: EksWorld) -> None:
    first = world.do("ListAccessPolicies", maxResults=10)
    second = world.do("ListAccessPolicies", maxResults=10, nextToken=first["nextToken"])
    names = [one["name"] for one in (*first["accessPolicies"], *second["accessPolicies"])]
    assert len(names) == len(set(names)) == 15
    assert "nextToken" not in second
