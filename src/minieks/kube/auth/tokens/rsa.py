"""RSA keys and the tokens that they sign; the only module of tokens that loads cryptography.

Source: kubernetes pkg/serviceaccount/{jwt,openidmetadata}.go.
"""

from base64 import urlsafe_b64encode
from hashlib import sha1, sha256
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm
from jwt.types import Options

_ALGORITHM: Final = "RS256"
_BITS: Final = 2048
_UNCHECKED: Final[Options] = {"verify_signature": False}
# Times and audiences have rules and texts of their own, see `validation`.
_SIGNATURE_ONLY: Final[Options] = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


def new_key() -> RSAPrivateKey:
    """A key of 2048 bits; it takes some tenths of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=_BITS)


def loaded(pem: bytes) -> RSAPrivateKey:
    """The key in a PEM that `dumped` has made."""
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, RSAPrivateKey), "the key that `dumped` has written"
    return key


def dumped(key: RSAPrivateKey) -> bytes:
    """The key in PEM (PKCS 8), without a password."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def key_id(key: RSAPrivateKey) -> str:
    """The ``kid``: a digest of the public key, as Kubernetes makes it."""
    return urlsafe_b64encode(sha256(_der(key)).digest()).rstrip(b"=").decode()


def hexadecimal_id(key: RSAPrivateKey) -> str:
    """The ``kid`` in the form that EKS has: 40 hexadecimal digits."""
    return sha1(_der(key), usedforsecurity=False).hexdigest()


def _der(key: RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def key_set(key: RSAPrivateKey, kid: str) -> dict[str, Any]:
    """The JSON Web Key Set of the public key, under its id."""
    shown = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    own = {"use": "sig", "kty": "RSA", "kid": kid, "alg": _ALGORITHM}
    return {"keys": [{**own, "n": shown["n"], "e": shown["e"]}]}


def encode(key: RSAPrivateKey, kid: str, claims: dict[str, Any]) -> str:
    """The signed token of the claims."""
    return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": kid, "typ": None})


def decode(key: RSAPrivateKey, token: str) -> dict[str, Any] | None:
    """The claims of a token that the key has signed; None if another has."""
    try:
        public = key.public_key()
        return dict(jwt.decode(token, public, algorithms=[_ALGORITHM], options=_SIGNATURE_ONLY))
    except jwt.InvalidTokenError:
        return None


def unverified(token: str) -> dict[str, Any] | None:
    """What a token claims, whoever signed it; None if it is no signed token."""
    try:
        return dict(jwt.decode(token, options=_UNCHECKED))
    except jwt.InvalidTokenError:
        return None
