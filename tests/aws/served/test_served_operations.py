"""Every operation of EKS by boto3 over the wire, answered in the shapes of its model."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name

from eks_shapes import model, operation_names, wrong_in
from eks_story import CHAPTERS
from served_aws import REGION, Served, eventually, make_role, refusal

ROLES = {
    "cluster": ("eks.amazonaws.com",),
    "node": ("ec2.amazonaws.com",),
    "pod-execution": ("eks-fargate-pods.amazonaws.com",),
    "app": ("pods.eks.amazonaws.com", "capabilities.eks.amazonaws.com"),
}
PASSING = ("ResourceInUseException", "InvalidRequestException", "InvalidStateException")


class OverTheWire:
    """Performs operations by boto3; what is not over yet is asked for again."""

    def __init__(self, served: Served, subnets: dict[str, str]) -> None:
        self._eks = served.client("eks")
        self._subnets = subnets
        self._bodies: list[bytes] = []
        self._eks.meta.events.register("before-parse.eks", self._keep)
        self.seen: set[str] = set()
        self.wrong: list[str] = []

    def _keep(self, response_dict: dict[str, Any], **_: Any) -> None:
        self._bodies.append(response_dict["body"])

    def __call__(self, operation: str, **parameters: Any) -> dict[str, Any]:
        asked = self._with_real_subnets(parameters)
        method = getattr(self._eks, xform_name(operation))
        answer: dict[str, Any] = eventually(lambda: method(**asked), *PASSING)
        answer.pop("ResponseMetadata")
        self.seen.add(operation)
        self.wrong += wrong_in(operation, answer)
        self.wrong += unknown_in(operation, json.loads(self._bodies[-1]))
        return answer

    def wait(self, seconds: float = 1000) -> None:
        """Time jumps by itself."""

    def _with_real_subnets(self, parameters: dict[str, Any]) -> Any:
        text = json.dumps(parameters)
        for name, real in self._subnets.items():
            text = text.replace(f'"{name}"', f'"{real}"')
        return json.loads(text)


def unknown_in(operation: str, body: Any) -> list[str]:
    """Members of an answer that the model does not know: clients would never see them."""
    shape = model().operation_model(operation).output_shape
    return list(_unknown(shape, body, operation)) if shape else []


def _unknown(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        names = {one.serialization.get("name", name): one for name, one in shape.members.items()}
        for name, inner in value.items():
            if name in names:
                yield from _unknown(names[name], inner, f"{path}.{name}")
            else:
                yield f"{path}.{name} is unknown"
    elif shape.type_name == "list":
        for one in value:
            yield from _unknown(shape.member, one, f"{path}[]")


@pytest.fixture(scope="module")
def subnets(served: Served) -> dict[str, str]:
    """Three private subnets and a public one, as the story names them."""
    ec2 = served.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="192.168.0.0/16")["Vpc"]["VpcId"]
    found = {}
    for number, name in enumerate(("a", "b", "c", "public")):
        zone = f"{REGION}{'a' if name == 'public' else name}"
        block = f"192.168.{number * 32}.0/19"
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)
        found[f"subnet-{name}"] = made["Subnet"]["SubnetId"]
    return found


@pytest.fixture(scope="module")
def story(served: Served, subnets: dict[str, str]) -> OverTheWire:
    """The story, told to its end."""
    for name, services in ROLES.items():
        make_role(served.client("iam"), name, *services)
    found = OverTheWire(served, subnets)
    for chapter in CHAPTERS:
        chapter(found)
    return found


def test_every_operation_answers_boto3_in_its_shape(story: OverTheWire) -> None:
    assert story.wrong == []
    # CancelUpdate has nothing that it could cancel: see below.
    assert sorted({*operation_names()} - story.seen) == ["CancelUpdate"]


def test_cancel_update_is_refused_with_a_code_of_its_model(served: Served) -> None:
    eks = served.client("eks")
    code, status, _ = refusal(lambda: eks.cancel_update(name="none", updateId="u"))
    assert (code, status) == ("ResourceNotFoundException", 404)


def test_what_was_deleted_is_gone(served: Served, story: OverTheWire) -> None:
    eks = served.client("eks")
    eks.get_waiter("cluster_deleted").wait(name="c", WaiterConfig={"Delay": 0})
    assert eks.list_clusters()["clusters"] == []
    assert story.seen
