"""AssumeRole: whether a caller gets a session of a role.

    check(Request(role_arn, "deploy"), caller, iam, now)     # raises StsRefused

The role must be there, trust the caller, and let its sessions last as long as is asked. The root
user of the role's own account is not held to the trust policy, as it is held to no policy. Source:
AWS STS API reference, AssumeRole; AWS IAM user guide, "Roles terms and concepts" (role chaining).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from minieks.eks.identity import arns, trust
from minieks.eks.identity.patterns import Context
from minieks.eks.identity.ports import CallerIdentity, Iam
from minieks.eks.identity.stserrors import StsRefused, too_long, too_long_chained
from minieks.eks.identity.trust import ASSUME, TAG, Asked, Principal
from minieks.engine.clock import SECOND, Micros
from minieks.kube.words import times

_CHAINED: Final = 3600
"""Seconds that a session may last that another session has asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for; ``seconds`` is None if the request does not say."""

    role_arn: str
    session_name: str
    seconds: int | None = None
    external_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def check(request: Request, caller: CallerIdentity, iam: Iam, now: Micros) -> None:
    """Nothing if the caller gets the session; raises StsRefused."""
    try:
        account = arns.parsed(request.role_arn).account
    except arns.BadArn:
        raise StsRefused("ValidationError", "Request ARN is invalid") from None
    role = iam.role(account, request.role_arn)
    if role is None:
        raise _denied(request, caller, f"there is no role {request.role_arn}")
    if caller.arn.rpartition(":")[2] != "root" or caller.account != account:
        _check_trust(role.trust, request, caller, now)
    if request.seconds is None:
        return
    if request.seconds > role.max_session:
        raise too_long()
    if ":assumed-role/" in caller.arn and request.seconds > _CHAINED:
        raise too_long_chained()


def _check_trust(
    policy: Mapping[str, object], request: Request, caller: CallerIdentity, now: Micros
) -> None:
    context = _context(request, caller, now)
    for action in (ASSUME, TAG) if request.tags else (ASSUME,):
        found = trust.decide(policy, Asked(Principal("AWS", caller.arn), action, context))
        if not found.allowed:
            raise _denied(request, caller, f"role {request.role_arn}: {found.reason}")


def _context(request: Request, caller: CallerIdentity, now: Micros) -> Context:
    """What conditions of the trust policy can ask for, by keys in lower case."""
    found = {
        "aws:currenttime": times.rfc3339(now),
        "aws:epochtime": str(now // SECOND),
        "aws:principalaccount": caller.account,
        "aws:principalarn": arns.canonical(caller.arn),
        "aws:securetransport": "true",
        "aws:userid": caller.user_id,
        "sts:rolesessionname": request.session_name,
        **{f"aws:requesttag/{key}".lower(): value for key, value in request.tags.items()},
    }
    if request.external_id:
        found["sts:externalid"] = request.external_id
    context = {key: (value,) for key, value in found.items()}
    return {**context, "aws:tagkeys": tuple(request.tags)} if request.tags else context


def _denied(request: Request, caller: CallerIdentity, why: str) -> StsRefused:
    about = f"{ASSUME} on resource: {request.role_arn}"
    text = f"User: {caller.arn} is not authorized to perform: {about}"
    return StsRefused("AccessDenied", text, why)
