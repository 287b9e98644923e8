"""The door of the AWS side: which part answers a request, and for whom."""

import logging
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeAlias

from minieks.aws.agent import Agent, Tokens
from minieks.aws.asked import Asked, Insides, Performs
from minieks.aws.callers import Callers
from minieks.aws.issuers import Issuers, Publishing
from minieks.aws.moto.loaded import alone
from minieks.aws.refusals import refused
from minieks.aws.scope import Scope, scope_of
from minieks.aws.signing import check_anonymous, identified
from minieks.aws.sts import Sts
from minieks.eks.identity.signatures import SignatureRefused
from minieks.engine import ids
from minieks.engine.clock import Micros
from minieks.engine.engine import Engine
from minieks.kube.rest.http import Request, Response

if TYPE_CHECKING:
    from minieks.aws.eks import Eks
    from minieks.aws.eksauth import EksAuth
    from minieks.aws.permissions.guard import Guard

log = logging.getLogger("minieks.aws")
_BROKEN = (500, "ServerException", "Internal error occurred: see the log of minieks")
_ANY_SERVICE = Scope("s3")
"""What does not say whom it is for can only be for S3: browsers and presigned forms do not."""
_NO_SERVICE = Scope("")


Answers: TypeAlias = Callable[[Request], Response | None]
"""Answers some requests, and leaves others alone."""
Prepares: TypeAlias = Callable[[Asked], None]
"""Sees to it that what will be asked of a service is there."""


class Known(Issuers, Insides, Tokens, Protocol):
    """The clusters that run."""


class Front:
    """Answers every request to the AWS side; ``machine_time`` is when clients sign.

    ``known`` are the clusters that run, whose tokens are worth credentials. With ``enforce_iam``
    everybody may do only what his policies allow; with ``lenient`` roles that are assumed need
    not exist, nor trust who assumes them.
    """

    def __init__(
        self,
        engine: Engine,
        eks: Performs,
        known: Known,
        machine_time: Callable[[], Micros],
        *,
        enforce_iam: bool = False,
        lenient: bool = False,
    ) -> None:
        self._engine = engine
        self._machine_time = machine_time
        self._callers = Callers()
        self._operations = eks
        self._known = known
        self._enforces = enforce_iam
        self._lenient = lenient
        self._own: list[Answers] = [Publishing(known), Agent(known, self._new_id)]
        self._preparing: list[Prepares] = []
        self.is_used = False
        """Whether a service of AWS has been asked yet."""

    def answer_also(self, own: Answers) -> None:
        """Let somebody answer requests that are for no service of AWS; asked first."""
        self._own.append(own)

    def prepare_by(self, prepares: Prepares) -> None:
        """Let somebody see each request for a service before that answers."""
        self._preparing.append(prepares)

    def handle(self, request: Request) -> Response:
        """The answer of the service that the request is signed for."""
        own = self._own_answer(request)
        if own is not None:
            return own
        scope = scope_of(request)
        self.is_used = True
        try:
            if scope is None:
                check_anonymous(request)
            whom = scope or _ANY_SERVICE
            asked = identified(request, whom, self._callers, self._machine_time())
        except SignatureRefused as error:
            code = (error.status, error.code, error.message)
            return refused(request, scope or _NO_SERVICE, code, self._new_id())
        try:
            return self._answer(asked)
        except Exception:
            log.exception("%s %s of %s failed", request.method, request.path, whom.service)
            return refused(request, whom, _BROKEN, self._new_id())

    def _own_answer(self, request: Request) -> Response | None:
        try:
            answers = (own(request) for own in self._own)
            return next((one for one in answers if one is not None), None)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return refused(request, _ANY_SERVICE, _BROKEN)

    def _answer(self, asked: Asked) -> Response:
        for prepare in self._preparing:
            prepare(asked)
        denied = self._guard.refusal(asked, self._machine_time()) if self._enforces else None
        if denied is not None:
            return denied
        match asked.scope.service:
            case "eks":
                return self._eks.handle(asked)
            case "eks-auth":
                return self._eks_auth.handle(asked)
            case "sts":
                own = self._sts.handle(asked)
                if own is not None:
                    return own
        with alone:
            from minieks.aws.moto.bridge import ask  # noqa: PLC0415 - moto is slow to load

            return ask(asked)

    # what loads botocore and its models is loaded when it is asked

    @cached_property
    def _eks(self) -> "Eks":
        from minieks.aws.eks import Eks  # noqa: PLC0415

        return Eks(self._operations, self._new_id)

    @cached_property
    def _eks_auth(self) -> "EksAuth":
        from minieks.aws.eksauth import EksAuth  # noqa: PLC0415

        return EksAuth(self._known, self._new_id)

    @cached_property
    def _guard(self) -> "Guard":
        from minieks.aws.permissions.guard import Guard  # noqa: PLC0415

        return Guard(self._operations)

    @cached_property
    def _sts(self) -> Sts:
        return Sts(self._known, self._engine.now, self._new_id, lenient=self._lenient)

    def _new_id(self) -> str:
        return ids.uid(self._engine.random("aws requests"))
