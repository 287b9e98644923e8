"""Whatever is asked in whatever order: only EksError is raised, and the state stays sound."""

from functools import cache
from typing import Any

from botocore.model import Shape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eks_shapes import model, operation_names, wrong_in
from eks_world import (
    ADMIN,
    APP_ROLE,
    CLUSTER_ROLE,
    NODE_ROLE,
    POD_ROLE,
    EksWorld,
    cluster_parameters,
    nodegroup_parameters,
    profile_parameters,
)
from minieks.eks.operations.collections import (
    ADDONS,
    CLUSTERS,
    FARGATE_PROFILES,
    NODE_GROUPS,
    UPDATES,
)
from minieks.eks.operations.errors import EksError

NAMES = st.sampled_from(["c", "d", "ng", "fp", "a b", "é", "x" * 101, ""])
WORDS = {
    "clusterName": st.sampled_from(["c", "c", "c", "d", "x"]),
    "name": st.sampled_from(["c", "c", "d", "corp", "x", "-"]),
    "version": st.sampled_from(["1.33", "1.34", "1.35", "1.36", "1.12", "x"]),
    "kubernetesVersion": st.sampled_from(["1.34", "x"]),
    "addonName": st.sampled_from(["coredns", "metrics-server", "vpc-cni", "x"]),
    "addonVersion": st.sampled_from(["v1.13.2-eksbuild.19", "v0"]),
    "configurationValues": st.sampled_from(["{}", "replicas: 1", "[", "{a: [}", "1"]),
    "amiType": st.sampled_from(["AL2_x86_64", "AL2023_ARM_64_STANDARD", "CUSTOM"]),
    "instanceTypes": st.lists(st.sampled_from(["t3.medium", "t4g.small", "x"]), max_size=2),
    "principalArn": st.sampled_from([ADMIN, APP_ROLE, NODE_ROLE, "arn", ""]),
    "policyArn": st.just("arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"),
    "resourceArn": st.just("arn:aws:eks:eu-north-1:111122223333:cluster/c") | st.text(max_size=9),
    "subnets": st.lists(
        st.sampled_from(["subnet-a", "subnet-b", "subnet-public", "x"]), max_size=3
    ),
    "subnetIds": st.lists(st.sampled_from(["subnet-a", "subnet-b", "subnet-c"]), max_size=3),
    "cidrs": st.just(["10.0.0.0/16"]),
    "serviceIpv4Cidr": st.sampled_from(["10.100.0.0/16", "x", "10.0.0.0/8"]),
    "publicAccessCidrs": st.lists(st.sampled_from(["0.0.0.0/0", "x"]), max_size=2),
    "policy": st.sampled_from(["{}", "[]", "x", "1"]),
    "issuerUrl": st.sampled_from(["https://idp.test", "x"]),
    "nextToken": st.sampled_from(["", "x", "Y2x1c3RlcnM6OQ==", "é"]),
    "type": st.sampled_from(["STANDARD", "EC2_LINUX", "FARGATE_LINUX", "oidc", "x"]),
}
ROLES = st.sampled_from([CLUSTER_ROLE, NODE_ROLE, POD_ROLE, APP_ROLE, "x"])
NUMBERS = {"maxResults": st.integers(1, 100)}


def of_shape(shape: Shape, name: str = "") -> st.SearchStrategy[Any]:
    """Any value that a shape of the model allows, often one that means something here."""
    if shape.type_name == "structure":
        return _structure(shape)
    if name in WORDS and not getattr(shape, "enum", None):
        return WORDS[name]
    if shape.type_name == "list":
        most = min(shape.metadata.get("max", 3), 3)
        return st.lists(of_shape(shape.member), max_size=most)
    if shape.type_name == "map":
        return st.dictionaries(st.sampled_from(["k", "l"]), st.sampled_from(["v", ""]), max_size=2)
    return _plain(shape, name)


def _plain(shape: Shape, name: str) -> st.SearchStrategy[Any]:
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in ("integer", "long"):
        return NUMBERS.get(name, st.integers(shape.metadata.get("min", 0), 200))
    if shape.enum:
        return st.sampled_from(shape.enum)
    return ROLES if name.lower().endswith(("rolearn", "noderole")) else NAMES


@cache
def _structure(shape: Shape) -> st.SearchStrategy[Any]:
    members = {key: of_shape(inner, key) for key, inner in shape.members.items()}
    required = {key: members.pop(key) for key in shape.required_members}
    return st.fixed_dictionaries(required, optional=members)


def call(operation: str) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """A call of an operation."""
    shape = model().operation_model(operation).input_shape
    asked = st.just({}) if shape is None else of_shape(shape)
    return st.tuples(st.just(operation), asked)


USUAL: list[tuple[str, dict[str, Any]]] = [
    ("CreateNodegroup", nodegroup_parameters()),
    ("CreateFargateProfile", profile_parameters()),
    ("DeleteNodegroup", {"clusterName": "c", "nodegroupName": "ng"}),
    ("DeleteFargateProfile", {"clusterName": "c", "fargateProfileName": "fp"}),
    ("UpdateNodegroupVersion", {"clusterName": "c", "nodegroupName": "ng"}),
    ("CreateAddon", {"clusterName": "c", "addonName": "coredns", "resolveConflicts": "OVERWRITE"}),
    ("CreateCluster", cluster_parameters("d")),
    ("DeleteCluster", {"name": "c"}),
]
CALLS = st.one_of(st.sampled_from(USUAL), st.sampled_from(operation_names()).flatmap(call))
STEPS = st.lists(st.tuples(CALLS, st.sampled_from([0, 30, 700])), min_size=1, max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(steps=STEPS, lenient=st.booleans())
def test_only_eks_errors_are_raised_and_the_state_stays_sound(
    steps: list[tuple[tuple[str, dict[str, Any]], float]], *, lenient: bool
) -> None:
    world = EksWorld(lenient=lenient)
    world.create_cluster()
    for (operation, parameters), wait in steps:
        _perform(world, operation, parameters)
        world.wait(wait)
        _check(world)


def _perform(world: EksWorld, operation: str, parameters: dict[str, Any]) -> None:
    try:
        answer = world.service.perform(operation, parameters, world.call)
    except EksError:
        return
    # What is echoed may be as wrong as what was sent: lengths are checked at the door.
    assert [one for one in wrong_in(operation, answer) if "length" not in one] == []


def _check(world: EksWorld) -> None:
    """What holds at any time."""
    records = world.services.store.values(CLUSTERS)
    assert set(world.services.running) <= set(world.services.store.keys(CLUSTERS))
    for record in records:
        running = world.service.running("111122223333", "eu-north-1", record["name"])
        assert (record["status"] in ("ACTIVE", "UPDATING")) <= (running is not None)
        if running is None:
            continue
        aws = running.cluster.aws
        assert aws.get(CLUSTERS, record["name"]) == record
        own = [one for one in aws.values(UPDATES) if one["owner"]["kind"] == "cluster"]
        in_progress = [one for one in own if one["status"] == "InProgress"]
        assert len(in_progress) <= 1
        changing = [
            one for one in aws.values(FARGATE_PROFILES) if one["status"] in ("CREATING", "DELETING")
        ]
        assert len(changing) <= 1
        assert {one["nodegroupName"] for one in aws.values(NODE_GROUPS)} <= set(
            running.cluster.node_groups.specs
        )
        waiting = [one for one in aws.values(ADDONS) if one["status"] in ("CREATING", "UPDATING")]
        assert all("due" in one for one in waiting)
