"""EKS behind the AWS endpoint: requests in REST-JSON become calls of the operations."""

from collections.abc import Callable

from minieks.aws.asked import Asked, Performs
from minieks.aws.wire.protocol import Protocol, answer, refused
from minieks.aws.wire.refusals import Refusal
from minieks.data.regions import find_region
from minieks.eks.identity.ports import CallerIdentity
from minieks.eks.operations.call import Call, Caller
from minieks.eks.operations.errors import EksError
from minieks.engine.errors import UserError
from minieks.kube.rest.http import Response

_UNSIGNED = Refusal("MissingAuthenticationTokenException", 403, "Missing Authentication Token")
_NO_REGION = Refusal(
    "InvalidSignatureException", 403, "Credential should be scoped to a valid region."
)


class Eks:
    """The service ``eks``; ``new_id`` makes the ids of requests, and idempotency tokens."""

    def __init__(self, service: Performs, new_id: Callable[[], str]) -> None:
        self._service = service
        self._new_id = new_id
        self._protocol = Protocol("eks", new_id)

    def handle(self, asked: Asked) -> Response:
        """The answer to a request."""
        request_id = self._new_id()
        try:
            call = _call(asked)
            operation, parameters = self._protocol.operation(asked.request)
            result = self._service.perform(operation.name, parameters, call)
        except Refusal as refusal:
            return refused(refusal, request_id)
        except EksError as error:
            told = Refusal(error.code, error.status, error.message, error.members)
            return refused(told, request_id)
        return answer(operation, result, request_id)


def _call(asked: Asked) -> Call:
    if asked.caller is None:
        raise _UNSIGNED
    try:
        find_region(asked.scope.region)
    except UserError:
        raise _NO_REGION from None
    return Call(asked.account, asked.scope.region, _caller(asked.caller))


def _caller(identity: CallerIdentity) -> Caller:
    is_session = ":assumed-role/" in identity.arn
    session = identity.arn.rpartition("/")[2] if is_session else ""
    return Caller(identity.arn, identity.account, identity.user_id, session)
