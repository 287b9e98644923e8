"""Node groups in EC2 and Auto Scaling: what boto3 sees of them, and what it does to them."""

import base64
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws_side import AwsSide
from minieks.aws.moto.loaded import regional
from minieks.eks.nodegroups.world import INSTANCES
from minieks.kube.api import heartbeats
from minieks.kube.kinds import nodes

_ACCOUNTS = count(700000000000)


class Fleet(AwsSide):
    """A cluster ``c`` with a node group ``ng`` of two nodes."""

    def __init__(self, **group: Any) -> None:
        super().__init__(str(next(_ACCOUNTS)))
        roles, self.subnets = self.roles(), self.network()
        self.node_role = roles["node"]
        self.eks, self.ec2_client = self.client("eks"), self.client("ec2")
        self.scaling = self.client("autoscaling")
        self.eks.create_cluster(
            name="c", roleArn=roles["cluster"], resourcesVpcConfig={"subnetIds": self.subnets}
        )
        self.wait(700)
        self.eks.create_nodegroup(
            clusterName="c",
            nodegroupName="ng",
            subnets=self.subnets,
            nodeRole=roles["node"],
            scalingConfig={"minSize": 1, "maxSize": 4, "desiredSize": 2},
            **group,
        )
        self.wait(300)

    def inside(self, name: str = "c") -> Any:
        found = self.service.running(self.account, self.region, name)
        assert found is not None
        return found.cluster

    def template(self, name: str, user_data: str) -> None:
        """A launch template with this user data."""
        encoded = base64.b64encode(user_data.encode()).decode()
        self.ec2_client.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData={"UserData": encoded}
        )

    def nodegroup(self, name: str, template: str) -> None:
        """A further group, of one node, from a launch template."""
        self.eks.create_nodegroup(
            clusterName="c",
            nodegroupName=name,
            subnets=self.subnets,
            nodeRole=self.node_role,
            scalingConfig={"minSize": 1, "maxSize": 1, "desiredSize": 1},
            launchTemplate={"name": template},
        )

    @property
    def group(self) -> dict[str, Any]:
        (found,) = self.scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        return dict(found)

    @property
    def instances(self) -> list[dict[str, Any]]:
        """The instances that are not terminated."""
        found = self.ec2_client.describe_instances()["Reservations"]
        every = [one for reservation in found for one in reservation["Instances"]]
        return [one for one in every if one["State"]["Name"] != "terminated"]

    @property
    def nodes(self) -> list[str]:
        """The ready nodes, by name."""
        found = self.inside().api.list("nodes")
        return sorted(one["metadata"]["name"] for one in found if nodes.is_ready(one))

    @property
    def described(self) -> dict[str, Any]:
        return dict(self.eks.describe_nodegroup(clusterName="c", nodegroupName="ng")["nodegroup"])


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


@pytest.fixture(scope="module")
def whole() -> Fleet:
    """A fleet that is only looked at."""
    return Fleet()


def tags_of(found: dict[str, Any]) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in found["Tags"]}


