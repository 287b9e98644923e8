"""STS behind the AWS endpoint: what identity decides is answered here, the rest by moto.

Source: AWS STS API reference, GetCallerIdentity, AssumeRole and AssumeRoleWithWebIdentity.
"""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from minieks.aws.asked import Asked
from minieks.aws.callers import DEFAULT_ACCOUNT, root_of
from minieks.aws.moto.sessions import MotoSts
from minieks.aws.moto.trusted import MotoTrusted
from minieks.aws.query import answer, parameters
from minieks.aws.refusals import missing, refused
from minieks.aws.scope import action_of
from minieks.eks.identity import assuming, stserrors, webidentity
from minieks.eks.identity.stserrors import StsRefused
from minieks.eks.identity.webidentity import Issuers, World
from minieks.engine.clock import Micros
from minieks.kube.rest.http import Response

REASON: Final = "x-minieks-reason"
"""The header that says more than AWS does: which condition failed, and what to do."""

log = logging.getLogger("minieks.aws")
_OF_USERS: Final = frozenset({"GetSessionToken", "GetFederationToken"})
"""What moto gives out for these is always the same key, which counts as the default root user."""
_DEFAULT_ROOT: Final = root_of(DEFAULT_ACCOUNT).arn
_Action: TypeAlias = Callable[[Asked], Response | None]
_TAG_KEY: Final = re.compile(r"Tags\.member\.(\d+)\.Key")


class Sts:
    """The actions that are ours. ``now`` is the time of the clusters that have issued tokens.

    With ``lenient`` any role may be assumed by whoever signs, also one that is not there.
    """

    def __init__(
        self,
        issuers: Issuers,
        now: Callable[[], Micros],
        new_id: Callable[[], str],
        *,
        lenient: bool = False,
    ) -> None:
        self._world = World(MotoTrusted(), issuers)
        self._lenient = lenient
        self._sts = MotoSts()
        self._now = now
        self._new_id = new_id

    def handle(self, asked: Asked) -> Response | None:
        """The answer to a request; None if it is moto's."""
        action = action_of(asked.request)
        if action == "GetCallerIdentity" and asked.caller is not None:
            return self._caller_identity(asked)
        if action == "AssumeRoleWithWebIdentity":
            return self._refusing(asked, action, self._web_identity)
        if action == "AssumeRole" and not self._lenient:
            return self._refusing(asked, action, self._check_role)
        if action in _OF_USERS and asked.caller is not None and asked.caller.arn != _DEFAULT_ROOT:
            text = (
                f"{action} is emulated for the root user of {DEFAULT_ACCOUNT} alone: assume a role"
            )
            return missing(asked.request, asked.scope, text)
        return None

    def _caller_identity(self, asked: Asked) -> Response:
        assert asked.caller is not None, "nobody asks without a signature"
        caller = asked.caller
        said = {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account}
        return answer("GetCallerIdentity", said, asked.request, self._new_id())

    def _refusing(self, asked: Asked, action: str, perform: _Action) -> Response | None:
        """What an action answers, or its refusal with the reason."""
        try:
            return perform(asked)
        except StsRefused as error:
            code = (error.status, error.code, error.message)
            told = refused(asked.request, asked.scope, code, self._new_id())
            return with_reason(told, f"{action}: {error.message}", error.why)

    def _web_identity(self, asked: Asked) -> Response:
        grant = webidentity.decide(_wanted(asked), self._world, self._now())
        credentials = self._sts.issue(grant.session)
        result = webidentity.answer(grant, credentials)
        return answer("AssumeRoleWithWebIdentity", result, asked.request, self._new_id())

    def _check_role(self, asked: Asked) -> None:
        """Leaves the answer to moto, if the caller gets the session; else raises StsRefused."""
        if asked.caller is not None:
            assuming.check(_wanted_role(asked), asked.caller, self._world.iam, self._now())


def _wanted(asked: Asked) -> webidentity.Request:
    given = parameters(asked.request)
    return webidentity.Request(
        role_arn=given.get("RoleArn", ""),
        session_name=given.get("RoleSessionName", ""),
        token=given.get("WebIdentityToken", ""),
        seconds=_seconds(given),
        policy=given.get("Policy", ""),
    )


def _wanted_role(asked: Asked) -> assuming.Request:
    given = parameters(asked.request)
    numbers = [found[1] for name in given if (found := _TAG_KEY.fullmatch(name))]
    return assuming.Request(
        role_arn=given.get("RoleArn", ""),
        session_name=given.get("RoleSessionName", ""),
        seconds=_seconds(given),
        external_id=given.get("ExternalId", ""),
        tags={
            given[f"Tags.member.{one}.Key"]: given.get(f"Tags.member.{one}.Value", "")
            for one in numbers
        },
    )


def _seconds(given: Mapping[str, str]) -> int | None:
    text = given.get("DurationSeconds", "")
    if text and not text.isdecimal():
        raise stserrors.invalid(text, "durationSeconds", "Member must be an integer")
    return int(text) if text else None


def with_reason(told: Response, what: str, why: str) -> Response:
    """The same refusal, saying why in a header; it is said in our log, too."""
    if not why:
        return told
    line = " ".join(why.split())
    log.warning("%s: %s", what, line)
    return told._replace(headers=(*told.headers, (REASON, line)))
