"""What a service account token says.

Source: kubernetes pkg/serviceaccount/claims.go.
"""

from dataclasses import dataclass
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.auth.tokens.keys import Claims
from minieks.kube.auth.users import service_account_name
from minieks.kube.words.objects import Obj, name, namespace, uid

PRIVATE: Final = "kubernetes.io"
"""The claim that holds all that is not of the standard."""

_WARN_ONLY: Final = 3607
_YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues, and for whom tokens are meant that name nobody."""

    url: str = "https://kubernetes.default.svc"
    audiences: tuple[str, ...] = ("https://kubernetes.default.svc",)
    extended: int = _YEAR
    """Seconds: tokens of pods (3607 s) stay valid so long, and are only warned of before
    (kubernetes pkg/serviceaccount, WarnOnlyBoundTokenExpirationPeriod and
    ExpirationExtensionSeconds)."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a token is bound to: it lives no longer than these."""

    pod: Obj | None = None
    node: Obj | None = None
    secret: Obj | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How a token is meant: for whom, for how many seconds, under which id."""

    audiences: tuple[str, ...]
    seconds: int
    token_id: str
    now: Micros


def of_account(issuer: Issuer, account: Obj, bound: Bound, terms: Terms) -> Claims:
    """The claims of a token for a service account."""
    now = terms.now // SECOND
    private: Claims = {
        "namespace": namespace(account),
        "serviceaccount": _reference(account),
    }
    for kind, obj in (("pod", bound.pod), ("node", bound.node), ("secret", bound.secret)):
        if obj is not None:
            private[kind] = _reference(obj)
    seconds = terms.seconds
    if _is_extended(issuer, terms):
        private["warnafter"] = now + seconds
        seconds = issuer.extended
    return {
        "aud": list(terms.audiences),
        "exp": now + seconds,
        "iat": now,
        "iss": issuer.url,
        "jti": terms.token_id,
        PRIVATE: private,
        "nbf": now,
        "sub": service_account_name(namespace(account), name(account)),
    }


def _is_extended(issuer: Issuer, terms: Terms) -> bool:
    return terms.seconds == _WARN_ONLY and set(terms.audiences) <= set(issuer.audiences)


def _reference(obj: Obj) -> Obj:
    found = {"name": name(obj), "uid": uid(obj)}
    return {key: value for key, value in found.items() if value}