def test_a_node_group_is_an_auto_scaling_group(fleet: Fleet) -> None:
    group = fleet.group

    assert (
        group["AutoScalingGroupName"]
        == fleet.described["resources"]["autoScalingGroups"][0]["name"]
    )
    assert group["AutoScalingGroupName"].startswith("eks-ng-")
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (1, 4, 2)
    assert group["VPCZoneIdentifier"].split(",") == fleet.subnets
    assert tags_of(group) == {
        "eks:cluster-name": "c",
        "eks:nodegroup-name": "ng",
        "k8s.io/cluster-autoscaler/c": "owned",
        "k8s.io/cluster-autoscaler/enabled": "true",
        "kubernetes.io/cluster/c": "owned",
    }
    template = group["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
    name = f"eks-{group['AutoScalingGroupName'].removeprefix('eks-ng-')}"
    assert (template["LaunchTemplateName"], template["Version"]) == (name, "1")
    found = fleet.ec2_client.describe_launch_templates(LaunchTemplateNames=[name])
    assert found["LaunchTemplates"][0]["LaunchTemplateId"] == template["LaunchTemplateId"]


def test_its_instances_are_the_cluster_s_own(fleet: Fleet) -> None:
    records = fleet.inside().aws.values(INSTANCES)

    shown = {one["InstanceId"]: one for one in fleet.instances}
    assert list(shown) == [one["instanceId"] for one in records]
    for record in records:
        one = shown[record["instanceId"]]
        assert one["PrivateDnsName"] == record["privateDnsName"]
        assert one["PrivateIpAddress"] == record["privateIpAddress"]
        assert one["SubnetId"] == record["subnetId"]
        assert (one["InstanceType"], one["State"]) == ("t3.medium", {"Code": 16, "Name": "running"})
        assert one["Placement"]["AvailabilityZone"] == record["placement"]["availabilityZone"]
        assert tags_of(one)["eks:nodegroup-name"] == "ng"
        assert one["SecurityGroups"][0]["GroupName"].startswith("eks-cluster-sg-c-")
    assert sorted(one["PrivateDnsName"] for one in shown.values()) == fleet.nodes
    members = fleet.group["Instances"]
    assert [one["InstanceId"] for one in members] == list(shown)
    assert {one["LifecycleState"] for one in members} == {"InService"}


def test_instances_are_found_by_filters_and_ids(fleet: Fleet) -> None:
    first = fleet.instances[0]["InstanceId"]
    wanted = {"Name": "tag:eks:cluster-name", "Values": ["c"]}

    found = fleet.ec2_client.describe_instances(Filters=[wanted])["Reservations"]
    assert len(found) == 2
    one = fleet.ec2_client.describe_instances(InstanceIds=[first])["Reservations"]
    assert one[0]["Instances"][0]["InstanceId"] == first


def test_the_desired_capacity_changes_the_cluster(fleet: Fleet) -> None:
    name = fleet.group["AutoScalingGroupName"]
    fleet.scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=3)

    assert fleet.group["DesiredCapacity"] == 3
    assert fleet.described["scalingConfig"]["desiredSize"] == 3
    fleet.wait(1)
    assert [one["State"]["Name"] for one in fleet.instances] == ["running", "running", "pending"]
    fleet.wait(300)
    assert len(fleet.nodes) == 3
    fleet.scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=1)
    fleet.wait(1)
    states = sorted(one["LifecycleState"] for one in fleet.group["Instances"])
    assert [one.partition(":")[0] for one in states] == ["InService", "Terminating", "Terminating"]
    fleet.wait(2000)
    assert len(fleet.nodes) == len(fleet.instances) == 1


@pytest.mark.parametrize(
    ("desired", "text"),
    [
        (9, "New SetDesiredCapacity value 9 is above max value 4 for the AutoScalingGroup."),
        (0, "New SetDesiredCapacity value 0 is below min value 1 for the AutoScalingGroup."),
    ],
)
def test_a_capacity_out_of_bounds_is_refused(desired: int, text: str) -> None:
    fleet = Fleet()
    name = fleet.group["AutoScalingGroupName"]

    with pytest.raises(ClientError, match=text) as refused:
        fleet.scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=desired)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert fleet.group["DesiredCapacity"] == 2


def test_updated_sizes_hold_for_the_node_group(fleet: Fleet) -> None:
    name = fleet.group["AutoScalingGroupName"]
    fleet.scaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=3, MaxSize=5)

    sizes = {"minSize": 3, "maxSize": 5, "desiredSize": 3}
    assert fleet.described["scalingConfig"] == sizes
    fleet.wait(300)
    assert len(fleet.nodes) == 3
    with pytest.raises(ClientError, match="must be between"):
        fleet.scaling.update_auto_scaling_group(AutoScalingGroupName=name, DesiredCapacity=6)


def test_a_terminated_instance_takes_its_node_and_is_replaced(fleet: Fleet) -> None:
    victim, kept = fleet.instances

    said = fleet.ec2_client.terminate_instances(InstanceIds=[victim["InstanceId"]])
    states = said["TerminatingInstances"][0]
    assert states["PreviousState"]["Name"] == "running"
    assert states["CurrentState"]["Name"] == "shutting-down"
    fleet.wait(400)
    ids = [one["InstanceId"] for one in fleet.instances]
    assert kept["InstanceId"] in ids
    assert victim["InstanceId"] not in ids
    assert len(ids) == 2
    assert victim["PrivateDnsName"] not in fleet.nodes
    assert len(fleet.nodes) == 2


