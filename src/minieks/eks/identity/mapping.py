"""From a caller of AWS to a user of the cluster: what a mapping says, with its templates filled in.

Source: aws-iam-authenticator pkg/server/server.go (renderTemplate, doMapping) and pkg/token.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from minieks.eks.identity import arns
from minieks.eks.identity.ports import CallerIdentity
from minieks.kube.api.fields import quoted
from minieks.kube.auth.authentication import TokenRefused

_INSTANCE_ID: Final = re.compile(r"i-(\w{8}|\w{17})", re.ASCII)
_PRIVATE_NAME: Final = "{{EC2PrivateDNSName}}"

NameOf: TypeAlias = Callable[[str], str | None]
"""From the id of an EC2 instance to its private DNS name, None if there is no such instance."""


class NotMapped(TokenRefused):
    """A caller who is known to AWS, and is nobody in the cluster."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Who somebody is in the cluster; ``source`` is what says so, for people to read."""

    username: str
    groups: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller as the authenticator sees one."""

    caller: CallerIdentity
    canonical: str
    """The ARN of the role whose session it is, without the role's path; or the user's own ARN."""

    @property
    def user_id(self) -> str:
        """The unique id of the user or the role."""
        return self.caller.user_id.partition(":")[0]

    @property
    def session(self) -> str:
        """The name of the session; empty for a user."""
        return self.caller.user_id.partition(":")[2]


def identified(caller: CallerIdentity) -> Identity:
    """The caller as mappings are asked about him; raises BadArn."""
    return Identity(caller, arns.canonical(caller.arn))


def rendered(found: Mapping, identity: Identity, name_of: NameOf) -> Mapping:
    """The mapping with its templates filled in; raises NotMapped where that cannot be done."""
    username = _filled(found.username, "username", identity, name_of)
    groups = tuple(_filled(group, "group", identity, name_of) for group in found.groups)
    return Mapping(username, groups, found.source)


def _filled(template: str, what: str, identity: Identity, name_of: NameOf) -> str:
    values = {
        "{{AccountID}}": identity.caller.account,
        "{{SessionName}}": identity.session.replace("@", "-"),
        "{{SessionNameRaw}}": identity.session,
        "{{AccessKeyID}}": identity.caller.access_key,
    }
    text = template
    if _PRIVATE_NAME in text:
        try:
            text = text.replace(_PRIVATE_NAME, _private_name(identity.session, name_of))
        except NotMapped as error:
            why = f"error rendering {what} template {quoted(template)}: {error}"
            raise NotMapped(why) from None
    for key, value in values.items():
        text = text.replace(key, value)
    return text


def _private_name(session: str, name_of: NameOf) -> str:
    if not _INSTANCE_ID.fullmatch(session):
        raise NotMapped("SessionName did not contain an instance id")
    found = name_of(session)
    if found is None:
        raise NotMapped(
            f"failed querying private DNS from EC2 API for node {session}:"
            f" InvalidInstanceID.NotFound: The instance ID '{session}' does not exist"
        )
    return found
