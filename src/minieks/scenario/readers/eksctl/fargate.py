"""The Fargate profiles of a ClusterConfig.

Checks and words as in eksctl pkg/apis/eksctl.io/v1alpha5/validation.go (FargateProfile.Validate)
and, for what only the service refuses, as EKS' CreateFargateProfile answers; limits from the Amazon
EKS service quotas.
"""

from collections.abc import Mapping
from typing import Any

from minieks.eks.spec import FargateProfileSpec, FargateSelector, NetworkSpec, SubnetSpec
from minieks.scenario.readers.eksctl import made_up
from minieks.scenario.readers.eksctl.reading import Reading
from minieks.scenario.readers.places import FieldPath

_FIELD = "fargateProfiles"
_RESERVED_PREFIX = "eks-"
_MOST_PROFILES = 10
_MOST_SELECTORS = 5
_MOST_LABELS = 5


def read_fargate_profiles(reading: Reading, network: NetworkSpec) -> tuple[FargateProfileSpec, ...]:
    """Every profile; UserError for one that eksctl or EKS would refuse."""
    given = reading.config.get(_FIELD) or ()
    if len(given) > _MOST_PROFILES:
        raise reading.error(
            (_FIELD,),
            f"{len(given)} profiles; a cluster has at most {_MOST_PROFILES}",
            f"merge profiles: one takes {_MOST_SELECTORS} selectors",
        )
    if given and not reading.region.has_fargate:
        raise reading.error(
            (_FIELD,), f"EKS on Fargate is not offered in {reading.region.name}", "use node groups"
        )
    reading.unique((_FIELD,), "the profile name", (one.get("name", "") for one in given))
    return tuple(_profile(reading, network, index, one) for index, one in enumerate(given))


def _profile(
    reading: Reading, network: NetworkSpec, index: int, fields: Mapping[str, Any]
) -> FargateProfileSpec:
    path: FieldPath = (_FIELD, index)
    name: str = fields.get("name", "")
    if not name:
        raise reading.error((*path, "name"), "invalid Fargate profile: empty name", "name it")
    if name.startswith(_RESERVED_PREFIX):
        raise reading.error(
            (*path, "name"),
            f'invalid Fargate profile "{name}": name should NOT start with "{_RESERVED_PREFIX}"',
            "AWS keeps that prefix for itself; choose another",
        )
    return FargateProfileSpec(
        name=name,
        selectors=_selectors(reading, path, name, fields.get("selectors") or ()),
        subnets=_subnets(reading, path, network, fields.get("subnets") or ()),
        pod_execution_role_arn=fields.get("podExecutionRoleARN") or _role(reading),
        tags=fields.get("tags") or {},
        cap=reading.settings.fargate_cap(name),
    )


def _role(reading: Reading) -> str:
    given = (reading.config.get("iam") or {}).get("fargatePodExecutionRoleARN")
    return given or made_up.role_arn(
        reading.region.partition,
        reading.account_id,
        f"eksctl-{reading.cluster}",
        "FargatePodExecutionRole",
    )


def _selectors(
    reading: Reading, path: FieldPath, name: str, given: Any
) -> tuple[FargateSelector, ...]:
    path = (*path, "selectors")
    if not given:
        raise reading.error(
            path,
            f'invalid Fargate profile "{name}": no profile selector',
            "add '- namespace: ...' with the namespace whose pods run on Fargate",
        )
    if len(given) > _MOST_SELECTORS:
        raise reading.error(
            path,
            f"{len(given)} selectors; a Fargate profile has at most {_MOST_SELECTORS}",
            "spread them over several profiles, or use wildcards (* and ?) in the namespaces",
        )
    return tuple(_selector(reading, (*path, i), name, one) for i, one in enumerate(given))


def _selector(
    reading: Reading, path: FieldPath, name: str, fields: Mapping[str, Any]
) -> FargateSelector:
    namespace = fields.get("namespace", "")
    labels = fields.get("labels") or {}
    if not namespace:
        raise reading.error(
            path,
            f'invalid Fargate profile "{name}": invalid profile selector at index #{path[-1]}: '
            "empty namespace",
            "every selector needs a namespace; '*' is any",
        )
    if len(labels) > _MOST_LABELS:
        raise reading.error(
            (*path, "labels"),
            f"Request contains Selector with more than {_MOST_LABELS} Label pairs",
            f"keep {_MOST_LABELS} of the {len(labels)}",
        )
    return FargateSelector(namespace, labels)


def _subnets(
    reading: Reading, path: FieldPath, network: NetworkSpec, given: Any
) -> tuple[str, ...]:
    """Ids of the profile's subnets; the cluster's private ones if it names none."""
    private = tuple(one.id for one in network.private_subnets())
    if not given and not private:
        raise reading.error(
            path,
            "Fargate needs a private subnet, and the cluster's VPC has none",
            "add vpc.subnets.private; their way out is a NAT gateway or VPC endpoints",
        )
    found = (_subnet(reading, (*path, "subnets", i), network, one) for i, one in enumerate(given))
    return tuple(one.id for one in found) or private


def _subnet(reading: Reading, path: FieldPath, network: NetworkSpec, name: str) -> SubnetSpec:
    same = [one for one in network.subnets if name in (one.id, one.name)]
    private = [one for one in same if not one.public]
    if private:
        return private[0]
    if same:
        raise reading.error(
            path,
            f"Subnet {same[0].id} provided in Fargate Profile is not a private subnet",
            "name private subnets, or none: then the cluster's private ones are used",
        )
    known = ", ".join(one.name or one.id for one in network.private_subnets())
    raise reading.error(
        path, f"there is no subnet {name!r} in the cluster's VPC", f"its private ones are {known}"
    )