@pytest.mark.parametrize("decrement", [True, False])
def test_an_instance_given_up_in_its_group_drains_first(decrement: bool) -> None:
    fleet = Fleet()
    victim = fleet.instances[0]["InstanceId"]

    said = fleet.scaling.terminate_instance_in_auto_scaling_group(
        InstanceId=victim, ShouldDecrementDesiredCapacity=decrement
    )
    assert victim in said["Activity"]["Description"]
    left = [one for one in fleet.group["Instances"] if one["InstanceId"] == victim]
    assert left[0]["LifecycleState"] == "Terminating:Wait"
    assert fleet.group["DesiredCapacity"] == 2 - decrement
    fleet.wait(2000)
    assert len(fleet.instances) == len(fleet.nodes) == 2 - decrement
    assert victim not in [one["InstanceId"] for one in fleet.instances]


def test_a_group_does_not_shrink_below_its_minimum_by_hand(fleet: Fleet) -> None:
    name = fleet.group["AutoScalingGroupName"]
    fleet.scaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=2)

    with pytest.raises(ClientError, match="desiredSize equals minSize"):
        fleet.scaling.terminate_instance_in_auto_scaling_group(
            InstanceId=fleet.instances[0]["InstanceId"], ShouldDecrementDesiredCapacity=True
        )


def test_a_detached_instance_stays_a_node_and_is_replaced(fleet: Fleet) -> None:
    name, leaving = fleet.group["AutoScalingGroupName"], fleet.instances[0]

    fleet.scaling.detach_instances(
        AutoScalingGroupName=name,
        InstanceIds=[leaving["InstanceId"]],
        ShouldDecrementDesiredCapacity=False,
    )
    fleet.wait(300)
    assert len(fleet.group["Instances"]) == 2
    assert leaving["InstanceId"] not in [one["InstanceId"] for one in fleet.group["Instances"]]
    assert len(fleet.nodes) == 3
    assert leaving["PrivateDnsName"] in fleet.nodes
    fleet.eks.delete_nodegroup(clusterName="c", nodegroupName="ng")
    fleet.wait(2000)
    assert fleet.nodes == [leaving["PrivateDnsName"]]
    fleet.ec2_client.terminate_instances(InstanceIds=[leaving["InstanceId"]])
    fleet.wait(200)
    assert (fleet.nodes, fleet.instances) == ([], [])


def test_nodes_are_as_the_user_data_of_their_launch_template_says(fleet: Fleet) -> None:
    # AWS user guide for EKS, "Customize managed nodes with launch templates"
    config = """apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config: {maxPods: 42, registerWithTaints: [{key: team, value: a, effect: NoSchedule}]}
    flags: ["--node-labels=tier=web"]
"""
    fleet.template("good", config)
    fleet.nodegroup("own", "good")
    fleet.wait(300)

    found = fleet.inside().api.list("nodes", None, {"matchLabels": {"tier": "web"}})
    assert len(found) == 1
    assert {"key": "team", "value": "a", "effect": "NoSchedule"} in found[0]["spec"]["taints"]
    assert found[0]["status"]["capacity"]["pods"] == "42"
    shown = fleet.eks.describe_nodegroup(clusterName="c", nodegroupName="own")["nodegroup"]
    assert (shown["labels"], shown["taints"]) == ({}, [])


def test_user_data_that_no_node_could_start_with_is_refused(fleet: Fleet) -> None:
    fleet.template("bad", '[settings.kubernetes]\nmax-pods = "many"\n')
    with pytest.raises(ClientError, match="user data of the launch template bad is invalid"):
        fleet.nodegroup("own", "bad")


@pytest.mark.parametrize("enabled", [True, False], ids=["enabled", "not enabled"])
def test_a_node_that_falls_silent_is_replaced_by_auto_repair(enabled: bool) -> None:
    # AWS user guide for EKS, "Enable node auto repair": Ready, after 30 minutes, Replace
    fleet = Fleet(nodeRepairConfig={"enabled": enabled})
    assert fleet.described["nodeRepairConfig"] == {"enabled": enabled}
    bad = fleet.instances[0]
    heartbeats.stopped(fleet.inside().api, bad["PrivateDnsName"], fleet.inside().engine.now())

    fleet.wait(1700)
    assert bad["InstanceId"] in [one["InstanceId"] for one in fleet.instances]
    fleet.wait(3000)
    ids = [one["InstanceId"] for one in fleet.instances]
    assert (bad["InstanceId"] in ids, len(ids)) == (not enabled, 2)
    assert len(fleet.nodes) == 1 + enabled


