"""Ids of what eksctl would create: chosen by the names alone, so that every run has the same."""

import hashlib

_LONGEST_ROLE_NAME = 64  # IAM user guide, quotas


def _digest(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()


def vpc_id(cluster: str, region: str) -> str:
    """The VPC of a cluster, ``vpc-`` and 17 hexadecimal digits as EC2 gives them."""
    return f"vpc-{_digest('vpc', region, cluster)[:17]}"


def subnet_id(cluster: str, region: str, name: str) -> str:
    """A subnet of a cluster; ``name`` tells its subnets apart."""
    return f"subnet-{_digest('subnet', region, cluster, name)[:17]}"


def role_arn(partition: str, account: str, stack: str, logical_name: str) -> str:
    """The ARN of a role that CloudFormation names ``<stack>-<logical name>-<random>``."""
    random = _digest("role", account, stack, logical_name)[:12].upper()
    room = _LONGEST_ROLE_NAME - len(random) - 1
    return f"arn:{partition}:iam::{account}:role/{f'{stack}-{logical_name}'[:room]}-{random}"
