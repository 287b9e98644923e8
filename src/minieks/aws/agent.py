"""The EKS Pod Identity Agent: credentials for who brings a pod's token.

    GET http://127.0.0.1:4566/v1/credentials
    Authorization: <the token of the file AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE>

On a node it listens at 169.254.170.23. Here the AWS endpoint answers for the agents of all nodes,
and the token says of which cluster it is. Source: aws/eks-pod-identity-agent; AWS SDKs and Tools
Reference Guide, "Container credential provider".
"""

from collections.abc import Callable
from typing import Final, Protocol

import orjson

from minieks.aws.moto.iam import account_of
from minieks.aws.moto.sessions import MotoSts
from minieks.aws.moto.trusted import MotoTrusted
from minieks.aws.sts import with_reason
from minieks.eks.identity import jwts, podidentity
from minieks.eks.identity.jwts import BadToken
from minieks.eks.identity.podidentity import AuthRefused, Inside
from minieks.kube.rest.http import Request, Response

PATH: Final = "/v1/credentials"
_JSON: Final = (("Content-Type", "application/json"),)
_TEXT: Final = (("Content-Type", "text/plain; charset=utf-8"),)
_NOBODY: Final = "Service account token cannot be empty"


class Tokens(Protocol):
    """The clusters that run, by what signs the tokens of their pods."""

    def inside_of(self, issuer: str) -> Inside | None:
        """The cluster with the issuer of this URL, or None."""


class Agent:
    """Answers as the agent; None for any other request."""

    def __init__(self, tokens: Tokens, new_id: Callable[[], str]) -> None:
        self._tokens = tokens
        self._new_id = new_id
        self._iam = MotoTrusted()
        self._sts = MotoSts()

    def __call__(self, request: Request) -> Response | None:
        """The answer to a request; one that AWS's own keys sign is for another."""
        token = request.headers.get("authorization", "")
        if request.path != PATH or request.method != "GET" or token.startswith(("AWS4-", "AWS ")):
            return None
        try:
            return Response(200, _JSON, orjson.dumps(self._credentials(token)))
        except AuthRefused as error:
            told = f"[{self._new_id()}]: ({error.code}): {error.message}, fault: client\n"
            answer = Response(error.status, _TEXT, told.encode())
            return with_reason(answer, f"Pod Identity agent: {error.message}", error.why)

    def _credentials(self, token: str) -> dict[str, str]:
        grant = podidentity.decide(token, self._inside(token), self._iam, self._new_id)
        credentials = self._sts.issue(grant.session)
        return podidentity.agent_answer(credentials, account_of(grant.session.role.arn))

    def _inside(self, token: str) -> Inside:
        if not token:
            raise AuthRefused("InvalidParameterException", _NOBODY)
        try:
            issuer = str(jwts.claimed(token).get("iss") or "")
        except BadToken as error:
            raise podidentity.no_token(str(error)) from None
        found = self._tokens.inside_of(issuer)
        if found is None:
            raise podidentity.no_token(f"no cluster that is served has the issuer {issuer!r}")
        return found