def test_auto_repair_is_configured_later_and_what_contradicts_itself_is_refused(
    fleet: Fleet,
) -> None:
    def change(**config: Any) -> None:
        fleet.eks.update_nodegroup_config(
            clusterName="c", nodegroupName="ng", nodeRepairConfig=config
        )
        fleet.wait(100)

    change(enabled=True, maxParallelNodesRepairedCount=1)
    change(maxParallelNodesRepairedPercentage=20)
    expected = {"enabled": True, "maxParallelNodesRepairedPercentage": 20}
    assert fleet.described["nodeRepairConfig"] == expected
    with pytest.raises(ClientError, match="cannot be specified together"):
        change(maxUnhealthyNodeThresholdCount=1, maxUnhealthyNodeThresholdPercentage=1)
    condition = {"nodeMonitoringCondition": "KernelReady", "nodeUnhealthyReason": "x"}
    with pytest.raises(ClientError, match="must specify repairAction"):
        change(nodeRepairConfigOverrides=[{**condition, "minRepairWaitTimeMins": 1}])


def test_a_detached_instance_is_attached_again(fleet: Fleet) -> None:
    # Amazon EC2 Auto Scaling API reference, AttachInstances: the desired capacity grows
    name, machine = fleet.group["AutoScalingGroupName"], fleet.instances[0]
    one = {"AutoScalingGroupName": name, "InstanceIds": [machine["InstanceId"]]}
    fleet.scaling.detach_instances(**one, ShouldDecrementDesiredCapacity=True)
    assert fleet.group["DesiredCapacity"] == 1

    fleet.scaling.attach_instances(**one)
    fleet.wait(300)

    found = fleet.group
    assert found["DesiredCapacity"] == len(found["Instances"]) == len(fleet.nodes) == 2
    assert machine["InstanceId"] in [one["InstanceId"] for one in found["Instances"]]
    with pytest.raises(ClientError, match="already part of a group"):
        fleet.scaling.attach_instances(**one)


def test_a_machine_that_no_node_group_launched_is_not_attached(fleet: Fleet) -> None:
    made = fleet.ec2_client.run_instances(
        ImageId="ami-12345678", MinCount=1, MaxCount=1, SubnetId=fleet.subnets[0]
    )["Instances"][0]

    with pytest.raises(ClientError, match="is of no node group of the cluster c"):
        fleet.scaling.attach_instances(
            AutoScalingGroupName=fleet.group["AutoScalingGroupName"],
            InstanceIds=[made["InstanceId"]],
        )
    assert fleet.group["DesiredCapacity"] == 2


@pytest.mark.parametrize("decrement", [True, False], ids=["one less", "replaced"])
def test_an_instance_in_standby_stays_a_node_and_does_not_count(decrement: bool) -> None:
    # Amazon EC2 Auto Scaling user guide, "Temporarily remove instances from your group"
    fleet = Fleet()
    name, machine = fleet.group["AutoScalingGroupName"], fleet.instances[0]
    one = {"AutoScalingGroupName": name, "InstanceIds": [machine["InstanceId"]]}
    fleet.scaling.enter_standby(**one, ShouldDecrementDesiredCapacity=decrement)
    fleet.wait(300)

    states = {each["InstanceId"]: each["LifecycleState"] for each in fleet.group["Instances"]}
    assert states[machine["InstanceId"]] == "Standby"
    assert fleet.group["DesiredCapacity"] == 2 - decrement
    assert len(fleet.nodes) == 3 - decrement
    assert machine["PrivateDnsName"] in fleet.nodes

    fleet.scaling.exit_standby(**one)
    fleet.wait(300)
    assert fleet.group["DesiredCapacity"] == len(fleet.nodes) == 3 - decrement
    assert {each["LifecycleState"] for each in fleet.group["Instances"]} == {"InService"}


def test_a_group_is_not_left_by_more_than_it_may_lose_nor_entered_by_more_than_it_takes(
    fleet: Fleet,
) -> None:
    name = fleet.group["AutoScalingGroupName"]
    ids = [one["InstanceId"] for one in fleet.instances]
    both = {"AutoScalingGroupName": name, "InstanceIds": ids}
    with pytest.raises(ClientError, match="desiredSize equals minSize"):
        fleet.scaling.enter_standby(**both, ShouldDecrementDesiredCapacity=True)
    with pytest.raises(ClientError, match="is not in Standby"):
        fleet.scaling.exit_standby(**both)
    fleet.scaling.update_auto_scaling_group(AutoScalingGroupName=name, MaxSize=2)
    fleet.scaling.enter_standby(**both, ShouldDecrementDesiredCapacity=False)
    with pytest.raises(ClientError, match="To place into service 2 more instance"):
        fleet.scaling.exit_standby(**both)


