"""Who asks: the chain of those who may know a user.

Source: kubernetes pkg/kubeapiserver/authenticator/config.go (the order), apiserver
pkg/authentication/request/{x509,bearertoken,anonymous,union}.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from minieks.engine.errors import EngineError
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.credentials import Credentials, bearer_token
from minieks.kube.auth.refusals import Unauthorized
from minieks.kube.auth.users import ANONYMOUS, authenticated

HEALTH_PATHS = ("/healthz", "/livez", "/readyz")
"""Where EKS lets anonymous users in from Kubernetes 1.32 on (EKS user guide, release notes)."""


CREDENTIAL_ID = "authentication.kubernetes.io/credential-id"
"""The extra key that tells which certificate or token a user has shown."""


class TokenRefused(EngineError):
    """A token that its authenticator is competent for, and does not accept; the text says why."""


class Authenticator(Protocol):
    """One way to know a user."""

    def authenticate(self, credentials: Credentials) -> UserInfo | None:
        """The user, or None if this way says nothing of it; raises TokenRefused."""


class TokenUser(NamedTuple):
    """Whose a token is, and for which of the wanted audiences it is meant."""

    user: UserInfo
    audiences: tuple[str, ...] = ()


class TokenAuthenticator(Protocol):
    """One kind of bearer token."""

    def user_of(self, token: str, audiences: Sequence[str] = ()) -> TokenUser | None:
        """The user, or None if it is no token of this kind; raises TokenRefused.

        ``audiences`` are those for which it must be meant; empty stands for the API's own.
        """


class ClientCertificates:
    """The subject of a verified certificate: CN is the user, each O a group."""

    def authenticate(self, credentials: Credentials) -> UserInfo | None:
        """The certificate's user; None without a certificate or without a CN in it."""
        found = credentials.certificate
        if found is None or not found.common_name:
            return None
        return _user_of(found.common_name, found.organizations, found.fingerprint)


@lru_cache(maxsize=1024)
def _user_of(name: str, groups: tuple[str, ...], fingerprint: str) -> UserInfo:
    """The user of a certificate, which is shown with each request."""
    extra = ((CREDENTIAL_ID, (f"X509SHA256={fingerprint}",)),) if fingerprint else ()
    return authenticated(UserInfo(name, groups=groups, extra=extra))


class StaticTokens:
    """Tokens that the cluster was started with, as a token file has them."""

    def __init__(self, users: Mapping[str, UserInfo]) -> None:
        self._users = dict(users)

    def user_of(self, token: str, audiences: Sequence[str] = ()) -> TokenUser | None:
        """The user of a known token; a static token is meant for every audience."""
        found = self._users.get(token)
        return None if found is None else TokenUser(found, tuple(audiences))


class BearerTokens:
    """The Authorization header, asked of each kind of token in turn."""

    def __init__(self, kinds: Sequence[TokenAuthenticator]) -> None:
        self._kinds = tuple(kinds)

    def authenticate(self, credentials: Credentials) -> UserInfo | None:
        """The token's user; None if there is no token, TokenRefused if nobody accepts it."""
        token = bearer_token(credentials)
        return self.user_of(token).user if token else None

    def user_of(self, token: str, audiences: Sequence[str] = ()) -> TokenUser:
        """Whose a token is; raises TokenRefused with all that was said against it."""
        complaints = ["invalid bearer token"]
        for kind in self._kinds:
            try:
                found = kind.user_of(token, audiences)
            except TokenRefused as error:
                complaints.append(str(error))
                continue
            if found is not None:
                return found
        raise TokenRefused(_aggregate(complaints))


class Anonymous:
    """Lets unknown users in as ``system:anonymous``: everywhere, or at some paths only."""

    def __init__(self, paths: Sequence[str] | None = HEALTH_PATHS) -> None:
        self._paths = None if paths is None else frozenset(paths)

    def authenticate(self, credentials: Credentials) -> UserInfo | None:
        """The anonymous user where it may come in; None elsewhere."""
        if self._paths is None or credentials.path in self._paths:
            return ANONYMOUS
        return None


class Chain:
    """Asks each way in turn: the first that knows the user decides."""

    def __init__(self, ways: Sequence[Authenticator]) -> None:
        self._ways = tuple(ways)

    def authenticate(self, credentials: Credentials) -> UserInfo:
        """The user with the groups of everybody known; raises Unauthorized.

        Whoever shows something that is not accepted is not taken for anonymous.
        """
        for way in self._ways:
            try:
                user = way.authenticate(credentials)
            except TokenRefused:
                raise Unauthorized from None
            if user is not None:
                return authenticated(user)
        raise Unauthorized


def _aggregate(complaints: Sequence[str]) -> str:
    return complaints[0] if len(complaints) == 1 else f"[{', '.join(complaints)}]"
