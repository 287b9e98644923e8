"""Lets callers of AWS into a cluster: a bearer token of ``aws eks get-token`` is a Kubernetes user.

Source: aws-iam-authenticator pkg/server/server.go (authenticateEndpoint) and pkg/token/token.go.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from minieks.eks.identity import mapping, signatures, tokens, users
from minieks.eks.identity.arns import BadArn
from minieks.eks.identity.mapping import Identity, Mapping, NameOf
from minieks.eks.identity.ports import AccessKeys
from minieks.eks.identity.signatures import SignatureRefused
from minieks.eks.identity.tokens import IsEndpoint, Presigned, StsRefused, nowhere_else
from minieks.eks.identity.users import Access
from minieks.engine.clock import Micros
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.authentication import TokenUser

CANONICAL_ARN: Final = "canonicalArn"
PRINCIPAL_ID: Final = "principalId"
_API_AUDIENCE: Final = "https://kubernetes.default.svc"
_REQUEST_ID: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Entrance:
    """The cluster that is to be entered.

    ``access`` is asked each time, ``name_of`` for the names of nodes; ``is_endpoint`` says where
    STS is beside the hosts of AWS.
    """

    cluster: str
    partition: str
    access: Callable[[], Access]
    name_of: NameOf
    is_endpoint: IsEndpoint = nowhere_else


class IamTokens:
    """The tokens of a cluster's callers from AWS, verified with the access keys that there are."""

    def __init__(self, entrance: Entrance, keys: AccessKeys, now: Callable[[], Micros]) -> None:
        self._entrance = entrance
        self._keys = keys
        self._now = now

    def user_of(self, token: str, audiences: Sequence[str] = ()) -> TokenUser | None:
        """The caller as the cluster knows him; None if it is no such token, or for others than
        the API; raises TokenRefused with the authenticator's words.
        """
        if not token.startswith(tokens.PREFIX):
            return None
        if audiences and _API_AUDIENCE not in audiences:
            return None
        identity = self._identity(token)
        found = users.mapped(self._entrance.access(), identity, self._entrance.name_of)
        return TokenUser(user_of(identity, found), (_API_AUDIENCE,))

    def _identity(self, token: str) -> Identity:
        """Who has signed the token, as STS would say; raises TokenRefused."""
        entrance, now = self._entrance, self._now()
        sent = tokens.presigned(
            token, entrance.cluster, entrance.partition, now, entrance.is_endpoint
        )
        try:
            signed = signatures.verify(sent.request, self._keys, now)
            return mapping.identified(signed.key.caller)
        except SignatureRefused as error:
            raise StsRefused(_told(error, sent)) from None
        except BadArn as error:
            raise StsRefused(str(error)) from None


def _told(error: SignatureRefused, sent: Presigned) -> str:
    body = {
        "Error": {"Code": error.code, "Message": error.message, "Type": "Sender"},
        "RequestId": _REQUEST_ID,
    }
    text = json.dumps(body, separators=(",", ":"))
    return (
        f"error from AWS (expected 200, got {error.status}) on {sent.host} endpoint. Body: {text}"
    )


def user_of(identity: Identity, found: Mapping) -> UserInfo:
    """The user of the cluster with all that the authenticator says of him."""
    caller = identity.caller
    extra = {
        "accessKeyId": caller.access_key,
        "arn": caller.arn,
        CANONICAL_ARN: identity.canonical,
        PRINCIPAL_ID: identity.user_id,
        "sessionName": identity.session,
        "sigs.k8s.io/aws-iam-authenticator/principalId": identity.user_id,
    }
    return UserInfo(
        found.username,
        f"aws-iam-authenticator:{caller.account}:{identity.user_id}",
        found.groups,
        tuple((key, (value,)) for key, value in extra.items()),
    )
