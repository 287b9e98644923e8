"""Every refusal of the operations: its code, its status and its text."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from eks_world import (
    ACCOUNT,
    ADMIN,
    APP_ROLE,
    CLUSTER_ROLE,
    NODE_ROLE,
    POD_ROLE,
    EksWorld,
    cluster_parameters,
    nodegroup_parameters,
    profile_parameters,
    role,
)
from minieks.eks.operations.errors import EksError
from minieks.eks.operations.ports import LaunchTemplate, Subnet

C: dict[str, Any] = {"clusterName": "c"}
ENTRY = {**C, "principalArn": APP_ROLE}
ASSOCIATION = {**C, "namespace": "default", "serviceAccount": "app", "roleArn": APP_ROLE}
OIDC = {"identityProviderConfigName": "corp", "issuerUrl": "https://idp.test", "clientId": "k"}
NONE = f"arn:aws:iam::{ACCOUNT}:role/none"
UNTRUSTED = f"arn:aws:iam::{ACCOUNT}:role/untrusted"
ELSEWHERE = "arn:aws:iam::444455556666:role/r"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
IP, IR = "InvalidParameterException", "InvalidRequestException"
RU, RNF = "ResourceInUseException", "ResourceNotFoundException"
RL, UAZ = "ResourceLimitExceededException", "UnsupportedAvailabilityZoneException"

Before = Callable[[EksWorld], None]


@dataclass(frozen=True)
class Case:
    """A call that is refused, after something else was done in a world with an active cluster."""

    operation: str
    asked: dict[str, Any]
    code: str
    text: str
    before: tuple[Before, ...] = ()
    status: int = 400


def did(operation: str, wait: float = 0, /, **parameters: Any) -> Before:
    """An operation performed before."""

    def act(world: EksWorld) -> None:
        world.do(operation, **parameters)
        world.wait(wait)

    return act


def cluster(**changes: Any) -> dict[str, Any]:
    """A second cluster with something changed."""
    return {**cluster_parameters("d"), **changes}


def in_subnets(*ids: str, **more: Any) -> dict[str, Any]:
    """A second cluster in certain subnets."""
    return cluster(resourcesVpcConfig={"subnetIds": list(ids), **more})


def sized(**sizes: int) -> dict[str, Any]:
    """A node group of certain sizes."""
    return nodegroup_parameters(scalingConfig=sizes)


def full_zone(world: EksWorld) -> None:
    """A subnet in a zone that takes no cluster."""
    world.ec2.subnets["subnet-e"] = Subnet("subnet-e", "vpc-1", "us-east-1e", "10.9.0.0/24", False)
    world.ec2.subnets["subnet-f"] = Subnet("subnet-f", "vpc-1", "us-east-1a", "10.9.1.0/24", False)


def more_subnets(world: EksWorld) -> None:
    """A subnet of another VPC, and a full one."""
    first = world.ec2.subnets["subnet-a"]
    world.ec2.subnets["subnet-other"] = replace(first, id="subnet-other", vpc_id="vpc-2")
    world.ec2.subnets["subnet-full"] = replace(first, id="subnet-full", free_addresses=5)


def untrusted_role(world: EksWorld) -> None:
    """A role that no service of EKS may assume."""
    world.iam.roles[UNTRUSTED] = role(UNTRUSTED, "lambda.amazonaws.com")


def with_template(world: EksWorld) -> None:
    """A launch template that says everything."""
    world.ec2.templates["lt-1"] = LaunchTemplate("lt-1", "t", "1", ("m5.large",), "ami-1")


def many_profiles(world: EksWorld) -> None:
    """As many profiles as the quota allows."""
    for number in range(10):
        world.do("CreateFargateProfile", **profile_parameters(f"p{number}"))
        world.wait(120)


LT: dict[str, Any] = {"launchTemplate": {"id": "lt-1"}, "instanceTypes": None}
ADDON = {**C, "addonName": "metrics-server"}
GROUP = did("CreateNodegroup", 600, **nodegroup_parameters())
PROFILE = did("CreateFargateProfile", 200, **profile_parameters())
NG = {**C, "nodegroupName": "ng"}
FP = {**C, "fargateProfileName": "fp"}
LABELS = {str(number): "x" for number in range(6)}

CLUSTER_CASES = [
    Case("CreateCluster", cluster_parameters(), RU, "Cluster already exists with name: c", (), 409),
    Case("DescribeCluster", {"name": "x"}, RNF, "No cluster found for name: x.", (), 404),
    Case("CreateCluster", cluster(name="-bad"), IP, "The cluster name '-bad' does not match"),
    Case("CreateCluster", cluster(version="1.99"), IP, "unsupported Kubernetes version 1.99"),
    Case("CreateCluster", cluster(version="1.20"), IP, "unsupported Kubernetes version 1.20"),
    Case("CreateCluster", cluster(roleArn="r"), IP, "Invalid Role Arn: 'r'"),
    Case("CreateCluster", cluster(roleArn=NONE), IP, f"Role with arn: {NONE}, could not be"),
    Case(
        *(
            "CreateCluster",
            cluster(roleArn=UNTRUSTED),
            IP,
            "it does not exist or the trusted",
        ),
        before=(untrusted_role,),
    ),
    Case(
        *("CreateCluster", cluster(roleArn=ELSEWHERE), "AccessDeniedException"),
        text="Cross-account pass role is not allowed.",
        status=403,
    ),
    Case("CreateCluster", in_subnets("subnet-x"), IP, "The subnet ID 'subnet-x' does not exist"),
    Case(
        *("CreateCluster", in_subnets("subnet-a"), IP),
        text="Subnets specified must be in at least two different AZs",
    ),
    Case(
        *("CreateCluster", in_subnets("subnet-other", "subnet-b"), IP),
        text="must belong to the same VPC",
        before=(more_subnets,),
    ),
    Case(
        *("CreateCluster", in_subnets("subnet-full", "subnet-b"), IP),
        text="does not have enough available IP addresses",
        before=(more_subnets,),
    ),
    Case(
        *("CreateCluster", in_subnets("subnet-a", "subnet-b", securityGroupIds=["sg-x"]), IP),
        text="The security group ID 'sg-x' does not exist",
    ),
    Case(
        *("CreateCluster", in_subnets("subnet-a", "subnet-b", securityGroupIds=["sg-1"] * 5), IP),
        text="At most 4 security groups",
    ),
    Case(
        "CreateCluster",
        in_subnets("subnet-a", "subnet-b", publicAccessCidrs=["10.0.0.0/8"] * 41),
        *(IP, "At most 40 publicAccessCidrs"),
    ),
    Case(
        *("CreateCluster", in_subnets("subnet-a", "subnet-b", endpointPublicAccess=False), IP),
        text="Private and public endpoint access cannot be false",
    ),
    Case(
        *("CreateCluster", cluster(kubernetesNetworkConfig={"serviceIpv4Cidr": "8.8.0.0/16"}), IP),
        text="must be a private range between /24 and /12",
    ),
    Case(
        "CreateCluster",
        cluster(kubernetesNetworkConfig={"serviceIpv4Cidr": "192.168.0.0/20"}),
        *(IP, "overlaps with the VPC's range 192.168.0.0/19"),
    ),
    Case(
        "CreateCluster",
        cluster(
            kubernetesNetworkConfig={"serviceIpv4Cidr": "10.1.0.0/16", "ipFamily": "ipv6"},
        ),
        *(IP, "cannot be specified if the ipFamily is ipv6"),
    ),
    Case(
        "CreateCluster",
        cluster(accessConfig={"bootstrapClusterCreatorAdminPermissions": False}),
        *(IP, "bootstrapClusterCreatorAdminPermissions must be true"),
    ),
    Case(
        *("CreateCluster", cluster(computeConfig={"enabled": True}), IP),
        text="For EKS Auto Mode, please ensure that all required configs",
    ),
    Case(
        *("CreateCluster", cluster(encryptionConfig=[{"resources": ["pods"]}]), IP),
        text='The only supported value for encryption resources is "secrets"',
    ),
    Case("CreateCluster", cluster(tags={"AWS:x": "y"}), IP, "Tag keys must not begin with aws:"),
    Case("DeleteCluster", {"name": "c"}, RU, "Cluster has nodegroups attached", (GROUP,), 409),
    Case("DeleteCluster", {"name": "c"}, RU, "Cluster has Fargate profiles", (PROFILE,), 409),
    Case(
        *("DeleteCluster", {"name": "c"}, IR, "has deletion protection enabled"),
        before=(did("UpdateClusterConfig", 200, name="c", deletionProtection=True),),
    ),
    Case(
        *(
            "DeleteCluster",
            {"name": "c"},
            RU,
            "because cluster c currently has update",
        ),
        before=(did("UpdateClusterConfig", name="c", deletionProtection=True),),
        status=409,
    ),
    Case(
        *(
            "DeleteCluster",
            {"name": "d"},
            RU,
            "because cluster d currently has status",
        ),
        before=(did("CreateCluster", **cluster()),),
        status=409,
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(clusterName="d"), IR),
        text="Cluster 'd' is not in ACTIVE status",
        before=(did("CreateCluster", **cluster()),),
    ),
]

UPDATE_CASES = [
    Case("UpdateClusterConfig", {"name": "c"}, IP, "The type for cluster update was not provided."),
    Case(
        "UpdateClusterConfig",
        {"name": "c", "deletionProtection": True, "upgradePolicy": {"supportType": "STANDARD"}},
        *(IP, "Only one type of update can be allowed."),
    ),
    Case(
        "UpdateClusterConfig",
        {"name": "c", "resourcesVpcConfig": {"endpointPublicAccess": True}},
        IP,
        "Cluster is already at the desired configuration with endpointPrivateAccess: false , "
        "endpointPublicAccess: true, and Public Endpoint Restrictions: [0.0.0.0/0]",
    ),
    Case(
        "UpdateClusterConfig",
        {"name": "c", "logging": {"clusterLogging": [{"types": ["api"], "enabled": False}]}},
        *(IP, "No changes needed for the logging config provided"),
    ),
    Case(
        "UpdateClusterConfig",
        {"name": "c", "accessConfig": {"authenticationMode": "CONFIG_MAP"}},
        *(IP, "Unsupported authentication mode update from API_AND_CONFIG_MAP to CONFIG_MAP"),
    ),
    Case(
        "UpdateClusterConfig",
        {"name": "d", "upgradePolicy": {"supportType": "STANDARD"}},
        *(IP, "its version 1.32 is in extended support"),
        before=(did("CreateCluster", 700, **cluster(version="1.32")),),
    ),
    Case(
        *("UpdateClusterConfig", {"name": "c", "deletionProtection": False}, RU),
        text="Cannot DeletionProtectionUpdate because cluster c currently has update",
        before=(did("UpdateClusterConfig", name="c", deletionProtection=True),),
        status=409,
    ),
    Case(
        *("UpdateClusterVersion", {"name": "c", "version": "1.34"}, IP),
        text="Unsupported Kubernetes minor version update from 1.34 to 1.34",
    ),
    Case(
        *("UpdateClusterVersion", {"name": "c", "version": "1.33"}, IP),
        text="Unsupported Kubernetes minor version update from 1.34 to 1.33",
    ),
    Case(
        *("UpdateClusterVersion", {"name": "c", "version": "1.36"}, IP),
        text="Unsupported Kubernetes minor version update from 1.34 to 1.36",
    ),
    Case(
        *("UpdateClusterVersion", {"name": "c", "version": "2.0"}, IP),
        text="unsupported Kubernetes version 2.0",
    ),
    Case("DescribeUpdate", {"name": "c", "updateId": "u"}, RNF, "No update found", (), 404),
    Case(
        *("ListUpdates", {"name": "c", "nodegroupName": "ng"}, RNF),
        text="No node group found for name: ng.",
        status=404,
    ),
    Case("ListClusters", {"nextToken": "nonsense"}, IP, "Invalid nextToken"),
    Case("ListClusters", {"maxResults": 101}, IP, "maxResults must be between 1 and 100"),
]

GROUP_CASES = [
    Case(
        *("CreateNodegroup", nodegroup_parameters(), RU),
        text="NodeGroup already exists with name ng and cluster name c",
        before=(GROUP,),
        status=409,
    ),
    Case("DescribeNodegroup", NG, RNF, "No node group found for name: ng.", (), 404),
    Case(
        *("CreateNodegroup", nodegroup_parameters(nodeRole=NONE), IP),
        text="The role with name none cannot be found.",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(nodeRole=POD_ROLE), IP),
        text="Following required service principals [ec2.amazonaws.com] were not found",
    ),
    Case(
        *(
            "CreateNodegroup",
            sized(minSize=3, desiredSize=1),
            IP,
        ),
        text="Minimum capacity 3 can't be greater than desired size 1",
    ),
    Case(
        *(
            "CreateNodegroup",
            sized(maxSize=3, desiredSize=5),
            IP,
        ),
        text="desired capacity 5 can't be greater than max size 3",
    ),
    Case(
        *("CreateNodegroup", sized(minSize=3, maxSize=5), IP),
        text="Minimum capacity 3 can't be greater than desired size 2",
    ),
    Case(
        *("CreateNodegroup", sized(minSize=1, maxSize=1), IP),
        text="desired capacity 2 can't be greater than max size 1",
    ),
    Case(
        *("CreateNodegroup", sized(desiredSize=5), IP),
        text="desired capacity 5 can't be greater than max size 2",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(amiType="CUSTOM"), IP),
        text="An amiType of CUSTOM needs a launch template that has an image id.",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(instanceTypes=["m5.large"] * 21), IP),
        text="At most 20 instance types are allowed",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(diskSize=0), IP),
        text="must be at least 1 GiB",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(taints=[{"key": "a", "value": "b"}]), IP),
        text="Each taint of a nodegroup needs a key and an effect",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(labels={"eks.amazonaws.com/x": "y"}), IP),
        text="Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(launchTemplate={"id": "l", "name": "n"}), IP),
        text="Either the id or the name of the launch template must be specified, but not both",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(labels={"cidr": "10.0.0.0/16"}), IP),
        text="a valid label must be an empty string or consist of alphanumeric characters",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(labels={"a b": "c"}), IP),
        text="name part must consist of alphanumeric characters",
    ),
    Case(
        *("CreateNodegroup", sized(maxSize=451), RL),
        text="Nodes per nodegroup limit exceeded",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(instanceTypes=["t4g.small"]), IP),
        text="[t4g.small] is not a valid instance type for requested amiType AL2023_x86_64_S",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(instanceTypes=["z9.tiny"]), IP),
        text="The following supplied instance types do not exist: [z9.tiny]",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(amiType="AL2_x86_64"), IP),
        text="AMI Type AL2_x86_64 is only supported for kubernetes versions 1.32 or earlier",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(version="1.35"), IP),
        text="Requested nodegroup version 1.35 is not compatible with cluster version 1.34",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(version="1.30"), IP),
        text="Requested nodegroup version 1.30 is not compatible with cluster version 1.34",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(releaseVersion="1.29.0-20240101"), IP),
        text="Requested release version 1.29.0-20240101 is not valid for kubernetes version 1.34.",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(**LT, diskSize=20), IP),
        text="Disk size must be specified within the launch template.",
        before=(with_template,),
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(**LT, remoteAccess={"ec2SshKey": "k"}), IP),
        text="Remote access configuration cannot be specified with a launch template.",
        before=(with_template,),
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(launchTemplate={"id": "lt-x"}), IP),
        text="The specified launch template, with template ID lt-x, does not exist.",
    ),
    Case(
        *("CreateNodegroup", nodegroup_parameters(**LT, version="1.34"), IP),
        text="You cannot specify kubernetes version or releaseVersion with a custom AMI",
        before=(with_template,),
    ),
    Case(
        "CreateNodegroup",
        nodegroup_parameters(updateConfig={"maxUnavailable": 1, "maxUnavailablePercentage": 5}),
        *(IP, "maxUnavailable and maxUnavailablePercentage cannot be specified together"),
    ),
    Case(
        *("UpdateNodegroupVersion", {**NG, "version": "1.33"}, IP),
        text="Nodegroup version 1.34 cannot be downgraded to 1.33",
        before=(GROUP,),
    ),
    Case(
        *("UpdateNodegroupVersion", {**NG, "launchTemplate": {"id": "lt-1"}}, IR),
        text="was created without one",
        before=(GROUP, with_template),
    ),
    Case(
        *("UpdateNodegroupVersion", NG, RU, "Nodegroup ng cannot be updated as it currently has"),
        before=(GROUP, did("UpdateNodegroupVersion", **NG)),
        status=409,
    ),
    Case(
        *("UpdateNodegroupConfig", {**NG, "scalingConfig": {"minSize": 0}}, IR),
        text="Nodegroup cannot be updated as it is currently not in Active State",
        before=(did("CreateNodegroup", **nodegroup_parameters()),),
    ),
    Case(
        *("DeleteNodegroup", NG, RU, "currently has status UPDATING"),
        before=(GROUP, did("UpdateNodegroupVersion", **NG)),
        status=409,
    ),
]

PROFILE_CASES = [
    Case(
        *("CreateFargateProfile", profile_parameters(), RU),
        text="A Fargate Profile already exists with this name in this cluster.",
        before=(PROFILE,),
        status=409,
    ),
    Case("DescribeFargateProfile", FP, RNF, "No Fargate Profile found with name: fp.", (), 404),
    Case(
        *("CreateFargateProfile", profile_parameters("two"), RU),
        text="Cannot create Fargate Profile two because cluster c currently has Fargate profile fp "
        "in status CREATING",
        before=(did("CreateFargateProfile", **profile_parameters()),),
        status=409,
    ),
    Case(
        *("CreateFargateProfile", profile_parameters(podExecutionRoleArn=NODE_ROLE), IP),
        text="Misconfigured PodExecutionRole Trust Policy; Please add the "
        "eks-fargate-pods.amazonaws.com Service Principal",
    ),
    Case(
        *("CreateFargateProfile", profile_parameters(subnets=["subnet-public"]), IP),
        text="Subnet subnet-public provided in Fargate Profile is not a private subnet",
    ),
    Case(
        *("CreateFargateProfile", profile_parameters(selectors=[]), IP),
        text="Fargate Profile requires at least one selector.",
    ),
    Case(
        *("CreateFargateProfile", profile_parameters(selectors=[{"labels": {"a": "b"}}]), IP),
        text="must have at least one selector with at least one namespace value.",
    ),
    Case(
        "CreateFargateProfile",
        profile_parameters(selectors=[{"namespace": "default", "labels": LABELS}]),
        *(IP, "Request contains Selector with more than 5 Label pairs"),
    ),
    Case(
        *("CreateFargateProfile", profile_parameters(selectors=[{"namespace": "n"}] * 6), RL),
        text="Fargate Profile contains more than 5 selectors",
    ),
    Case(
        *("CreateFargateProfile", profile_parameters("eleventh"), RL),
        text="Fargate Profile limit exceeded",
        before=(many_profiles,),
    ),
]

ACCESS_CASES = [
    Case(
        *("CreateAccessEntry", {**C, "principalArn": ADMIN}, RU),
        text="The specified access entry resource is already in use on this cluster.",
        status=409,
    ),
    Case(
        *("CreateAccessEntry", {**C, "principalArn": NONE}, IP),
        text="The specified principalArn is invalid: invalid principal.",
    ),
    Case(
        *("CreateAccessEntry", {**ENTRY, "kubernetesGroups": ["system:masters"]}, IP),
        text="The kubernetes group name system:masters is invalid, it cannot start with system:",
    ),
    Case(
        *("CreateAccessEntry", {**ENTRY, "username": "eks:x"}, IP),
        text="The username eks:x is invalid, it cannot start with eks:",
    ),
    Case(
        *("CreateAccessEntry", {**ENTRY, "username": "a{{SessionName}}"}, IP),
        text="it needs a colon before {{SessionName}}",
    ),
    Case(
        *("CreateAccessEntry", {**ENTRY, "type": "EC2_LINUX", "kubernetesGroups": ["g"]}, IP),
        text="Access entries of type EC2_LINUX take no username and no kubernetesGroups.",
    ),
    Case(
        *("DescribeAccessEntry", ENTRY, RNF, "The specified principalArn could not be found."),
        status=404,
    ),
    Case(
        *("ListAccessEntries", {"clusterName": "d"}, IR),
        text="The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]",
        before=(did("CreateCluster", 700, **cluster(accessConfig=None)),),
    ),
    Case(
        "AssociateAccessPolicy",
        {**C, "principalArn": ADMIN, "policyArn": "p", "accessScope": {"type": "cluster"}},
        *(IP, "The specified policyArn is invalid: p"),
    ),
    Case(
        "AssociateAccessPolicy",
        {**C, "principalArn": ADMIN, "policyArn": VIEW, "accessScope": {"type": "namespace"}},
        *(IP, "needs at least one namespace"),
    ),
    Case(
        *("CreatePodIdentityAssociation", ASSOCIATION, RU, "Association already exists: a-"),
        before=(did("CreatePodIdentityAssociation", **ASSOCIATION),),
        status=409,
    ),
    Case(
        *("CreatePodIdentityAssociation", {**ASSOCIATION, "roleArn": CLUSTER_ROLE}, IP),
        text="Trust policy of role provided in the request is invalid",
    ),
    Case(
        *("CreatePodIdentityAssociation", {**ASSOCIATION, "targetRoleArn": "r"}, IP),
        text="Invalid Role Arn: 'r'",
    ),
    Case(
        *("CreatePodIdentityAssociation", {**ASSOCIATION, "policy": "{}"}, IP),
        text="A session policy requires disableSessionTags to be true.",
    ),
    Case(
        *("DescribePodIdentityAssociation", {**C, "associationId": "a-x"}, RNF),
        text="The specified associationId could not be found: a-x",
        status=404,
    ),
    Case(
        *("AssociateIdentityProviderConfig", {**C, "oidc": {**OIDC, "issuerUrl": "http://x"}}, IP),
        text="issuerUrl must begin with https://",
    ),
    Case(
        "AssociateIdentityProviderConfig",
        {**C, "oidc": {**OIDC, "identityProviderConfigName": "two"}},
        *(RU, "Only one OIDC identity provider can be associated with a cluster"),
        before=(did("AssociateIdentityProviderConfig", 1000, **C, oidc=OIDC),),
        status=409,
    ),
]

OTHER_CASES = [
    Case(
        *("CreateAddon", ADDON, RU, "Addon already exists."),
        before=(did("CreateAddon", **ADDON),),
        status=409,
    ),
    Case("DescribeAddon", ADDON, RNF, "No addon: metrics-server found in cluster: c", (), 404),
    Case("CreateAddon", {**C, "addonName": "x"}, IP, "Addon x specified is not supported"),
    Case(
        *("CreateAddon", {**ADDON, "addonVersion": "v0"}, IP),
        text="Addon version specified is not supported",
    ),
    Case(
        *("CreateAddon", {**ADDON, "configurationValues": '{"foo": 1}'}, IP),
        text="ConfigurationValue provided in request is not supported: Json schema validation "
        "failed with error: [$.foo: is not defined in the schema and the schema does not allow "
        "additional properties]",
    ),
    Case(
        *("CreateAddon", {**ADDON, "configurationValues": '{"replicas": "2"}'}, IP),
        text="$.replicas: string found, integer expected",
    ),
    Case(
        *("UpdateAddon", ADDON, IR, "cannot be updated as it is currently in CREATING state"),
        before=(did("CreateAddon", **ADDON),),
    ),
    Case("DescribeInsight", {**C, "id": "i"}, RNF, "No insight found with id: i", (), 404),
    Case(
        *("TagResource", {"resourceArn": "arn:aws:eks:x:1:cluster/x", "tags": {"a": "b"}}),
        *("NotFoundException", "Resource was not found"),
        status=404,
    ),
    Case(
        *("CreateEksAnywhereSubscription", {"name": "s", "term": {"duration": 5}}, IP),
        text="The term's duration must be one of [12, 36] months.",
    ),
    Case("DescribeEksAnywhereSubscription", {"id": "s"}, RNF, "No subscription found", (), 404),
    Case("DeregisterCluster", {"name": "x"}, RNF, "No cluster found for name: x.", (), 404),
    Case(
        *(
            "DescribeCapability",
            {**C, "capabilityName": "x"},
            RNF,
            "No capability found",
        ),
        status=404,
    ),
]

CASES = [
    *(CLUSTER_CASES + UPDATE_CASES + GROUP_CASES),
    *(PROFILE_CASES + ACCESS_CASES + OTHER_CASES),
]


@pytest.fixture(scope="module")
def quiet() -> EksWorld:
    """An active cluster; refused calls may share it, for they change nothing."""
    world = EksWorld()
    world.create_cluster()
    return world


def prepared(case: Case, quiet: EksWorld) -> EksWorld:
    """A world of its own for a case before which something has to be done."""
    if not case.before:
        return quiet
    world = EksWorld()
    world.create_cluster()
    for act in case.before:
        act(world)
    return world


def revisions(world: EksWorld) -> tuple[int, int]:
    """What moves whenever something is written."""
    return world.services.store.revision, world.inside().aws.revision


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operation}: {case.text[:60]}")
def test_what_cannot_be_is_refused_in_the_words_of_the_service(case: Case, quiet: EksWorld) -> None:
    world = prepared(case, quiet)
    before = revisions(world)
    asked = {key: value for key, value in case.asked.items() if value is not None}
    with pytest.raises(EksError) as refused:
        world.do(case.operation, **asked)
    assert (refused.value.code, refused.value.status) == (case.code, case.status)
    assert case.text in refused.value.message
    assert revisions(world) == before


def test_a_zone_that_takes_no_cluster_is_told_with_those_that_do() -> None:
    world = EksWorld()
    full_zone(world)
    call = replace(world.call, region="us-east-1")
    asked = in_subnets("subnet-e", "subnet-f")
    with pytest.raises(EksError) as refused:
        world.do("CreateCluster", call, **asked)
    assert refused.value.code == UAZ
    assert "us-east-1e, the targeted availability zone" in refused.value.message
    assert refused.value.members["validZones"]
