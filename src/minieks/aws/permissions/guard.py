"""Holds requests to the policies of who asks.

Source: AWS IAM user guide, "Policy evaluation logic", "AWS global condition context keys" and
"Grant a user permissions to pass a role to an AWS service".
"""

from collections.abc import Iterator
from typing import Final

from minieks.aws.asked import Asked, Performs
from minieks.aws.moto.iam import account_of
from minieks.aws.moto.principals import Principal, principal_of
from minieks.aws.moto.trusted import MotoTrusted
from minieks.aws.permissions import tags
from minieks.aws.permissions.attached import policy_of
from minieks.aws.permissions.called import Called, called
from minieks.aws.permissions.eksresources import passed_roles
from minieks.aws.permissions.ekstags import EksTags
from minieks.aws.permissions.refusals import denied
from minieks.aws.permissions.resources import Place, resources
from minieks.data.regions import find_region
from minieks.eks.identity import arns, policies, resourcepolicies, trust
from minieks.eks.identity.patterns import Context
from minieks.eks.identity.policies import Asking, Verdict
from minieks.eks.identity.ports import CallerIdentity
from minieks.eks.identity.resourcepolicies import Attached
from minieks.engine.clock import SECOND, Micros
from minieks.engine.errors import UserError
from minieks.kube.rest.http import Response
from minieks.kube.words import times

_ALWAYS: Final = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""Actions that need no permission (AWS STS API Reference)."""


class Guard:
    """Refuses what the caller's policies do not allow."""

    def __init__(self, eks: Performs) -> None:
        self._iam = MotoTrusted()
        self._eks = eks

    def refusal(self, asked: Asked, now: Micros) -> Response | None:
        """The refusal in the service's own form; None if it is allowed.

        Nobody is held to policies who has none: the root user, and who does not sign at all.
        """
        principal = principal_of(asked.caller) if asked.caller is not None else None
        if asked.caller is None or principal is None:
            return None
        found = called(asked)
        if found is None or found.action in _ALWAYS:
            return None
        attached = policy_of(found, asked.caller)
        for asking in self._askings(asked, found, _context(asked, principal, found, now)):
            verdict = self._verdict(principal, asking, attached)
            if not verdict.allowed:
                return denied(asked, asking, verdict)
        return None

    def _askings(self, asked: Asked, found: Called, context: Context) -> Iterator[Asking]:
        place = Place(_partition(asked.scope.region), asked.scope.region, asked.account)
        for resource in resources(found, place):
            known = tags.of_resource(found, resource, place, EksTags(self._eks, asked))
            yield Asking(found.action, resource, {**context, **known})
        for role, service in passed_roles(found):
            yield Asking("iam:PassRole", role, {**context, "iam:passedtoservice": (service,)})

    def _verdict(self, principal: Principal, asking: Asking, attached: Attached | None) -> Verdict:
        if attached is not None:
            return resourcepolicies.decide(principal.permissions, asking, attached)
        verdict = policies.decide(principal.permissions, asking)
        if not verdict.allowed or asking.action != trust.ASSUME:
            return verdict
        role = self._iam.role(account_of(asking.resource), asking.resource)
        by = trust.Principal("AWS", principal.arn)
        trusts = role is not None and trust.decide(
            role.trust, trust.Asked(by, trust.ASSUME, asking.context)
        )
        why = f"because no resource-based policy allows the {asking.action} action"
        return verdict if trusts and trusts.allowed else Verdict(False, why)


def _partition(region: str) -> str:
    try:
        return find_region(region).partition
    except UserError:
        return "aws"


def _context(asked: Asked, principal: Principal, found: Called, now: Micros) -> Context:
    """The condition keys that are known of every request."""
    assert asked.caller is not None, "nobody else is held to policies"
    known = {
        "aws:currenttime": times.rfc3339(now),
        "aws:epochtime": str(now // SECOND),
        "aws:requestedregion": asked.scope.region,
        "aws:securetransport": "false",
        "aws:sourceip": "127.0.0.1",
        "aws:useragent": asked.request.headers.get("user-agent", ""),
        **_of_caller(asked.caller),
    }
    context = {key: (value,) for key, value in known.items()}
    context |= {f"aws:principaltag/{key}".lower(): (one,) for key, one in principal.tags.items()}
    return {**context, **tags.of_request(found)}


def _of_caller(caller: CallerIdentity) -> dict[str, str]:
    kind, _, name = caller.arn.rpartition(":")[2].partition("/")
    found = {
        "aws:principalaccount": caller.account,
        "aws:principalarn": arns.canonical(caller.arn),
        "aws:principaltype": "User" if kind == "user" else "AssumedRole",
        "aws:userid": caller.user_id,
    }
    return found | ({"aws:username": name.rpartition("/")[2]} if kind == "user" else {})
