"""A policy that is attached to a resource, such as a bucket's, beside those of who asks.

    decide(permissions, asking, Attached(document, arn, foreign=False)) -> Verdict

A Deny decides. In one account the resource's Allow for a user, a role, a session or everybody does
without an Allow of identity policies; one for the account alone does not. From another account both
must allow. Source: AWS IAM user guide, "Policy evaluation logic for requests within a single
account" and "Cross-account policy evaluation logic".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from minieks.eks.identity import policies, trust
from minieks.eks.identity.policies import Asking, Permissions, Verdict
from minieks.eks.identity.ports import listed

_EVERYTHING: Final = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


@dataclass(frozen=True, slots=True)
class Attached:
    """A resource's policy, and who asks. ``foreign``: the resource is another account's."""

    document: Mapping[str, Any]
    principal: str
    foreign: bool = False


def decide(permissions: Permissions, asking: Asking, attached: Attached) -> Verdict:
    """The verdict of all policies together."""
    fitting = [
        one
        for one in listed(attached.document.get("Statement"))
        if trust.names(one, attached.principal) and policies.fits(one, asking)
    ]
    if any(one.get("Effect") == "Deny" for one in fitting):
        return Verdict(False, "with an explicit deny in a resource-based policy")
    allowing = [one for one in fitting if one.get("Effect") == "Allow"]
    if attached.foreign and not allowing:
        why = f"because no resource-based policy allows the {asking.action} action"
        return Verdict(False, why)
    if not attached.foreign and any(_is_direct(one) for one in allowing):
        whole = (*permissions.identity, _EVERYTHING)
        return policies.decide(replace(permissions, identity=whole), asking)
    return policies.decide(permissions, asking)


def _is_direct(statement: Mapping[str, Any]) -> bool:
    """Whether a statement names somebody, or everybody, and not an account."""
    given = statement.get("Principal")
    names = listed(given.get("AWS")) if isinstance(given, Mapping) else [given]
    return any(not _is_account(str(name)) for name in names)


def _is_account(name: str) -> bool:
    return name.isdecimal() or name.endswith(":root")
