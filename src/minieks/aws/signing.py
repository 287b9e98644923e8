"""Whether a request is signed by whom it says, as far as the key's secret is known."""

from urllib.parse import quote, urlencode

from minieks.aws.asked import Asked
from minieks.aws.callers import Callers, account_named
from minieks.aws.scope import Scope, action_of
from minieks.eks.identity.signatures import (
    ALGORITHM,
    SentRequest,
    SignatureRefused,
    signature_of,
    verify,
)
from minieks.engine.clock import Micros
from minieks.kube.rest.http import Request


def identified(request: Request, scope: Scope, callers: Callers, now: Micros) -> Asked:
    """The request with who asks; raises SignatureRefused.

    ``now`` is the machine's time, for it is the client's machine that has signed. A key of which
    no secret is known signs what it likes, and so do signatures of version 2, which have no date.
    """
    if not scope.is_signed:
        return Asked(request, scope, account_named(""))
    key = callers.access_key(scope.access_key)
    if key is None:
        raise SignatureRefused("InvalidClientTokenId")
    if key.secret is not None and scope.date:
        verify(_sent(request), callers, now)
    return Asked(request, scope, key.caller.account, key.caller)


def check_anonymous(request: Request) -> None:
    """Raises SignatureRefused unless a request that names no service can be meant to be unsigned.

    S3 has objects for everybody; actions of the query protocol need a signature, but a few that
    `scope` knows.
    """
    given = request.headers.get("authorization", "")
    if given.startswith(ALGORITHM):
        signature_of(_sent(request))
    if given:
        text = "Authorization header holds no signature of AWS with its scope."
        raise SignatureRefused("IncompleteSignature", text, 400)
    if action_of(request):
        raise SignatureRefused("MissingAuthenticationToken")


def _sent(request: Request) -> SentRequest:
    query = urlencode(request.query, quote_via=quote)
    return SentRequest(request.method, request.path, query, request.headers, request.body)
