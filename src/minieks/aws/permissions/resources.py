"""The resources that a request is about, as ARNs; ``*`` where that cannot be told.

Source: Service Authorization Reference, the resource types of each service.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minieks.aws.permissions import eksresources
from minieks.aws.permissions.called import Called

ANY: Final = "*"
_INDEX: Final = re.compile(r"(\.member)?\.\d+(?=\.|$)")
_EC2_ID: Final = re.compile(r"(?P<prefix>[a-z]+)-[0-9a-f]{8,17}")
_EC2_KINDS: Final = {
    "ami": "image",
    "eni": "network-interface",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
}
_NAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "autoscaling": {"AutoScalingGroupName": "autoScalingGroup:*:autoScalingGroupName/{}"},
    "cloudformation": {"StackName": "stack/{}/*"},
    "dynamodb": {"TableName": "table/{}"},
    "ecr": {"repositoryName": "repository/{}"},
    "iam": {
        "RoleName": "role/{}",
        "UserName": "user/{}",
        "GroupName": "group/{}",
        "InstanceProfileName": "instance-profile/{}",
        "PolicyName": "policy/{}",
    },
    "kms": {"KeyId": "key/{}"},
    "lambda": {"FunctionName": "function:{}"},
    "logs": {"logGroupName": "log-group:{}:*"},
    "secretsmanager": {"SecretId": "secret:{}-??????", "Name": "secret:{}-??????"},
    "sns": {"Name": "{}"},
    "sqs": {"QueueUrl": "{}", "QueueName": "{}"},
    "ssm": {"Name": "parameter/{}", "Names": "parameter/{}"},
}
"""For each service which parameters name a resource, and its ARN's end."""
_GLOBAL: Final = frozenset({"iam", "route53"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request is made."""

    partition: str
    region: str
    account: str


def resources(found: Called, place: Place) -> tuple[str, ...]:
    """The ARNs, at least one."""
    match found.service:
        case "eks" | "eks-auth":
            return (eksresources.resource(found, place.partition, place.region, place.account),)
        case "s3":
            return (_of_s3(found, place),)
        case "ec2":
            return tuple(_of_ec2(found, place)) or (ANY,)
    return tuple(_named(found, place)) or tuple(_arns(found)) or (ANY,)


def _of_s3(found: Called, place: Place) -> str:
    bucket, key = found.parameters["Bucket"], found.parameters["Key"]
    if not bucket:
        return ANY
    return f"arn:{place.partition}:s3:::{bucket}{'/' if key else ''}{key}"


def _of_ec2(found: Called, place: Place) -> Iterator[str]:
    """Descriptions are about no resource in particular."""
    if found.operation.startswith(("Describe", "Get", "List")):
        return
    for value in found.parameters.values():
        known = _EC2_ID.fullmatch(str(value))
        kind = _EC2_KINDS.get(known["prefix"]) if known else None
        if kind is not None:
            account = "" if kind == "image" else place.account
            yield f"arn:{place.partition}:ec2:{place.region}:{account}:{kind}/{value}"


def _named(found: Called, place: Place) -> Iterator[str]:
    templates = _NAMED.get(found.service, {})
    region = "" if found.service in _GLOBAL else place.region
    head = f"arn:{place.partition}:{found.service}:{region}:{place.account}"
    for parameter, values in _listed(found.parameters):
        for value in values if parameter in templates else ():
            if value.startswith("arn:"):
                yield value
            else:
                yield f"{head}:{templates[parameter].format(_name(value))}"


def _name(value: str) -> str:
    """The name in what names a resource: the end of a queue's URL, a parameter's path."""
    return value.rpartition("/")[2] if "://" in value else value.removeprefix("/")


def _arns(found: Called) -> Iterator[str]:
    """Parameters that are ARNs of the service's own; of a role that is to be assumed too."""
    services = (found.service, "iam") if found.service == "sts" else (found.service,)
    for _, values in _listed(found.parameters):
        yield from (one for one in values if one.split(":")[2:3] and one.split(":")[2] in services)


def _listed(parameters: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Each parameter with its texts; ``InstanceId.1`` is one of ``InstanceId``."""
    for name, value in parameters.items():
        values = value if isinstance(value, list) else [value]
        yield _INDEX.sub("", name), [one for one in values if isinstance(one, str)]
