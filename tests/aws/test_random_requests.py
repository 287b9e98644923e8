"""Whatever is asked of EKS is answered or refused with a code that clients know; nothing breaks."""

from typing import Any

import pytest
from botocore.model import OperationModel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aws_shapes import inputs, request_of
from eks_shapes import model, operation_names
from eks_world import (
    ACCOUNT,
    ADMIN,
    APP_ROLE,
    CLUSTER_ROLE,
    NODE_ROLE,
    POD_ROLE,
    REGION,
    EksWorld,
    nodegroup_parameters,
    profile_parameters,
)
from minieks.aws.front import Front
from minieks.eks.operations.errors import SHAPES
from minieks.kube.rest.http import Response

VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
CLUSTER_ARN = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/c"
_ROLES = (APP_ROLE, CLUSTER_ROLE, NODE_ROLE, POD_ROLE)
KNOWN = {
    "": ("c", "ng", "fp", "default", "1.34", "metrics-server", APP_ROLE, "subnet-a", "10.0.0.0/16"),
    "name": ("c", "c", "c", "d"),
    "clusterName": ("c",) * 9 + ("none",),
    "nodegroupName": ("ng", "other"),
    "fargateProfileName": ("fp", "other"),
    "addonName": ("metrics-server", "coredns"),
    "principalArn": (*_ROLES, ADMIN),
    "policyArn": (VIEW,),
    "roleArn": _ROLES,
    "nodeRole": _ROLES,
    "podExecutionRoleArn": _ROLES,
    "subnets": ("subnet-a", "subnet-b", "subnet-public"),
    "subnetIds": ("subnet-a", "subnet-b", "subnet-c"),
    "securityGroupIds": ("sg-1", "sg-2"),
    "instanceTypes": ("t3.medium", "m5.large"),
    "version": ("1.33", "1.34", "1.35"),
    "addonVersion": ("v1.13.2-eksbuild.19",),
    "resourceArn": (CLUSTER_ARN,),
    "configurationValues": ("{}", '{"replicas": 1}', "replicas: 2", "nonsense: ["),
    "namespace": ("default", "kube-system"),
    "type": ("STANDARD", "EC2_LINUX", "oidc", "cluster", "namespace"),
}
FRONT_DOOR = {"ValidationException", "SerializationException", "UnknownOperationException"}
"""What is refused before the service sees it (AWS General Reference, "Common Errors")."""
OFTEN = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Nobody:
    """No running clusters that would be asked for their keys."""

    def urls(self) -> list[str]:
        return []

    def key_set(self, issuer: str) -> None:
        return None

    def inside_of(self, issuer: str) -> None:
        return None

    def inside(self, account: str, region: str, name: str) -> None:
        return None


class Door:
    """A world with a cluster that has everything, and its front."""

    def __init__(self) -> None:
        self.world = EksWorld()
        self.world.create_cluster()
        self.world.do("CreateNodegroup", **nodegroup_parameters())
        self.world.do("CreateFargateProfile", **profile_parameters())
        self.world.do("CreateAddon", clusterName="c", addonName="metrics-server")
        self.world.wait(900)
        self.front = Front(self.world.engine, self.world.service, Nobody(), self.world.engine.now)

    def ask(self, operation: OperationModel, given: dict[str, Any], service: str) -> Response:
        scope = f"Credential={ACCOUNT}/20260609/{REGION}/{service}/aws4_request"
        headers = {
            "host": "127.0.0.1:4566",
            "content-type": "application/json",
            "authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        }
        return self.front.handle(request_of(operation, given, headers))


_doors: list[Door] = []


@pytest.fixture
def door() -> Door:
    """The same for all operations until one has deleted something."""
    if not _doors:
        _doors.append(Door())
    return _doors[0]


@pytest.mark.parametrize("name", operation_names())
@given(data=st.data())
@OFTEN
def test_whatever_is_asked_is_answered_or_refused(
    door: Door, name: str, data: st.DataObject
) -> None:
    operation = model().operation_model(name)

    found = door.ask(operation, data.draw(inputs(operation, KNOWN)), "eks")
    door.world.wait(30)
    if found.status < 300 and name.startswith("Delete"):
        _doors.clear()

    code = found.header("x-amzn-ErrorType")
    assert found.status < 500, (code, found.body)
    assert (found.status < 300) == (code == "")
    assert not code or code in SHAPES or code in FRONT_DOOR
