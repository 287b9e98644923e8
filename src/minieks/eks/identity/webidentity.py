"""AssumeRoleWithWebIdentity: whether a service account's token is worth credentials of a role.

    grant = decide(request, World(iam, issuers), now)     # raises StsRefused
    answer(grant, sts.issue(grant.session))

In the order of the real service: the form of the request, the token's issuer among the account's
providers, signature, expiry, audience, and last the role's trust policy. Source: AWS STS API
reference, AssumeRoleWithWebIdentity; AWS IAM user guide, "Available keys for OIDC federation".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from minieks.eks.identity import arns, jwts, stserrors, trust
from minieks.eks.identity.jwts import BadToken, Claims
from minieks.eks.identity.patterns import Context
from minieks.eks.identity.ports import Credentials, Iam, OidcProvider, Role, Session, listed
from minieks.eks.identity.trust import WEB_IDENTITY, Asked, Principal
from minieks.engine.clock import SECOND, Micros
from minieks.kube.words import times

_SESSION_NAME: Final = re.compile(r"[\w+=,.@-]*", re.ASCII)
_SHORTEST: Final = 900
_LONGEST: Final = 43200
_DEFAULT: Final = 3600
_EARLY: Final = 300
"""Seconds by which clocks may differ before a token is one of the future."""


class Issuers(Protocol):
    """Those who sign tokens, by their URL."""

    def key_set(self, issuer: str) -> jwts.KeySet | None:
        """The JSON Web Key Set that the issuer publishes, or None if there is no such issuer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for; ``seconds`` is None if the request does not say."""

    role_arn: str
    session_name: str
    token: str
    seconds: int | None = None
    policy: str = ""
    source_ip: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """Who knows roles and providers, and who knows keys."""

    iam: Iam
    issuers: Issuers


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted: a session, and what the answer tells of the token."""

    session: Session
    subject: str
    audience: str
    provider: OidcProvider


def decide(request: Request, world: World, now: Micros) -> Grant:
    """What the request is worth; raises StsRefused."""
    _check_form(request)
    policies = _session_policies(request.policy)
    try:
        account = arns.parsed(request.role_arn).account
        claims = jwts.claimed(request.token)
    except arns.BadArn:
        raise stserrors.StsRefused("ValidationError", "Request ARN is invalid") from None
    except BadToken as error:
        raise stserrors.not_validated(str(error)) from None
    provider = _provider(world.iam, account, str(claims.get("iss") or ""))
    _check_signature(request.token, str(claims["iss"]), world.issuers)
    _check_times(claims, now)
    audience = _audience(claims, provider)
    role = world.iam.role(account, request.role_arn)
    checked = _trusted(role, request, _context(claims, provider, request, now), provider)
    seconds = _DEFAULT if request.seconds is None else request.seconds
    if seconds > checked.max_session:
        raise stserrors.too_long()
    session = Session(checked, request.session_name, seconds, policies=policies)
    return Grant(session, str(claims.get("sub") or ""), audience, provider)


def answer(grant: Grant, credentials: Credentials) -> dict[str, Any]:
    """The result of the operation, with the members of its model."""
    session = grant.session
    return {
        "Credentials": shown_credentials(credentials),
        "SubjectFromWebIdentityToken": grant.subject,
        "AssumedRoleUser": {
            "AssumedRoleId": f"{session.role.role_id}:{session.name}",
            "Arn": arns.session(session.role.arn, session.name),
        },
        "Provider": grant.provider.arn,
        "Audience": grant.audience,
    }


def shown_credentials(credentials: Credentials) -> dict[str, str]:
    """Credentials as STS shows them."""
    return {
        "AccessKeyId": credentials.access_key,
        "SecretAccessKey": credentials.secret,
        "SessionToken": credentials.session_token,
        "Expiration": times.rfc3339(credentials.expiration),
    }


def _check_form(request: Request) -> None:
    """The limits of the API's model (botocore sts 2011-06-15)."""
    sized = (
        ("roleArn", request.role_arn, 20, 2048),
        ("roleSessionName", request.session_name, 2, 64),
        ("webIdentityToken", request.token, 4, 20000),
    )
    for member, value, least, most in sized:
        if len(value) < least:
            why = f"Member must have length greater than or equal to {least}"
            raise stserrors.invalid(value, member, why)
        if len(value) > most:
            why = f"Member must have length less than or equal to {most}"
            raise stserrors.invalid(_short(value), member, why)
    if not _SESSION_NAME.fullmatch(request.session_name):
        why = r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
        raise stserrors.invalid(request.session_name, "roleSessionName", why)
    _check_seconds(request.seconds)


