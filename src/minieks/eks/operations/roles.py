"""IAM roles that are passed to EKS: whether they exist, and whether the service may assume them.

Source: AWS user guide for EKS, "Amazon EKS cluster IAM role", "Amazon EKS Pod execution IAM role",
"Amazon EKS node IAM role"; IAM user guide, "AWS JSON policy elements: Principal". The conditions
of a trust policy are not looked at here: they depend on who assumes the role, and when.
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from minieks.eks.operations.errors import EksError, invalid_parameter
from minieks.eks.operations.ports import Role
from minieks.eks.operations.regional import Regional

_ARN: Final = re.compile(r"arn:[a-z0-9-]+:iam::(\d{12}):role/(.+)")


def is_role_arn(text: str) -> bool:
    """Whether a text is the ARN of a role, of whatever account."""
    return _ARN.fullmatch(text) is not None


def passed_role(at: Regional, arn: str) -> Role | None:
    """The role; None if there is none, or if nobody asks because the service is lenient.

    InvalidParameterException for what is no role's ARN, AccessDeniedException for a role of another
    account.
    """
    found = _ARN.fullmatch(arn)
    if found is None:
        raise invalid_parameter(f"Invalid Role Arn: '{arn}'")
    if at.lenient:
        return None
    if found[1] != at.account:
        raise EksError("AccessDeniedException", "Cross-account pass role is not allowed.")
    return at.services.iam.role(at.account, arn)


def trusts(role: Role, service: str, action: str = "sts:AssumeRole") -> bool:
    """Whether a statement allows the service the action, and none denies it."""
    effects = {
        statement.get("Effect")
        for statement in _list(role.trust.get("Statement"))
        if _names(statement, service) and _covers(statement, action)
    }
    return "Allow" in effects and "Deny" not in effects


def _names(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal")
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    return service in _list(principal.get("Service")) or "*" in _list(principal.get("AWS"))


def _covers(statement: Mapping[str, Any], action: str) -> bool:
    patterns = (str(one).lower() for one in _list(statement.get("Action")))
    return any(fnmatchcase(action.lower(), pattern) for pattern in patterns)


def _list(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value
