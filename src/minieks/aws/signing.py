"""Whether a request is signed by whom it says, as far as the key's secret is known."""

from urllib.parse import quote, urlencode

from minieks.aws.asked import Asked
from minieks.aws.callers import Callers, account_named
from minieks.aws.scope import Scope
from minieks.eks.identity.signatures import SentRequest, SignatureRefused, verify
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


def _sent(request: Request) -> SentRequest:
    query = urlencode(request.query, quote_via=quote)
    return SentRequest(request.method, request.path, query, request.headers, request.body)
