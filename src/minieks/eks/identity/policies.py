"""What a principal may do: identity policies, a permissions boundary, session policies.

    decide(Permissions(policies), Asking("s3:GetObject", "arn:aws:s3:::b/k", context)) -> Verdict

A Deny anywhere decides; else each sort of policy that is there must allow it. Source: AWS IAM user
guide, "Policy evaluation logic" and "Troubleshoot access denied error messages".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from minieks.eks.identity import conditions
from minieks.eks.identity.patterns import Context, like
from minieks.eks.identity.ports import listed

Document: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Permissions:
    """All policies that count for a principal; no session policies means no limit by them."""

    identity: Sequence[Document] = ()
    boundary: Document | None = None
    session: Sequence[Document] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """One request; ``resource`` is ``*`` for actions that are about no resource."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is allowed; if not, the end of AWS's message: ``because no …``, ``with an …``."""

    allowed: bool
    reason: str = ""


def decide(permissions: Permissions, asking: Asking) -> Verdict:
    """The verdict of all policies together."""
    for kind, documents in _sorts(permissions):
        if any(fits(statement, asking) for statement in _statements(documents, "Deny")):
            return Verdict(False, f"with an explicit deny in {_article(kind)} {kind}")
    for kind, documents in _sorts(permissions):
        if not any(fits(statement, asking) for statement in _statements(documents, "Allow")):
            return Verdict(False, f"because no {kind} allows the {asking.action} action")
    return Verdict(True)


def message(arn: str, asking: Asking, verdict: Verdict) -> str:
    """AWS's text for a refusal."""
    about = f" on resource: {asking.resource}" if asking.resource != "*" else ""
    return f"User: {arn} is not authorized to perform: {asking.action}{about} {verdict.reason}"


def _sorts(permissions: Permissions) -> Iterator[tuple[str, Sequence[Document]]]:
    yield "identity-based policy", permissions.identity
    if permissions.boundary is not None:
        yield "permissions boundary", (permissions.boundary,)
    if permissions.session:
        yield "session policy", permissions.session


def _article(kind: str) -> str:
    return "an" if kind[0] in "aeiou" else "a"


def _statements(documents: Sequence[Document], effect: str) -> Iterator[Document]:
    for document in documents:
        for statement in listed(document.get("Statement")):
            if statement.get("Effect") == effect:
                yield statement


def fits(statement: Document, asking: Asking) -> bool:
    """Whether a statement is about what is asked, whoever asks."""
    return (
        _has_action(statement, asking.action)
        and _has_resource(statement, asking)
        and conditions.failed(statement.get("Condition") or {}, asking.context) is None
    )


def _has_action(statement: Document, action: str) -> bool:
    inverted = "NotAction" in statement
    names = listed(statement["NotAction"] if inverted else statement.get("Action"))
    return any(like(str(name).lower(), action.lower(), {}) for name in names) != inverted


def _has_resource(statement: Document, asking: Asking) -> bool:
    inverted = "NotResource" in statement
    names = listed(statement["NotResource"] if inverted else statement.get("Resource"))
    found = any(like(str(name), asking.resource, asking.context) for name in names)
    return found != inverted
