"""Issues service account tokens, and knows whose they are.

Source: kubernetes pkg/serviceaccount/jwt.go.
"""

from collections.abc import Sequence
from typing import Final

from minieks.engine import ids
from minieks.kube.api.fields import quoted
from minieks.kube.api.server import Api
from minieks.kube.auth.authentication import TokenRefused, TokenUser
from minieks.kube.auth.tokens import claims as claims_of
from minieks.kube.auth.tokens import legacy, validation
from minieks.kube.auth.tokens.claims import Bound, Issuer, Terms
from minieks.kube.auth.tokens.keys import BadSignature, Claims, Signs
from minieks.kube.words.objects import Obj

_NOT_OURS: Final = "go-jose/go-jose: error in cryptographic primitive"


class ServiceAccountTokens:
    """The tokens of one cluster's service accounts."""

    def __init__(self, api: Api, key: Signs, issuer: Issuer | None = None) -> None:
        self.issuer = issuer or Issuer()
        self.key = key
        self._api = api
        self._ids = api.engine.random("tokens")

    def new_id(self) -> str:
        """A uid for what is about a token."""
        return ids.uid(self._ids)

    def issue(self, account: Obj, bound: Bound, audiences: Sequence[str], seconds: int) -> str:
        """A new token for the account; it is not stored anywhere."""
        now = self._api.engine.now()
        terms = Terms(tuple(audiences), seconds, self.new_id(), now)
        return self.key.sign(claims_of.of_account(self.issuer, account, bound, terms))

    def user_of(self, token: str, audiences: Sequence[str] = ()) -> TokenUser | None:
        """The account of a token; None if another has issued it, TokenRefused if it is void."""
        claimed = self.key.claimed(token)
        if claimed is None or claimed.get("iss") not in (self.issuer.url, legacy.ISSUER):
            return None
        try:
            claims = self.key.verified(token)
        except BadSignature:
            raise TokenRefused(_NOT_OURS) from None
        if claims["iss"] == legacy.ISSUER:
            found = legacy.user_of(token, claims, self._api.store)
            return TokenUser(found, tuple(audiences) or self.issuer.audiences)
        meant = self._meant(claims, audiences)
        return TokenUser(validation.user_of(claims, self._api.store, self._api.engine.now()), meant)

    def _meant(self, claims: Claims, audiences: Sequence[str]) -> tuple[str, ...]:
        """Those of the wanted audiences for which the token is meant; raises TokenRefused."""
        stated = claims.get("aud") or []
        named = [stated] if isinstance(stated, str) else list(stated)
        wanted = tuple(audiences) or self.issuer.audiences
        meant = tuple(one for one in named if one in wanted)
        if not meant:
            raise TokenRefused(
                f"token audiences {_listed(named)} is invalid for the target audiences"
                f" {_listed(wanted)}"
            )
        return meant


def _listed(texts: Sequence[str]) -> str:
    return f"[{' '.join(quoted(text) for text in texts)}]"