def test_a_deleted_group_takes_its_instances_in_standby_with_it(fleet: Fleet) -> None:
    one = {
        "AutoScalingGroupName": fleet.group["AutoScalingGroupName"],
        "InstanceIds": [fleet.instances[0]["InstanceId"]],
    }
    fleet.scaling.enter_standby(**one, ShouldDecrementDesiredCapacity=True)
    fleet.eks.delete_nodegroup(clusterName="c", nodegroupName="ng")
    fleet.wait(3000)

    assert (fleet.eks.list_nodegroups(clusterName="c")["nodegroups"], fleet.nodes) == ([], [])


def test_an_instance_refresh_replaces_every_instance_one_by_one(fleet: Fleet) -> None:
    # Amazon EC2 Auto Scaling user guide, "How an instance refresh works"
    name, before = (
        fleet.group["AutoScalingGroupName"],
        {one["InstanceId"] for one in fleet.instances},
    )
    group = {"AutoScalingGroupName": name}
    begun = fleet.scaling.start_instance_refresh(**group, Preferences={"InstanceWarmup": 60})
    fleet.wait(5)
    (found,) = fleet.scaling.describe_instance_refreshes(**group)["InstanceRefreshes"]
    assert (found["Status"], found["InstancesToUpdate"]) == ("InProgress", 1)
    with pytest.raises(fleet.scaling.exceptions.InstanceRefreshInProgressFault):
        fleet.scaling.start_instance_refresh(**group)

    fleet.wait(3000)
    (found,) = fleet.scaling.describe_instance_refreshes(**group)["InstanceRefreshes"]
    assert found["InstanceRefreshId"] == begun["InstanceRefreshId"]
    assert (found["Status"], found["PercentageComplete"]) == ("Successful", 100)
    assert len(fleet.nodes) == 2
    assert not before & {one["InstanceId"] for one in fleet.instances}


def test_an_instance_refresh_is_cancelled(fleet: Fleet) -> None:
    group = {"AutoScalingGroupName": fleet.group["AutoScalingGroupName"]}
    with pytest.raises(ClientError, match="No in progress or pending Instance Refresh"):
        fleet.scaling.cancel_instance_refresh(**group)
    fleet.scaling.start_instance_refresh(**group)
    fleet.scaling.cancel_instance_refresh(**group)
    fleet.wait(100)

    (found,) = fleet.scaling.describe_instance_refreshes(**group)["InstanceRefreshes"]
    assert found["Status"] == "Cancelled"
    assert len(fleet.nodes) == 2


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        pytest.param(
            lambda scaling, group: scaling.start_instance_refresh(
                **group, Preferences={"CheckpointPercentages": [50, 100]}
            ),
            "CheckpointPercentages",
            id="checkpoints",
        ),
        pytest.param(
            lambda scaling, group: scaling.put_warm_pool(**group), "warm pools", id="warm pool"
        ),
        pytest.param(
            lambda scaling, group: scaling.suspend_processes(**group),
            "suspended processes",
            id="suspended processes",
        ),
    ],
)
def test_what_is_not_emulated_of_a_node_groups_scaling_is_refused_by_name(
    whole: Fleet, ask: Any, what: str
) -> None:
    group = {"AutoScalingGroupName": whole.group["AutoScalingGroupName"]}
    with pytest.raises(ClientError, match=f"{what}.* not emulated") as refused:
        ask(whole.scaling, group)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_tags_put_on_the_group_are_the_cluster_s_to_read(fleet: Fleet) -> None:
    name, key = (
        fleet.group["AutoScalingGroupName"],
        "k8s.io/cluster-autoscaler/node-template/label/a",
    )
    fleet.scaling.create_or_update_tags(
        Tags=[
            {
                "ResourceId": name,
                "ResourceType": "auto-scaling-group",
                "Key": key,
                "Value": "b",
                "PropagateAtLaunch": True,
            }
        ]
    )

    record = fleet.inside().aws.get("autoscalinggroups.autoscaling", name)
    assert record["tags"][key] == "b"
    assert tags_of(fleet.group)[key] == "b"


