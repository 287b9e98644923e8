"""EKS Auth behind the AWS endpoint: what the agent of Pod Identity asks with a pod's token.

Source: botocore's model eks-auth 2023-11-26.
"""

from collections.abc import Callable

from minieks.aws.asked import Asked, Insides
from minieks.aws.moto.sessions import MotoSts
from minieks.aws.moto.trusted import MotoTrusted
from minieks.aws.sts import with_reason
from minieks.aws.wire.protocol import Protocol, answer, refused
from minieks.aws.wire.refusals import Refusal
from minieks.eks.identity import podidentity
from minieks.eks.identity.podidentity import AuthRefused
from minieks.kube.rest.http import Response

_UNSIGNED = Refusal("MissingAuthenticationTokenException", 403, "Missing Authentication Token")


class EksAuth:
    """The service ``eks-auth``; ``new_id`` makes ids of requests and sessions."""

    def __init__(self, insides: Insides, new_id: Callable[[], str]) -> None:
        self._insides = insides
        self._new_id = new_id
        self._protocol = Protocol("eks-auth", new_id)
        self._iam = MotoTrusted()
        self._sts = MotoSts()

    def handle(self, asked: Asked) -> Response:
        """The answer to a request."""
        request_id = self._new_id()
        try:
            if asked.caller is None:
                raise _UNSIGNED
            operation, given = self._protocol.operation(asked.request)
            result = self._assume(asked, given["clusterName"], given["token"])
        except Refusal as refusal:
            return refused(refusal, request_id)
        except AuthRefused as error:
            told = refused(Refusal(error.code, error.status, error.message), request_id)
            return with_reason(told, f"AssumeRoleForPodIdentity: {error.message}", error.why)
        return answer(operation, result, request_id)

    def _assume(self, asked: Asked, cluster: str, token: str) -> dict[str, object]:
        inside = self._insides.inside(asked.account, asked.scope.region, cluster)
        if inside is None:
            text = f"No cluster found for name: {cluster}."
            raise AuthRefused("ResourceNotFoundException", text)
        grant = podidentity.decide(token, inside, self._iam, self._new_id)
        return podidentity.answer(grant, self._sts.issue(grant.session))
