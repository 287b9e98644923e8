"""A role's trust policy: whether it lets somebody assume the role, and if not, why not.

    decide(role.trust, Asked(federated(arn), WEB_IDENTITY, context)) -> Decision

A Deny that fits decides; else an Allow must fit. The reason names what comes nearest: the condition
that failed, or that nobody trusts the principal. Source: AWS IAM user guide, "Policy evaluation
logic" and "AWS JSON policy elements: Principal".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from minieks.eks.identity import arns, conditions
from minieks.eks.identity.conditions import Failure
from minieks.eks.identity.patterns import Context, like
from minieks.eks.identity.ports import listed

WEB_IDENTITY: Final = "sts:AssumeRoleWithWebIdentity"
ASSUME: Final = "sts:AssumeRole"
TAG: Final = "sts:TagSession"
_EVERYBODY: Final = "*"


class Principal(NamedTuple):
    """Who asks: the kind as a policy writes it (Federated, Service, AWS), and which one."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a role; ``context`` has condition keys in lower case."""

    principal: Principal
    action: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed; if not, the reason in words and the condition that failed, if any."""

    allowed: bool
    reason: str = ""
    failure: Failure | None = None


class _Miss(NamedTuple):
    """Why a statement does not fit; the greater the ``nearness`` the less is amiss."""

    nearness: int
    reason: str
    failure: Failure | None = None


def decide(policy: Mapping[str, Any], asked: Asked) -> Decision:
    """The decision of a trust policy."""
    nearest = _Miss(-1, "the trust policy has no statement that allows anything")
    allowed = False
    for number, statement in enumerate(listed(policy.get("Statement")), start=1):
        miss = _miss(statement, asked, number)
        denies = statement.get("Effect") == "Deny"
        if miss is None and denies:
            return Decision(False, f"{_called(statement, number)} denies it explicitly")
        allowed = allowed or (miss is None and not denies)
        if miss is not None and not denies and miss.nearness > nearest.nearness:
            nearest = miss
    return Decision(True) if allowed else Decision(False, nearest.reason, nearest.failure)


def _miss(statement: Mapping[str, Any], asked: Asked, number: int) -> _Miss | None:
    called = _called(statement, number)
    trusts = _has_principal(statement, asked.principal)
    if not _has_action(statement, asked.action):
        return _Miss(int(trusts), f"{called} does not allow the action {asked.action}")
    if not trusts:
        return _Miss(1, f"{called} does not trust {asked.principal}; it trusts {_told(statement)}")
    failure = conditions.failed(statement.get("Condition") or {}, asked.context)
    if failure is not None:
        return _Miss(2, f"{called}: {failure}", failure)
    return None


def _called(statement: Mapping[str, Any], number: int) -> str:
    name = statement.get("Sid")
    return f"statement {number} ({name})" if name else f"statement {number}"


def _told(statement: Mapping[str, Any]) -> str:
    given = statement.get("Principal")
    if isinstance(given, str):
        return given
    names = [f"{kind} {name}" for kind, said in (given or {}).items() for name in listed(said)]
    return ", ".join(names) or "nobody"


def _has_action(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _names_action(statement["NotAction"], action)
    return _names_action(statement.get("Action"), action)


def _names_action(names: Any, action: str) -> bool:
    return any(like(str(name).lower(), action.lower(), {}) for name in listed(names))


def names(statement: Mapping[str, Any], caller: str) -> bool:
    """Whether a statement is about a caller of AWS, by his ARN."""
    return _has_principal(statement, Principal("AWS", caller))


def _has_principal(statement: Mapping[str, Any], principal: Principal) -> bool:
    if "NotPrincipal" in statement:
        return not _names_principal(statement["NotPrincipal"], principal)
    return _names_principal(statement.get("Principal"), principal)


def _names_principal(given: Any, principal: Principal) -> bool:
    if given == _EVERYBODY:
        return True
    if not isinstance(given, Mapping):
        return False
    names = [str(name) for name in listed(given.get(principal.kind))]
    if principal.kind == "AWS":
        return any(_is_meant(name, principal.name) for name in names)
    return _EVERYBODY in names or principal.name in names


def _is_meant(name: str, caller: str) -> bool:
    """Whether a policy's AWS principal means a caller: his account, role, session or himself."""
    try:
        arn = arns.parsed(caller)
    except arns.BadArn:
        return False
    of_account = (arn.account, f"arn:{arn.partition}:iam::{arn.account}:root")
    role = arns.canonical(caller) if arn.service == "sts" else caller
    return name in (_EVERYBODY, caller, *of_account) or arns.without_path(name) == role
