"""What a request calls and what it is about, as policies name both."""

import json

import pytest

from minieks.aws.asked import Asked
from minieks.aws.permissions.called import called
from minieks.aws.permissions.resources import Place, resources
from minieks.aws.scope import Scope
from minieks.kube.rest.http import Request

PLACE = Place("aws", "eu-west-1", "111122223333")
HERE = "eu-west-1:111122223333"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def form(action: str, **parameters: str) -> Request:
    """A request of the query protocol."""
    pairs = [f"{key}={value}" for key, value in {"Action": action, **parameters}.items()]
    return Request("POST", "/", headers=FORM, body="&".join(pairs).encode())


def target(operation: str, **parameters: object) -> Request:
    """A request of a JSON protocol."""
    headers = {"x-amz-target": f"Any_20120810.{operation}"}
    return Request("POST", "/", headers=headers, body=json.dumps(parameters).encode())


GROUPS = "/clusters/c/node-groups"

# Service Authorization Reference, the table of actions of each service
CASES = [
    ("eks", Request("GET", "/clusters"), "eks:ListClusters", f"arn:aws:eks:{HERE}:cluster/*"),
    ("eks", Request("GET", "/clusters/c"), "eks:DescribeCluster", f"arn:aws:eks:{HERE}:cluster/c"),
    ("eks", Request("GET", GROUPS), "eks:ListNodegroups", f"arn:aws:eks:{HERE}:cluster/c"),
    (
        *("eks", Request("DELETE", f"{GROUPS}/ng"), "eks:DeleteNodegroup"),
        f"arn:aws:eks:{HERE}:nodegroup/c/ng/*",
    ),
    (
        "eks",
        Request(
            "GET", "/clusters/c/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fp%2Fr"
        ),
        "eks:DescribeAccessEntry",
        f"arn:aws:eks:{HERE}:access-entry/c/role/111122223333/r/*",
    ),
    ("eks", Request("GET", "/addons/supported-versions"), "eks:DescribeAddonVersions", "*"),
    (
        *("eks", Request("GET", "/tags/arn%3Aaws%3Aeks%3Ax"), "eks:ListTagsForResource"),
        "arn:aws:eks:x",
    ),
    ("s3", Request("GET", "/"), "s3:ListAllMyBuckets", "*"),
    ("s3", Request("GET", "/b"), "s3:ListBucket", "arn:aws:s3:::b"),
    ("s3", Request("GET", "/b/k/l%20m"), "s3:GetObject", "arn:aws:s3:::b/k/l m"),
    ("s3", Request("PUT", "/b/k"), "s3:PutObject", "arn:aws:s3:::b/k"),
    ("s3", Request("GET", "/b", (("policy", ""),)), "s3:GetBucketPolicy", "arn:aws:s3:::b"),
    ("ec2", form("DescribeInstances"), "ec2:DescribeInstances", "*"),
    (
        "ec2",
        form("TerminateInstances", **{"InstanceId.1": "i-0123456789abcdef0"}),
        "ec2:TerminateInstances",
        f"arn:aws:ec2:{HERE}:instance/i-0123456789abcdef0",
    ),
    ("iam", form("GetRole", RoleName="r"), "iam:GetRole", "arn:aws:iam::111122223333:role/r"),
    (
        *("sts", form("AssumeRole", RoleArn="arn:aws:iam::1:role/r"), "sts:AssumeRole"),
        "arn:aws:iam::1:role/r",
    ),
    (
        *("dynamodb", target("PutItem", TableName="t"), "dynamodb:PutItem"),
        f"arn:aws:dynamodb:{HERE}:table/t",
    ),
    (
        *("sqs", target("SendMessage", QueueUrl="http://x:1/111122223333/q"), "sqs:SendMessage"),
        f"arn:aws:sqs:{HERE}:q",
    ),
    (
        *("ssm", target("GetParameters", Names=["/a/b"]), "ssm:GetParameters"),
        f"arn:aws:ssm:{HERE}:parameter/a/b",
    ),
    (
        *("sns", form("Publish", TopicArn=f"arn:aws:sns:{HERE}:t"), "sns:Publish"),
        f"arn:aws:sns:{HERE}:t",
    ),
    (
        *(
            "lambda",
            Request("POST", "/2015-03-31/functions/f/invocations"),
            "lambda:InvokeFunction",
        ),
        f"arn:aws:lambda:{HERE}:function:f",
    ),
    ("apigateway", Request("GET", "/restapis"), "apigateway:GET", "*"),
    ("gamelift", Request("GET", "/x"), "gamelift:*", "*"),
]


@pytest.mark.parametrize(
    ("service", "request_", "action", "resource"), CASES, ids=[case[2] for case in CASES]
)
def test_a_request_calls(service: str, request_: Request, action: str, resource: str) -> None:
    found = called(Asked(request_, Scope(service, "eu-west-1"), "111122223333"))

    assert found is not None
    assert (found.action, resources(found, PLACE)) == (action, (resource,))


def test_what_eks_refuses_anyway_calls_nothing() -> None:
    asked = Asked(Request("GET", "/nowhere"), Scope("eks"), "111122223333")

    assert called(asked) is None
