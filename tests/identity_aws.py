"""A small AWS for tests of identity: an access key, and tokens signed by botocore itself."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials

from minieks.eks.identity.ports import (
    AccessKey,
    CallerIdentity,
    Credentials,
    OidcProvider,
    Role,
    Session,
)
from minieks.eks.identity.tokens import CLUSTER_HEADER, encoded
from minieks.engine.clock import SECOND, Micros
from minieks.kube.words import times

ACCOUNT = "111122223333"
KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
NOW: Micros = times.parse("2026-11-23T00:00:00Z")
ALICE = CallerIdentity(f"arn:aws:iam::{ACCOUNT}:user/alice", ACCOUNT, "AIDAEXAMPLE", KEY)


@dataclass
class Keys:
    """The access keys there are: alice's, and those added."""

    keys: dict[str, AccessKey] = field(default_factory=lambda: {KEY: AccessKey(ALICE, SECRET)})

    def access_key(self, key_id: str) -> AccessKey | None:
        return self.keys.get(key_id)


@dataclass
class Aws:
    """Roles by ARN, providers by host; issues credentials by counting."""

    roles: dict[str, Role] = field(default_factory=dict)
    providers: dict[str, OidcProvider] = field(default_factory=dict)
    issued: list[Session] = field(default_factory=list)

    def role(self, account: str, arn: str) -> Role | None:
        return self.roles.get(arn)

    def oidc_provider(self, account: str, host: str) -> OidcProvider | None:
        return self.providers.get(host)

    def issue(self, session: Session) -> Credentials:
        self.issued.append(session)
        return Credentials(f"ASIA{len(self.issued):016d}", "secret", "token", NOW)


def _at(now: Micros) -> datetime:
    return datetime.fromtimestamp(now // SECOND, UTC)


def signed_request(request: AWSRequest, signer: Any, now: Micros = NOW) -> AWSRequest:
    """The request, signed by botocore at a moment."""
    at = _at(now).replace(tzinfo=None)
    with patch("botocore.auth.get_current_datetime", lambda *_, **__: at, create=True):
        signer.add_auth(request)
    return request


def presigned_url(
    cluster: str,
    *,
    endpoint: str = "https://sts.eu-central-1.amazonaws.com",
    secret: str = SECRET,
    key: str = KEY,
    session_token: str | None = None,
    expires: int = 60,
    now: Micros = NOW,
) -> str:
    """The presigned GetCallerIdentity of ``aws eks get-token``."""
    found = SdkCredentials(key, secret, session_token)
    signer = botocore.auth.SigV4QueryAuth(found, "sts", "eu-central-1", expires)
    query = "Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest("GET", f"{endpoint}/?{query}", headers={CLUSTER_HEADER: cluster})
    return str(signed_request(request, signer, now).url)


def get_token(cluster: str, **more: Any) -> str:
    """What ``aws eks get-token`` prints as the token."""
    return encoded(presigned_url(cluster, **more))