def test_an_update_shows_its_surge_and_its_template(fleet: Fleet) -> None:
    before = {one["InstanceId"] for one in fleet.instances}
    fleet.eks.update_nodegroup_version(clusterName="c", nodegroupName="ng")
    fleet.wait(1)
    group = fleet.group
    assert (group["DesiredCapacity"], group["MaxSize"]) == (6, 8)
    template = group["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
    assert template["Version"] == "2"
    fleet.wait(3000)
    assert fleet.described["status"] == "ACTIVE"
    assert fleet.group["DesiredCapacity"] == 2
    assert before.isdisjoint(one["InstanceId"] for one in fleet.instances)


def test_a_deleted_node_group_leaves_nothing(fleet: Fleet) -> None:
    fleet.eks.delete_nodegroup(clusterName="c", nodegroupName="ng")
    fleet.wait(2000)

    assert fleet.scaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    assert fleet.instances == []
    assert fleet.ec2_client.describe_launch_templates()["LaunchTemplates"] == []
    fleet.wait(3700)
    assert fleet.ec2_client.describe_instances()["Reservations"] == []
    fleet.eks.delete_cluster(name="c")
    fleet.wait(700)
    groups = fleet.ec2_client.describe_security_groups()["SecurityGroups"]
    assert not any(one["GroupName"].startswith("eks-cluster-sg") for one in groups)
    assert fleet.ec2_client.describe_network_interfaces()["NetworkInterfaces"] == []
    for subnet in fleet.subnets:
        fleet.ec2_client.delete_subnet(SubnetId=subnet)


def test_moto_emptied_shows_the_cluster_again(fleet: Fleet) -> None:
    before = [one["InstanceId"] for one in fleet.instances]
    regional("ec2", fleet.account, fleet.region).reset()
    regional("autoscaling", fleet.account, fleet.region).reset()

    assert [one["InstanceId"] for one in fleet.instances] == before
    assert len(fleet.group["Instances"]) == 2


# --- what happens to pods ---


def _pod(name: str, **spec: Any) -> dict[str, Any]:
    containers = [{"name": "app", "image": "app:1"}]
    meta = {"name": name, "namespace": "default", "labels": {"app": "web"}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta,
        "spec": {"containers": containers, **spec},
    }


def test_an_update_that_a_budget_forbids_fails_with_pod_eviction_failure(fleet: Fleet) -> None:
    api = fleet.inside().api
    api.create(_pod("held"))
    spec = {"maxUnavailable": 0, "selector": {"matchLabels": {"app": "web"}}}
    meta = {"name": "web", "namespace": "default"}
    kind = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}
    api.create({**kind, "metadata": meta, "spec": spec})
    fleet.wait(60)
    before = {one["InstanceId"] for one in fleet.instances}

    begun = fleet.eks.update_nodegroup_version(clusterName="c", nodegroupName="ng")["update"]
    fleet.wait(4000)
    found = fleet.eks.describe_update(name="c", updateId=begun["id"], nodegroupName="ng")["update"]
    assert found["status"] == "Failed"
    assert [one["errorCode"] for one in found["errors"]] == ["PodEvictionFailure"]
    assert "held" in found["errors"][0]["resourceIds"]
    assert fleet.group["DesiredCapacity"] == 2
    node = api.get("pods", "default", "held")["spec"]["nodeName"]
    kept = [one["InstanceId"] for one in fleet.instances if one["PrivateDnsName"] == node]
    assert set(kept) <= before
    assert len(kept) == 1


def test_pods_on_fargate_have_interfaces_and_end_with_their_profile(fleet: Fleet) -> None:
    role = fleet.client("iam").get_role(RoleName="pod")["Role"]["Arn"]
    fleet.eks.create_fargate_profile(
        clusterName="c",
        fargateProfileName="fp",
        podExecutionRoleArn=role,
        subnets=fleet.subnets,
        selectors=[{"namespace": "default"}],
    )
    fleet.wait(120)
    api = fleet.inside().api
    api.create(_pod("web"))
    fleet.wait(200)
    pod = api.get("pods", "default", "web")
    assert pod["spec"]["nodeName"].startswith("fargate-")
    own = {"Name": "private-ip-address", "Values": [pod["status"]["podIP"]]}

    def interfaces() -> list[dict[str, Any]]:
        found = fleet.ec2_client.describe_network_interfaces(Filters=[own])
        return list(found["NetworkInterfaces"])

    assert [one["SubnetId"] in fleet.subnets for one in interfaces()] == [True]
    fleet.eks.delete_fargate_profile(clusterName="c", fargateProfileName="fp")
    fleet.wait(300)
    assert fleet.eks.list_fargate_profiles(clusterName="c")["fargateProfileNames"] == []
    assert api.get("pods", "default", "web") is None
    assert interfaces() == []
