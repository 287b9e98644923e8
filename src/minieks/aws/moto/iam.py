"""IAM as the EKS operations ask it, answered from moto's state."""

import json
from collections.abc import Mapping
from typing import Any

from minieks.aws.moto.loaded import is_loaded, of_partition
from minieks.eks.operations.ports import Role


class MotoIam:
    """Fulfils `minieks.eks.operations.ports.Iam`."""

    def role(self, account: str, arn: str) -> Role | None:
        """The role of this ARN, or None."""
        found = role_of(account, arn)
        if found is None:
            return None
        return Role(
            arn=found.arn,
            name=found.name,
            path=found.path,
            role_id=found.id,
            trust=document(found.assume_role_policy_document),
            max_session=int(found.max_session_duration or 3600),
            policies=tuple(one.arn for one in found.managed_policies.values()),
        )

    def user(self, account: str, arn: str) -> str | None:
        """The unique id of the user of this ARN, or None if there is none."""
        if not is_loaded("iam"):
            return None
        users = of_partition("iam", account, partition_of(arn)).users
        return next((str(one.id) for one in users.values() if one.arn == arn), None)


def role_of(account: str, arn: str) -> Any:
    """moto's own role of this ARN, or None; it is looked for in its own account alone."""
    if not is_loaded("iam") or account_of(arn) != account:
        return None
    roles = of_partition("iam", account, partition_of(arn)).roles
    return next((one for one in roles.values() if one.arn == arn), None)


def account_of(arn: str) -> str:
    """The account in an ARN, empty if it has none."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""


def partition_of(arn: str) -> str:
    """The partition in an ARN."""
    parts = arn.split(":")
    return parts[1] if len(parts) > 5 and parts[1].startswith("aws") else "aws"


def document(text: str | Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A policy document, parsed; empty if it is none."""
    if isinstance(text, Mapping):
        return text
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
