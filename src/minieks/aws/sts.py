"""STS behind the AWS endpoint: what identity decides is answered here, the rest by moto.

Source: AWS STS API reference, GetCallerIdentity and AssumeRoleWithWebIdentity.
"""

import logging
from collections.abc import Callable
from typing import Final

from minieks.aws.asked import Asked
from minieks.aws.moto.sessions import MotoSts
from minieks.aws.moto.trusted import MotoTrusted
from minieks.aws.query import answer, parameters
from minieks.aws.refusals import refused
from minieks.aws.scope import action_of
from minieks.eks.identity import webidentity
from minieks.eks.identity.stserrors import StsRefused
from minieks.eks.identity.webidentity import Issuers, World
from minieks.engine.clock import Micros
from minieks.kube.rest.http import Response

REASON: Final = "x-minieks-reason"
"""The header that says more than AWS does: which condition failed, and what to do."""

log = logging.getLogger("minieks.aws")


class Sts:
    """The actions that are ours. ``now`` is the time of the clusters that have issued tokens."""

    def __init__(
        self, issuers: Issuers, now: Callable[[], Micros], new_id: Callable[[], str]
    ) -> None:
        self._world = World(MotoTrusted(), issuers)
        self._sts = MotoSts()
        self._now = now
        self._new_id = new_id

    def handle(self, asked: Asked) -> Response | None:
        """The answer to a request; None if it is moto's."""
        action = action_of(asked.request)
        if action == "GetCallerIdentity" and asked.caller is not None:
            return self._caller_identity(asked)
        if action == "AssumeRoleWithWebIdentity":
            return self._web_identity(asked)
        return None

    def _caller_identity(self, asked: Asked) -> Response:
        assert asked.caller is not None, "nobody asks without a signature"
        caller = asked.caller
        said = {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account}
        return answer("GetCallerIdentity", said, asked.request, self._new_id())

    def _web_identity(self, asked: Asked) -> Response:
        try:
            grant = webidentity.decide(_wanted(asked), self._world, self._now())
        except StsRefused as error:
            told = refused(asked.request, asked.scope, (error.status, error.code, error.message))
            return with_reason(told, f"AssumeRoleWithWebIdentity: {error.message}", error.why)
        credentials = self._sts.issue(grant.session)
        result = webidentity.answer(grant, credentials)
        return answer("AssumeRoleWithWebIdentity", result, asked.request, self._new_id())


def _wanted(asked: Asked) -> webidentity.Request:
    given = parameters(asked.request)
    seconds = given.get("DurationSeconds", "")
    return webidentity.Request(
        role_arn=given.get("RoleArn", ""),
        session_name=given.get("RoleSessionName", ""),
        token=given.get("WebIdentityToken", ""),
        seconds=int(seconds) if seconds.isdecimal() else None,
        policy=given.get("Policy", ""),
    )


def with_reason(told: Response, what: str, why: str) -> Response:
    """The same refusal, saying why in a header; it is said in our log, too."""
    if not why:
        return told
    line = " ".join(why.split())
    log.warning("%s: %s", what, line)
    return told._replace(headers=(*told.headers, (REASON, line)))
