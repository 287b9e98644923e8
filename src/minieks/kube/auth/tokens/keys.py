"""The key that signs a cluster's service account tokens.

The libraries are loaded, and a key is made, when the first token needs them: a cluster without
tokens pays for neither.
"""

from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Claims: TypeAlias = dict[str, Any]

# How many tokens are remembered as truly signed.
_KEPT: Final = 4096


class BadSignature(Exception):
    """A token that somebody else has signed."""


class Signs(Protocol):
    """Signs tokens, and knows its own."""

    def sign(self, claims: Claims) -> str:
        """The token of these claims."""

    def verified(self, token: str) -> Claims:
        """The claims of a token; raises BadSignature if another has signed it."""

    def claimed(self, token: str) -> Claims | None:
        """What a token claims, whoever signed it; None if it is no signed token."""

    def key_set(self) -> dict[str, Any]:
        """The JSON Web Key Set of the public keys."""


class SigningKey:
    """An RSA key; ``pem`` is one that was kept, None makes a new one.

    With ``hexadecimal`` its id is 40 hexadecimal digits, as in EKS.
    """

    def __init__(self, pem: bytes | None = None, *, hexadecimal: bool = False) -> None:
        self._pem = pem
        self._hexadecimal = hexadecimal
        self._loaded: RSAPrivateKey | None = None
        self._id = ""
        self._seen: dict[str, Claims] = {}

    def sign(self, claims: Claims) -> str:
        """The token of these claims."""
        return str(_rsa().encode(self._private(), self.key_id(), claims))

    def verified(self, token: str) -> Claims:
        """The claims of a token; raises BadSignature if it is not this key's."""
        found = self._seen.get(token)
        if found is not None:
            return found
        claims: Claims | None = _rsa().decode(self._private(), token)
        if claims is None:
            raise BadSignature
        if len(self._seen) >= _KEPT:
            self._seen.clear()
        self._seen[token] = claims
        return claims

    def pem(self) -> bytes:
        """The private key in PEM, to go on with the same key later."""
        if self._pem is None:
            self._pem = bytes(_rsa().dumped(self._private()))
        return self._pem

    def key_id(self) -> str:
        """The ``kid`` of its tokens."""
        if not self._id:
            make = _rsa().hexadecimal_id if self._hexadecimal else _rsa().key_id
            self._id = str(make(self._private()))
        return self._id

    def key_set(self) -> dict[str, Any]:
        """The JSON Web Key Set that ``/openid/v1/jwks`` shows."""
        return dict(_rsa().key_set(self._private(), self.key_id()))

    def claimed(self, token: str) -> Claims | None:
        """What a token claims, whoever signed it; None if it is no signed token."""
        if token in self._seen:
            return self._seen[token]
        if token.count(".") != 2:
            return None
        found: Claims | None = _rsa().unverified(token)
        return found

    def _private(self) -> "RSAPrivateKey":
        if self._loaded is None:
            self._loaded = _rsa().new_key() if self._pem is None else _rsa().loaded(self._pem)
        return self._loaded


def _rsa() -> ModuleType:
    from minieks.kube.auth.tokens import rsa  # noqa: PLC0415 - loads cryptography, 50 ms

    return rsa