def _short(value: str) -> str:
    return value if len(value) < 64 else f"{value[:61]}..."


def _check_seconds(seconds: int | None) -> None:
    if seconds is None:
        return
    if seconds < _SHORTEST:
        why = f"Member must have value greater than or equal to {_SHORTEST}"
        raise stserrors.invalid(str(seconds), "durationSeconds", why)
    if seconds > _LONGEST:
        why = f"Member must have value less than or equal to {_LONGEST}"
        raise stserrors.invalid(str(seconds), "durationSeconds", why)


def _session_policies(text: str) -> tuple[Mapping[str, Any], ...]:
    if not text:
        return ()
    try:
        policy = json.loads(text)
    except ValueError as error:
        raise stserrors.malformed_policy(str(error)) from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise stserrors.malformed_policy("It has no Statement.")
    return (policy,)


def _provider(iam: Iam, account: str, issuer: str) -> OidcProvider:
    host = issuer.removeprefix("https://")
    found = iam.oidc_provider(account, host) if host != issuer else None
    if found is None:
        why = f"account {account} has no OIDC provider for the token's issuer; create one for it"
        raise stserrors.no_provider(issuer, why)
    return found


def _check_signature(token: str, issuer: str, issuers: Issuers) -> None:
    keys = issuers.key_set(issuer)
    if keys is None:
        raise stserrors.no_keys(f"nobody serves {issuer}/keys: is the cluster still there?")
    try:
        jwts.check_signature(token, keys)
    except BadToken as error:
        raise stserrors.not_validated(str(error)) from None


def _check_times(claims: Claims, now: Micros) -> None:
    seconds = now // SECOND
    expiration, begin = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expiration, int):
        raise stserrors.StsRefused("InvalidIdentityToken", "Missing a required claim: exp")
    if seconds >= expiration:
        ago = seconds - expiration
        why = f"the token expired {ago} s ago; the kubelet renews it in its file: read it anew"
        raise stserrors.expired(seconds, expiration, why)
    if isinstance(begin, int) and begin > seconds + _EARLY:
        raise stserrors.not_validated("it is not valid yet (nbf)")


def _audience(claims: Claims, provider: OidcProvider) -> str:
    """The first of the token's audiences that the provider knows; raises StsRefused."""
    named = [str(one) for one in listed(claims.get("aud"))]
    found = next((one for one in named if one in provider.client_ids), None)
    if found is None:
        known = ", ".join(provider.client_ids) or "none"
        why = (
            f"the token is for {', '.join(named) or 'nobody'}; client ids of the provider: {known}"
        )
        raise stserrors.wrong_audience(why)
    return found


def _context(claims: Claims, provider: OidcProvider, request: Request, now: Micros) -> Context:
    """What conditions of the trust policy can ask for, by keys in lower case."""
    host = provider.host.lower()
    found = {
        "aws:federatedprovider": (provider.arn,),
        "aws:currenttime": (times.rfc3339(now),),
        "aws:epochtime": (str(now // SECOND),),
        "aws:securetransport": ("true",),
        "sts:rolesessionname": (request.session_name,),
        f"{host}:aud": tuple(str(one) for one in listed(claims.get("aud"))),
    }
    for name in ("sub", "amr"):
        if claims.get(name):
            found[f"{host}:{name}"] = tuple(str(one) for one in listed(claims[name]))
    if request.source_ip:
        found["aws:sourceip"] = (request.source_ip,)
    return found


def _trusted(role: Role | None, request: Request, context: Context, by: OidcProvider) -> Role:
    if role is None:
        raise stserrors.not_authorized(WEB_IDENTITY, f"there is no role {request.role_arn}")
    found = trust.decide(role.trust, Asked(Principal("Federated", by.arn), WEB_IDENTITY, context))
    if not found.allowed:
        raise stserrors.not_authorized(WEB_IDENTITY, f"role {role.arn}: {found.reason}")
    return role
