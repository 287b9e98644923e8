"""The tags that a request brings and that its resource has, as condition keys.

Source: AWS IAM user guide, "Controlling access to AWS resources using tags"; Service Authorization
Reference, condition keys of EC2, Auto Scaling and Elastic Load Balancing: the services have keys of
their own beside ``aws:ResourceTag``. A resource that is just being made has none.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from minieks.aws.moto.iam import role_of
from minieks.aws.moto.loaded import is_loaded, regional
from minieks.aws.moto.principals import tags_of
from minieks.aws.permissions.called import Called
from minieks.aws.permissions.resources import Place
from minieks.eks.identity.patterns import Context

Tags: TypeAlias = Mapping[str, str]
_FLAT: Final = re.compile(r"(?P<one>(?:.*\.)?Tags?(?:\.member)?\.\d+)\.(?P<part>Key|Value)")
"""A tag's parameters in the query protocols, such as ``TagSpecification.1.Tag.2.Key``."""


def of_request(found: Called) -> Context:
    """``aws:RequestTag/…`` and ``aws:TagKeys``."""
    tags = _requested(found.parameters)
    if not tags:
        return {}
    wanted = {f"aws:requesttag/{key}".lower(): (value,) for key, value in tags.items()}
    return {**wanted, "aws:tagkeys": tuple(tags)}


def _requested(parameters: Mapping[str, Any]) -> Tags:
    given = parameters.get("tags") or parameters.get("Tags")
    if isinstance(given, Mapping):
        return {str(key): str(value) for key, value in given.items()}
    if isinstance(given, list):
        return dict(_pairs(given))
    return _flat(parameters)


def _pairs(given: list[Any]) -> Iterator[tuple[str, str]]:
    """A list of maps with a key and a value each, in capitals or not."""
    for one in given:
        if isinstance(one, Mapping):
            lower = {str(name).lower(): value for name, value in one.items()}
            yield str(lower.get("key", "")), str(lower.get("value", ""))


def _flat(parameters: Mapping[str, Any]) -> Tags:
    tags: dict[str, dict[str, str]] = {}
    for name, value in parameters.items():
        found = _FLAT.fullmatch(name)
        if found:
            tags.setdefault(found["one"], {})[found["part"]] = str(value)
    return {one["Key"]: one.get("Value", "") for one in tags.values() if "Key" in one}


def of_resource(
    found: Called, resource: str, place: Place, eks_tags: Callable[[Called], Tags]
) -> Context:
    """``aws:ResourceTag/…``, and the service's own key for it.

    ``eks_tags`` tells the tags of what an operation of EKS is about.
    """
    tags = _tags(found, resource, place, eks_tags)
    prefixes = ("aws", found.service)
    return {
        f"{prefix}:resourcetag/{key}".lower(): (value,)
        for prefix in prefixes
        for key, value in tags.items()
    }


def _tags(found: Called, resource: str, place: Place, eks_tags: Callable[[Called], Tags]) -> Tags:
    match found.service:
        case "eks":
            return eks_tags(found)
        case "iam":
            return _of_role(resource, place)
        case "ec2" | "autoscaling" | "elasticloadbalancing" as service:
            return _REGIONAL[service](found, resource, place)
    return {}


def _of_role(arn: str, place: Place) -> Tags:
    role = role_of(place.account, arn)
    return tags_of(role.tags) if role is not None else {}


def _of_ec2(_: Called, arn: str, place: Place) -> Tags:
    ec2 = regional("ec2", place.account, place.region)
    found: Tags = ec2.tags.get(arn.rpartition("/")[2]) or {}
    return found


def _of_group(found: Called, arn: str, place: Place) -> Tags:
    """The tags of a group, which may be named by one of its instances."""
    scaling = regional("autoscaling", place.account, place.region)
    name = arn.rpartition("/")[2]
    if "InstanceId" in found.parameters:
        states = scaling.describe_auto_scaling_instances([found.parameters["InstanceId"]])
        name = states[0].auto_scaling_group.name if states else name
    group = scaling.autoscaling_groups.get(name)
    return {one["Key"]: one.get("Value", "") for one in group.tags} if group else {}


def _of_balancer(_: Called, arn: str, place: Place) -> Tags:
    if not is_loaded("elbv2"):
        return {}
    tagging = regional("elbv2", place.account, place.region).tagging_service
    found: Tags = tagging.get_tag_dict_for_resource(arn)
    return found


_REGIONAL: Final[Mapping[str, Callable[[Called, str, Place], Tags]]] = {
    "ec2": _of_ec2,
    "autoscaling": _of_group,
    "elasticloadbalancing": _of_balancer,
}
