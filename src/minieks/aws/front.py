"""The door of the AWS side: which part answers a request, and in which account."""

from typing import Protocol

from minieks.aws.scope import Scope, scope_of
from minieks.engine.engine import Engine
from minieks.kube.rest.http import Request, Response

DEFAULT_ACCOUNT = "123456789012"
"""The account of whoever is not known, as in other emulators of AWS."""
_ANY_SERVICE = Scope("s3")


class ServiceFront(Protocol):
    """One service of ours."""

    def handle(self, request: Request, scope: Scope, account: str) -> Response:
        """The answer to a request."""


class Front:
    """Answers every request to the AWS side; raises nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ours: dict[str, ServiceFront] = {}

    def handle(self, request: Request) -> Response:
        """The answer of the service that the request is signed for."""
        scope = scope_of(request) or _ANY_SERVICE
        ours = self._ours.get(scope.service)
        if ours is not None:
            return ours.handle(request, scope, DEFAULT_ACCOUNT)
        from minieks.aws.moto.bridge import ask  # noqa: PLC0415 - moto is slow to load

        return ask(request, scope, DEFAULT_ACCOUNT)
