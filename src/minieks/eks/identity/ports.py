"""What identity needs of the rest of AWS: values, and protocols that somebody else fulfils.

Source: AWS IAM API reference (Role, OpenIDConnectProvider), AWS STS API reference (Credentials).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from minieks.engine.clock import Micros


@dataclass(frozen=True, slots=True)
class Role:
    """A role: ``trust`` is its trust policy, ``policies`` are documents of what it may do."""

    arn: str
    name: str
    role_id: str
    """``AROA…``, new for each role that is made, also under an old name."""
    trust: Mapping[str, Any]
    max_session: int = 3600
    """Seconds: MaxSessionDuration."""
    policies: tuple[Mapping[str, Any], ...] = ()
    boundary: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """An issuer of tokens that an account trusts; ``host`` is its URL without ``https://``."""

    arn: str
    host: str
    client_ids: tuple[str, ...]
    thumbprints: tuple[str, ...] = ()


class Iam(Protocol):
    """What IAM knows."""

    def role(self, account: str, arn: str) -> Role | None:
        """The role of this ARN, or None."""

    def oidc_provider(self, account: str, host: str) -> OidcProvider | None:
        """The account's provider for an issuer, or None; ``host`` is without ``https://``."""


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """What GetCallerIdentity answers, and with which key it was asked."""

    arn: str
    account: str
    user_id: str
    """``AIDA…`` of a user, ``AROA…:session`` of a role's session."""
    access_key: str = ""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key; without ``secret`` whatever is signed with it is taken for right."""

    caller: CallerIdentity
    secret: str | None
    session_token: str = ""
    expires: Micros | None = None


class AccessKeys(Protocol):
    """The access keys that are known."""

    def access_key(self, key_id: str) -> AccessKey | None:
        """The key of this id, or None."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is to begin: of which role, under which name, for how many seconds."""

    role: Role
    name: str
    seconds: int
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: tuple[str, ...] = ()
    policies: tuple[Mapping[str, Any], ...] = ()
    """Session policies: the session may do what they and the role's both allow."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary credentials; ``expiration`` in microseconds since the epoch."""

    access_key: str
    secret: str
    session_token: str
    expiration: Micros


class Sts(Protocol):
    """Issues credentials to those who were found to be entitled to them."""

    def issue(self, session: Session) -> Credentials:
        """New credentials of a session."""


def listed(value: Any) -> Sequence[Any]:
    """What a policy document may write as one value or as a list, as a list."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)
